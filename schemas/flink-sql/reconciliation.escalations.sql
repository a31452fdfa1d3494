CREATE TABLE `reconciliation_escalations` (
  `breakId` STRING,
  `age` STRING,
  `at` BIGINT,
  `ruleId` STRING,
  `type` STRING,
  `ledgerLeft` STRING,
  `ledgerRight` STRING,
  `entryIds` ARRAY<STRING>,
  `amountMinor` BIGINT,
  `currency` STRING,
  `openedAt` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'reconciliation.escalations',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
