package cloudtrail

import (
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// signingKey signs the digests of one region for a year; the next follows it.
type signingKey struct {
	Sealed      string // the private key
	Public      []byte // PKCS #1, DER
	Fingerprint string
	From, To    time.Time
}

// signer is a signing key that can sign.
type signer struct {
	fingerprint string
	to          time.Time
	key         *rsa.PrivateKey
}

// signerOf returns the key with which a region signs at the instant, and makes it where there is none.
func (s *Service) signerOf(ctx context.Context, region string, at time.Time) (*signer, error) {
	from := time.Date(at.UTC().Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	id := store.Key(region, from.Format("2006"))
	s.mu.Lock()
	known := s.signers[id]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	var row signingKey
	var ok bool
	err := s.k.View(ctx, func(tx *store.Tx) error {
		row, ok = s.keys.Get(tx, id)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !ok {
		k := makeKey(func(n uint64, bytes int) []byte { return s.k.Entropy.Derive("cloudtrail key", bytes, id, n) })
		public := x509.MarshalPKCS1PublicKey(&k.PublicKey)
		sum := md5.Sum(public)
		row = signingKey{s.sealKey(region, k), public, hex.EncodeToString(sum[:]), from, from.AddDate(1, 0, 0)}
		err := s.k.Update(ctx, func(tx *store.Tx) error {
			s.keys.Put(tx, id, row)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	k, err := s.openKey(region, row.Sealed)
	if err != nil {
		return nil, err
	}
	known = &signer{row.Fingerprint, row.To, k}
	s.mu.Lock()
	s.signers[id] = known
	s.mu.Unlock()
	return known, nil
}

// sign is SHA256withRSA, in hexadecimal.
func (x *signer) sign(text string) (string, error) {
	sum := sha256.Sum256([]byte(text))
	b, err := rsa.SignPKCS1v15(nil, x.key, crypto.SHA256, sum[:])
	return hex.EncodeToString(b), err
}

// ListPublicKeys lists the keys whose digests of the region may be of the time that is asked for.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListPublicKeys.html
func (s *Service) ListPublicKeys(ctx context.Context, in *api.ListPublicKeysInput) (*api.ListPublicKeysOutput, error) {
	from, to := s.k.Clock.Now(), s.k.Clock.Now()
	set(&from, in.StartTime)
	set(&to, in.EndTime)
	if to.Before(from) {
		return nil, api.NewInvalidTimeRangeException("Start time must be before end time.")
	}
	if _, err := page.After("keys", rt.Val(in.NextToken)); err != nil || in.NextToken != nil { // one page holds them all
		return nil, api.NewInvalidTokenException("Invalid token provided.")
	}
	out := &api.ListPublicKeysOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		out.PublicKeyList = []api.PublicKey{}
		for _, k := range s.keys.Prefix(tx, store.Key(call.From(ctx).Region, ""), "") {
			if k.From.After(to) || !k.To.After(from) {
				continue
			}
			out.PublicKeyList = append(out.PublicKeyList, api.PublicKey{Fingerprint: new(k.Fingerprint), ValidityStartTime: new(k.From), ValidityEndTime: new(k.To), Value: k.Public})
		}
		return nil
	})
	return out, err
}
