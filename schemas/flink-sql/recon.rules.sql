CREATE TABLE `recon_rules` (
  `ruleId` STRING,
  `version` BIGINT,
  `at` BIGINT,
  `left` STRING,
  `right` STRING,
  `stages` ARRAY<ROW<`kind` STRING, `amountFloorMinor` BIGINT, `amountPercent` DOUBLE, `dateDays` INT>>,
  `window` STRING,
  `deleted` BOOLEAN,
  `event_time` AS TO_TIMESTAMP_LTZ(`at`, 3),
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND,
  PRIMARY KEY (`ruleId`) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = 'recon.rules',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'key.format' = 'raw',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);
