CREATE TABLE `logs_raw` (
  `line` STRING,
  `headers` MAP<STRING, BYTES> METADATA,
  `source` AS DECODE(`headers`['source'], 'UTF-8'),
  `event_time` TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
  WATERMARK FOR `event_time` AS `event_time` - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'logs.raw',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'raw'
);
