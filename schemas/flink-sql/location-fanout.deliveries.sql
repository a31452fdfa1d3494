CREATE TABLE `location_fanout_deliveries` (
  `deliveryId` STRING,
  `grantId` STRING,
  `ownerId` STRING,
  `viewerId` STRING,
  `at` BIGINT,
  `latitude` DOUBLE,
  `longitude` DOUBLE,
  `accuracyMeters` DOUBLE
) WITH (
  'connector' = 'kafka',
  'topic' = 'location-fanout.deliveries',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
