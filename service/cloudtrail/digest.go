package cloudtrail

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

type digestArg struct{ Key string } // of the chain

// digestFile is a digest as it lies in the bucket.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
type digestFile struct {
	Account           string         `json:"awsAccountId"`
	Start             string         `json:"digestStartTime"`
	End               string         `json:"digestEndTime"`
	Bucket            string         `json:"digestS3Bucket"`
	Object            string         `json:"digestS3Object"`
	Fingerprint       string         `json:"digestPublicKeyFingerprint"`
	Algorithm         string         `json:"digestSignatureAlgorithm"`
	Newest            *string        `json:"newestEventTime"`
	Oldest            *string        `json:"oldestEventTime"`
	PreviousBucket    *string        `json:"previousDigestS3Bucket"`
	PreviousObject    *string        `json:"previousDigestS3Object"`
	PreviousSum       *string        `json:"previousDigestHashValue"`
	PreviousAlgorithm *string        `json:"previousDigestHashAlgorithm"`
	PreviousSignature *string        `json:"previousDigestSignature"`
	Files             []digestedFile `json:"logFiles"`
}

type digestedFile struct {
	Bucket    string `json:"s3Bucket"`
	Object    string `json:"s3Object"`
	Sum       string `json:"hashValue"`
	Algorithm string `json:"hashAlgorithm"`
	Newest    string `json:"newestEventTime"`
	Oldest    string `json:"oldestEventTime"`
}

const (
	signatureAlgorithm = "SHA256withRSA"
	hashAlgorithm      = "SHA-256"
)

// runDigest writes down which files the digest of the hour names, puts it, and sets itself for the next hour.
func (s *Service) runDigest(ctx context.Context, a digestArg) error {
	c, files, err := s.takeDigest(ctx, a.Key)
	if err != nil || c == nil {
		return err
	}
	end := c.Start.Add(hourly)
	signer, err := s.signerOf(ctx, c.Region, end)
	if err != nil {
		return err
	}
	account := cmp.Or(c.Account, call.From(ctx).Account)
	x := c.name(account, end)
	text, err := c.text(account, x.Key, signer.fingerprint, files)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	x.Sum = hex.EncodeToString(sum[:])
	if x.Signature, err = s.signed(a.Key, c.toSign(x, end), signer); err != nil {
		return err
	}
	packed, err := pack(text)
	if err != nil {
		return err
	}
	t := &trail{Name: c.Trail, Home: c.Home, Bucket: c.Bucket, Prefix: c.Prefix}
	if err := s.put(ctx, t, x.Key, packed, map[string]string{"signature": x.Signature, "signature-algorithm": signatureAlgorithm}); err != nil {
		return s.delayDigest(ctx, a.Key, err)
	}
	if err := s.settleDigest(ctx, a.Key, x); err != nil {
		return err
	}
	if len(files) == 0 {
		s.foretell(a.Key, c, account, x, signer)
	}
	return nil
}

// takeDigest closes the list of files; what is delivered from now on is the next digest's.
func (s *Service) takeDigest(ctx context.Context, key string) (c *chain, files []logFile, err error) {
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.chains.Get(tx, key)
		if c = nil; !ok || s.k.Clock.Now().Before(row.Start.Add(hourly)) { // not yet: somebody has had a job run again
			jobs.Settle(ctx, tx)
			return nil
		}
		if c = &row; !row.Writing {
			row.Writing, row.End = true, row.Next
			s.chains.Put(tx, key, row)
		}
		files = nil
		for _, f := range s.logged.Between(tx, loggedKey(key, 0), loggedKey(key, row.End)) {
			files = append(files, f)
		}
		return nil
	})
	return c, files, err
}

// name is where the digest of the hour that ends then lies.
func (c *chain) name(account string, end time.Time) *link {
	t := trail{Prefix: c.Prefix, Org: c.Org}
	return &link{Bucket: c.Bucket, Key: t.folder(account) + "-Digest/" + c.Region + end.UTC().Format("/2006/01/02/") +
		account + "_CloudTrail-Digest_" + c.Region + "_" + c.Trail + "_" + c.Home + end.UTC().Format("_20060102T150405Z") + ".json.gz"}
}

