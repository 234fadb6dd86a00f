package transform

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// program has a step of every kind.
func program(t testing.TB, first func() (Step, error)) *Program {
	t.Helper()
	var steps []Step
	for _, make := range []func() (Step, error){
		first,
		func() (Step, error) { return ParseKeyValue(KeyValue{Source: "a", Destination: "pairs"}) },
		func() (Step, error) { return CSV("b", "row", "", "", []string{"x.y"}) },
	} {
		s, err := make()
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, s)
	}
	return New(steps)
}

// Whatever a message holds, what comes of it is JSON, or there is a reason why nothing does.
func FuzzRun(f *testing.F) {
	for _, text := range []string{
		`{"a":"k=v&k2","b":"1,\"2\"\"\",3"}`, `{"a":"=","b":"\""}`, `{"a":1}`, "{\"a\":\"\xff\",\"b\":\"\x00\"}", `{"a":"\ud800","b":""}`, `[`, ``, strings.Repeat(`{"a":`, 200), `{"a":"x","a":"y","b":"1"}`, `{"a":1e999,"b":-0}`,
	} {
		f.Add(text)
	}
	var programs []*Program
	for _, first := range []func() (Step, error){
		func() (Step, error) { return ParseJSON("", "") },
		func() (Step, error) { return Grok("", `%{GREEDYDATA:a} %{QUOTEDSTRING:b}`) },
		func() (Step, error) { return Grok("", `%{NGINX_ACCESS_LOG}`) },
		func() (Step, error) { return CSV("", "", " ", "", []string{"a", "b"}) },
		func() (Step, error) { return ParseWAF(), nil },
		func() (Step, error) { return ParsePostgres(), nil },
		func() (Step, error) { return ParseCloudfront(), nil },
	} {
		programs = append(programs, program(f, first))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for i, p := range programs {
			out, err := p.Run([]byte(text), &Origin{})
			if err == nil && !json.Valid(out) {
				t.Errorf("program %d makes %q of %q", i, out, text)
			}
		}
	})
}

// The second parser's source comes from JSON, deep and wide.
func TestNesting(t *testing.T) {
	step, err := ParseJSON("", "")
	if err != nil {
		t.Fatal(err)
	}
	p := New([]Step{step})
	for depth, ok := range map[int]bool{90: true, 200: false} {
		text := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
		if out, err := p.Run([]byte(text), &Origin{}); (err == nil) != ok || ok && string(out) != text {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

// A message of as many keys as there can be is dealt with in time that grows as it does.
func TestManyKeys(t *testing.T) {
	var b strings.Builder
	for i := 0; b.Len() < MaxMessage-10; i++ {
		b.WriteString(strconv.FormatInt(int64(i), 36) + "&")
	}
	pairs, err := ParseKeyValue(KeyValue{})
	if err != nil {
		t.Fatal(err)
	}
	gone, err := DeleteKeys([]string{"1", "zz"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := AddKeys([]Entry{{From: "v", To: "zz"}, {From: "v", To: "2"}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := New([]Step{pairs, gone, again}).Run([]byte(b.String()), &Origin{})
	if err != nil || !strings.HasPrefix(string(out), `{"0":null,"2":null,`) || !strings.HasSuffix(string(out), `,"zz":"v"}`) || strings.Contains(string(out), `"1":`) {
		t.Errorf("%.40s… %v", out, err)
	}
}

func BenchmarkNginx(b *testing.B) {
	step, err := Grok("", `%{NGINX_ACCESS_LOG}`)
	if err != nil {
		b.Fatal(err)
	}
	p := New([]Step{step})
	line := []byte(`192.168.1.100 - Foo [03/Aug/2023:12:34:56 +0000] "GET /account/login.html HTTP/1.1" 200 42 "https://www.amazon.com/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"`)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := p.Run(line, &Origin{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	step, err := ParseJSON("", "")
	if err != nil {
		b.Fatal(err)
	}
	p := New([]Step{step})
	line := []byte(`{"timestamp":"2024-11-23T16:03:12Z","level":"ERROR","logMsg":"GET /page.html HTTP/1.1","ms":17,"user":{"id":4711,"name":"ann"},"tags":["a","b"]}`)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := p.Run(line, &Origin{}); err != nil {
			b.Fatal(err)
		}
	}
}
