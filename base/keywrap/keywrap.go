// Package keywrap is the AES key wrap of RFC 3394: a key of 32 bytes encrypted under another, with an integrity check of 64 bits and without a number
// that must be used once.
package keywrap

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
)

const (
	// KeySize is the length of a key.
	KeySize = 32
	// Size is the length of a wrapped one.
	Size = KeySize + 8
)

var mark = [8]byte{0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6, 0xA6}

const (
	halves = KeySize / 8
	rounds = 6
)

// Draw makes a key, and wraps it.
func Draw(under cipher.Block) (key [KeySize]byte, wrapped [Size]byte) {
	_, _ = rand.Read(key[:]) // never fails
	return key, Wrap(under, key)
}

// Wrap encrypts a key.
func Wrap(under cipher.Block, key [KeySize]byte) (out [Size]byte) {
	var b [aes.BlockSize]byte
	copy(b[:], mark[:])
	copy(out[8:], key[:])
	for t := range uint64(rounds * halves) {
		r := out[8+t%halves*8:][:8]
		copy(b[8:], r)
		under.Encrypt(b[:], b[:])
		copy(r, b[8:])
		binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])^(t+1))
	}
	copy(out[:], b[:8])
	return out
}

// Unwrap gives the key back; ok is false for one that was wrapped under another key, or has changed since.
func Unwrap(under cipher.Block, wrapped [Size]byte) (key [KeySize]byte, ok bool) {
	var b [aes.BlockSize]byte
	copy(b[:], wrapped[:8])
	copy(key[:], wrapped[8:])
	for t := uint64(rounds * halves); t > 0; t-- {
		r := key[(t-1)%halves*8:][:8]
		binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])^t)
		copy(b[8:], r)
		under.Decrypt(b[:], b[:])
		copy(r, b[8:])
	}
	return key, subtle.ConstantTimeCompare(b[:8], mark[:]) == 1
}
