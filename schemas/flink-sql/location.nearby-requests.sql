CREATE TABLE `location_nearby_requests` (
  `requestId` STRING,
  `at` BIGINT,
  `userId` STRING,
  `latitude` DOUBLE,
  `longitude` DOUBLE,
  `radiusMeters` DOUBLE,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'location.nearby-requests',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
