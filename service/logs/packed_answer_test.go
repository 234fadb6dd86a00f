package logs

import (
	"fmt"
	"testing"

	"unyo/engine/insights"
)

// An answer comes back as it was packed, one of the form before as well; a damaged one is refused.
func TestPackedAnswer(t *testing.T) {
	packed, err := packAnswer([][]insights.Field{{{Name: "a", Value: "1"}, {Name: "b", Value: "x\xffy"}}, {}, {{Name: "", Value: ""}}})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := unpackAnswer(packed)
	if want := [][]string{{"a", "1", "b", "x\uFFFDy"}, {}, {"", ""}}; err != nil || fmt.Sprintf("%q", rows) != fmt.Sprintf("%q", want) {
		t.Fatalf("%q, %v", rows, err)
	}
	rows, err = unpackAnswer(answerEncoder().EncodeAll([]byte(`[["a","1"],null]`), nil))
	if err != nil || fmt.Sprintf("%q", rows) != `[["a" "1"] []]` {
		t.Fatalf("%q, %v", rows, err)
	}
	whole, err := answerDecoder().DecodeAll(packed, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		if rows, err := unpackAnswer(answerEncoder().EncodeAll(whole[:i], nil)); err == nil {
			t.Fatalf("%d bytes of %d are %q", i, len(whole), rows)
		}
	}
	if _, err := unpackAnswer(packed[:len(packed)-1]); err == nil {
		t.Fatal("half an answer is taken for one")
	}
}
