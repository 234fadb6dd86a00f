package cloudtrail

import (
	"crypto/rsa"
	"crypto/x509"
	"math/big"

	"unyo/base/must"
)

// keyBits is the length of the keys that sign digests.
const keyBits = 2048

// makeKey makes an RSA key out of chance that is given: the standard library's chance cannot be repeated. more draws the n-th lot of it.
func makeKey(more func(n uint64, bytes int) []byte) *rsa.PrivateKey {
	e := big.NewInt(65537)
	one := big.NewInt(1)
	for n := uint64(0); ; {
		var p, q *big.Int
		p, n = prime(more, n)
		q, n = prime(more, n)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || p.Cmp(q) == 0 {
			continue
		}
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())}, D: d, Primes: []*big.Int{p, q}}
		k.Precompute()
		must.Hold(k.Validate() == nil, "an RSA key that is none: %v", k.Validate())
		return k
	}
}

// prime is the first of the numbers drawn from lot n on that is one. Its two highest bits are set, so that a product of two has all bits.
func prime(more func(n uint64, bytes int) []byte, n uint64) (*big.Int, uint64) {
	for {
		b := more(n, keyBits/16)
		n++
		b[0] |= 0xC0
		b[len(b)-1] |= 1
		if p := new(big.Int).SetBytes(b); p.ProbablyPrime(32) {
			return p, n
		}
	}
}

// seal and open keep a private key encrypted at rest.
func (s *Service) sealKey(region string, k *rsa.PrivateKey) string {
	return s.sealer.Seal("cloudtrail key "+region, x509.MarshalPKCS1PrivateKey(k))
}

func (s *Service) openKey(region, sealed string) (*rsa.PrivateKey, error) {
	text, err := s.sealer.Open("cloudtrail key "+region, sealed)
	if err != nil {
		return nil, err
	}
	return x509.ParsePKCS1PrivateKey(text)
}
