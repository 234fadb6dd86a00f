package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"unyo/engine/blob"
	"unyo/engine/recordstore"
	"unyo/engine/recordstore/kafka/kafkatest"
)

func put(t *testing.T, s *Store, shard, data string) recordstore.Place {
	t.Helper()
	places, err := s.Stage(t.Context(), []recordstore.Batch{{Shard: shard, Data: []byte(data)}})
	if err != nil {
		t.Fatal(err)
	}
	return places[0]
}

func read(s *Store, places ...recordstore.Place) (list []string, err error) {
	for data, err := range s.Read(context.Background(), places) {
		if err != nil {
			return list, err
		}
		list = append(list, string(data))
	}
	return list, nil
}

func wantRead(t *testing.T, s *Store, want string, places ...recordstore.Place) {
	t.Helper()
	if list, err := read(s, places...); err != nil || strings.Join(list, " ") != want {
		t.Errorf("read %q, want %q: %v", list, want, err)
	}
}

// A broker that stands still, or is dead, is waited for as long as is said and no longer. What was given up meanwhile may arrive, and is nowhere.
func TestAwayInKafka(t *testing.T) {
	broker := kafkatest.Start(t)
	dir := t.TempDir()
	const patience = 2 * time.Second
	s := open(t, dir, broker.Address+"?partitions=2", none, Options{Patience: patience})
	before := put(t, s, "s", "before")
	away := func(how string) {
		t.Helper()
		begin := time.Now()
		_, err := s.Stage(t.Context(), []recordstore.Batch{{Shard: "s", Data: []byte("given up")}})
		if !errors.Is(err, recordstore.ErrAway) {
			t.Errorf("%s: staged: %v", how, err)
		}
		if _, err := read(s, before); !errors.Is(err, recordstore.ErrAway) {
			t.Errorf("%s: read: %v", how, err)
		}
		if took := time.Since(begin); took > 2*patience+patience {
			t.Errorf("%s: %s", how, took)
		}
	}
	soon := func(data string) (p recordstore.Place) { // after a while of resending what was given up
		t.Helper()
		for begin := time.Now(); ; time.Sleep(50 * time.Millisecond) {
			places, err := s.Stage(t.Context(), []recordstore.Batch{{Shard: "s", Data: []byte(data)}})
			if err == nil {
				return places[0]
			}
			if time.Since(begin) > 30*time.Second {
				t.Fatal(err)
			}
		}
	}
	broker.Pause()
	away("paused")
	broker.Resume()
	between := soon("between")
	wantRead(t, s, "before between", before, between)
	broker.Kill()
	away("killed")
	must(t, s.Close())
	s = open(t, dir, broker.Address, func(yield func(blob.Ref, error) bool) { _ = yield(before.Ref, nil) && yield(between.Ref, nil) }, Options{Patience: patience})
	away("opened without it")
	broker.Start()
	after := soon("after")
	wantRead(t, s, "before between after", before, between, after)
	must(t, s.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Partitions change hands, and neither writer nor reader is told before.
func TestLeadersMove(t *testing.T) {
	cluster, address := fake(t)
	s := open(t, t.TempDir(), address+"?partitions=5", none, Options{})
	defer s.Close()
	var places []recordstore.Place
	var want []string
	for i := range 20 {
		want = append(want, fmt.Sprint(i))
		places = append(places, put(t, s, fmt.Sprint(i%4), want[i]))
		cluster.ShufflePartitionLeaders()
		wantRead(t, s, strings.Join(want, " "), places...)
	}
}

// What is not as it was put is no answer; what is too large is refused for good.
func TestDamaged(t *testing.T) {
	_, address := fake(t)
	s := open(t, t.TempDir(), address+"?partitions=1", none, Options{Patience: time.Second})
	defer s.Close()
	p := put(t, s, "s", "data")
	for what, spoil := range map[string]func(*blob.Ref){"sum": func(r *blob.Ref) { r.Sum++ }, "size": func(r *blob.Ref) { r.Size-- }} {
		bad := p
		spoil(&bad.Ref)
		if _, err := read(s, bad); !errors.Is(err, blob.ErrDamaged) {
			t.Errorf("another %s: %v", what, err)
		}
	}
	late := p
	late.Ref.Offset += 10
	if _, err := read(s, late); !errors.Is(err, recordstore.ErrAway) {
		t.Errorf("an offset that is not there yet: %v", err)
	}
	if _, err := s.Stage(t.Context(), []recordstore.Batch{{Shard: "s", Data: make([]byte, maxMessage+1)}}); err == nil || errors.Is(err, recordstore.ErrAway) {
		t.Errorf("too large: %v", err)
	}
	wantRead(t, s, "data", p)
}
