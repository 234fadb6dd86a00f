package cloudtrail

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"sync"
)

// While an estate is advanced, jobs run one after another, and three quarters of a digest's time are its signature. A signature follows from its
// text, so it does not matter when it is made: that of an hour in which nothing has happened is foretold from the digest before, and made on
// another core while digests of other chains are written. A digest that says something else is signed when its hour has come.

// foretold is the signature of a digest that is still to come, should it name no file.
type foretold struct {
	text string
	sign func() (string, error) // once
}

// foretell begins to sign the digest after x, which named no file either.
func (s *Service) foretell(key string, c *chain, account string, x *link, by *signer) {
	next := *c
	next.Start, next.Previous = c.Start.Add(hourly), x
	end := next.Start.Add(hourly)
	if end.After(by.to) || s.k.Flows() { // the next year's key; an hour that is really waited for
		return
	}
	y := next.name(account, end)
	digest, err := next.text(account, y.Key, by.fingerprint, nil)
	if err != nil {
		return
	}
	sum := sha256.Sum256(digest)
	y.Sum = hex.EncodeToString(sum[:])
	text := next.toSign(y, end)
	f := foretold{text, sync.OnceValues(func() (string, error) { return by.sign(text) })}
	s.mu.Lock()
	s.ahead[key] = f
	s.mu.Unlock()
	go func() {
		s.signing <- struct{}{}
		defer func() { <-s.signing }()
		_, _ = f.sign()
	}()
}

// signersAtOnce leaves a core to whoever advances the clock: he signs himself what nobody has begun to sign when he needs it.
func signersAtOnce() int { return max(1, runtime.GOMAXPROCS(0)-1) }

// signed is the signature of a chain's next digest.
func (s *Service) signed(key, text string, by *signer) (string, error) {
	s.mu.Lock()
	f := s.ahead[key]
	delete(s.ahead, key)
	s.mu.Unlock()
	if f.text == text {
		return f.sign()
	}
	return by.sign(text)
}
