CREATE TABLE `file_export_late` (
  `topic` STRING,
  `at` BIGINT,
  `watermark` BIGINT,
  `record` STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'file-export.late',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
