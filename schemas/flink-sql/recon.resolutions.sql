CREATE TABLE `recon_resolutions` (
  `resolutionId` STRING,
  `at` BIGINT,
  `action` STRING,
  `entryIds` ARRAY<STRING>,
  `matchId` STRING,
  `user` STRING,
  `note` STRING,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'recon.resolutions',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
