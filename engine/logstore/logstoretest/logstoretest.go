// Package logstoretest is the contract of a log engine, as tests: what service/logs may rely on wherever the events lie.
package logstoretest

import (
	"testing"

	"unyo/engine/logstore"
)

// Subject is an engine to be proved.
type Subject struct {
	// Open opens the engine as a new process would, with its files in the folder Dir of fs. Its logs are full at logBytes.
	Open func(t *testing.T, fs logstore.FS, logBytes int64) logstore.Engine
	// Settle, unless nil, waits until the engine's work in the background is done. The tests call it now and then, so that events are
	// met in every place where they may lie.
	Settle func(t *testing.T, e logstore.Engine)
	// Slow thins out what is repeated many times, for an engine that talks to another process.
	Slow bool
}

// Dir is the folder of the engine's files.
const Dir = "/logs"

func (s Subject) settle(t *testing.T, e logstore.Engine) {
	t.Helper()
	if s.Settle != nil {
		s.Settle(t, e)
	}
}

func (s Subject) rounds(n int) int {
	if s.Slow {
		return max(1, n/4)
	}
	return n
}

func (s Subject) stride() int {
	if s.Slow {
		return 7
	}
	return 1
}

// Run proves an engine.
func Run(t *testing.T, s Subject) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Subject)
	}{
		{"Random", random}, {"EveryOperationFails", everyOperationFails}, {"DiskFull", diskFull}, {"PowerLossAnywhere", powerLossAnywhere},
		{"NumberUsedAgain", numberUsedAgain}, {"DropBefore", dropBefore}, {"Clear", clear}, {"AwkwardMessages", awkwardMessages}, {"OneInstant", oneInstant},
		{"WritersAndReaders", writersAndReaders}, {"ManyGroups", manyGroups},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, s) })
	}
}
