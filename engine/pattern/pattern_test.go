package pattern_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"unyo/engine/pattern"
)

// example is a pattern, the messages that match and those that do not.
type example struct {
	pattern  string
	yes, no  []string
	document string // page
}

const (
	syntaxPage       = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"
	regexPage        = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html"
	unstructuredPage = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html"
	jsonPage         = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html"
	delimitedPage    = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html"
)

const (
	trail = `{"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],
		"objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "ThisFlag": true}`
	people = `{"user": {"id": 1, "email": "John.Stiles@example.com"}, "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
		"actions": ["GET", "PUT", "DELETE"], "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]]}`
	apache200 = `127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534`
	apache500 = `127.0.0.1 - frank [10/Oct/2000:13:35:22 -0700] "GET /apache_pb.gif HTTP/1.0" 500 5324`
	apache404 = `127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534`
	bad400    = "[ERROR 400] BAD REQUEST"
	unauth401 = "[ERROR 401] UNAUTHORIZED REQUEST"
	missing   = "[ERROR 419] MISSING ARGUMENTS"
	invalid   = "[ERROR 420] INVALID ARGUMENTS"
)

var documented = []example{
	{"", []string{"", "anything", trail}, nil, syntaxPage},
	{`""`, []string{"", "anything"}, nil, syntaxPage},
	{" ", []string{"", "anything"}, nil, syntaxPage},
	{"ERROR", []string{"[ERROR] A fatal exception has occurred", "Exiting with ERRORCODE: -1", bad400, missing}, []string{"[error] small"}, unstructuredPage},
	{`"ERROR" - "Exiting"`, []string{"[ERROR] A fatal exception has occurred"}, []string{"Exiting with ERRORCODE: -1"}, unstructuredPage},
	{"ERROR Exception", []string{"[ERROR] Caught IllegalArgumentException", "[ERROR] Unhandled Exception"}, []string{"[ERROR] fine"}, unstructuredPage},
	{"Failed to process the request", []string{"[WARN] Failed to process the request", "[ERROR] Unable to continue: Failed to process the request"}, []string{"Failed to process"}, unstructuredPage},
	{"?ERROR ?WARN", []string{"ERROR WARN message", "ERROR message", "WARN message"}, []string{"INFO message"}, unstructuredPage},
	{"ERROR WARN", []string{"ERROR WARN message"}, []string{"ERROR message", "WARN message"}, unstructuredPage},
	{"ERROR -WARN", []string{"ERROR message"}, []string{"ERROR WARN message", "WARN message"}, unstructuredPage},
	{"ERROR ARGUMENTS", []string{missing, invalid}, []string{bad400, unauth401}, unstructuredPage},
	{"?ERROR ?ARGUMENTS", []string{bad400, unauth401, missing, invalid}, []string{"[INFO] REQUEST FAILED"}, unstructuredPage},
	{"?ERROR ?ARGUMENTS REQUEST", []string{"[INFO] REQUEST FAILED", "[WARN] UNAUTHORIZED REQUEST", "[ERROR] 400 BAD REQUEST"}, []string{missing}, unstructuredPage},
	{`"INTERNAL SERVER ERROR"`, []string{"[ERROR 500] INTERNAL SERVER ERROR"}, []string{"INTERNAL ERROR SERVER"}, unstructuredPage},
	{"ERROR -ARGUMENTS", []string{bad400, unauth401}, []string{missing, invalid}, unstructuredPage},
	{"-ERROR", []string{"fine"}, []string{bad400}, unstructuredPage},

	{"%AUTHORIZED%", []string{unauth401, "[SUCCESS 200] AUTHORIZED REQUEST"}, []string{bad400}, regexPage},
	{"%^[hc]at%", []string{"hat", "cat and dog"}, []string{"the cat", "at"}, regexPage},
	{"%[hc]at$%", []string{"hat", "the cat"}, []string{"cat and dog"}, regexPage},
	{"%colou?r%", []string{"color", "colour"}, []string{"colouur"}, regexPage},
	{"%[abcx-z]%", []string{"a", "y"}, []string{"d", "q"}, regexPage},
	{"%^a{3,5}$%", []string{"aaa", "aaaa", "aaaaa"}, []string{"aa", "aaaaaa"}, regexPage},
	{"%gray|grey%", []string{"gray", "grey"}, []string{"griy"}, regexPage},
	{`%10\.10\.0\.1%`, []string{"from 10.10.0.1"}, []string{"from 10x10.0.1"}, regexPage},
	{"%^zo*$%", []string{"z", "zoo"}, []string{"zap"}, regexPage},
	{"%^zo+$%", []string{"zo", "zoo"}, []string{"z"}, regexPage},
	{"%^.at$%", []string{"hat", "4at"}, []string{"at"}, regexPage},
	{`%\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}%`, []string{"10.0.0.7 up"}, []string{"10.0.0"}, regexPage},
	{`%[Ee]rror|[Ff]ail%`, []string{"Error", "error", "Fail", "failed"}, []string{"ERROR"}, regexPage},
	{`%\s\w\S\D%`, []string{"x a-b"}, []string{"x a-7"}, regexPage},
	{`%\x41%`, []string{"A"}, []string{"B"}, regexPage},

	{`{ $.eventType = "UpdateTrail" }`, []string{trail}, []string{people, `{"eventType": "updateTrail"}`, "UpdateTrail", ""}, jsonPage},
	{"{ $.sourceIPAddress != 123.123.* }", []string{trail}, []string{`{"sourceIPAddress": "123.123.1.1"}`, "{}"}, jsonPage},
	{`{ $.arrayKey[0] = "value" }`, []string{trail}, []string{`{"arrayKey": "value"}`, `{"arrayKey": ["x", "value"]}`}, jsonPage},
	{"{ $.objectList[1].id = 2 }", []string{trail}, []string{`{"objectList": [1, 2]}`, `{"objectList": {"1": {"id": 2}}}`}, jsonPage},
	{"{ $.SomeObject IS NULL }", []string{trail}, []string{`{"SomeObject": 1}`, "{}"}, jsonPage},
	{"{ $.SomeOtherObject NOT EXISTS }", []string{trail}, []string{`{"SomeOtherObject": null}`}, jsonPage},
	{"{ $.ThisFlag IS TRUE }", []string{trail}, []string{`{"ThisFlag": false}`, `{"ThisFlag": "true"}`, "{}"}, jsonPage},
	{"{ $.ThisFlag IS FALSE }", []string{`{"ThisFlag": false}`}, []string{trail}, jsonPage},
	{`{ $.eventName = "*Event" }`, []string{`{"eventName": "PutEvent"}`, `{"eventName": "GetEvent"}`}, []string{`{"eventName": "EventId"}`}, jsonPage},
	{`{ $.eventName = Event* }`, []string{`{"eventName": "EventId"}`, `{"eventName": "EventName"}`}, []string{`{"eventName": "PutEvent"}`}, jsonPage},
	{`{ $.eventName = "Ev*ent" }`, []string{`{"eventName": "Ev*ent"}`}, []string{`{"eventName": "Evaent"}`}, jsonPage},
	{`{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }`, []string{people}, nil, jsonPage},
	{`{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }`, nil, []string{people}, jsonPage},
	{`{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }`, []string{people}, nil, jsonPage},
	{`{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }`, nil, []string{people}, jsonPage},
	{"{ $.users = 1 }", nil, []string{`{"users": [1, 2, 3]}`}, jsonPage},
	{"{ $.users != 1 }", nil, []string{`{"users": [1, 2, 3]}`}, jsonPage},
	{"{$.foo = bar}", []string{`{"foo": "bar"}`}, []string{`{"foo": "baz"}`}, jsonPage},
	{"{$.foo = bar || $.foo = baz }", []string{`{"foo": "bar"}`, `{"foo": "baz"}`}, []string{`{"foo": "bax"}`}, jsonPage},
	{"{ $.latency >= 500 }", []string{`{"latency": 500}`, `{"latency": 5.1e2}`}, []string{`{"latency": 499.9}`, `{"latency": "500"}`}, jsonPage},
	{"{ $.numbers[0] < 10e3 }", []string{`{"numbers": [9999]}`}, []string{`{"numbers": [10000]}`}, jsonPage},
	{"{ $.numbers[0] < 10e-3 }", []string{`{"numbers": [0.009]}`}, []string{`{"numbers": [0.01]}`}, jsonPage},
	{"{ $.processes[4].averageRuntime <= 55.5 }", []string{`{"processes": [0,0,0,0,{"averageRuntime": 55.5}]}`}, []string{`{"processes": [{"averageRuntime": 55.5}]}`}, jsonPage},
	{"{ $.errorCode = 400 }", []string{`{"errorCode": 400}`, `{"errorCode": 400.0}`, `{"errorCode": "400"}`}, []string{`{"errorCode": 401}`}, jsonPage},
	{"{ $.errorCode != 500 }", []string{`{"errorCode": 400}`}, []string{`{"errorCode": 500}`}, jsonPage},
	{"{ $.latency > +1000 }", []string{`{"latency": 1001}`}, []string{`{"latency": 1000}`}, jsonPage},
	{"{ $.latency = * }", []string{`{"latency": 1}`, `{"latency": "x"}`}, []string{"{}", `{"latency": null}`}, jsonPage},
	{`{ $.eventType = %Trail$% }`, []string{trail}, []string{`{"eventType": "Trails"}`}, jsonPage},

	{"[w1=ERROR, w2]", []string{"ERROR message"}, []string{"ERROR WARN message", "WARN message"}, delimitedPage},
	{"[w1=ERROR || w1=WARN, w2]", []string{"ERROR message", "WARN message"}, []string{"ERROR WARN message", "INFO message"}, delimitedPage},
	{"[w1!=ERROR&&w1!=WARN, w2]", []string{"INFO message"}, []string{"ERROR message", "WARN message"}, delimitedPage},
	{"[ip, user, username, timestamp, request, status_code, bytes]", []string{apache200, apache500}, []string{"too few"}, delimitedPage},
	{"[..., status_code, bytes]", []string{apache200}, []string{"one"}, delimitedPage},
	{"[ip, user, ..., status_code, bytes]", []string{apache200}, []string{"just three fields"}, delimitedPage},
	{"[ip, user, ...]", []string{apache200}, []string{"one"}, delimitedPage},
	{"[ip, user, username, timestamp, request, status_code, bytes > 1000]", []string{apache200}, []string{`127.0.0.1 - frank [x] "GET /" 200 1000`}, delimitedPage},
	{"[ip, user, username, timestamp, request, status_code = 200, bytes]", []string{apache200}, []string{apache500}, delimitedPage},
	{"[ip, user, username, timestamp, request, status_code = 4*, bytes]", []string{apache404}, []string{apache200}, delimitedPage},
	{"[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]", []string{apache404}, []string{apache200}, delimitedPage},
	{"[ip, user, username, timestamp, request, status_code = 4* && bytes > 1000]", []string{apache404}, []string{apache200}, delimitedPage},
	{"[ip, user, username, timestamp, request, status_code = 403 || status_code = 404, bytes]", []string{apache404}, []string{apache200}, delimitedPage},
	{"[..., request=*.html*, status_code=4*,]", []string{apache404}, []string{apache200}, delimitedPage},
	{"[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request, status_code=4*, bytes]", []string{apache404}, []string{strings.Replace(apache404, "127.0.0.1", "127.0.0.0", 1)}, delimitedPage},
}

