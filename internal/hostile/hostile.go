// Package hostile has tests ask what means harm in a process of its own, whose memory is measured. A package has two tests for it: one that answers,
// TestHostileProcess, and one that asks.
package hostile

import (
	"bytes"
	"os"
	"os/exec"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"testing"
	"time"
)

// question is the environment's variable in which a process of its own finds what it is asked.
const question = "HOSTILE"

// All tells whether every question is to be asked, which takes minutes.
func All() bool { return os.Getenv("UNYO_HOSTILE") != "" }

// Answer ends the process with the answer to its question. Memory is the limit under which the collector works, so that what is measured is held,
// and not only not yet collected.
func Answer(t *testing.T, memory int64, answer func(question string) string) {
	asked := os.Getenv(question)
	if asked == "" {
		t.Skip("run by those that ask")
	}
	debug.SetMemoryLimit(memory)
	peak, stop := make(chan uint64), make(chan bool)
	go func() {
		most, sample := uint64(0), []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64()-sample[1].Value.Uint64())
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	said := answer(asked)
	stop <- true
	os.Stdout.WriteString("\x00" + said + "\x00" + strconv.FormatUint(<-peak, 10))
	os.Exit(0)
}

// Ask is what a process of its own answers, and how much memory it had at most.
func Ask(t *testing.T, what string) (answer string, peak int64, ok bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestHostileProcess$")
	cmd.Env = append(os.Environ(), question+"="+what)
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	parts := bytes.Split(out, []byte{0})
	if err != nil || len(parts) != 3 {
		t.Errorf("%.200s\n\t%v: %.2000s", what, err, out)
		return "", 0, false
	}
	peak, _ = strconv.ParseInt(string(parts[2]), 10, 64)
	t.Logf("%6d MiB %8v %.100s", peak>>20, time.Since(begun).Round(time.Millisecond), what)
	return string(parts[1]), peak, true
}
