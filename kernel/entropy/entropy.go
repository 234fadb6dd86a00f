// Package entropy gives ids, tokens and key material.
//
// Every value is HMAC-SHA-256 under the estate's seed of who asks: the call's serial, service and operation, and the
// number of the draw within the call. So the same calls to an estate of the same seed draw the same values, also
// when a crash made them run again; and with a random seed nobody can foresee them.
// Draw outside of transactions: a function that is run again would draw anew.
package entropy

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"sync"

	"unyo/base/call"
)

// Source is the estate's chance.
type Source struct {
	seed [32]byte

	mu     sync.Mutex
	serial uint64 // of the call numbered last
	free   uint64 // draws outside of calls since then
}

// New returns the source of an estate.
func New(seed [32]byte) *Source { return &Source{seed: seed} }

// At says that calls have been numbered up to serial: draws outside of calls are told apart by it. So they are not
// drawn again after a restart, unless no call since has left a trace.
func (s *Source) At(serial uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if serial > s.serial { // numbers may arrive out of order
		s.serial, s.free = serial, 0
	}
}

// Restart begins as in a new estate.
func (s *Source) Restart() {
	s.mu.Lock()
	s.serial, s.free = 0, 0
	s.mu.Unlock()
}

// outside numbers a draw outside of calls.
func (s *Source) outside() (serial, n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
	return s.serial, s.free
}

// Bytes returns n bytes.
func (s *Source) Bytes(ctx context.Context, n int) []byte {
	if c := call.From(ctx); c != nil {
		return s.stream("call", n, c.Service+"\x00"+c.Operation, c.Serial, c.Draw())
	}
	serial, free := s.outside()
	return s.stream("free", n, "", serial, free)
}

// Request returns 32 bytes for the ids of a request that has no call.Call yet.
func (s *Source) Request() [32]byte {
	serial, free := s.outside()
	return [32]byte(s.stream("request", 32, "", serial, free))
}

// Derive returns n bytes that depend on nothing but the seed and what is given.
func (s *Source) Derive(purpose string, n int, text string, numbers ...uint64) []byte {
	return s.stream("derive "+purpose, n, text, numbers...)
}

func (s *Source) stream(purpose string, n int, text string, numbers ...uint64) []byte {
	out := make([]byte, 0, (n+31)/32*32)
	m := hmac.New(sha256.New, s.seed[:])
	var b [8]byte
	word := func(x uint64) {
		binary.BigEndian.PutUint64(b[:], x)
		m.Write(b[:])
	}
	for block := uint64(0); len(out) < n; block++ {
		m.Reset()
		word(uint64(len(purpose)))
		m.Write([]byte(purpose))
		word(uint64(len(text)))
		m.Write([]byte(text))
		for _, x := range numbers {
			word(x)
		}
		word(block)
		out = m.Sum(out)
	}
	return out[:n]
}

const (
	base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)

// ID returns prefix and n characters of A-Z2-7, as IAM's unique identifiers are made: ID(ctx, "AIDA", 17).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
func (s *Source) ID(ctx context.Context, prefix string, n int) string {
	return prefix + letters(s.Bytes(ctx, n), base32)
}

// Hex returns n hexadecimal digits.
func (s *Source) Hex(ctx context.Context, n int) string {
	return hex.EncodeToString(s.Bytes(ctx, (n+1)/2))[:n]
}

// UUID returns a version 4 UUID.
func (s *Source) UUID(ctx context.Context) string { return UUID(s.Bytes(ctx, 16)) }

// Secret returns n characters of the base64 alphabet; a secret access key has 40.
func (s *Source) Secret(ctx context.Context, n int) string { return letters(s.Bytes(ctx, n), base64) }

// UUID writes 16 bytes as a version 4 UUID (RFC 9562).
func UUID(b []byte) string {
	u := [16]byte(b)
	u[6], u[8] = u[6]&0x0F|0x40, u[8]&0x3F|0x80
	h := hex.EncodeToString(u[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// letters maps bytes onto an alphabet whose size divides 256, so that no letter is favoured.
func letters(b []byte, alphabet string) string {
	var out strings.Builder
	for _, x := range b {
		out.WriteByte(alphabet[int(x)%len(alphabet)])
	}
	return out.String()
}
