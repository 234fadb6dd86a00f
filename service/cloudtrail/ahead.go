package cloudtrail

import (
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"slices"
)

// While an estate is advanced, jobs run one after another, and three quarters of a digest's time are its signature. A signature follows from its
// text, so it does not matter when it is made: that of an hour in which nothing has happened is foretold from the digest before, and made on
// another core while digests of other chains are written. A digest that says something else is signed when its hour has come.

// foretold is the signature of a digest that is still to come, should it name no file.
type foretold struct {
	text      string
	by        *signer
	signature string
	err       error
	done      chan struct{} // closed when it is signed
}

// foretell has the digest after x signed, which named no file either.
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
	f := &foretold{text: next.toSign(y, end), by: by, done: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead[key] = f
	s.unsigned = append(s.unsigned, f)
	if s.signing < signersAtOnce() {
		s.signing++
		go s.signAhead()
	}
}

// signersAtOnce leaves a core to whoever advances the clock.
func signersAtOnce() int { return max(1, runtime.GOMAXPROCS(0)-1) }

// signAhead signs what is foretold, in the order in which it will be asked for, as long as there is any.
func (s *Service) signAhead() {
	for {
		s.mu.Lock()
		if len(s.unsigned) == 0 {
			s.signing--
			s.mu.Unlock()
			return
		}
		f := s.unsigned[0]
		s.unsigned = s.unsigned[1:]
		s.mu.Unlock()
		f.sign()
	}
}

func (f *foretold) sign() {
	f.signature, f.err = f.by.sign(f.text)
	close(f.done)
}

// signed is the signature of a chain's next digest. If another core is about to make it, what it would come to last is signed here meanwhile.
func (s *Service) signed(key, text string, by *signer) (string, error) {
	s.mu.Lock()
	f := s.ahead[key]
	delete(s.ahead, key)
	s.mu.Unlock()
	if f == nil || f.text != text {
		return by.sign(text)
	}
	for s.signAnother(f) {
	}
	<-f.done
	return f.signature, f.err
}

// signAnother signs f, if nobody has begun to, or else what was foretold last, if there is any. It is false when there is nothing to do but to wait for f.
func (s *Service) signAnother(f *foretold) bool {
	select {
	case <-f.done:
		return false
	default:
	}
	s.mu.Lock()
	i := slices.Index(s.unsigned, f)
	if i < 0 {
		i = len(s.unsigned) - 1
	}
	if i < 0 {
		s.mu.Unlock()
		return false
	}
	f = s.unsigned[i]
	s.unsigned = slices.Delete(s.unsigned, i, i+1)
	s.mu.Unlock()
	f.sign()
	return true
}
