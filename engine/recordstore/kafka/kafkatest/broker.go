// Package kafkatest runs an Apache Kafka broker of a test's own, and kills it.
package kafkatest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Jars is the folder of a broker's jars, or "": make test-kafka fetches them.
var Jars = os.Getenv("KAFKA_JARS")

// Broker is one node that is broker and controller.
type Broker struct {
	Address string

	t   testing.TB
	dir string
	cmd *exec.Cmd
}

// Start starts a broker over an empty folder, or skips the test when there is none to start.
func Start(t testing.TB) *Broker {
	t.Helper()
	if Jars == "" {
		t.Skip("SKIPPED: no Kafka to test against; make test-kafka fetches one")
	}
	b := &Broker{t: t, dir: t.TempDir(), Address: free(t)}
	must(t, os.WriteFile(b.file("server.properties"), b.properties(free(t)), 0o600))
	out, err := b.java("kafka.tools.StorageTool", "format", "-t", "dW55bwAAAAAAAAAAAAAAAA", "-c", b.file("server.properties")).CombinedOutput()
	if err != nil {
		t.Fatalf("cannot format the broker's storage: %v: %s", err, out)
	}
	t.Cleanup(func() {
		b.Kill()
		if log, err := os.ReadFile(b.file("log")); t.Failed() && err == nil {
			t.Logf("Kafka's last words: %s", log[max(0, len(log)-3000):])
		}
	})
	b.Start()
	return b
}

func (b *Broker) file(name string) string { return filepath.Join(b.dir, name) }

func (b *Broker) properties(controller string) []byte {
	return fmt.Appendf(nil, `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@%[2]s
listeners=PLAINTEXT://%[1]s,CONTROLLER://%[2]s
advertised.listeners=PLAINTEXT://%[1]s
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=%[3]s
auto.create.topics.enable=false
num.recovery.threads.per.data.dir=2
`, b.Address, controller, b.file("data"))
}

func (b *Broker) java(class string, args ...string) *exec.Cmd {
	return exec.Command("java", append([]string{"-Xmx384m", "-XX:TieredStopAtLevel=1", "-cp", filepath.Join(Jars, "*"), class}, args...)...)
}

// Start starts the broker again, over what it left, and waits until it listens.
func (b *Broker) Start() {
	b.t.Helper()
	log, err := os.OpenFile(b.file("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(b.t, err)
	defer log.Close()
	b.cmd = b.java("kafka.Kafka", b.file("server.properties"))
	b.cmd.Stdout, b.cmd.Stderr = log, log
	must(b.t, b.cmd.Start())
	for begin := time.Now(); time.Since(begin) < 2*time.Minute; time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", b.Address); err == nil {
			must(b.t, c.Close())
			return
		}
	}
	b.t.Fatal("Kafka does not listen")
}

// Kill is kill -9.
func (b *Broker) Kill() {
	if b.cmd != nil {
		_ = b.cmd.Process.Kill()
		var exit *exec.ExitError
		if err := b.cmd.Wait(); err != nil && !errors.As(err, &exit) {
			b.t.Error(err)
		}
		b.cmd = nil
	}
}

// Pause has the broker stand still, with its connections open, until Resume.
func (b *Broker) Pause() { b.t.Helper(); must(b.t, b.cmd.Process.Signal(syscall.SIGSTOP)) }

// Resume undoes Pause.
func (b *Broker) Resume() { b.t.Helper(); must(b.t, b.cmd.Process.Signal(syscall.SIGCONT)) }

// free is an address that nobody listens on.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
