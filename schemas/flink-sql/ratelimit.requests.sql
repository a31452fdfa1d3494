CREATE TABLE `ratelimit_requests` (
  `requestId` STRING,
  `at` BIGINT,
  `user` STRING,
  `apiKey` STRING,
  `ip` STRING,
  `tier` STRING,
  `route` STRING,
  `cost` BIGINT,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'ratelimit.requests',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
