package insights

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// What gathers without end fails and says why; what is merely strange is answered.
func TestTooMuch(t *testing.T) {
	var many []string
	for i := range 5000 {
		many = append(many, fmt.Sprintf(`{"n":%d,"text":"%s"}`, i, strings.Repeat("x", 200)))
	}
	m := lines(many...)
	for _, text := range []string{"stats count(*) by n, text", "fields text | sort n", "dedup text, n", "stats pct(n / 7, 50), count_distinct(n) by n"} {
		q, fault := Parse(text)
		if fault != nil {
			t.Fatal(fault)
		}
		p, fault := Compile(q, Options{Memory: 100_000})
		if fault != nil {
			t.Fatal(fault)
		}
		if _, err := p.Run(context.Background(), m, 0, begin+1e9); !errors.Is(err, ErrMemory) {
			t.Errorf("%s: %v", text, err)
		}
	}
	want(t, "within", m.ask(t, "stats count_distinct(n) as d, pct(n, 50) as p"), "d=5000 p=2499")
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
func TestStrangeJSON(t *testing.T) {
	wide := "{"
	for i := range 300 {
		wide += fmt.Sprintf(`"f%d":%d,`, i, i)
	}
	m := lines(strings.TrimSuffix(wide, ",") + "}")
	want(t, "200 fields", m.ask(t, "fields f199, f200"), "f199=199")
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	for _, text := range []string{deep, deep[:9000], `{"a":`, `{"a"`, `{`, `{"a":"\`, `{"a":"\u12`, `{"a":"\ud83d\ude00"}`, `{"a":tru}`, `{"a":[}`, `{"a":1,}`, `{,}`, "{\"a\":\"\x00\xff\"}", `{"":1}`, `{"a":[[[]]]}`} {
		lines(text).ask(t, "fields a, a.0.b, jsonParse(@message) as j | unnest j.a into x | stats count(*) by a, x")
	}
	want(t, "two units of one character", lines(`{"a":"\ud83d\ude00"}`).ask(t, "fields a"), "a=😀")
	want(t, "an @ more", lines(`{"@a":1}`).ask(t, "fields @@a, @a"), "@@a=1")
	long := lines(strings.Repeat("a", 1<<20))
	want(t, "a regular expression without end elsewhere", long.ask(t, `filter @message like /(a+)+$/ | stats count(*) as n`), "n=1")
}
