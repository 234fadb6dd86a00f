package transform

import "testing"

// What AWS says that each Grok pattern finds.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html#Grok-Patterns
func TestGrokPatternsDocumented(t *testing.T) {
	for _, x := range []struct{ match, text, want string }{
		{`%{USERNAME:name}`, `user123.name-TEST`, `{"name":"user123.name-TEST"}`},
		{`%{USER:name}`, `user123.name-TEST`, `{"name":"user123.name-TEST"}`},
		{`%{INT:num}`, `-456`, `{"num":"-456"}`},
		{`%{BASE10NUM:num}`, `-0.67`, `{"num":"-0.67"}`},
		{`%{BASE16NUM:num}`, `+0xA1B2`, `{"num":"+0xA1B2"}`},
		{`%{POSINT:num}`, `123`, `{"num":"123"}`},
		{`%{NONNEGINT:num}`, `007`, `{"num":"007"}`},
		{`%{WORD:user}`, `user_123`, `{"user":"user_123"}`},
		{`%{NOTSPACE:msg}`, `hello_world123`, `{"msg":"hello_world123"}`},
		{`%{SPACE:extra}`, ` `, `{"extra":" "}`},
		{`%{DATA:x} %{DATA:y}`, `abc def ghi`, `{"x":"abc","y":"def ghi"}`},
		{`%{GREEDYDATA:x} %{GREEDYDATA:y}`, `abc def ghi`, `{"x":"abc def","y":"ghi"}`},
		{`%{GREEDYDATA_MULTILINE:data}`, "abc\ndef\nghi", `{"data":"abc\ndef\nghi"}`},
		{`%{QUOTEDSTRING:msg}`, `"Hello, world!"`, `{"msg":"Hello, world!"}`},
		{`%{UUID:id}`, `550e8400-e29b-41d4-a716-446655440000`, `{"id":"550e8400-e29b-41d4-a716-446655440000"}`},
		{`%{URN:urn}`, `urn:isbn:0451450523`, `{"urn":"urn:isbn:0451450523"}`},
		{`%{ARN:arn}`, `arn:aws:iam:us-east-1:123456789012:user/johndoe`, `{"arn":"arn:aws:iam:us-east-1:123456789012:user/johndoe"}`},
		{`%{CISCOMAC:MacAddress}`, `0123.4567.89AB`, `{"MacAddress":"0123.4567.89AB"}`},
		{`%{WINDOWSMAC:MacAddress}`, `01-23-45-67-89-AB`, `{"MacAddress":"01-23-45-67-89-AB"}`},
		{`%{COMMONMAC:MacAddress}`, `01:23:45:67:89:AB`, `{"MacAddress":"01:23:45:67:89:AB"}`},
		{`%{MAC:m1}`, `01:23:45:67:89:AB`, `{"m1":"01:23:45:67:89:AB"}`},
		{`%{IPV6:ip}`, `2001:db8:3333:4444:5555:6666:7777:8888`, `{"ip":"2001:db8:3333:4444:5555:6666:7777:8888"}`},
		{`%{IPV4:ip}`, `192.168.0.1`, `{"ip":"192.168.0.1"}`},
		{`%{IP:ip}`, `192.168.0.1`, `{"ip":"192.168.0.1"}`},
		{`%{HOST:host}`, `server-01.internal-network.local`, `{"host":"server-01.internal-network.local"}`},
		{`%{IPORHOST:ip}`, `2001:db8:3333:4444:5555:6666:7777:8888`, `{"ip":"2001:db8:3333:4444:5555:6666:7777:8888"}`},
		{`%{HOSTPORT:ip}`, `192.168.1.1:8080`, `{"ip":"192.168.1.1:8080","PORT":"8080"}`},
		{`%{URIHOST:host} %{URIHOST:ip}`, `example.com:443 10.0.0.1`, `{"host":"example.com:443","port":"443","ip":"10.0.0.1"}`},
		{`%{UNIXPATH:path}`, `/search?q=regex`, `{"path":"/search?q=regex"}`},
		{`%{WINPATH:path}`, `C:\Users\John\Documents\file.txt`, `{"path":"C:\\Users\\John\\Documents\\file.txt"}`},
		{`%{PATH:path}`, `/search?q=regex`, `{"path":"/search?q=regex"}`},
		{`%{TTY:path}`, `/dev/tty1`, `{"path":"/dev/tty1"}`},
		{`%{URIPROTO:protocol}`, `web+transformer`, `{"protocol":"web+transformer"}`},
		{`%{URIPATH:path}`, `/category/sub-category/product_name`, `{"path":"/category/sub-category/product_name"}`},
		{`%{URIPARAM:url}`, `?param1=value1&param2=value2`, `{"url":"?param1=value1&param2=value2"}`},
		{`%{URIPATHPARAM:path}`, `/category/sub-category/product?id=12345&color=red`, `{"path":"/category/sub-category/product?id=12345&color=red"}`},
		{`%{URI:path}`, `https://user:password@example.com/path/to/resource?param1=value1&param2=value2`, // the port is none of AWS's, for there is none
			`{"path":"https://user:password@example.com/path/to/resource?param1=value1&param2=value2"}`},
		{`%{MONTH:month}`, `Jan`, `{"month":"Jan"}`},
		{`%{MONTH:month}`, `January`, `{"month":"January"}`},
		{`%{MONTHNUM:month}`, `5`, `{"month":"5"}`},
		{`%{MONTHNUM2:month}`, `05`, `{"month":"05"}`},
		{`%{MONTHDAY:monthDay}`, `31`, `{"monthDay":"31"}`},
		{`%{YEAR:year}`, `2024`, `{"year":"2024"}`},
		{`%{YEAR:year}`, `24`, `{"year":"24"}`},
		{`%{DAY:day}`, `Tuesday`, `{"day":"Tuesday"}`},
		{`%{HOUR:hour}`, `22`, `{"hour":"22"}`},
		{`%{MINUTE:min}`, `59`, `{"min":"59"}`},
		{`%{SECOND:second}`, `3`, `{"second":"3"}`},
		{`%{SECOND:minSec}`, `30.5`, `{"minSec":"30.5"}`},
		{`%{SECOND:minSec}`, `30:5`, `{"minSec":"30:5"}`},
		{`%{TIME:time}`, `09:45:32`, `{"time":"09:45:32"}`},
		{`%{DATE_US:date}`, `11/23/2024`, `{"date":"11/23/2024"}`},
		{`%{DATE_US:date}`, `1-01-24`, `{"date":"1-01-24"}`},
		{`%{DATE_EU:date}`, `23/11/2024`, `{"date":"23/11/2024"}`},
		{`%{DATE_EU:date}`, `1.01.24`, `{"date":"1.01.24"}`},
		{`%{ISO8601_TIMEZONE:tz}`, `+05:30`, `{"tz":"+05:30"}`},
		{`%{ISO8601_TIMEZONE:tz}`, `-530`, `{"tz":"-530"}`},
		{`%{ISO8601_TIMEZONE:tz}`, `Z`, `{"tz":"Z"}`},
		{`%{ISO8601_SECOND:second}`, `60`, `{"second":"60"}`},
		{`%{TIMESTAMP_ISO8601:timestamp}`, `2023-05-15T14:30:00+05:30`, `{"timestamp":"2023-05-15T14:30:00+05:30"}`},
		{`%{TIMESTAMP_ISO8601:timestamp}`, `23-5-1T1:25+5:30`, `{"timestamp":"23-5-1T1:25+5:30"}`},
		{`%{TIMESTAMP_ISO8601:timestamp}`, `23-5-1T1:25Z`, `{"timestamp":"23-5-1T1:25Z"}`},
		{`%{DATE:date}`, `11/29/2024`, `{"date":"11/29/2024"}`},
		{`%{DATE:date}`, `29.11.2024`, `{"date":"29.11.2024"}`},
		{`%{DATESTAMP:dateTime}`, `29-11-2024 14:30:00`, `{"dateTime":"29-11-2024 14:30:00"}`},
		{`%{TZ:tz}`, `PDT`, `{"tz":"PDT"}`},
		{`%{DATESTAMP_RFC822:dateTime}`, `Monday Jan 5 23 1:30:00 CDT`, `{"dateTime":"Monday Jan 5 23 1:30:00 CDT"}`},
		{`%{DATESTAMP_RFC822:dateTime}`, `Mon January 15 2023 14:30:00 PST`, `{"dateTime":"Mon January 15 2023 14:30:00 PST"}`},
		{`%{DATESTAMP_RFC2822:dateTime}`, `Mon, 15 May 2023 14:30:00 +0530`, `{"dateTime":"Mon, 15 May 2023 14:30:00 +0530"}`},
		{`%{DATESTAMP_RFC2822:dateTime}`, `Monday, 15 Jan 23 14:30:00 Z`, `{"dateTime":"Monday, 15 Jan 23 14:30:00 Z"}`},
		{`%{DATESTAMP_OTHER:dateTime}`, `Mon May 15 14:30:00 PST 2023`, `{"dateTime":"Mon May 15 14:30:00 PST 2023"}`},
		{`%{DATESTAMP_EVENTLOG:dateTime}`, `20230515143000`, `{"dateTime":"20230515143000"}`},
		{`%{LOGLEVEL:logLevel}`, `INFO`, `{"logLevel":"INFO"}`},
		{`%{HTTPDATE:date}`, `23/Nov/2024:14:30:00 +0640`, `{"date":"23/Nov/2024:14:30:00 +0640"}`},
		{`%{SYSLOGTIMESTAMP:dateTime}`, `Nov 29 14:30:00`, `{"dateTime":"Nov 29 14:30:00"}`},
		{`%{PROG:program}`, `user.profile/settings-page`, `{"program":"user.profile/settings-page"}`},
		{`%{SYSLOGPROG:programWithId}`, `user.profile/settings-page[1234]`, `{"programWithId":"user.profile/settings-page[1234]","program":"user.profile/settings-page","pid":"1234"}`},
		{`%{SYSLOGHOST:ip}`, `2001:db8:3333:4444:5555:6666:7777:8888`, `{"ip":"2001:db8:3333:4444:5555:6666:7777:8888"}`},
		{`%{SYSLOGFACILITY:syslog}`, `<13.6>`, `{"syslog":"<13.6>","facility":"13","priority":"6"}`},
		// Redis' slow log: what stands between patterns stands for itself.
		{`%{NUMBER:timestamp} [%{NUMBER:db} %{IP:client_ip}:%{NUMBER:client_port}] %{GREEDYDATA:data}`, `1629860738.123456 [0 127.0.0.1:6379] "SET" "key1" "value1"`,
			`{"timestamp":"1629860738.123456","db":"0","client_ip":"127.0.0.1","client_port":"6379","data":"\"SET\" \"key1\" \"value1\""}`},
		{`\[%{WORD:a}\] %{WORD}`, `[x] y`, `{"a":"x"}`},
		{`%{NGINX_ACCESS_LOG} %{DATA:rest}`, `::1 - - [03/Aug/2023:12:34:56 +0200] "GET / HTTP/1.1" 304 - "-" "-" 0.003`,
			`{"remote_host":"::1","timestamp":"2023-08-03T10:34:56Z","http_method":"GET","request":"/","http_version":"1.1","status_code":304,"rest":"0.003"}`},
		{`%{SYSLOG5424}%{DATA:logMsg}`, `<34>1 2003-10-11T22:14:15.003Z host su - - - failed`, `{"pri":34,"version":1,"timestamp":"2003-10-11T22:14:15.003Z","hostname":"host","app":"su","logMsg":" failed"}`},
	} {
		step, err := Grok("", x.match)
		if err != nil {
			t.Errorf("%s: %v", x.match, err)
			continue
		}
		got, err := New([]Step{step}).Run([]byte(x.text), &Origin{})
		if err != nil || string(got) != x.want {
			t.Errorf("%s over %q: %s %v, want %s", x.match, x.text, got, err, x.want)
		}
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html#Grok-Patterns
func TestGrokRefused(t *testing.T) {
	for _, match := range []string{
		`%{APACHE_ACCESS_LOG} %{SYSLOG5424}`, `%{NGINX_ACCESS_LOG} %{NUMBER:num}`, `%{GREEDYDATA:logMsg} %{SYSLOG5424}`, `%{SYSLOG5424} %{DATA} %{DATA}`,
		`no pattern`, `%{NOSUCH:a}`, `%{DATA} %{DATA} %{DATA} %{SPACE}%{SPACE}%{GREEDYDATA}`, `%{IP}%{IP}%{IP}%{IP}%{IP}%{IP}`, `%{WORD:a.b.c.d}`, `%{WORD:.}`, `%{ip:a}`,
		`%{GREEDYDATA_MULTILINE} %{GREEDYDATA_MULTILINE}`,
	} {
		if _, err := Grok("", match); err == nil {
			t.Errorf("%s is taken", match)
		}
	}
	for _, match := range []string{`%{NGINX_ACCESS_LOG} %{DATA}`, `%{SYSLOG5424}%{DATA:logMsg}`, `%{APACHE_ACCESS_LOG} %{GREEDYDATA:logMsg}`} {
		if _, err := Grok("", match); err != nil {
			t.Errorf("%s: %v", match, err)
		}
	}
}
