package serde

import (
	"errors"
	"strings"
	"testing"
)

const csvClass = "org.apache.hadoop.hive.serde2.OpenCSVSerde"

// https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
func TestOpenCSV(t *testing.T) {
	tbl := table(t, csvClass, nil, "a string", "b string", "c string")
	expect(t, tbl, object("x.csv", []byte(strings.Join([]string{
		`"a1","a, \"2\"",a3`, `x,"say ""hi""",`, `a,bc"d"ef,g`, `one,"open,two`, `only`, ``, `"\\",a\b,"x\y"`}, "\n"))), strings.Join([]string{
		`"a1"|"a, \"2\""|"a3"`, `"x"|"say \"hi\""|""`, `"a"|"bc\"d\"ef"|"g"`, `"one"|NULL|NULL`, `"only"|NULL|NULL`, `""|NULL|NULL`, `"\\"|"ab"|"xy"`, ""}, "\n"))
	p := map[string]string{"separatorChar": ";", "quoteChar": "`", "escapeChar": "\\"}
	typed := table(t, csvClass, p, "at timestamp", "day date", "n bigint", "d double", "ok boolean")
	expect(t, typed, object("x.csv", []byte("1579059880000;18276;`5`;1.5;TRUE\n")), "1579059880.000000|18276|5|1.5|true\n")
	var bad *BadDataError
	if _, err := all(typed, object("x.csv", []byte("1;;3;4;true\n"))); !errors.As(err, &bad) || bad.Column != "day" {
		t.Error(err)
	}
	p["use.null.for.invalid.data"] = "TRUE"
	expect(t, typed, object("x.csv", []byte("x;;3;;true\n")), "NULL|NULL|3|NULL|true\n")
}

// https://docs.aws.amazon.com/athena/latest/ug/regex-serde.html
func TestRegex(t *testing.T) {
	p := map[string]string{"input.regex": `^([^ ]*) (\d+) (-|"[^"]*")( .*)?$`}
	tbl := table(t, "org.apache.hadoop.hive.serde2.RegexSerDe", p, "host string", "status int", "agent string", "rest string")
	o := object("x.log", []byte("h 200 \"a b\" more\nh 404 -\nnothing\n"))
	expect(t, tbl, o, `"h"|200|"\"a b\""|" more"`+"\n"+`"h"|404|"-"|NULL`+"\nNULL|NULL|NULL|NULL\n")
}

// The pattern of AWS's page has a group more than its table has columns, for what later versions of the log may add.
// https://docs.aws.amazon.com/athena/latest/ug/create-alb-access-logs-table.html
func TestRegexMoreGroups(t *testing.T) {
	p := map[string]string{"input.regex": `([^ ]*) "([^ ]*)" ?([^ ]*)?( .*)?`}
	tbl := table(t, "org.apache.hadoop.hive.serde2.RegexSerDe", p, "type string", "reason string", "trace string")
	expect(t, tbl, object("x.log", []byte("h2 \"-\" TID_1 later\nh2 \"-\"\n")), `"h2"|"-"|"TID_1"`+"\n"+`"h2"|"-"|""`+"\n")
}

func TestRegexRefused(t *testing.T) {
	for _, pattern := range []string{`(a(?=b))`, `(a)\1`, `(a*+)`, `([a-z&&[^b]]+)`, `a`, `(`, ``} {
		_, err := all(table(t, "org.apache.hadoop.hive.serde2.RegexSerDe", map[string]string{"input.regex": pattern}, "a string"), object("x", []byte("a")))
		if !errors.Is(err, ErrProperty) {
			t.Errorf("%q: %v", pattern, err)
		}
	}
}

// https://docs.aws.amazon.com/athena/latest/ug/grok-serde.html
func TestGrok(t *testing.T) {
	line := "Feb  9 07:15:00 m4eastmail postfix/smtpd[19305]: B88C4120838: connect from unknown[192.168.55.4]\n"
	p := map[string]string{"input.grokCustomPatterns": "POSTFIX_QUEUEID [0-9A-F]{7,12}", "input.format": "%{SYSLOGBASE} %{POSTFIX_QUEUEID:queue_id}: %{GREEDYDATA:syslog_message}"}
	tbl := table(t, "com.amazonaws.glue.serde.GrokSerDe", p, "timestamp string", "logsource string", "program string", "pid int", "queue_id string", "syslog_message string", "none string")
	expect(t, tbl, object("x", []byte(line+"other\n")), `"Feb  9 07:15:00"|"m4eastmail"|"postfix/smtpd"|19305|"B88C4120838"|"connect from unknown[192.168.55.4]"|NULL`+"\n"+strings.Repeat("NULL|", 6)+"NULL\n")

	p = map[string]string{"input.format": "%{COMBINEDAPACHELOG}"}
	tbl = table(t, "com.amazonaws.glue.serde.GrokSerDe", p, "clientip string", "auth string", "timestamp string", "verb string", "request string", "response int", "bytes bigint", "agent string")
	expect(t, tbl, object("x", []byte(`10.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "GET /a?b=c HTTP/1.1" 200 2326 "-" "curl/8"`)),
		`"10.0.0.1"|"bob"|"10/Oct/2000:13:55:36 -0700"|"GET"|"/a?b=c"|200|2326|"\"curl/8\""`+"\n")
	for _, format := range []string{"%{NOPE:x}", "%{LOOP}", ""} {
		p = map[string]string{"input.format": format, "input.grokCustomPatterns": "LOOP %{LOOP} %{LOOP}"}
		if _, err := all(table(t, "com.amazonaws.glue.serde.GrokSerDe", p, "x string"), object("x", nil)); !errors.Is(err, ErrProperty) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestEveryGrokPatternIsOne(t *testing.T) {
	for name := range grokPatterns {
		p := map[string]string{"input.format": "%{" + name + ":x}"}
		if _, err := all(table(t, "com.amazonaws.glue.serde.GrokSerDe", p, "x string"), object("x", []byte("a\n"))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
