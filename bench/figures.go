package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const stsForm = "Action=GetCallerIdentity&Version=2011-06-15"

var formHeader = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}

func ask(ctx context.Context, c *client, url string) error {
	_, err := c.do(ctx, "POST", url+"/", "sts", formHeader, []byte(stsForm), true)
	return err
}

// start: from exec to the first answered signed call; memory when idle.
func start(ctx context.Context, b *bench) error {
	s, err := b.fresh()
	if err != nil {
		return err
	}
	defer func() { s.end() }()
	c := newClient(1)
	if err := ask(ctx, c, s.url); err != nil {
		return err
	}
	for _, how := range []os.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		s.stop(how)
		at := time.Now()
		if s, err = b.serve(s.dir); err != nil {
			return err
		}
		if err := ask(ctx, newClient(1), s.url); err != nil {
			return err
		}
		fmt.Printf("start to first answered signed call, after %-10s %8s\n", how, time.Since(at).Round(100*time.Microsecond))
	}
	time.Sleep(2 * time.Second)
	fmt.Printf("idle memory %.1f MiB\n", s.resident())
	return nil
}

// identity: STS GetCallerIdentity with IAM.
func identity(ctx context.Context, b *bench) error {
	s, err := b.fresh()
	if err != nil {
		return err
	}
	defer s.end()
	for _, workers := range []int{1, 16} {
		c := newClient(workers)
		r, err := load(ctx, workers, 4*time.Second, s, func(ctx context.Context, _, _ int) error { return ask(ctx, c, s.url) })
		if err != nil {
			return err
		}
		fmt.Printf("unyo, %2d connections  %s\n", workers, r)
	}
	if b.moto == "" {
		return nil
	}
	for _, workers := range []int{1, 16} {
		c := newClient(workers)
		r, err := load(ctx, workers, 4*time.Second, nil, func(ctx context.Context, _, _ int) error { return ask(ctx, c, b.moto) })
		if err != nil {
			return err
		}
		fmt.Printf("moto, %2d connections  %s\n", workers, r)
	}
	return nil
}

