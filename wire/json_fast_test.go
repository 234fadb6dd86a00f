package wire

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"unyo/api/rt"
)

// TestJSONIntegers: integers of all lengths and forms are what encoding/json says, or refused as it refuses them.
func TestJSONIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2))
	for range 20_000 {
		n := ""
		for range r.IntN(21) {
			n += string("0123456789"[r.IntN(10)])
		}
		if r.IntN(8) == 0 {
			n = "-" + n
		}
		if r.IntN(8) == 0 {
			at := r.IntN(len(n) + 1)
			n = n[:at] + []string{".", "/", ":", "e", "E", "-", "\x00", "\xff", " ", ".0", "e0"}[r.IntN(11)] + n[at:]
		}
		body := `{"timestamp":` + n + strings.Repeat(" ", r.IntN(2)*r.IntN(12)) + `}`
		var want struct {
			Timestamp *int64 `json:"timestamp"`
		}
		var float struct {
			Timestamp *float64 `json:"timestamp"`
		}
		bad, worse := json.Unmarshal([]byte(body), &want), json.Unmarshal([]byte(body), &float)
		got := &logEvent{}
		err := Decode(&Request{Protocol: rt.JSON, Raw: []byte(body)}, got)
		switch {
		case bad == nil && (err != nil || *got.Timestamp != *want.Timestamp):
			t.Fatalf("%s is %v, %v", body, got.Timestamp, err)
		case worse != nil && err == nil:
			t.Fatalf("%s is %d, but no JSON: %v", body, *got.Timestamp, worse)
		case bad != nil && worse == nil && err == nil && float64(*got.Timestamp) != *float.Timestamp: // 1.0 and 1e3 are integers here
			t.Fatalf("%s is %d", body, *got.Timestamp)
		}
	}
}

// TestJSONMembers: members are found in any order, with space anywhere, null, twice, unknown, and with names that begin as others do.
func TestJSONMembers(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 3))
	members := []string{`"timestamp":7`, `"timestamp" : 8`, `"timestamp":null`, `"message":"m"`, "\"message\":\n\"n\"", `"message":null`, `"other":{"message":"x"}`, `"timestampe":9`, `"time":1`, `"m\u0065ssage":"e"`}
	for range 5000 {
		var some []string
		for range r.IntN(5) {
			some = append(some, members[r.IntN(len(members))])
		}
		event := "{" + strings.Join(some, ",") + "}"
		body := `{"logEvents":[` + event + `,` + strings.Replace(event, ",", " , ", 1) + `],"logGroupName":"g"}`
		var want struct {
			LogGroupName string
			LogEvents    []struct {
				Timestamp *int64
				Message   *string
			}
		}
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatal(err)
		}
		got := &logEvents{}
		if err := Decode(&Request{Protocol: rt.JSON, Raw: []byte(body)}, got); err != nil || len(got.LogEvents) != 2 || *got.LogGroupName != "g" {
			t.Fatalf("%s: %v", body, err)
		}
		for i, e := range got.LogEvents {
			w := want.LogEvents[i]
			if (e.Timestamp == nil) != (w.Timestamp == nil) || e.Timestamp != nil && *e.Timestamp != *w.Timestamp || (e.Message == nil) != (w.Message == nil) || e.Message != nil && *e.Message != *w.Message {
				t.Fatalf("%s: event %d", body, i)
			}
		}
	}
}
