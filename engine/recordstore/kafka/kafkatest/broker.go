// Package kafkatest runs Apache Kafka brokers of a test's own, and kills them.
package kafkatest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Jars is the folder of a broker's jars, or "": make test-kafka fetches them.
var Jars = os.Getenv("KAFKA_JARS")

// Broker is a node that is broker and controller.
type Broker struct {
	Address string

	t   testing.TB
	dir string
	cmd *exec.Cmd
}

// Start starts a broker over an empty folder, or skips the test when there is none to start.
func Start(t testing.TB) *Broker { t.Helper(); return StartCluster(t, 1)[0] }

// StartCluster starts brokers that are one cluster.
func StartCluster(t testing.TB, n int) []*Broker {
	t.Helper()
	if Jars == "" {
		t.Skip("SKIPPED: no Kafka to test against; make test-kafka fetches one")
	}
	brokers, controllers := make([]*Broker, n), make([]string, n)
	var voters []string
	for i := range brokers {
		brokers[i] = &Broker{t: t, dir: t.TempDir(), Address: free(t)}
		controllers[i] = free(t)
		voters = append(voters, fmt.Sprintf("%d@%s", i+1, controllers[i]))
	}
	for i, b := range brokers {
		b.format(i+1, controllers[i], strings.Join(voters, ","))
		b.launch()
	}
	for _, b := range brokers {
		b.await()
	}
	return brokers
}

func (b *Broker) file(name string) string { return filepath.Join(b.dir, name) }

// format prepares the broker's folder.
func (b *Broker) format(id int, controller, voters string) {
	b.t.Helper()
	must(b.t, os.WriteFile(b.file("server.properties"), fmt.Appendf(nil, `process.roles=broker,controller
node.id=%d
controller.quorum.voters=%s
listeners=PLAINTEXT://%s,CONTROLLER://%s
advertised.listeners=PLAINTEXT://%[3]s
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=%[5]s
auto.create.topics.enable=false
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
`, id, voters, b.Address, controller, b.file("data")), 0o600))
	out, err := b.java("kafka.tools.StorageTool", "format", "-t", "dW55bwAAAAAAAAAAAAAAAA", "-c", b.file("server.properties")).CombinedOutput()
	if err != nil {
		b.t.Fatalf("cannot format the broker's storage: %v: %s", err, out)
	}
	b.t.Cleanup(func() {
		b.Kill()
		if log, err := os.ReadFile(b.file("log")); b.t.Failed() && err == nil {
			b.t.Logf("Kafka's last words: %s", log[max(0, len(log)-3000):])
		}
	})
}

func (b *Broker) java(class string, args ...string) *exec.Cmd {
	return exec.Command("java", append([]string{"-Xmx384m", "-XX:TieredStopAtLevel=1", "-cp", filepath.Join(Jars, "*"), class}, args...)...)
}

// Start starts the broker again, over what it left, and waits until it listens.
func (b *Broker) Start() { b.t.Helper(); b.launch(); b.await() }

func (b *Broker) launch() {
	b.t.Helper()
	log, err := os.OpenFile(b.file("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(b.t, err)
	defer log.Close()
	b.cmd = b.java("kafka.Kafka", b.file("server.properties"))
	b.cmd.Stdout, b.cmd.Stderr = log, log
	must(b.t, b.cmd.Start())
}

func (b *Broker) await() {
	b.t.Helper()
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
