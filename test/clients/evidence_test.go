package clients

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// evidenceFile says which operations these tests have called with success, and under which shapes: unyo coverage
// counts them as exercised. Run the tests with -update to write it anew after reading the difference.
const evidenceFile = "../../world/evidence.txt"

var update = flag.Bool("update", false, "write "+evidenceFile)

var evidence = struct {
	sync.Mutex
	lines map[string]bool
}{lines: map[string]bool{}}

func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	if status == 0 && flag.Lookup("test.run").Value.String() == "" {
		status = checkEvidence()
	}
	os.Exit(status)
}

// gather notes what the estate's journal says was done, before the estate is stopped.
func (e *estate) gather() {
	sums := map[string]string{}
	done := map[string]bool{}
	for line := range strings.Lines(e.cat(e.t, "@journal/entry")) {
		_, value, _ := strings.Cut(line, "\t")
		var entry struct {
			Call *struct{ Service, Operation, ErrorCode string }
		}
		if json.Unmarshal([]byte(value), &entry) == nil && entry.Call != nil && entry.Call.ErrorCode == "" {
			done[entry.Call.Service+" "+entry.Call.Operation] = true
			sums[entry.Call.Service] = ""
		}
	}
	evidence.Lock()
	defer evidence.Unlock()
	for service := range sums {
		var c struct {
			Services []struct {
				Detail []struct{ Name, Sum string }
			}
		}
		e.door("coverage?service="+service, nil, &c)
		for _, op := range c.Services[0].Detail {
			if done[service+" "+op.Name] {
				evidence.lines["exercised "+service+" "+op.Name+" "+op.Sum] = true
			}
		}
	}
}

func checkEvidence() int {
	got := slices.Sorted(maps.Keys(evidence.lines))
	if *update {
		if err := os.WriteFile(evidenceFile, []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			fmt.Println(err)
			return 1
		}
		return 0
	}
	b, err := os.ReadFile(evidenceFile)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	status := 0
	for line := range strings.Lines(string(b)) {
		if !evidence.lines[strings.TrimSpace(line)] {
			fmt.Printf("no longer exercised, or its shapes have changed: %s", line)
			status = 1
		}
	}
	fmt.Printf("%d operations exercised by real clients\n", len(got))
	return status
}
