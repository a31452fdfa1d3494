CREATE TABLE `file_ingestion_files` (
  `fileId` STRING,
  `revision` BIGINT,
  `file` STRING,
  `size` BIGINT,
  `sha256` STRING,
  `modifiedAt` BIGINT,
  `state` STRING,
  `rowsIn` BIGINT,
  `rowsOut` BIGINT,
  `deadLetters` BIGINT,
  `startedAt` BIGINT,
  `finishedAt` BIGINT,
  `message` STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'file-ingestion.files',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
