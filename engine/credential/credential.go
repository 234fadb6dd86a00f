// Package credential seals what must come back unread and unforged: session tokens, secrets at rest,
// encoded authorization messages.
//
// A session is carried by its own token, as AWS's is: nothing is stored, any process that holds the key
// can open it, and it ends when the clock passes its expiry. The secret access key follows from the
// access key id, so that the token need not hold it.
package credential

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"

	"unyo/base/call"
	"unyo/base/must"
)

// ErrForged is text that this Sealer did not make for this purpose.
var ErrForged = errors.New("sealed text does not open")

// Sealer seals under one key. Safe for concurrent use.
type Sealer struct {
	key  [32]byte
	aead cipher.AEAD
}

// New makes a Sealer of key.
func New(key [32]byte) *Sealer {
	s := &Sealer{key: key}
	block := must.Do(aes.NewCipher(s.derive("seal")))
	s.aead = must.Do(cipher.NewGCM(block))
	return s
}

func (s *Sealer) derive(parts ...string) []byte {
	mac := hmac.New(sha256.New, s.key[:])
	for _, p := range parts {
		mac.Write([]byte(p))
		mac.Write([]byte{0})
	}
	return mac.Sum(nil)
}

// Seal encrypts text for purpose; the same text under the same purpose gives the same result, so that
// a repeated job writes the same row.
func (s *Sealer) Seal(purpose string, text []byte) string {
	nonce := s.derive("nonce", purpose, string(text))[:s.aead.NonceSize()]
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, text, []byte(purpose)))
}

// Open undoes Seal; ErrForged for anything else.
func (s *Sealer) Open(purpose, sealed string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(sealed)
	n := s.aead.NonceSize()
	if err != nil || len(b) < n {
		return nil, ErrForged
	}
	text, err := s.aead.Open(nil, b[:n], b[n:], []byte(purpose))
	if err != nil {
		return nil, ErrForged
	}
	return text, nil
}

// Session issues the secret and the token of a session under accessKeyID (ASIA…).
func (s *Sealer) Session(accessKeyID string, p call.Principal) (secret, token string) {
	text := must.Do(json.Marshal(p))
	return s.secret(accessKeyID), s.Seal("session "+accessKeyID, text)
}

// OpenSession returns what Session was given. Expiry is the caller's to check.
func (s *Sealer) OpenSession(accessKeyID, token string) (call.Credential, error) {
	text, err := s.Open("session "+accessKeyID, token)
	if err != nil {
		return call.Credential{}, call.ErrInvalidToken
	}
	var p call.Principal
	if err := json.Unmarshal(text, &p); err != nil {
		return call.Credential{}, call.ErrInvalidToken
	}
	return call.Credential{Secret: s.secret(accessKeyID), Principal: p}, nil
}

func (s *Sealer) secret(accessKeyID string) string {
	return base64.StdEncoding.EncodeToString(s.derive("secret", accessKeyID))[:40]
}
