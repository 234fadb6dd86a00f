package jq

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// slow reads as parse must, by encoding/json.
func slow(record []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(record))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, ErrInput
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, ErrInput
	}
	return numbers(v), nil
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return int(i)
		}
		if len(v) <= maxDigits {
			if b, ok := new(big.Int).SetString(v.String(), 10); ok {
				return b
			}
		}
		f, err := v.Float64()
		if err != nil {
			f = math.Copysign(math.MaxFloat64, f)
		}
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}

func agree(t *testing.T, record []byte) {
	t.Helper()
	got, err := parse(record)
	want, slowErr := slow(record)
	if (err == nil) != (slowErr == nil) || !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: %#v %v, encoding/json: %#v %v", record, got, err, want, slowErr)
	}
}

// Whatever is read, is read as encoding/json reads it; what it refuses is refused.
func TestParseAgrees(t *testing.T) {
	seeds := []string{
		`{"a":1,"b":[true,false,null,-0,0,-1.5e+3,1E9],"c":{"d":"x\n\u00e4\ud83d\ude00"},"a":2}`, ` [ ] `, `{ }`, `""`, `01`, `-`, `1.`, `.5`, `1e`, `+1`, `"` + "\x01" + `"`, `"\x"`, `"\u12"`,
		"\"\xff\xc3\"", `{"a" 1}`, `{"a":1,}`, `[1,]`, `[1 2]`, `{1:2}`, `tru`, `nulll`, `1 2`, ``, ` `, `"\ud800"`, `9223372036854775807`, `9223372036854775808`, `1e400`, `-1e400`,
		`1234567890123456789012345678901234567890`, `12345678901234567890123456789012345678901`, `"a` + "\u2028" + `"`, `"\`, `{"a":{"b":{"c":[[[{}]]]}}}`, "\ufeff1",
		strings.Repeat("[", maxDeep) + strings.Repeat("]", maxDeep), strings.Repeat("[", maxDeep+1) + strings.Repeat("]", maxDeep+1),
	}
	for _, s := range seeds {
		agree(t, []byte(s))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const alphabet = "{}[]\",:\\untrfalse0123456789.-+eE \x00\xff\xc3\xa4"
	for range 100_000 {
		b := []byte(seeds[rng.IntN(14)])
		for range 1 + rng.IntN(3) {
			if c := alphabet[rng.IntN(len(alphabet))]; len(b) == 0 || rng.IntN(2) == 0 {
				i := rng.IntN(len(b) + 1)
				b = append(b[:i:i], append([]byte{c}, b[i:]...)...)
			} else {
				b[rng.IntN(len(b))] = c
			}
		}
		agree(t, b)
	}
}

// BenchmarkParse reads a record as parse does, and as encoding/json.
func BenchmarkParse(b *testing.B) {
	record := []byte(`{"type":{"device":"mobile","event":"user_clicked_submit_button"},"customer_id":"1234567890","event_timestamp":1565382027,"region":"sample_region","payload":"` + strings.Repeat("x", 300) + `"}`)
	for name, read := range map[string]func([]byte) (any, error){"own": parse, "encoding/json": slow} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(record)))
			for b.Loop() {
				if _, err := read(record); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
