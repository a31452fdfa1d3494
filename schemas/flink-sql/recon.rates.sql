CREATE TABLE `recon_rates` (
  `pair` STRING,
  `at` BIGINT,
  `rate` DOUBLE,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND,
  PRIMARY KEY (`pair`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'recon.rates',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);
