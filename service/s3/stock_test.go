package s3

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"unyo/engine/blob"
)

// The quick way reads the same as the slow one, or leaves it to that.
func TestHeldRows(t *testing.T) {
	ref := blob.Ref{File: 3, Offset: 48, Size: 5, Sum: 9}
	for what, c := range map[string]struct {
		row   object
		quick bool
	}{
		"plain":     {object{Blob: ref, Class: standard, Seq: 1, Size: 5, Owner: ann}, true},
		"a version": {object{Blob: ref, Class: glacier, Seq: 2, ID: "v", Size: 5}, true},
		"a forgery": {object{Class: standard, Seq: 1, Meta: map[string]string{"blob": "1.f.1.01", "class": `","class":"`}}, false},
		"restored":  {object{Blob: ref, Class: glacier, Seq: 1, Size: 5, Restore: &restore{Ready: begin, Until: begin.Add(time.Hour), Copied: true}}, false},
		"in parts":  {object{Class: standard, Seq: 1, Size: 7, Upload: "u", Parts: 2}, false},
		"empty":     {object{Class: standard, Seq: 1}, false},
		"a marker":  {object{Marker: true, Seq: 4}, false},
	} {
		row, err := json.Marshal(c.row)
		ok(t, err)
		var slow, fast held
		ok(t, json.Unmarshal(row, &slow))
		if got := fast.Quick(row); got != c.quick {
			t.Errorf("%s: quick is %v: %s", what, got, row)
		} else if got && !reflect.DeepEqual(fast, slow) {
			t.Errorf("%s: %+v, slowly %+v", what, fast, slow)
		}
	}
}

// FuzzHeld: no row makes the quick way fail, and what it reads the slow way reads too.
func FuzzHeld(f *testing.F) {
	f.Add([]byte(`{"blob":"3.48.5.0000000000000009","class":"STANDARD","seq":1,"size":5}`))
	f.Fuzz(func(t *testing.T, row []byte) {
		var slow, fast held
		if fast.Quick(row) && json.Unmarshal(row, &slow) == nil && slow.Size == fast.Size && slow.Blob.Size != fast.Blob.Size {
			t.Errorf("%+v, slowly %+v", fast, slow)
		}
	})
}
