CREATE TABLE `location_grants` (
  `grantId` STRING,
  `at` BIGINT,
  `ownerId` STRING,
  `viewerId` STRING,
  `action` STRING,
  `expiresAt` BIGINT,
  `fence` ROW<`type` STRING, `latitude` DOUBLE, `longitude` DOUBLE, `radiusMeters` DOUBLE, `rings` STRING, `mode` STRING>,
  `precisionMeters` DOUBLE,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'location.grants',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
