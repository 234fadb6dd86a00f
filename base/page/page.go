// Package page makes the opaque tokens of List operations from the last key and a sum of the query,
// so that a token of another query, or an invented one, is refused.
package page

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

// ErrInvalid is a token that this house did not make for this query.
var ErrInvalid = errors.New("invalid page token")

// Token names the position after last within query. query is every parameter that shapes the list, joined by the caller.
func Token(query, last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(sum(query) + last))
}

// After returns the position that token names; "" for the empty token.
func After(query, token string) (string, error) {
	if token == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", ErrInvalid
	}
	last, ok := strings.CutPrefix(string(b), sum(query))
	if !ok {
		return "", ErrInvalid
	}
	return last, nil
}

func sum(query string) string {
	h := sha256.Sum256([]byte(query))
	return hex.EncodeToString(h[:4])
}
