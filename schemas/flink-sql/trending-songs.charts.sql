CREATE TABLE `trending_songs_charts` (
  `chart` STRING,
  `region` STRING,
  `windowStart` BIGINT,
  `windowEnd` BIGINT,
  `revision` BIGINT,
  `entries` ARRAY<ROW<`rank` INT, `songId` STRING, `title` STRING, `artist` STRING, `plays` BIGINT, `score` DOUBLE, `baseline` DOUBLE, `previousRank` INT, `change` STRING, `distinctListeners` BIGINT, `approximate` BOOLEAN>>
) WITH (
  'connector' = 'kafka',
  'topic' = 'trending-songs.charts',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);
