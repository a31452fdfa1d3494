CREATE TABLE `listening_songs` (
  `songId` STRING,
  `at` BIGINT,
  `title` STRING,
  `artist` STRING,
  `genre` STRING,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND,
  PRIMARY KEY (`songId`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'listening.songs',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);
