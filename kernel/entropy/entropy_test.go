package entropy_test

import (
	"context"
	"regexp"
	"testing"

	"unyo/base/call"
	"unyo/kernel/entropy"
)

func as(serial uint64) context.Context {
	return call.With(context.Background(), &call.Call{Serial: serial, Service: "iam", Operation: "CreateUser"})
}

func TestShapes(t *testing.T) {
	s, ctx := entropy.New([32]byte{1}), as(1)
	for got, want := range map[string]string{
		s.ID(ctx, "AIDA", 17): `^AIDA[A-Z2-7]{17}$`,
		s.Hex(ctx, 7):         `^[0-9a-f]{7}$`,
		s.Hex(ctx, 64):        `^[0-9a-f]{64}$`,
		s.UUID(ctx):           `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		s.Secret(ctx, 40):     `^[A-Za-z0-9+/]{40}$`,
	} {
		if !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%q is not %s", got, want)
		}
	}
	if n := len(s.Bytes(ctx, 100)); n != 100 {
		t.Errorf("%d bytes", n)
	}
}

// The same call draws the same values; anything else draws others.
func TestWhatDiffers(t *testing.T) {
	s := entropy.New([32]byte{1})
	first := s.UUID(as(1))
	if again := entropy.New([32]byte{1}).UUID(as(1)); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	seen := map[string]string{first: "first"}
	differs := func(what, got string) {
		if before, twice := seen[got]; twice {
			t.Errorf("%s draws as %s", what, before)
		}
		seen[got] = what
	}
	ctx := as(1)
	s.UUID(ctx)
	differs("second draw", s.UUID(ctx))
	differs("another call", s.UUID(as(2)))
	differs("another seed", entropy.New([32]byte{2}).UUID(as(1)))
	differs("another operation", s.UUID(call.With(context.Background(), &call.Call{Serial: 1, Service: "iam", Operation: "CreateRole"})))
	differs("no call", s.UUID(context.Background()))
	differs("no call again", s.UUID(context.Background()))
	r := s.Request()
	differs("request", entropy.UUID(r[:16]))
	r = s.Request()
	differs("next request", entropy.UUID(r[:16]))
	s.At(5)
	r = s.Request()
	differs("later request", entropy.UUID(r[:16]))
	s.At(3) // a number that arrives late
	r = s.Request()
	differs("request after that", entropy.UUID(r[:16]))
	differs("derived", entropy.UUID(s.Derive("a", 16, "", 1)))
	differs("derived for something else", entropy.UUID(s.Derive("b", 16, "", 1)))
	differs("derived from a text", entropy.UUID(s.Derive("a", 16, "x", 1)))
	differs("derived from more", entropy.UUID(s.Derive("a", 16, "", 1, 0)))
	s.Restart()
	if s.Request() != entropy.New([32]byte{1}).Request() {
		t.Error("restarted is not as new")
	}
}

func BenchmarkID(b *testing.B) {
	s, ctx := entropy.New([32]byte{1}), as(1)
	for range b.N {
		s.ID(ctx, "AIDA", 17)
	}
}
