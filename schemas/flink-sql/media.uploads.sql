CREATE TABLE `media_uploads` (
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
  `deleted` BOOLEAN,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'media.uploads',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
