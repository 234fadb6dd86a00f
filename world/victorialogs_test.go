package world

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unyo/wire"
)

// An estate whose log events are kept in a VictoriaLogs answers as one that keeps them itself, also after VictoriaLogs is killed; and it is
// not opened as one that does.
func TestLogsInVictoriaLogs(t *testing.T) {
	binary := os.Getenv("VICTORIALOGS")
	if binary == "" {
		t.Skip("SKIPPED: no VictoriaLogs to test against; make test-victorialogs builds one")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	store := t.TempDir()
	start := func() *exec.Cmd {
		cmd := exec.Command(binary, "-httpListenAddr="+address, "-storageDataPath="+store, "-retentionPeriod=100y", "-futureRetention=100y", "-delete.enable", "-inmemoryDataFlushInterval=1s")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}
	o := Options{Dir: t.TempDir(), Clock: "held", Seed: 1, Management: "000000000000", Loopback: true, RootID: "test", RootSecret: "test", Log: slog.New(slog.DiscardHandler), Logs: "victorialogs=http://" + address + "?settle=5s"}
	victoria := start()
	w, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	now := w.Kernel.Clock.Now().UnixMilli()
	logsCall(t, w, "CreateLogGroup", `{"logGroupName":"g"}`, nil)
	logsCall(t, w, "CreateLogStream", `{"logGroupName":"g","logStreamName":"s"}`, nil)
	line := strings.Repeat("x", 1000)
	for batch := range 12 { // more than one log holds
		var events []string
		for i := range 900 {
			events = append(events, fmt.Sprintf(`{"timestamp":%d,"message":"line %d %d %s"}`, now-1000+int64(batch), batch, i, line))
		}
		logsCall(t, w, "PutLogEvents", `{"logGroupName":"g","logStreamName":"s","logEvents":[`+strings.Join(events, ",")+`]}`, nil)
	}
	_ = victoria.Process.Kill()
	_ = victoria.Wait()
	start()
	check := func(w *World) {
		t.Helper()
		var out struct{ Events []struct{ Message string } }
		logsCall(t, w, "FilterLogEvents", `{"logGroupName":"g","filterPattern":"\" 899 \""}`, &out)
		if len(out.Events) != 12 || !strings.HasPrefix(out.Events[11].Message, "line 11 899 ") {
			t.Fatalf("%d events", len(out.Events))
		}
	}
	check(w)
	for begin := time.Now(); logFiles(t, o.Dir) > 1; time.Sleep(50 * time.Millisecond) {
		if time.Since(begin) > 15*time.Second {
			t.Fatal("the full log was not moved")
		}
	}
	check(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	here := o
	here.Logs = ""
	if w, err := Open(context.Background(), here); err == nil {
		w.Close()
		t.Fatal("opened without its VictoriaLogs")
	}
	if w, err = Open(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	check(w)
	logsCall(t, w, "DeleteLogGroup", `{"logGroupName":"g"}`, nil)
	if _, err := w.Kernel.Clock.Advance(context.Background(), w.Kernel.Clock.Now().Add(time.Second), nil); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// logFiles counts the files of the log engine that hold events.
func logFiles(t *testing.T, dir string) int {
	names, err := filepath.Glob(filepath.Join(dir, "log", "*", "*", "*", "*-*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func logsCall(t *testing.T, w *World, operation, body string, out any) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4566/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Logs_20140328."+operation)
	wire.Sign(r, []byte(body), "test", "test", "eu-central-1", "logs", time.Now())
	r.RequestURI = "/"
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", operation, rec.Code, rec.Body)
	}
	if out != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
			t.Fatal(err)
		}
	}
}
