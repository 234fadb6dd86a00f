package jsonpath

import (
	stdcontext "context"
	"strings"
	"testing"
	"time"

	"unyo/base/jsontext"
	"unyo/engine/sql/functions"
	"unyo/engine/sql/types"
)

func answer(t testing.TB, input, path string) string {
	p, err := Parse(path)
	if err != nil {
		return "!" + err.Error()
	}
	tree, err := jsontext.Whole([]byte(input))
	if err != nil {
		t.Fatal(input, err)
	}
	seq, err := p.Eval(Run{Ctx: &functions.Context{Context: stdcontext.Background()}, Input: tree, Args: map[string]any{"n": whole(2), "s": "AF"}})
	if err != nil {
		return "!" + err.Error()
	}
	b, ok := JSON(seq, true)
	if !ok {
		return "!no JSON"
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(b), "["), "]")
}

// The examples of https://trino.io/docs/current/functions/json.html#json-path-syntax-and-semantics; there <path> is a sequence, which [*] makes here.
func TestDocumentedPaths(t *testing.T) {
	customers := `[{"customer":100,"region":"AFRICA"},{"region":"ASIA"},{"customer":300,"region":"AFRICA","comment":null}]`
	arrays := `[[0,1,2],["a","b","c","d"],[null,null]]`
	mixed := `[[1,"a",null],{"key1":1.0,"key2":true},-2e3]`
	for _, c := range [][3]string{
		{customers, "lax $[*].customer", "100,300"}, {customers, "strict $[*].customer", "!path evaluation failed: structural error: missing member 'customer' in JSON object"}, {customers, "lax $.customer", "100,300"}, {customers, "strict $.customer", "!path evaluation failed: invalid item type. Expected: OBJECT, actual: ARRAY"},
		{customers, "lax $[*].*", `100,"AFRICA","ASIA",300,"AFRICA",null`}, {`{"id":1,"notes":[{"type":1,"comment":"foo"},{"type":2,"comment":null}],"comment":["bar","baz"]}`, "lax $..comment", `["bar","baz"],"foo",null`},
		{arrays, "strict $[*][last]", `2,"d",null`}, {arrays, "lax $[*][2 to 3]", `2,"c","d"`}, {arrays, "strict $[*][2 to 3]", "!path evaluation failed: structural error: invalid array subscript: [2, 3] for array of size 3"}, {arrays, "strict $[*][1, 0, 0]", `1,0,0,"b","a","a",null,null,null`}, {arrays, "strict $[*][*]", `0,1,2,"a","b","c","d",null,null`}, {arrays, "lax $[0][5 to 3]", ""},
		{customers, `lax $[*]?(@.region != "ASIA").customer`, "100,300"}, {customers, "lax $[*]?(!exists(@.customer))", `{"region":"ASIA"}`}, {customers, `lax $[*]?(@.region starts with $s).customer`, "100,300"}, {customers, `lax $?(@.customer > 100 && @.region == "AFRICA").customer`, "300"}, {customers, "lax $[*]?((@.customer > 1) is unknown)", ""},
		{customers, `strict $[*]?((@.customer > 1) is unknown)`, `{"region":"ASIA"}`}, {customers, `lax $[*]?(exists(@.comment) || (@.customer == 100)).customer`, "100,300"}, {customers, `lax $[*]?(@.comment == null).customer`, "300"}, {customers, `lax $[*]?(@.region like_regex "^af" flag "i").customer`, "100,300"},
		{`[-1,23e4,"5.6"]`, "lax $.double()", "-1.0,230000.0,5.6"}, {"[-1.5,-1,1.3]", "lax $.ceiling()", "-1.0,-1,2.0"}, {"[-1.5,-1,1.3]", "lax $.floor()", "-2.0,-1,1.0"}, {"[-1.5,-1,1.3]", "lax $.abs()", "1.5,1,1.3"},
		{customers, "lax $.keyvalue()?(@.name == \"region\").id", "0,1,2"}, {`{"customer":100}`, "strict $.keyvalue()", `{"name":"customer","value":100,"id":0}`}, {arrays, "strict $[*].size()", "3,4,2"}, {mixed, "lax $[*].size()", "3,1,1"}, {mixed, "lax $[*][*]", `1,"a",null,{"key1":1.0,"key2":true},-2000.0`}, {mixed, "lax $[*].floor()", "!path evaluation failed: invalid item type. Expected: NUMBER, actual: STRING"},
		{mixed, "strict $[*].type()", `"array","object","number"`}, {"[1]", "lax $[0] + 1 * 3", "4"}, {"[1]", "lax -$[0] - 1", "-2"}, {"[7]", "lax $ / 2", "3"}, {"[7]", "lax ($ + 0.5) * 2", "15.0"}, {"[7]", "lax $ / 0", "!path evaluation failed: DIVISION_BY_ZERO: Division by zero"}, {"[7, 8]", "lax $ + 1", "!path evaluation failed: arithmetic binary"}, {"[7, 8, 9]", "strict $[$n]", "9"},
		{`{"a b":1,"c":{"d":2}}`, `lax $."a b"`, "1"}, {`{"a b":1,"c":{"d":2}}`, `lax $.c."d"`, "2"}, {"1", "$", "!mismatched input '$' expecting {'lax', 'strict'}"}, {"1", "lax $.", "!mismatched input '<EOF>' expecting <identifier>"}, {"1", "lax $.foo()", "!the item method foo() is not supported"}, {"1", "lax @", "!current item"}, {"1", "lax last", "!'last'"}, {"1", "lax $?(@)", "!mismatched input ')' expecting"},
		{"1", "lax " + strings.Repeat("(", 200) + "$", "!the path is too large"}, {"1", "lax " + strings.Repeat("$?((", 40) + "1", "!"},
	} {
		got := answer(t, c[0], c[1])
		if want := c[2]; got != want && (want == "" || want[0] != '!' || !strings.HasPrefix(got, want)) {
			t.Errorf("%s of %s\n\tgives %s\n\twants %s", c[1], c[0], got, want)
		}
	}
}

