CREATE TABLE `heavy_hitters_rankings` (
  `dimension` STRING,
  `windowStart` BIGINT,
  `windowEnd` BIGINT,
  `total` BIGINT,
  `k` INT,
  `algorithm` STRING,
  `maxError` BIGINT,
  `warning` STRING,
  `items` ARRAY<ROW<`rank` INT, `item` STRING, `count` BIGINT, `lowerBound` BIGINT, `upperBound` BIGINT, `previousRank` INT, `change` STRING>>,
  `left` ARRAY<STRING>
) WITH (
  'connector' = 'kafka',
  'topic' = 'heavy-hitters.rankings',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
