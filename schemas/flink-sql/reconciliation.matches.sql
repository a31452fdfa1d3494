CREATE TABLE `reconciliation_matches` (
  `matchId` STRING,
  `ruleId` STRING,
  `stage` STRING,
  `entries` ARRAY<ROW<`entryId` STRING, `ledger` STRING, `amountMinor` BIGINT, `currency` STRING, `at` BIGINT>>,
  `varianceMinor` BIGINT,
  `currency` STRING,
  `at` BIGINT,
  `revision` BIGINT,
  `state` STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'reconciliation.matches',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
