CREATE TABLE `web_requests` (
  `at` BIGINT,
  `client` STRING,
  `path` STRING,
  `method` STRING,
  `url` STRING,
  `status` INT,
  `bytes` BIGINT,
  `referrer` STRING,
  `userAgent` STRING,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'web.requests',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
