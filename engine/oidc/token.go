package oidc

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // for crypto.Hash
	_ "crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"strings"
	"time"
)

// What is wrong with a token.
var (
	ErrMalformed = errors.New("it is no JSON Web Token")
	ErrAlgorithm = errors.New("its signature algorithm is not supported")
	ErrNoKey     = errors.New("its issuer has no such key")
	ErrSignature = errors.New("its signature is not the issuer's")
)

// Token is a JSON Web Token (RFC 7519), of which nothing is known to be true until Verify.
type Token struct {
	Algorithm, KeyID string
	Issuer, Subject  string
	Audience         []string
	Party            string // azp: the client that it was given to
	ID               string
	Expires          time.Time // zero where it has no such claim, like the next two
	NotBefore        time.Time
	IssuedAt         time.Time
	Claims           map[string]json.RawMessage

	signed    string // header and claims as they were signed
	signature []byte
}

// maxToken bounds a token, in bytes.
const maxToken = 20000

// Parse reads a token.
func Parse(text string) (*Token, error) {
	head, rest, ok1 := strings.Cut(text, ".")
	body, sig, ok2 := strings.Cut(rest, ".")
	if !ok1 || !ok2 || len(text) > maxToken || strings.Contains(sig, ".") {
		return nil, ErrMalformed
	}
	var header struct {
		Alg  *string         `json:"alg"`
		Kid  string          `json:"kid"`
		Crit json.RawMessage `json:"crit"`
	}
	t := &Token{signed: text[:len(head)+1+len(body)]}
	err1, err2 := part(head, &header), part(body, &t.Claims)
	var err3 error
	t.signature, err3 = base64.RawURLEncoding.Strict().DecodeString(sig)
	if err1 != nil || err2 != nil || err3 != nil || header.Alg == nil || header.Crit != nil || t.Claims == nil { // RFC 7515, 4.1.11: what is critical and not known is refused
		return nil, ErrMalformed
	}
	t.Algorithm, t.KeyID = *header.Alg, header.Kid
	return t, t.read()
}

// part decodes one of a token's parts, which must be one JSON value whose members have different names.
func part(text string, v any) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return err
	}
	if err := unique(raw); err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// unique refuses an object that says something twice: readers differ in what they take it for.
func unique(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return ErrMalformed
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := name.(string)
		if seen[key] {
			return ErrMalformed
		}
		seen[key] = true
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return ErrMalformed
	}
	return nil
}

// read takes the registered claims.
func (t *Token) read() error {
	for name, to := range map[string]*string{"iss": &t.Issuer, "sub": &t.Subject, "azp": &t.Party, "jti": &t.ID} {
		if raw, ok := t.Claims[name]; ok && json.Unmarshal(raw, to) != nil {
			return ErrMalformed
		}
	}
	for name, to := range map[string]*time.Time{"exp": &t.Expires, "nbf": &t.NotBefore, "iat": &t.IssuedAt} {
		if raw, ok := t.Claims[name]; ok {
			var seconds float64
			if json.Unmarshal(raw, &seconds) != nil || seconds < 0 || seconds > 1<<40 {
				return ErrMalformed
			}
			*to = time.Unix(int64(seconds), 0).UTC()
		}
	}
	raw, ok := t.Claims["aud"]
	if !ok {
		return nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		t.Audience = []string{one}
		return nil
	}
	if json.Unmarshal(raw, &t.Audience) != nil {
		return ErrMalformed
	}
	return nil
}

// Strings reads a claim that is a string, a number, a truth value or a list of strings; nil where it is none of them.
func (t *Token) Strings(claim string) []string {
	raw := t.Claims[claim]
	var one string
	var many []string
	switch {
	case raw == nil:
		return nil
	case json.Unmarshal(raw, &one) == nil:
		return []string{one}
	case json.Unmarshal(raw, &many) == nil:
		return many
	}
	var scalar any
	switch json.Unmarshal(raw, &scalar); scalar.(type) {
	case float64, bool:
		return []string{string(bytes.TrimSpace(raw))}
	}
	return nil
}

// algorithms are those that count: the hash of each, and whether it is with RSA.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
var algorithms = map[string]struct {
	hash crypto.Hash
	rsa  bool
	size int // of each half of a signature with a curve
}{
	"RS256": {crypto.SHA256, true, 0}, "RS384": {crypto.SHA384, true, 0}, "RS512": {crypto.SHA512, true, 0},
	"ES256": {crypto.SHA256, false, 32}, "ES384": {crypto.SHA384, false, 48}, "ES512": {crypto.SHA512, false, 66},
}

// Verify reports whether one of keys has signed the token: the one of its key id, where it names one.
func (t *Token) Verify(keys []Key) error {
	a, ok := algorithms[t.Algorithm]
	if !ok {
		return ErrAlgorithm
	}
	h := a.hash.New()
	h.Write([]byte(t.signed))
	sum := h.Sum(nil)
	err := ErrNoKey
	for _, k := range keys {
		if t.KeyID != "" && k.ID != t.KeyID || k.Algorithm != "" && k.Algorithm != t.Algorithm {
			continue
		}
		switch public := k.Public.(type) {
		case *rsa.PublicKey:
			if a.rsa {
				if err = ErrSignature; rsa.VerifyPKCS1v15(public, a.hash, sum, t.signature) == nil {
					return nil
				}
			}
		case *ecdsa.PublicKey:
			if !a.rsa && len(t.signature) == 2*a.size && (public.Curve.Params().BitSize+7)/8 == a.size {
				r, s := new(big.Int).SetBytes(t.signature[:a.size]), new(big.Int).SetBytes(t.signature[a.size:])
				if err = ErrSignature; ecdsa.Verify(public, sum, r, s) {
					return nil
				}
			}
		}
	}
	return err
}
