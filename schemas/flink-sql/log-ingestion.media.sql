CREATE TABLE `log_ingestion_media` (
  `mediaId` STRING,
  `version` BIGINT,
  `at` BIGINT,
  `sha256` STRING,
  `sizeBytes` BIGINT,
  `contentType` STRING,
  `location` STRING,
  `fileName` STRING,
  `uploadedBy` STRING,
  `widthPixels` BIGINT,
  `heightPixels` BIGINT,
  `durationMillis` BIGINT,
  `tags` MAP<STRING, STRING>,
  `deleted` BOOLEAN
) WITH (
  'connector' = 'kafka',
  'topic' = 'log-ingestion.media',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