// A path that multiplies what it finds ends.
func TestHostilePaths(t *testing.T) {
	begun := time.Now()
	for _, path := range []string{"lax $" + strings.Repeat("[0 to last, 0 to last]", 60), "lax $" + strings.Repeat("[*][0, 0, 0, 0]", 40), "lax $?(" + strings.Repeat("@..a == ", 1) + "$[*,0 to last])"} {
		if got := answer(t, "["+strings.Repeat("1,", 1000)+"1]", path); !strings.HasPrefix(got, "!") {
			t.Errorf("%.50s gives %.50s", path, got)
		}
	}
	if d := time.Since(begun); d > 2*time.Minute {
		t.Errorf("took %v", d)
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"lax $.a[0 to last].b?(@ > 1 && exists(@.c))", `strict $."x"..y.keyvalue()`, "lax -$n * (1.5e3 + $)[*]", `lax $?(@ starts with $s || !(@ == null) is unknown)`, `lax $?(@ like_regex "a+" flag "i").size()`} {
		f.Add(s, `{"a":[1,{"b":[2,"AFx"]}]}`)
	}
	f.Fuzz(func(t *testing.T, path, input string) {
		p, err := Parse(path)
		tree, bad := jsontext.Whole([]byte(input))
		if err != nil || bad != nil || len(path) > 500 || len(input) > 500 {
			return
		}
		ctx, cancel := stdcontext.WithTimeout(stdcontext.Background(), time.Second)
		defer cancel()
		seq, err := p.Eval(Run{Ctx: &functions.Context{Context: ctx, Zone: types.UTC}, Input: tree, Args: map[string]any{"n": whole(2), "s": "AF"}})
		if err == nil && len(seq) > 0 {
			if b, ok := JSON(seq, true); ok {
				if _, err := jsontext.Whole(b); err != nil {
					t.Fatalf("%s of %s gives %s", path, input, b)
				}
			}
		}
	})
}
