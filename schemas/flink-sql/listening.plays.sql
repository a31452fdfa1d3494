CREATE TABLE `listening_plays` (
  `playId` STRING,
  `at` BIGINT,
  `songId` STRING,
  `userId` STRING,
  `region` STRING,
  `durationPlayedMillis` BIGINT,
  `title` STRING,
  `artist` STRING,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'listening.plays',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
