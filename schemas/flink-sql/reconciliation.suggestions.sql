CREATE TABLE `reconciliation_suggestions` (
  `suggestionId` STRING,
  `ruleId` STRING,
  `entryIds` ARRAY<STRING>,
  `confidence` DOUBLE,
  `varianceMinor` BIGINT,
  `currency` STRING,
  `at` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'reconciliation.suggestions',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