// further rules that the pages state in words, or that follow from JSON.
var further = []example{
	{`{ $.a.b = "x\"y" }`, []string{`{"a": {"b": "x\"y"}}`}, []string{`{"a": {"b": "x"}}`}, ""},
	{`{ $.a = "ä" }`, []string{`{"a": "\u00e4"}`, `{"a": "ä"}`}, nil, ""},
	{`{ $.ab = 1 }`, []string{`{"\u0061b": 1}`, `{"ab": 2, "ab": 1}`}, []string{`{"ab": 1, "ab": 2}`}, ""},
	{`{ $.['a.b'] = 1 && $["c"] = 2 }`, []string{`{"a.b": 1, "c": 2}`}, []string{`{"a": {"b": 1}, "c": 2}`}, ""},
	{`{ $.a[*].b = 1 }`, []string{`{"a": [{"b": 0}, {"b": 1}]}`}, []string{`{"a": [{"b": 0}]}`, `{"a": []}`}, ""},
	{`{ $.*.b = 1 }`, []string{`{"x": {"b": 1}}`}, []string{`{"x": {"c": 1}}`}, ""},
	{`{ $.a = 1 }`, []string{` { "a" : 1 , "z" : [ { "a" : "}" } ] } `}, []string{`{"a": 1`, `[{"a": 1}]`, `{"a": 1} x`}, ""},
	{`[a="x y", b]`, []string{`"x y" z`, "[x y] z"}, []string{"x y z"}, ""},
	{`[a, b]`, []string{`"open x`}, []string{`"closed x"`}, ""},
	{`ERROR %4\d\d%`, []string{"ERROR 404"}, []string{"ERROR 50", "404"}, ""},
	{`"a \"b\" \\c"`, []string{`a "b" \c`}, []string{"a b c"}, ""},
}

