CREATE TABLE `media_uploads_dlq` (
  `job` STRING,
  `stage` STRING,
  `reason` STRING,
  `message` STRING,
  `topic` STRING,
  `partition` INT,
  `offset` BIGINT,
  `timestamp` BIGINT,
  `key` STRING,
  `value` STRING,
  `keyBytes` INT,
  `valueBytes` INT,
  `truncated` BOOLEAN,
  `headers` MAP<STRING, STRING>,
  `firstSeenAt` BIGINT,
  `sha256` STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'media.uploads.dlq',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
