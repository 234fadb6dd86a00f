package logstoretest

import (
	"fmt"
	"strings"
	"testing"

	"unyo/engine/logstore"
)

// commit stages, commits and publishes a batch of stream 1.
func (b *bench) commit(events ...logstore.Entry) {
	b.t.Helper()
	batch := &logstore.Batch{Group: group, Stream: 1, Number: b.model.last[1] + 1, Ingestion: b.now, Events: events}
	ref, err := b.store.Stage(b.t.Context(), batch)
	must(b.t, err)
	b.committed(batch, ref)
}

// Messages are bytes: what is no UTF-8, no text, or looks like the format it is kept in comes back as it was, and is found.
func awkwardMessages(t *testing.T, s Subject) {
	b := s.bench(t, 1)
	all := []string{"", " ", "\x00", "a\x00b", "\xff\xfe", "line\nfeed\r\n", "\"quoted\" \\ back", `{"a":1,"_msg":"x","_time":"2020-01-01T00:00:00Z"}`,
		"-", "*", "(base64)", "snow \u2603 man", "\u2028", "\ufffd", "tab\there", "'single' `back`", "esc \x1b[31m red", strings.Repeat("long ", 50_000), strings.Repeat("\x01", 200_000)}
	for range 3 {
		for i, m := range all {
			b.now++
			b.commit(logstore.Entry{Timestamp: b.now - int64(i%3), Message: m}, logstore.Entry{Timestamp: b.now, Message: "between"})
		}
	}
	for range 2 {
		b.check(logstore.Filter{})
		for _, m := range all {
			b.check(logstore.Filter{Contains: []string{m}})
			b.check(logstore.Filter{Contains: []string{"e", m}, Desc: true})
		}
		b.quiesce()
		b.put(true)
		s.settle(t, b.store)
	}
	b.drain(0)
	must(t, b.store.Close())
}

// Events of one millisecond keep the order in which they came, however many they are.
func oneInstant(t *testing.T, s Subject) {
	b := s.bench(t, 1)
	for i := range 300 {
		var events []logstore.Entry
		for n := range 100 {
			events = append(events, logstore.Entry{Timestamp: b.now, Message: fmt.Sprint("event ", i, " ", n)})
		}
		b.commit(events...)
	}
	for range 2 {
		b.check(logstore.Filter{})
		b.check(logstore.Filter{Desc: true, Contains: []string{"7"}})
		mid := b.model.events[15_050].pos
		b.check(logstore.Filter{Start: &mid})
		b.check(logstore.Filter{End: &mid, Desc: true})
		b.quiesce()
		b.put(true)
		s.settle(t, b.store)
	}
	b.drain(100)
	must(t, b.store.Close())
}

// After Clear nothing is left, and the names can be used again.
func clear(t *testing.T, s Subject) {
	b := s.bench(t, 3)
	for range 120 {
		b.put(true)
	}
	s.settle(t, b.store)
	must(t, b.store.Clear())
	b.model = plain{last: map[uint64]uint64{}}
	b.check(logstore.Filter{})
	st, err := b.store.Stats(t.Context(), group)
	must(t, err)
	if st.Events != 0 || st.Bytes != 0 {
		t.Fatalf("%+v after Clear", st)
	}
	for range 60 {
		b.put(true)
	}
	b.check(logstore.Filter{})
	s.settle(t, b.store)
	b.quiesce()
	b.check(logstore.Filter{Desc: true})
	b.drain(0)
	must(t, b.store.Close())
}