func TestMatch(t *testing.T) {
	for _, x := range append(documented, further...) {
		p, err := pattern.Compile(x.pattern)
		if err != nil {
			t.Errorf("%s: %v (%s)", x.pattern, err, x.document)
			continue
		}
		check := func(message string, want bool) {
			if got := p.Match([]byte(message)); got != want {
				t.Errorf("%s on %s: %t (%s)", x.pattern, message, got, x.document)
			}
			for _, l := range p.Literals() {
				if want && !strings.Contains(message, l) {
					t.Errorf("%s matches %s without its literal %q", x.pattern, message, l)
				}
			}
		}
		for _, m := range x.yes {
			check(m, true)
		}
		for _, m := range x.no {
			check(m, false)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, text := range []string{
		"{", "{}", "{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a = 1", "{ $.a = 1 } x", "{ ($.a = 1 }", "{ $.a = 1 && }", "{ $.a > x }", "{ $.a IS }", "{ $.a IS FINE }",
		"{ $.a[x] = 1 }", "{ $. = 1 }", "{ $ = 1 }", "{ $.a == 1 }", "{ $.a = %[% }", `{ $.a = "x }`, "{ $.a = %x% && $.b = %x% && $.c = %x% }",
		"{ $.a = 1e999 }", "{ " + strings.Repeat("(", 200) + "$.a = 1" + strings.Repeat(")", 200) + " }",
		"[", "[a", "[..., a, ...]", "[a =]", "[a = 1 && ]", "[a, a]", "[a > x]", "[a b]", "[= 1]", "[a = (1)]", "[a=%x%, b=%x%, c=%x%]", `[a="x]`, "[a=%x]",
		`"open`, "a-b", "user:1", "10.0.0.1", "-", "?", "%open", "%%", "%(x)%", "%something!%", "%a b%", "%ä%", `%\q%`, `%\x4%`, "%a{2000}%", "%[z-a]%", `%\%`,
	} {
		p, err := pattern.Compile(text)
		if err == nil {
			t.Errorf("%s is taken: %v", text, p)
			continue
		}
		if s := err.Error(); !strings.HasPrefix(s, "Invalid filter pattern") && !strings.HasPrefix(s, "Invalid character(s) in term '") {
			t.Errorf("%s: %s", text, s)
		}
	}
}

func TestFields(t *testing.T) {
	for _, x := range []struct{ pattern, message, want string }{
		{"[..., request=*.html*, status_code=4*,]", apache404, "map[$1:127.0.0.1 $2:- $3:frank $4:10/Oct/2000:13:25:15 -0700 $7:1534 $request:GET /index.html HTTP/1.0 $status_code:404]"},
		{"ERROR", "ERROR x", "map[]"},
		{"{ $.errorCode = 4* && $.user.id = 1 }", `{"errorCode": 404, "user": {"id": 1}}`, "map[$.errorCode:404 $.user.id:1]"},
		{"[a, b]", "one", "map[]"},
	} {
		p, err := pattern.Compile(x.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(p.Fields([]byte(x.message))); got != x.want {
			t.Errorf("%s: %s, want %s", x.pattern, got, x.want)
		}
	}
}

// A message of brackets that are never closed takes time by its length, not by its square: a batch of events may be a single such message of 1 MiB.
func TestOpenBracketsAreSoughtOnce(t *testing.T) {
	p, err := pattern.Compile("[a, ..., b=x]")
	if err != nil {
		t.Fatal(err)
	}
	message := []byte(strings.Repeat(`[ `, 1<<19) + "x")
	began := time.Now()
	for range 20 {
		if !p.Match(message) {
			t.Fatal("no match")
		}
	}
	if took := time.Since(began); took > 20*time.Second { // some 0.3 s; by the square two minutes
		t.Errorf("%s for 20 MiB", took)
	}
}
