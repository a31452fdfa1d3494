CREATE TABLE `log_ingestion_alerts` (
  `alertId` STRING,
  `ruleId` STRING,
  `group` STRING,
  `windowStart` BIGINT,
  `windowEnd` BIGINT,
  `state` STRING,
  `value` DOUBLE
) WITH (
  'connector' = 'kafka',
  'topic' = 'log-ingestion.alerts',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
