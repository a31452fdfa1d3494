CREATE TABLE `log_sources` (
  `source` STRING,
  `version` BIGINT,
  `at` BIGINT,
  `format` STRING,
  `zone` STRING,
  `year` INT,
  `header` STRING,
  `multilineStart` STRING,
  `service` STRING,
  `pattern` STRING,
  `timeFormat` STRING,
  `timeField` STRING,
  `deleted` BOOLEAN,
  `fields` STRING,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND,
  PRIMARY KEY (`source`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'log.sources',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);
