CREATE EXTERNAL TABLE db_archive (
  stamp string,
  pid string,
  level string,
  message string
)
PARTITIONED BY (day string)
ROW FORMAT SERDE 'com.amazonaws.glue.serde.GrokSerDe'
WITH SERDEPROPERTIES (
  'input.format' = '%{TIMESTAMP_ISO8601:stamp} UTC \\[%{NUMBER:pid}\\] %{WORD:level}:%{SPACE}%{GREEDYDATA:message}'
)
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://shop-log-archive/system=db/'
