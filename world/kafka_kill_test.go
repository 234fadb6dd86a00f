//go:build kafka

package world

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"unyo/engine/recordstore/kafka/kafkatest"
)

// Writers go on while unyo and Kafka are killed in turn. What was acknowledged is there once, under the number that was answered; what was not
// is there once or not at all; and in each shard what a writer put comes in the order in which it did.
func TestKillsAmidPutsInKafka(t *testing.T) {
	broker := kafkatest.Start(t)
	u := &process{t: t, binary: buildUnyo(t), dir: t.TempDir(), broker: broker.Address}
	u.start()
	defer u.kill()
	u.must("CreateStream", `{"StreamName":"s","ShardCount":4}`, nil)
	stop := make(chan struct{})
	writers := make([]writer, 8)
	var wg sync.WaitGroup
	for i := range writers {
		writers[i] = writer{name: fmt.Sprint("w", i), acknowledged: map[string]string{}}
		wg.Go(func() { writers[i].write(u, stop) })
	}
	for range 3 {
		time.Sleep(1500 * time.Millisecond)
		u.kill()
		u.start()
		time.Sleep(1500 * time.Millisecond)
		broker.Kill()
		time.Sleep(300 * time.Millisecond)
		u.kill() // with puts that wait for Kafka
		u.start()
		broker.Start()
	}
	time.Sleep(1500 * time.Millisecond)
	close(stop)
	wg.Wait()
	seen := map[string]string{}
	last := map[string]int{} // of each writer and shard
	for shard := range 4 {
		for _, r := range u.read(shard) {
			record := string(r.Data)
			if seen[record] != "" {
				t.Errorf("%s is there twice", record)
			}
			seen[record] = r.SequenceNumber
			name, number, _ := strings.Cut(record, "/")
			var n int
			fmt.Sscan(number, &n)
			if key := fmt.Sprint(shard, name); n <= last[key] {
				t.Errorf("shard %d: %s comes after %d", shard, record, last[key])
			} else {
				last[key] = n
			}
		}
	}
	acknowledged, failed := 0, 0
	for _, w := range writers {
		for record, number := range w.acknowledged {
			if seen[record] != number {
				t.Errorf("%s was acknowledged as %s, and is %q", record, number, seen[record])
			}
		}
		acknowledged += len(w.acknowledged)
		failed += w.failed
	}
	if acknowledged == 0 || failed == 0 {
		t.Error("nothing was tried")
	}
	t.Logf("%d records acknowledged, %d puts failed, %d records read", acknowledged, failed, len(seen))
}

// writer puts three records at a time, each with a number of its own, and never tries one again.
type writer struct {
	name         string
	acknowledged map[string]string // record → its sequence number
	failed       int
}

func (w *writer) write(u *process, stop chan struct{}) {
	for n := 1; ; n += 3 {
		select {
		case <-stop:
			return
		default:
		}
		var names, entries []string
		for i := range 3 {
			names = append(names, fmt.Sprintf("%s/%d", w.name, n+i))
			entries = append(entries, fmt.Sprintf(`{"PartitionKey":"%s%d","Data":%q}`, w.name, i, base64.StdEncoding.EncodeToString([]byte(names[i]))))
		}
		var out struct {
			Records []struct{ SequenceNumber string }
		}
		if status, err := u.call("PutRecords", `{"StreamName":"s","Records":[`+strings.Join(entries, ",")+`]}`, &out); err != nil || status != http.StatusOK {
			w.failed++
			time.Sleep(10 * time.Millisecond)
			continue
		}
		for i, r := range out.Records {
			if r.SequenceNumber != "" { // the shard had room
				w.acknowledged[names[i]] = r.SequenceNumber
			}
		}
	}
}

// process is unyo as users start it.
type process struct {
	t                   *testing.T
	binary, dir, broker string
	address             string
	cmd                 *exec.Cmd
}

func buildUnyo(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "unyo")
	if out, err := exec.Command("go", "build", "-trimpath", "-tags", "kafka", "-o", binary, "unyo/cmd/unyo").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return binary
}

func (u *process) start() {
	u.t.Helper()
	if u.address == "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			u.t.Fatal(err)
		}
		u.address = l.Addr().String()
		l.Close()
	}
	u.cmd = exec.Command(u.binary, "serve", "-data", filepath.Join(u.dir, "data"), "-listen", u.address, "-kinesis", "kafka="+u.broker+"?partitions=4")
	log, err := os.OpenFile(filepath.Join(u.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		u.t.Fatal(err)
	}
	defer log.Close()
	u.cmd.Stdout, u.cmd.Stderr = log, log
	if err := u.cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", u.address); err == nil {
			c.Close()
			return
		}
	}
	words, _ := os.ReadFile(filepath.Join(u.dir, "log"))
	u.t.Fatalf("unyo does not listen: %s", words)
}

// kill is kill -9.
func (u *process) kill() {
	_ = u.cmd.Process.Kill()
	_ = u.cmd.Wait()
}

func (u *process) call(operation, body string, out any) (status int, err error) {
	r := kinesisRequest("http://"+u.address, operation, body)
	r.RequestURI = ""
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode == http.StatusOK && out != nil {
		err = json.Unmarshal(b, out)
	}
	return resp.StatusCode, err
}

// must calls until it succeeds: reads are throttled, and Kafka may have just come back.
func (u *process) must(operation, body string, out any) {
	u.t.Helper()
	for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(50 * time.Millisecond) {
		if status, err := u.call(operation, body, out); err == nil && status == http.StatusOK {
			return
		}
	}
	u.t.Fatalf("%s does not succeed", operation)
}

type readRecord struct {
	Data           []byte
	SequenceNumber string
}

func (u *process) read(shard int) (list []readRecord) {
	u.t.Helper()
	var at struct{ ShardIterator string }
	u.must("GetShardIterator", fmt.Sprintf(`{"StreamName":"s","ShardId":"shardId-%012d","ShardIteratorType":"TRIM_HORIZON"}`, shard), &at)
	for {
		var out struct {
			Records            []readRecord
			NextShardIterator  string
			MillisBehindLatest int
		}
		u.must("GetRecords", `{"ShardIterator":"`+at.ShardIterator+`"}`, &out)
		list = slices.Concat(list, out.Records)
		if out.MillisBehindLatest == 0 {
			return list
		}
		at.ShardIterator = out.NextShardIterator
	}
}
