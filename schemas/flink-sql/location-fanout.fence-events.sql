CREATE TABLE `location_fanout_fence_events` (
  `eventId` STRING,
  `ownerId` STRING,
  `fenceId` STRING,
  `name` STRING,
  `event` STRING,
  `at` BIGINT,
  `enteredAt` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'location-fanout.fence-events',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
