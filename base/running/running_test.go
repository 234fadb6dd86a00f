package running_test

import (
	"context"
	"testing"

	"unyo/base/running"
)

func TestStop(t *testing.T) {
	var s running.Set
	a, endA := s.Begin(t.Context(), "a")
	b, endB := s.Begin(t.Context(), "b")
	defer endB()
	s.Stop("a")
	s.Stop("unknown")
	child, cancel := context.WithCancel(a)
	defer cancel()
	if !running.Stopped(child) {
		t.Error("what runs under a stopped context does not see it")
	}
	if b.Err() != nil {
		t.Error("stopping one has stopped another")
	}
	endA()
	s.Stop("a") // ended: nothing to stop
	endB()
	if b.Err() == nil || running.Stopped(b) {
		t.Error("what has come to its end was not stopped")
	}
}
