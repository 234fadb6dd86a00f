package accessanalyzer

import (
	"encoding/json"
	"testing"

	api "unyo/api/accessanalyzer"
)

// A job that a crash had run again comes to the same rows: it asks, and settles what it saw in one transaction.
func TestRepeat(t *testing.T) {
	f := setUp(t)
	f.buckets["b"] = &shelf{policy: open}
	a := f.analyzer()
	all := func() string {
		text, err := json.Marshal(f.found(a, nil))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	look := scanArg{Analyzer: "a", Type: api.ResourceTypeAwsS3Bucket, Name: "b", Account: here}
	if err := f.runScan(f.ctx(), look); err != nil {
		t.Fatal(err)
	}
	before := all()
	for range 2 {
		if err := f.runScan(f.ctx(), look); err != nil {
			t.Fatal(err)
		}
		if err := f.runSurvey(f.ctx(), surveyArg{"a"}); err != nil {
			t.Fatal(err)
		}
	}
	f.advance(0)
	if after := all(); after != before {
		t.Errorf("%s\nbecame\n%s", before, after)
	}
}
