CREATE TABLE `location_fanout_nearby` (
  `requestId` STRING,
  `userId` STRING,
  `at` BIGINT,
  `radiusMeters` DOUBLE,
  `found` ARRAY<ROW<`ownerId` STRING, `distanceMeters` DOUBLE, `at` BIGINT>>
) WITH (
  'connector' = 'kafka',
  'topic' = 'location-fanout.nearby',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
