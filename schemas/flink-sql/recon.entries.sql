CREATE TABLE `recon_entries` (
  `entryId` STRING,
  `ledger` STRING,
  `reference` STRING,
  `at` BIGINT,
  `valueDate` STRING,
  `amountMinor` BIGINT,
  `currency` STRING,
  `counterparty` STRING,
  `description` STRING,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'recon.entries',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
