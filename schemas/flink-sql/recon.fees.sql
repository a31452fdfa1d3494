CREATE TABLE `recon_fees` (
  `feeId` STRING,
  `at` BIGINT,
  `ledger` STRING,
  `currency` STRING,
  `percent` DOUBLE,
  `fixedMinor` BIGINT,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND,
  PRIMARY KEY (`feeId`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'recon.fees',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);
