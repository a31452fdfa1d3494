CREATE TABLE `file_ingestion_live` (
  `key` STRING,
  `view` STRING,
  `row` STRING,
  `version` BIGINT,
  `snapshotId` STRING,
  `at` BIGINT,
  `data` STRING,
  PRIMARY KEY (`key`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'file-ingestion.live',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'EXCEPT_KEY'
);
