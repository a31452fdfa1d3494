CREATE TABLE `reconciliation_open` (
  `entryId` STRING,
  `ledger` STRING,
  `ruleId` STRING,
  `openedAt` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'reconciliation.open',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
