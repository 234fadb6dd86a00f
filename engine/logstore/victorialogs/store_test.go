package victorialogs_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"unyo/engine/logstore"
	"unyo/engine/logstore/logstoretest"
	"unyo/engine/logstore/victorialogs"
)

// binary is a VictoriaLogs, or "": the tests against it are run by make test-victorialogs, which builds one.
var binary = os.Getenv("VICTORIALOGS")

// victoria is a VictoriaLogs of a test's own.
type victoria struct {
	t       *testing.T
	address string
	dir     string
	flags   []string
	cmd     *exec.Cmd
}

func startVictoria(t *testing.T, flags ...string) *victoria {
	t.Helper()
	if binary == "" {
		t.Skip("SKIPPED: no VictoriaLogs to test against; make test-victorialogs builds one")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	v := &victoria{t: t, address: l.Addr().String(), dir: t.TempDir(), flags: flags}
	l.Close()
	v.start()
	t.Cleanup(func() {
		v.kill()
		if log, err := os.ReadFile(filepath.Join(v.dir, "log")); t.Failed() && err == nil {
			t.Logf("VictoriaLogs' last words: %s", log[max(0, len(log)-2000):])
		}
	})
	return v
}

func (v *victoria) url() string { return "http://" + v.address }

func (v *victoria) start() {
	v.t.Helper()
	log, err := os.OpenFile(filepath.Join(v.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(v.t, err)
	defer log.Close()
	v.cmd = exec.Command(binary, append([]string{"-httpListenAddr=" + v.address, "-storageDataPath=" + filepath.Join(v.dir, "data"),
		"-retentionPeriod=100y", "-futureRetention=100y", "-delete.enable", "-internaldelete.enable", "-inmemoryDataFlushInterval=1s", "-insert.maxLineSizeBytes=2MB"}, v.flags...)...)
	v.cmd.Stdout, v.cmd.Stderr = log, log
	must(v.t, v.cmd.Start())
	for range 1000 {
		if r, err := http.Get(v.url() + "/health"); err == nil {
			r.Body.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	v.t.Fatal("VictoriaLogs does not answer")
}

// kill is kill -9.
func (v *victoria) kill() {
	if v.cmd != nil {
		_ = v.cmd.Process.Kill()
		_ = v.cmd.Wait()
		v.cmd = nil
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, fs logstore.FS, address string, logBytes int64, settle time.Duration) *victorialogs.Store {
	t.Helper()
	s, err := victorialogs.Open(logstoretest.Dir, "/victorialogs", address, victorialogs.Options{FS: fs, LogBytes: logBytes, Settle: settle, Linger: time.Millisecond, Failed: func(err error) { t.Log(err) }})
	must(t, err)
	return s
}

// settle waits until VictoriaLogs has been handed all full logs.
func settle(t *testing.T, s *victorialogs.Store) {
	t.Helper()
	for begin := time.Now(); s.Busy(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("logs are not moved")
		}
	}
}

func TestContract(t *testing.T) {
	v := startVictoria(t)
	logstoretest.Run(t, logstoretest.Subject{Slow: true, Open: func(t *testing.T, fs logstore.FS, logBytes int64) logstore.Engine {
		return open(t, fs, v.url(), logBytes, time.Millisecond)
	}, Settle: func(t *testing.T, e logstore.Engine) { settle(t, e.(*victorialogs.Store)) }})
}
