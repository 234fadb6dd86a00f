CREATE EXTERNAL TABLE web_archive (
  remote_addr string,
  remote_user string,
  time_local string,
  verb string,
  uri string,
  protocol string,
  status int,
  body_bytes_sent bigint,
  http_referer string,
  http_user_agent string
)
PARTITIONED BY (day string)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES (
  'input.regex' = '^(\\S+) - (\\S+) \\[([^\\]]*)\\] "(\\S+) (\\S+) ([^"]*)" (\\d+) (\\d+) "([^"]*)" "([^"]*)"$'
)
LOCATION 's3://shop-log-archive/system=web/'
