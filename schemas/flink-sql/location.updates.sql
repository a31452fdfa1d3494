CREATE TABLE `location_updates` (
  `updateId` STRING,
  `userId` STRING,
  `at` BIGINT,
  `latitude` DOUBLE,
  `longitude` DOUBLE,
  `accuracyMeters` DOUBLE,
  `speed` DOUBLE,
  `bearing` DOUBLE,
  `batteryPercent` DOUBLE,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'location.updates',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
