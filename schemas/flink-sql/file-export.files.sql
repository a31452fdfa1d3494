CREATE TABLE `file_export_files` (
  `file` STRING,
  `topic` STRING,
  `windowStart` BIGINT,
  `windowEnd` BIGINT,
  `rows` BIGINT,
  `bytes` BIGINT,
  `sha256` STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'file-export.files',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
