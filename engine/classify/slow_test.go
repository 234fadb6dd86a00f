package classify

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Hostile texts take no long time.
func TestClassifyHostile(t *testing.T) {
	var keys strings.Builder
	keys.WriteString("{")
	for i := range 50000 {
		fmt.Fprintf(&keys, `"k%d":1,`, i)
	}
	keys.WriteString(`"z":1}`)
	var ever strings.Builder
	for i := range 50000 {
		fmt.Fprintf(&ever, "{\"k%d\":1}\n", i)
	}
	var array strings.Builder
	for i := range 70000 {
		fmt.Fprintf(&array, `,{"k%d":1}`, i)
	}
	for name, text := range map[string]string{
		"many members": keys.String(), "open arrays": strings.Repeat("[", 1<<20), "open objects": strings.Repeat(`{"a":`, 1<<17), "deep": strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"one line": strings.Repeat("a ", 1<<19), "quotes": strings.Repeat(`"`, 1<<20), "delimiters": strings.Repeat(",", 1<<20), "dots": strings.Repeat("1.", 1<<19), "ever other members": ever.String(), "an array of them": "[" + array.String()[1:] + "]",
		"many columns": strings.Repeat("a,", 200000) + "b\n" + strings.Repeat("1,", 200000) + "2\n", "empty values": strings.Repeat("{}\n", 1<<18),
	} {
		begin := time.Now()
		f := of(t, "x", text)
		if took := time.Since(begin); took > time.Minute {
			t.Errorf("%s: %s after %s", name, f.Classification, took)
		} else {
			t.Logf("%s: %s after %s", name, f.Classification, took)
		}
	}
}

// Nor does it to put their columns together.
func TestMergeWide(t *testing.T) {
	var f, g Format
	for i := range 100000 {
		f.Columns, g.Columns = append(f.Columns, Column{fmt.Sprint("a", i), "int"}), append(g.Columns, Column{fmt.Sprint("b", i), "int"})
	}
	begin := time.Now()
	if m := f.Merge(&g); len(m.Columns) != 200000 || time.Since(begin) > time.Minute {
		t.Errorf("%d columns after %s", len(m.Columns), time.Since(begin))
	}
}
