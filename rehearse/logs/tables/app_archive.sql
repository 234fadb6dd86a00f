CREATE EXTERNAL TABLE app_archive (
  time string,
  level string,
  `order` bigint,
  latencyms int,
  path string
)
PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://shop-log-archive/system=app/'
