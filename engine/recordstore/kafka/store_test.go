package kafka

import (
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"unyo/engine/blob"
	"unyo/engine/recordstore/kafka/kafkatest"
	"unyo/engine/recordstore/recordstoretest"
)

// real is the address of a Kafka cluster: the one in the environment, or a broker of the test's own.
func real(t *testing.T) string {
	if address := os.Getenv("KAFKA"); address != "" {
		return address
	}
	return kafkatest.Start(t).Address
}

// fake is a cluster of three brokers in this process.
func fake(t testing.TB, options ...kfake.Opt) (c *kfake.Cluster, address string) {
	t.Helper()
	c, err := kfake.NewCluster(append(options, kfake.NumBrokers(3))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, strings.Join(c.ListenAddrs(), ",")
}

func none(func(blob.Ref, error) bool) {}

func open(t testing.TB, dir, address string, committed iter.Seq2[blob.Ref, error], o Options) *Store {
	t.Helper()
	if o.Failed == nil {
		o.Failed = func(err error) { t.Log(err) }
	}
	s, err := Open(filepath.Join(dir, "kafka"), address, committed, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func contract(t *testing.T, address string) {
	recordstoretest.Run(t, recordstoretest.Subject{Open: func(t *testing.T, dir string, committed iter.Seq2[blob.Ref, error]) recordstoretest.Opened {
		s := open(t, dir, address+"?partitions=4", committed, Options{})
		return recordstoretest.Opened{Engine: s, Sweep: s.Sweep, Stop: func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}}
	}})
}

func TestContract(t *testing.T) {
	_, address := fake(t)
	contract(t, address)
}

func TestContractInKafka(t *testing.T) {
	contract(t, real(t))
}

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"a:1,b:2?partitions=7&replicas=2&tls=true": "",
		"":                  `"" of a Kafka broker`,
		"host":              `"host" of a Kafka broker`,
		"a:1,":              `"" of a Kafka broker`,
		"a:1?partitions=0":  "0 is not from 1 to 10000",
		"a:1?partitions=x":  `"partitions"`,
		"a:1?replicas=-1":   "-1 is not from 1 to 100",
		"a:1?tls=perhaps":   `"tls"`,
		"a:1?partition=3":   "there are partitions, replicas, tls and sasl",
		"a:1?sasl=gssapi":   "there are plain, scram-sha-256",
		"a:1?partitions=%z": "cannot read options",
	} {
		a, err := parse(text)
		switch {
		case want == "" && (err != nil || len(a.brokers) != 2 || a.partitions != 7 || a.replicas != 2 || !a.tls):
			t.Errorf("%s: %+v, %v", text, a, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// Whoever must log in does, and a wrong password is told when the topic is to be made.
func TestLogin(t *testing.T) {
	_, address := fake(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "unyo", "secret"), kfake.Superuser("SCRAM-SHA-256", "unyo", "secret"), kfake.Superuser("SCRAM-SHA-512", "unyo", "secret"))
	for mechanism := range mechanisms {
		s := open(t, t.TempDir(), address+"?sasl="+mechanism, none, Options{User: "unyo", Password: "secret"})
		wantRead(t, s, "data", put(t, s, "s", "data"))
		must(t, s.Close())
		if _, err := Open(t.TempDir(), address+"?sasl="+mechanism, none, Options{User: "unyo", Password: "guess", Patience: time.Second}); err == nil {
			t.Errorf("%s: let in with a wrong password", mechanism)
		}
	}
}

// An estate keeps to its topic: one whose records lie elsewhere is not opened with Kafka, nor one whose topic was made anew.
func TestKept(t *testing.T) {
	_, address := fake(t)
	dir := t.TempDir()
	one := func(yield func(blob.Ref, error) bool) { yield(blob.Ref{File: 1, Size: 1}, nil) }
	if s, err := Open(dir, address, one, Options{}); err == nil || !strings.Contains(err.Error(), "own disk") {
		t.Fatalf("opened over records that lie elsewhere: %v, %v", s, err)
	}
	s := open(t, dir, address, none, Options{})
	if err := s.drop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err := Open(filepath.Join(dir, "kafka"), address+"?partitions=3", none, Options{Patience: time.Second}); err == nil { // away, perhaps for a while
		s.topic.ID, s.topic.Partitions = "", 3
		ctx := t.Context()
		if err := s.make(ctx); err != nil {
			t.Fatal(err)
		}
		s.topic.ID = strings.Repeat("0", 32)
		if err := s.look(ctx); err == nil || !strings.Contains(err.Error(), "a later one") {
			t.Errorf("a topic of the same name: %v", err)
		}
		_ = s.Close()
	} else {
		t.Fatal(err)
	}
	beyond := func(yield func(blob.Ref, error) bool) { yield(blob.Ref{File: 33, Offset: 1, Size: 1}, nil) }
	if _, err := Open(filepath.Join(dir, "kafka"), address, beyond, Options{}); err == nil || !strings.Contains(err.Error(), "no partition") {
		t.Errorf("opened with a row that names no partition: %v", err)
	}
}
