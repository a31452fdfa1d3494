CREATE TABLE `rate_counting_usage` (
  `dimension` STRING,
  `key` STRING,
  `windowStart` BIGINT,
  `windowEnd` BIGINT,
  `allowed` BIGINT,
  `refused` BIGINT,
  `cost` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'rate-counting.usage',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
