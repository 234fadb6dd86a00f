package jq

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// The queries are of AWS's pages on partitioning keys, and of jq's manual.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
func TestRun(t *testing.T) {
	const record = `{"type":{"device":"mobile","event":"user_clicked"},"customer_id":"1234567890","event_timestamp":1565382027,"region":"sample","n":[3,1,2],"big":123456789012345678901}`
	for query, want := range map[string]string{
		`{customer_id:.customer_id, device:.type.device}`:                              `{"customer_id":"1234567890","device":"mobile"}`,
		`{year:.event_timestamp|strftime("%Y"), hour:.event_timestamp|strftime("%H")}`: `{"hour":"20","year":"2019"}`,
		`{d:(.event_timestamp| todate | split("T")[0])}`:                               `{"d":"2019-08-09"}`,
		`{"a b": .region | ascii_upcase, c: (.missing // "none")}`:                     `{"a b":"SAMPLE","c":"none"}`,
		`{r: (.customer_id[0:3] + "-" + (.n|add|tostring))}`:                           `{"r":"123-6"}`,
		`{r: "\(.region)/\(.type.event | sub("user_"; ""))"}`:                          `{"r":"sample/clicked"}`,
		`{r: (if .n|length > 2 then "many" else "few" end)}`:                           `{"r":"many"}`,
		`{r: (.n | sort | map(. * 2 - 1) | join(","))}`:                                `{"r":"1,3,5"}`,
		`{r: (.n | contains([1])), s: ("ab" * 3)}`:                                     `{"r":true,"s":"ababab"}`,
		`{r: .region | test("^s.*e$")}`:                                                `{"r":true}`,
		`{r: [.n[] | select(. > 1)] | first}`:                                          `{"r":3}`,
		`{r: reduce .n[] as $x (0; . + $x)}`:                                           `{"r":6}`,
		`{r: .big}`:                                                                    `{"r":123456789012345678901}`,
		`def double(f): f * 2; {r: double(.n[0])}`:                                     `{"r":6}`,
		`{r: (try error("no") catch .)}`:                                               `{"r":"no"}`,
	} {
		p, err := Compile(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		v, err := p.Run([]byte(record))
		got, _ := json.Marshal(v)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v; want %s", query, got, err, want)
		}
	}
}

