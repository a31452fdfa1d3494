CREATE TABLE `file_ingestion_records` (
  `recordId` STRING,
  `fileId` STRING,
  `file` STRING,
  `row` BIGINT,
  `at` BIGINT,
  `fields` MAP<STRING, STRING>
) WITH (
  'connector' = 'kafka',
  'topic' = 'file-ingestion.records',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
