CREATE TABLE `log_ingestion_records` (
  `recordId` STRING,
  `source` STRING,
  `at` BIGINT,
  `level` STRING,
  `service` STRING,
  `host` STRING,
  `message` STRING,
  `fields` MAP<STRING, STRING>,
  `traceId` STRING,
  `topic` STRING,
  `partition` INT,
  `offset` BIGINT,
  `count` BIGINT,
  `firstAt` BIGINT,
  `lastAt` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'log-ingestion.records',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
