CREATE TABLE `location_fences` (
  `fenceId` STRING,
  `at` BIGINT,
  `ownerId` STRING,
  `name` STRING,
  `fence` ROW<`type` STRING, `latitude` DOUBLE, `longitude` DOUBLE, `radiusMeters` DOUBLE, `rings` STRING, `mode` STRING>,
  `bufferMeters` DOUBLE,
  `dwellMillis` BIGINT,
  `deleted` BOOLEAN,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'location.fences',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
