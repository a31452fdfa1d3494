CREATE TABLE `rate_counting_verdicts` (
  `requestId` STRING,
  `at` BIGINT,
  `allowed` BOOLEAN,
  `limitedBy` STRING,
  `limit` BIGINT,
  `remaining` BIGINT,
  `resetAt` BIGINT,
  `retryAfterMillis` BIGINT,
  `delayMillis` BIGINT,
  `shadow` ARRAY<STRING>
) WITH (
  'connector' = 'kafka',
  'topic' = 'rate-counting.verdicts',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
