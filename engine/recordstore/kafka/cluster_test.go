package kafka

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"unyo/engine/recordstore"
	"unyo/engine/recordstore/kafka/kafkatest"
)

// Of three brokers each is killed in turn, and writers go on: what was acknowledged is there.
func TestClusterLosesBrokers(t *testing.T) {
	brokers := kafkatest.StartCluster(t, 3)
	var addresses []string
	for _, b := range brokers {
		addresses = append(addresses, b.Address)
	}
	s := open(t, t.TempDir(), strings.Join(addresses, ",")+"?partitions=6", none, Options{Patience: 20 * time.Second})
	defer s.Close()
	var mu sync.Mutex
	var places []recordstore.Place
	var want []string
	failed, longest := 0, time.Duration(0)
	why := map[string]int{}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
				data, begin := fmt.Sprintf("%d/%d", w, n), time.Now()
				got, err := s.Stage(t.Context(), []recordstore.Batch{{Shard: fmt.Sprint(n % 7), Data: []byte(data)}})
				mu.Lock()
				longest = max(longest, time.Since(begin))
				if err != nil {
					failed++
					why[err.Error()]++
				} else {
					places, want = append(places, got[0]), append(want, data)
				}
				mu.Unlock()
			}
		})
	}
	count := func() int { mu.Lock(); defer mu.Unlock(); return len(want) }
	for _, b := range brokers {
		b.Kill()
		before := count()
		for begin := time.Now(); count() < before+200; time.Sleep(50 * time.Millisecond) {
			if time.Since(begin) > time.Minute {
				t.Fatalf("two brokers of three take nothing: %d put, %d failed", count(), failed)
			}
		}
		mu.Lock()
		sofar, expected := places, strings.Join(want, " ")
		mu.Unlock()
		wantRead(t, s, expected, sofar...)
		b.Start()
		time.Sleep(5 * time.Second) // until it has caught up
	}
	close(stop)
	wg.Wait()
	wantRead(t, s, strings.Join(want, " "), places...)
	t.Logf("%d puts, %d failed %v, the longest took %s", len(want), failed, why, longest)
}
