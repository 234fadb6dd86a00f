package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// crowd is a server that is asked many questions at once. Both ask one, looking for its answer every poll.
type crowd struct {
	server       *server
	small, large func(ctx context.Context, poll time.Duration) error
}

// crowded is how many large questions are asked at once.
const crowded = 20

// athenaCrowd: twenty large queries at once, and a small one amid them.
func athenaCrowd(ctx context.Context, b *bench) error {
	return b.withAthena(ctx, func(a *athenaClient, _ string) error {
		ask := func(text string) func(ctx context.Context, poll time.Duration) error {
			return func(ctx context.Context, poll time.Duration) error {
				_, _, err := a.query(ctx, text, poll)
				return err
			}
		}
		c := crowd{a.server, ask("SELECT segment FROM customers WHERE customer < 100 LIMIT 10"),
			ask("SELECT region, status, count(*), sum(latency) FROM parquet GROUP BY region, status")}
		return c.measure(ctx)
	})
}

// insightsCrowd: the same of Logs Insights. The small question is of a group of its own, that has a thousand lines.
func insightsCrowd(ctx context.Context, b *bench) error {
	dir, err := os.MkdirTemp(b.dir, "lines")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	lines, put, _, err := makeCorpus(dir, b.lines)
	if err != nil {
		return err
	}
	c := newClient(2 * crowded)
	unyo, err := b.logEstate(ctx, c, corpusStreams)
	if err != nil {
		return err
	}
	defer unyo.end()
	logs := func(operation string, body []byte) error {
		_, err := logsCall(ctx, c, unyo.url, operation, body)
		return err
	}
	if _, err := ingest(ctx, "unyo", unyo, put, lines, func(body []byte) error { return logs("PutLogEvents", body) }); err != nil {
		return err
	}
	if err := errors.Join(logs("CreateLogGroup", []byte(`{"logGroupName":"few"}`)), logs("CreateLogStream", []byte(`{"logGroupName":"few","logStreamName":"s0"}`))); err != nil {
		return err
	}
	first, err := put.read(0, nil)
	if err != nil {
		return err
	}
	if err := logs("PutLogEvents", bytes.Replace(first, []byte(`"bench"`), []byte(`"few"`), 1)); err != nil {
		return err
	}
	ask := func(group, text string) func(ctx context.Context, poll time.Duration) error {
		return func(ctx context.Context, poll time.Duration) error {
			_, err := results(ctx, c, unyo, group, text, poll)
			return err
		}
	}
	all := crowd{unyo, ask("few", "stats count(*) by level"), ask("bench", "stats count(*), pct(latencyMs, 90) by bin(5m), status")}
	return all.measure(ctx)
}

// measure is how long a question of few rows takes, alone and while twenty large ones run, and how those twenty share the machine.
func (c *crowd) measure(ctx context.Context) error {
	alone, err := c.smalls(ctx, 50, nil)
	if err != nil {
		return err
	}
	fmt.Printf("answer to a small query, alone: %s\n", alone)
	one, err := measured(c.server, func() (int, error) { return 0, c.large(ctx, 5*time.Millisecond) })
	if err != nil {
		return err
	}
	c.server.forgetPeak()
	ended := make(chan struct{})
	var done []time.Duration
	var failed error
	before, begin := c.server.cpu(), time.Now()
	go func() {
		defer close(ended)
		done, failed = c.larges(ctx, begin)
	}()
	time.Sleep(200 * time.Millisecond) // so that all twenty have begun
	amid, err := c.smalls(ctx, 10_000, ended)
	<-ended
	if failed != nil || err != nil {
		return errors.Join(failed, err)
	}
	fmt.Printf("answer to a small query, amid twenty large ones: %s\n", amid)
	fmt.Printf("twenty at once: first done after %.1f s, half after %.1f s, last after %.1f s; one alone %.2f s; CPU %.2f of twenty alone; memory %.0f MiB\n",
		done[0].Seconds(), done[crowded/2-1].Seconds(), done[crowded-1].Seconds(), one.wall.Seconds(), (c.server.cpu()-before).Seconds()/(crowded*one.cpu.Seconds()), c.server.peak())
	return nil
}

// larges asks the large question twenty times at once, and tells when each was done.
func (c *crowd) larges(ctx context.Context, begin time.Time) (done []time.Duration, failed error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range crowded {
		wg.Go(func() {
			err := c.large(ctx, 50*time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			done = append(done, time.Since(begin))
			if err != nil {
				failed = err
			}
		})
	}
	wg.Wait()
	return done, failed
}

// waits are how long some questions took.
type waits []time.Duration

func (w waits) String() string {
	slices.Sort(w)
	return fmt.Sprintf("p50 %s, slowest of %d %s", w[len(w)/2].Round(100*time.Microsecond), len(w), w[len(w)-1].Round(100*time.Microsecond))
}

// smalls asks the small question most times, one after the other, or until ended.
func (c *crowd) smalls(ctx context.Context, most int, ended <-chan struct{}) (all waits, err error) {
	for range most {
		at := time.Now()
		if err := c.small(ctx, time.Millisecond); err != nil {
			return nil, err
		}
		all = append(all, time.Since(at))
		select {
		case <-ended:
			return all, nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	return all, nil
}
