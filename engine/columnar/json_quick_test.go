package columnar

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// What is read the quick way is what the slow way reads.
func TestQuickReadsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	types := schemaOf(t, "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(4,2)", "decimal(18,6)", "decimal(38,10)", "decimal(18,18)", "timestamp")
	decoders := []*Decoder{}
	for _, j := range []JSON{{}, {Hive: true}, {Hive: true, Formats: []string{"millis"}}} {
		d, err := NewDecoder(j, types)
		if err != nil {
			t.Fatal(err)
		}
		decoders = append(decoders, d)
	}
	forms := []func() string{
		func() string { return fmt.Sprint(int64(r.Uint64()) >> r.IntN(64)) },
		func() string { return fmt.Sprintf("%.*f", r.IntN(12), r.NormFloat64()*float64(r.IntN(2000))) },
		func() string { return fmt.Sprintf("%e", r.NormFloat64()) },
		func() string {
			return time.Unix(int64(r.Uint64()>>29)-1<<33, int64(r.IntN(1e9))).UTC().Format([]string{"2006-01-02T15:04:05.999999999Z", "2006-01-02 15:04:05.000", "2006-01-02 15:04:05", "2006-01-02T15:04:05"}[r.IntN(4)])
		},
		func() string {
			return []string{"", "-", ".", "-.5", "5.", "007", "+5", "0x10", "1_0", "Infinity", "NaN", "true", "2026-02-29 00:00:00", "0000-01-01 00:00:00", "2026-13-01 00:00:00", "2026-01-01 00:00:00.", "2026-01-01 24:00:00"}[r.IntN(17)]
		},
	}
	quick := 0
	for range 40000 {
		text := []byte(forms[r.IntN(len(forms))]())
		if len(text) > 0 && r.IntN(10) == 0 {
			text[r.IntN(len(text))] = "0123456789-.TZ: e"[r.IntN(17)]
		}
		for _, f := range types {
			for _, d := range decoders {
				isText := r.IntN(2) == 0 || len(text) == 0 || f.Type.Kind == Boolean && string(text) != "true" // a word has been looked at
				h := newHeld(f.Type, new(int))
				if !d.quick(h, text, isText) {
					if len(h.present) > 0 {
						t.Fatalf("%s %q: something was added", f.Type, text)
					}
					continue
				}
				quick++
				want, err := d.convert(f.Type, string(text), isText)
				if got := h.value(0); err != nil || fmt.Sprint(plain(f.Type, &got)) != fmt.Sprint(plain(f.Type, &want)) {
					t.Fatalf("%s %q: %v, want %v, %v", f.Type, text, plain(f.Type, &got), plain(f.Type, &want), err)
				}
			}
		}
	}
	if quick < 100000 {
		t.Errorf("only %d were read the quick way", quick)
	}
}
