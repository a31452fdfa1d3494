CREATE TABLE `log_ingestion_metrics` (
  `source` STRING,
  `level` STRING,
  `windowStart` BIGINT,
  `windowEnd` BIGINT,
  `count` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'log-ingestion.metrics',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
