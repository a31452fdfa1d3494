CREATE TABLE `log_rules` (
  `ruleId` STRING,
  `version` BIGINT,
  `at` BIGINT,
  `kind` STRING,
  `filter` STRING,
  `window` STRING,
  `threshold` DOUBLE,
  `groupBy` STRING,
  `deleted` BOOLEAN,
  PRIMARY KEY (`ruleId`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'log.rules',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);