func TestKeys(t *testing.T) {
	for query, want := range map[string]string{
		`{a:.x, "b c":.y, d}`: "a|b c|d", `.a`: "", `{(.x):1}`: "", `{a:1}|{b:2}`: "", `[1]`: "",
	} {
		p, err := Compile(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		if got := strings.Join(p.Keys(), "|"); got != want {
			t.Errorf("%s: keys %q, want %q", query, got, want)
		}
	}
}

// Queries that would take all time or memory end with an error, the same each time.
func TestHostile(t *testing.T) {
	for _, query := range []string{
		`[limit(1e9; repeat(1))]`,
		`last(range(1e12))`,
		`def f: f; f`,
		`def f: [f]; f`,
		`[recurse(.+1)]`,
		`"x" * 1e9`,
		`reduce range(60) as $i ("x"; . + .)`,
		`reduce range(60) as $i ("x"; "\(.)\(.)")`,
		`reduce range(60) as $i ([1]; [., .])`,
		`reduce range(60) as $i ({}; {a: ., b: .})`,
		`reduce range(60) as $i (3; . * .)`,
		`reduce range(60) as $i ("xxxxxxxx"; . * 8)`,
		`[range(30000)] as $a | $a - $a`,
		`[range(3000)] as $a | [range(3000)] | contains($a)`,
		`("x" * 1000000) as $s | [range(40000) | $s] | add`,
		`("x" * 1000000) as $s | [range(40000) | $s] | tojson`,
		`("x" * 1000000) | [match("";"g")]`,
		`until(false; .)`,
		`[..] | while(true; [.])`,
	} {
		p, err := Compile(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		_, err = p.Run([]byte(`{"a":1}`))
		if err == nil {
			t.Errorf("%s: no error", query)
			continue
		}
		if _, again := p.Run([]byte(`{"a":1}`)); again == nil || again.Error() != err.Error() {
			t.Errorf("%s: %v, then %v", query, err, again)
		}
	}
}

// What is not available is refused when the query is compiled.
func TestRefused(t *testing.T) {
	for _, query := range []string{
		`env`, `$ENV`, `{$ENV}`, `input`, `inputs`, `now`, `debug`, `halt`, `input_filename`, `localtime`, `setpath(["a"];1)`, `.a = 1`, `.a |= 2`, `.[1e9] += 1`,
		`import "a" as a; 1`, `include "a"; 1`, `gsub("a"; "\(.)")`, `join($__loc__|tojson)`, `def now: 1; now`, `def f(now): now; f(1)`,
		`def f: (def setpath(a;b): .; .); setpath(["a"];1)`, `_unyo_weigh`, `def _unyo_weigh: .; 1`, `add(.[])`, `modulemeta`, `getpath(["a"]) |= 1`, `limit(1; env)`,
		`{a: {b: (if true then env else 1 end)}}`, `. as {a: $x, (env): $y} | 1`, `[.[env]]`, `try env catch 1`, `label $x | env`, `foreach 1 as $x (env; .)`,
		`@base64 "\(env)"`, `-env`, `builtins`, `splits("a"; env)`, `$__prog_args`,
	} {
		if _, err := Compile(query); err == nil {
			t.Errorf("%s: compiled", query)
		}
	}
	if _, err := Compile(`now`); !errors.Is(err, ErrRefused) {
		t.Errorf("now: %v", err)
	}
	if _, err := Compile(`{a:`); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("half a query: %v", err)
	}
}

func TestInput(t *testing.T) {
	p, err := Compile(`{a: .a}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range []string{"", "x", `{"a":1}{"a":2}`, `{"a":`, strings.Repeat("[", 100_000)} {
		if _, err := p.Run([]byte(record)); !errors.Is(err, ErrInput) {
			t.Errorf("%.20q: %v", record, err)
		}
	}
	for query, want := range map[string]error{`empty`: ErrNothing, `1,2`: ErrMany} {
		p, err := Compile(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Run([]byte("1")); !errors.Is(err, want) {
			t.Errorf("%s: %v", query, err)
		}
	}
}

// Whatever a query and a record say, it ends, and twice alike.
func FuzzRun(f *testing.F) {
	f.Add(`{a: .a, b: (.b | tostring)}`, `{"a":"x","b":[1,2]}`)
	f.Add(`reduce range(60) as $i ("x"; . + .)`, `1`)
	f.Add(`[.[] | select(.x > 1)] | sort_by(.x) | map(.y)`, `[{"x":2,"y":"z"}]`)
	f.Add(`def f(g): g | g; f(. * 2)`, `"ab"`)
	f.Fuzz(func(t *testing.T, query, record string) {
		p, err := Compile(query)
		if err != nil {
			return
		}
		a, err := p.Run([]byte(record))
		b, again := p.Run([]byte(record))
		if (err == nil) != (again == nil) {
			t.Fatalf("%q over %q: %v, then %v", query, record, err, again)
		}
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		if string(x) != string(y) {
			t.Fatalf("%q over %q: %s, then %s", query, record, x, y)
		}
	})
}

func BenchmarkPartitionKeys(b *testing.B) {
	p, err := Compile(`{customer_id:.customer_id, device:.type.device}`)
	if err != nil {
		b.Fatal(err)
	}
	record := []byte(`{"type":{"device":"mobile","event":"user_clicked_submit_button"},"customer_id":"1234567890","event_timestamp":1565382027,"region":"sample_region","payload":"` + strings.Repeat("x", 300) + `"}`)
	b.SetBytes(int64(len(record)))
	for b.Loop() {
		if _, err := p.Run(record); err != nil {
			b.Fatal(err)
		}
	}
}
