CREATE TABLE `location_fanout_late` (
  `topic` STRING,
  `at` BIGINT,
  `watermark` BIGINT,
  `record` STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'location-fanout.late',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
