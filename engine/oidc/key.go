package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
)

// Key is a public key that an issuer signs with.
type Key struct {
	ID        string
	Algorithm string // "" for any of its kind
	Public    crypto.PublicKey
}

// How large RSA keys may be. Checking a signature takes longer than linearly.
const minRSA, maxRSA = 2048, 8192

// maxKeys is how many keys a set may have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html (100 RSA and 100 EC keys)
const maxKeys = 200

type jwk struct {
	Kty, Use, Alg, Kid string
	N, E               string // RSA
	Crv, X, Y          string // EC
}

// ParseKeys reads a set of keys (RFC 7517). What is none for signatures, or of a kind that does not count, is left out.
func ParseKeys(raw []byte) ([]Key, error) {
	var set struct{ Keys []jwk }
	if err := json.Unmarshal(raw, &set); err != nil || len(set.Keys) > maxKeys {
		return nil, ErrMalformed
	}
	var keys []Key
	for _, j := range set.Keys {
		if j.Use != "" && j.Use != "sig" {
			continue
		}
		var public crypto.PublicKey
		switch j.Kty {
		case "RSA":
			public = j.rsa()
		case "EC":
			public = j.ec()
		}
		if public != nil {
			keys = append(keys, Key{ID: j.Kid, Algorithm: j.Alg, Public: public})
		}
	}
	return keys, nil
}

func number(text string) *big.Int {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(raw)
}

// rsa returns nil for a key that is not usable.
func (j *jwk) rsa() crypto.PublicKey {
	n, e := number(j.N), number(j.E)
	if n.BitLen() < minRSA || n.BitLen() > maxRSA || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 || e.Bit(0) == 0 {
		return nil
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}
}

var curves = map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}

// ec returns nil for a key that is not on its curve.
func (j *jwk) ec() crypto.PublicKey {
	curve := curves[j.Crv]
	if curve == nil {
		return nil
	}
	size := (curve.Params().BitSize + 7) / 8
	x, y := number(j.X), number(j.Y)
	if x.BitLen() > 8*size || y.BitLen() > 8*size {
		return nil
	}
	point := append([]byte{4}, append(x.FillBytes(make([]byte, size)), y.FillBytes(make([]byte, size))...)...)
	public, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil
	}
	return public
}
