CREATE TABLE `reconciliation_breaks` (
  `breakId` STRING,
  `ruleId` STRING,
  `revision` BIGINT,
  `type` STRING,
  `ledgerLeft` STRING,
  `ledgerRight` STRING,
  `entryIds` ARRAY<STRING>,
  `amountMinor` BIGINT,
  `currency` STRING,
  `openedAt` BIGINT,
  `state` STRING,
  `history` ARRAY<ROW<`at` BIGINT, `action` STRING, `user` STRING, `note` STRING>>
) WITH (
  'connector' = 'kafka',
  'topic' = 'reconciliation.breaks',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
