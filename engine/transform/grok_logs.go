package transform

import (
	"strconv"
	"time"
)

// commonLog is a pattern for the lines of a well-known program.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html#Common-Log-Examples
type commonLog struct {
	pattern func(last bool) string // last: nothing follows it
	fields  map[string]func(text string) any
}

var commonLogs = map[string]commonLog{
	"APACHE_ACCESS_LOG": {fixed(accessLine), accessFields},
	"NGINX_ACCESS_LOG":  {fixed(accessLine + ` "(?:-|%{DATA:referrer})" "(?:-|%{DATA:agent})"`), accessFields},
	"SYSLOG5424": {func(last bool) string {
		const head = `<%{NONNEGINT:pri}>%{NONNEGINT:version} %{NOTSPACE:timestamp} %{NOTSPACE:hostname} %{NOTSPACE:app} (?:-|%{NOTSPACE}) %{NOTSPACE:msg_id} (?:-|\[%{DATA:structured_data}\])`
		if last {
			return head + `(?s: *%{GREEDYDATA:message})`
		}
		return head
	}, map[string]func(string) any{
		"pri": whole, "version": whole, "timestamp": present, "hostname": present, "app": present, "msg_id": present, "structured_data": present, "message": present,
	}},
}

const accessLine = `%{NOTSPACE:remote_host} %{NOTSPACE} %{NOTSPACE:auth_user} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:http_method} %{NOTSPACE:request}(?: HTTP/%{NUMBER:http_version})?|-)" %{INT:status_code} %{NOTSPACE:response_size}`

var accessFields = map[string]func(string) any{
	"remote_host": present, "auth_user": present, "http_method": present, "request": present, "http_version": present, "referrer": present, "agent": present,
	"status_code": whole, "response_size": whole, "timestamp": accessTime,
}

func fixed(pattern string) func(bool) string { return func(bool) string { return pattern } }

// present is a text unless it says that there is none.
func present(text string) any {
	if text == "-" || text == "" {
		return nil
	}
	return text
}

func whole(text string) any {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return present(text)
	}
	return number(strconv.FormatInt(n, 10))
}

func accessTime(text string) any {
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", text)
	if err != nil {
		return text
	}
	return at.UTC().Format("2006-01-02T15:04:05Z")
}
