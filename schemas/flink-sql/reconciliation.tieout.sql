CREATE TABLE `reconciliation_tieout` (
  `day` STRING,
  `left` STRING,
  `right` STRING,
  `currency` STRING,
  `ruleId` STRING,
  `leftSum` BIGINT,
  `rightSum` BIGINT,
  `matched` BIGINT,
  `open` BIGINT,
  `breaks` BIGINT,
  `revision` BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = 'reconciliation.tieout',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
