CREATE TABLE `reconciliation_audit` (
  `chain` STRING,
  `seq` BIGINT,
  `prevHash` STRING,
  `hash` STRING,
  `at` BIGINT,
  `kind` STRING,
  `body` STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'reconciliation.audit',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