// text is what the digest says, as JSON.
func (c *chain) text(account, key, fingerprint string, files []logFile) ([]byte, error) {
	d := digestFile{Account: account, Start: stamp(c.Start), End: stamp(c.Start.Add(hourly)), Bucket: c.Bucket, Object: key, Fingerprint: fingerprint,
		Algorithm: signatureAlgorithm, Files: []digestedFile{}}
	if p := c.Previous; p != nil {
		d.PreviousBucket, d.PreviousObject, d.PreviousSum, d.PreviousAlgorithm, d.PreviousSignature = &p.Bucket, &p.Key, &p.Sum, new(hashAlgorithm), &p.Signature
	}
	var oldest, newest time.Time
	for i, f := range files {
		if i == 0 || f.Oldest.Before(oldest) {
			oldest = f.Oldest
		}
		if f.Newest.After(newest) {
			newest = f.Newest
		}
		d.Files = append(d.Files, digestedFile{f.Bucket, f.Key, f.Sum, hashAlgorithm, stamp(f.Newest), stamp(f.Oldest)})
	}
	if len(files) > 0 {
		d.Oldest, d.Newest = new(stamp(oldest)), new(stamp(newest))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(d)
	return bytes.TrimSpace(b.Bytes()), err
}

// toSign is the text whose signature stands beside the digest.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
func (c *chain) toSign(x *link, end time.Time) string {
	previous := "null"
	if c.Previous != nil {
		previous = c.Previous.Signature
	}
	return stamp(end) + "\n" + x.Bucket + "/" + x.Key + "\n" + x.Sum + "\n" + previous
}

// settleDigest moves on to the next hour, or ends the chain: when the trail asks for no more, and has nothing more to deliver.
func (s *Service) settleDigest(ctx context.Context, key string, x *link) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		c, ok := s.chains.Get(tx, key)
		if !ok {
			return nil
		}
		for at := range s.logged.Between(tx, loggedKey(key, 0), loggedKey(key, c.End)) { // mostly none: to erase a range slows down every reader
			s.logged.Delete(tx, at)
		}
		t, ok := s.trails.Get(tx, c.Row)
		if ok = ok && store.Key(t.Digests.Chain, t.place(c.Account, c.Region)) == key; ok {
			t.Digests.Latest, t.Digests.Error = s.k.Clock.Now(), ""
			s.trails.Put(tx, c.Row, t)
		}
		if c.Last && !(ok && !t.Files.idle()) && c.Next == c.End {
			s.chains.Delete(tx, key)
			return nil
		}
		c.Start, c.Previous, c.Writing, c.Failed = c.Start.Add(hourly), x, false, 0
		s.chains.Put(tx, key, c)
		s.digest.AtKey(tx, key, c.Start.Add(hourly), digestArg{key})
		return nil
	})
}

// delayDigest notes what went wrong and tries again in a while. A digest that is not written holds up those behind it: the chain must hold.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
func (s *Service) delayDigest(ctx context.Context, key string, fault error) error {
	if ctx.Err() != nil { // the process is stopping
		return ctx.Err()
	}
	code := awserr.Code(fault)
	if code == "" {
		return fault
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		c, ok := s.chains.Get(tx, key)
		if !ok {
			return nil
		}
		c.Failed++
		if t, ok := s.trails.Get(tx, c.Row); ok && store.Key(t.Digests.Chain, t.place(c.Account, c.Region)) == key {
			t.Digests.Error = code
			s.trails.Put(tx, c.Row, t)
		}
		now := s.k.Clock.Now()
		if c.Last && now.Sub(c.Start) >= patience { // nobody will miss what is left
			s.logged.Erase(tx, loggedKey(key, 0), loggedKey(key, c.Next))
			s.chains.Delete(tx, key)
			return nil
		}
		s.chains.Put(tx, key, c)
		s.digest.AtKey(tx, key, now.Add(min(time.Duration(c.Failed)*rhythm, hourly)), digestArg{key})
		return nil
	})
}
