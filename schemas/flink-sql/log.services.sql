CREATE TABLE `log_services` (
  `service` STRING,
  `version` BIGINT,
  `at` BIGINT,
  `attributes` MAP<STRING, STRING>,
  `deleted` BOOLEAN,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND,
  PRIMARY KEY (`service`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'log.services',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);
