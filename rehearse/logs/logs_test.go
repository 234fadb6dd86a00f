package logs

import (
	"testing"
	"time"
)

// The instants are those of the guide's example: an object of 10:30 with a rule of three days.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
func TestFallsDue(t *testing.T) {
	made := time.Date(2014, 1, 15, 10, 30, 0, 0, time.UTC)
	if got, want := fallsDue(made, 3), time.Date(2014, 1, 19, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
	midnight := time.Date(2014, 1, 15, 0, 0, 0, 0, time.UTC)
	if got, want := fallsDue(midnight, 1), time.Date(2014, 1, 16, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Each system writes lines that its filter wants and others, and no line twice.
func TestLines(t *testing.T) {
	s := Sources{web: generateWeb()}
	for i := range systems {
		seen := map[string]bool{}
		wanted := 0
		for n := range 500 {
			line := s.line(&systems[i], n, time.Unix(int64(n), 0).UTC())
			if seen[line] {
				t.Errorf("twice: %s", line)
			}
			seen[line] = true
			if systems[i].wanted(line) {
				wanted++
			}
		}
		if wanted < 50 || wanted > 450 {
			t.Errorf("%s: %d of 500 are wanted", systems[i].name, wanted)
		}
	}
}