// smallObjects: S3 PutObject of 1 KiB from 64 connections, each durable when acknowledged.
func smallObjects(ctx context.Context, b *bench) error {
	s, err := b.fresh()
	if err != nil {
		return err
	}
	defer s.end()
	c := newClient(64)
	if _, err := c.do(ctx, "PUT", s.url+"/bench-bucket", "s3", nil, nil, true); err != nil {
		return err
	}
	body := bytes.Repeat([]byte("x"), 1<<10)
	r, err := load(ctx, 64, 5*time.Second, s, func(ctx context.Context, w, n int) error {
		_, err := c.do(ctx, "PUT", fmt.Sprintf("%s/bench-bucket/%d/%d", s.url, w, n), "s3", nil, body, true)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("PutObject 1 KiB, 64 connections  %s\n", r)
	r, err = load(ctx, 16, 3*time.Second, s, func(ctx context.Context, w, n int) error {
		_, err := c.do(ctx, "GET", fmt.Sprintf("%s/bench-bucket/%d/%d", s.url, w, n%50), "s3", nil, nil, true)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("GetObject 1 KiB, 16 connections  %s\n", r)
	return nil
}

// largeObjects: 64 MiB at a time, beside the disk alone (write and fsync of the same bytes).
func largeObjects(ctx context.Context, b *bench) error {
	s, err := b.fresh()
	if err != nil {
		return err
	}
	defer s.end()
	c := newClient(2)
	if _, err := c.do(ctx, "PUT", s.url+"/bench-bucket", "s3", nil, nil, true); err != nil {
		return err
	}
	body := make([]byte, 64<<20)
	for i := range body {
		body[i] = byte(rand.Uint32())
	}
	const rounds = 6
	at := time.Now()
	for i := range rounds {
		if err := rawWrite(filepath.Join(filepath.Dir(s.dir), strconv.Itoa(i)), body); err != nil {
			return err
		}
	}
	disk := float64(rounds*64) / time.Since(at).Seconds()
	before := s.cpu()
	at = time.Now()
	for i := range rounds {
		if _, err := c.do(ctx, "PUT", fmt.Sprintf("%s/bench-bucket/%d", s.url, i), "s3", nil, body, false); err != nil {
			return err
		}
	}
	put := float64(rounds*64) / time.Since(at).Seconds()
	fmt.Printf("disk alone %.0f MiB/s, PutObject 64 MiB %.0f MiB/s (%.2f of the disk), %.0f MiB per CPU-second of the server\n", disk, put, put/disk, rounds*64/(s.cpu()-before).Seconds())
	at = time.Now()
	for i := range rounds {
		if _, err := c.do(ctx, "GET", fmt.Sprintf("%s/bench-bucket/%d", s.url, i), "s3", nil, nil, true); err != nil {
			return err
		}
	}
	fmt.Printf("GetObject 64 MiB %.0f MiB/s\n", float64(rounds*64)/time.Since(at).Seconds())
	return nil
}

func rawWrite(name string, b []byte) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

func logsCall(ctx context.Context, c *client, url, operation string, body []byte) ([]byte, error) {
	return c.do(ctx, "POST", url+"/", "logs", map[string]string{"X-Amz-Target": "Logs_20140328." + operation, "Content-Type": "application/x-amz-json-1.1"}, body, true)
}

// batch is a PutLogEvents body of n lines of 150 bytes.
func batch(stream string, n, seed int, at time.Time) []byte {
	r := rand.New(rand.NewPCG(uint64(seed), 7))
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"logGroupName":"bench","logStreamName":%q,"logEvents":[`, stream)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		line := fmt.Sprintf("10.%d.%d.%d GET /api/v1/orders/%d HTTP/1.1 %d %d id=%016x", r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(100000), 200+r.IntN(4)*100, r.IntN(50000), r.Uint64())
		line += strings.Repeat("-", 150-len(line))
		fmt.Fprintf(&b, `{"timestamp":%d,"message":%q}`, at.UnixMilli(), line)
	}
	b.WriteString("]}")
	return b.Bytes()
}

func (b *bench) logEstate(ctx context.Context, c *client, streams int) (*server, error) {
	s, err := b.fresh()
	if err != nil {
		return nil, err
	}
	return s, createLogs(ctx, c, s, streams)
}

func createLogs(ctx context.Context, c *client, s *server, streams int) error {
	_, err := logsCall(ctx, c, s.url, "CreateLogGroup", []byte(`{"logGroupName":"bench"}`))
	for i := 0; i < streams && err == nil; i++ {
		_, err = logsCall(ctx, c, s.url, "CreateLogStream", fmt.Appendf(nil, `{"logGroupName":"bench","logStreamName":"s%d"}`, i))
	}
	return err
}

// putEvents: PutLogEvents in batches of 1,000 lines of 150 bytes, durable.
func putEvents(ctx context.Context, b *bench) error {
	const workers = 8
	c := newClient(workers)
	s, err := b.logEstate(ctx, c, workers)
	if err != nil {
		return err
	}
	defer s.end()
	bodies := make([][]byte, workers)
	for i := range bodies {
		bodies[i] = batch("s"+strconv.Itoa(i), 1000, i, time.Now())
	}
	r, err := load(ctx, workers, 6*time.Second, s, func(ctx context.Context, w, _ int) error {
		_, err := logsCall(ctx, c, s.url, "PutLogEvents", bodies[w])
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("PutLogEvents  %.0f events/s, %.0f per CPU-second of the server, batch p50 %s p99 %s, memory %.0f MiB\n",
		float64(r.calls)*1000/r.wall.Seconds(), float64(r.calls)*1000/r.cpu.Seconds(), r.p50.Round(10*time.Microsecond), r.p99.Round(10*time.Microsecond), s.resident())
	return nil
}

// filterEvents: FilterLogEvents over a million events: a substring that is rare, and one that is not there.
func filterEvents(ctx context.Context, b *bench) error {
	const workers = 4
	c := newClient(workers)
	s, err := b.logEstate(ctx, c, workers)
	if err != nil {
		return err
	}
	defer s.end()
	now := time.Now()
	for i := range 1000 {
		if _, err := logsCall(ctx, c, s.url, "PutLogEvents", batch("s"+strconv.Itoa(i%workers), 1000, i, now)); err != nil {
			return err
		}
	}
	for _, pattern := range []string{`"orders/77777"`, `"nowhere"`, `%id=00[0-9a-f]+%`} {
		text, _ := json.Marshal(pattern)
		at, cpu := time.Now(), s.cpu()
		events, pages, token := 0, 0, ""
		for {
			body := fmt.Sprintf(`{"logGroupName":"bench","filterPattern":%s%s}`, text, token)
			out, err := logsCall(ctx, c, s.url, "FilterLogEvents", []byte(body))
			if err != nil {
				return err
			}
			var page struct {
				Events    []json.RawMessage `json:"events"`
				NextToken string            `json:"nextToken"`
			}
			if err := json.Unmarshal(out, &page); err != nil {
				return err
			}
			events, pages = events+len(page.Events), pages+1
			if page.NextToken == "" {
				break
			}
			token = fmt.Sprintf(`,"nextToken":%q`, page.NextToken)
		}
		fmt.Printf("FilterLogEvents %-18s over 1,000,000 events: %s, %s CPU, %d events in %d pages\n", pattern, time.Since(at).Round(time.Millisecond), s.cpu()-cpu, events, pages)
	}
	return nil
}

// year: a held year with an hourly retention of nothing is quick; what costs is jobs. See the kernel's own benchmark for the hourly job.
func year(ctx context.Context, b *bench) error {
	s, err := b.fresh("-clock", "held", "-seed", "1")
	if err != nil {
		return err
	}
	defer s.end()
	at := time.Now()
	c := newClient(1)
	r, err := c.http.Post(s.url+"/_unyo/clock", "application/json", strings.NewReader(`{"advance":"365d"}`))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		return err
	}
	fmt.Printf("an idle year: %s, %v jobs\n", time.Since(at).Round(time.Millisecond), out["ran"])
	return nil
}
