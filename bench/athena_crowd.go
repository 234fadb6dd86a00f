package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	smallQuery = "SELECT segment FROM customers WHERE customer < 100 LIMIT 10"
	largeQuery = "SELECT region, status, count(*), sum(latency) FROM parquet GROUP BY region, status"
	crowd      = 20
)

// crowd is how long a question of few rows takes, alone and while twenty large ones run, and how those twenty share the machine.
func (a *athenaClient) crowd(ctx context.Context) error {
	alone, err := a.small(ctx, 50, nil)
	if err != nil {
		return err
	}
	fmt.Printf("first row of a small query, alone: %s\n", alone)
	one, err := measured(a.server, func() (int, error) {
		rows, _, err := a.query(ctx, largeQuery, 5*time.Millisecond)
		return len(rows), err
	})
	if err != nil {
		return err
	}
	a.server.forgetPeak()
	ended := make(chan struct{})
	var done []time.Duration
	var failed error
	before, begin := a.server.cpu(), time.Now()
	go func() {
		defer close(ended)
		done, failed = a.large(ctx, begin)
	}()
	time.Sleep(200 * time.Millisecond) // so that all twenty have begun
	amid, err := a.small(ctx, 10_000, ended)
	<-ended
	if failed != nil || err != nil {
		return errors.Join(failed, err)
	}
	fmt.Printf("first row of a small query, amid twenty large ones: %s\n", amid)
	fmt.Printf("twenty at once: first done after %.1f s, half after %.1f s, last after %.1f s; one alone %.2f s; CPU %.2f of twenty alone; memory %.0f MiB\n",
		done[0].Seconds(), done[crowd/2-1].Seconds(), done[crowd-1].Seconds(), one.wall.Seconds(), (a.server.cpu()-before).Seconds()/(crowd*one.cpu.Seconds()), a.server.peak())
	return nil
}

// large asks the large question twenty times at once, and tells when each was done.
func (a *athenaClient) large(ctx context.Context, begin time.Time) (done []time.Duration, failed error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range crowd {
		wg.Go(func() {
			_, _, err := a.query(ctx, largeQuery, 50*time.Millisecond)
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

// waits are how long some questions took to their first row.
type waits []time.Duration

func (w waits) String() string {
	slices.Sort(w)
	return fmt.Sprintf("p50 %s, slowest of %d %s", w[len(w)/2].Round(100*time.Microsecond), len(w), w[len(w)-1].Round(100*time.Microsecond))
}

// small asks the small question most times, one after the other, or until ended.
func (a *athenaClient) small(ctx context.Context, most int, ended <-chan struct{}) (all waits, err error) {
	for range most {
		at := time.Now()
		if _, _, err := a.query(ctx, smallQuery, time.Millisecond); err != nil {
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
