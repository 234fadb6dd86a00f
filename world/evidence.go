package world

import (
	_ "embed"
	"strings"
)

// evidence.txt is written by the tests: a line «exercised logs PutLogEvents 1a2b3c4d» for each operation
// that an end-to-end test has called with success, pinned to the sum of its shapes; «verified» likewise for answers
// compared with recordings of AWS.
//
//go:embed evidence.txt
var evidenceText string

// evidence returns, by operation, the shape sum under which it was exercised and verified.
func evidence(service string) (exercised, verified map[string]string) {
	exercised, verified = map[string]string{}, map[string]string{}
	for line := range strings.Lines(evidenceText) {
		f := strings.Fields(line)
		if len(f) != 4 || f[1] != service {
			continue
		}
		switch f[0] {
		case "exercised":
			exercised[f[2]] = f[3]
		case "verified":
			verified[f[2]] = f[3]
		}
	}
	return exercised, verified
}
