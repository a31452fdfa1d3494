CREATE TABLE `log_ingestion_ledger` (
  `source` STRING,
  `topic` STRING,
  `partition` INT,
  `throughOffset` BIGINT,
  `at` BIGINT,
  `in` BIGINT,
  `indexed` BIGINT,
  `duplicate` BIGINT,
  `collapsed` BIGINT,
  `filtered` BIGINT,
  `joined` BIGINT,
  `deadLetters` BIGINT,
  `waiting` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'log-ingestion.ledger',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
