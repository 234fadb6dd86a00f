package cloudtrail

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/journal"
)

// verified follows the chain of a region from its last digest to its first, as AWS's guide to custom validation has it, and returns the
// names of the events in all files that the digests name, how many digests there are, and how many chains.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
func (o *outside) verified(t testing.TB, s *Service, ctx context.Context, region string) (events []string, digests, chains int) {
	t.Helper()
	call.From(ctx).Region = region
	keys := map[string]*rsa.PublicKey{}
	list, err := s.ListPublicKeys(ctx, &api.ListPublicKeysInput{StartTime: new(begin.Add(-time.Hour)), EndTime: new(begin.AddDate(3, 0, 0))})
	ok(t, err)
	for _, k := range list.PublicKeyList {
		keys[*k.Fingerprint], err = x509.ParsePKCS1PublicKey(k.Value)
		ok(t, err)
	}
	var names []string
	for key := range o.objects {
		if strings.Contains(key, "/CloudTrail-Digest/"+region+"/") {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	var after *digestFile
	for _, key := range slices.Backward(names) {
		var d digestFile
		text := o.unpacked(t, key)
		ok(t, json.Unmarshal(text, &d))
		sum := sha256.Sum256(text)
		if after != nil && after.PreviousObject != nil && (*after.PreviousObject != key || *after.PreviousSum != hex.EncodeToString(sum[:]) || *after.PreviousSignature != o.meta[key]["signature"]) {
			t.Errorf("the digest after %s does not go on from it", key)
		}
		if after == nil || after.PreviousObject == nil {
			chains++
		}
		previous := "null"
		if d.PreviousSignature != nil {
			previous = *d.PreviousSignature
		}
		signed := sha256.Sum256([]byte(d.End + "\n" + d.Bucket + "/" + d.Object + "\n" + hex.EncodeToString(sum[:]) + "\n" + previous))
		signature, err := hex.DecodeString(o.meta[key]["signature"])
		ok(t, err)
		if err := rsa.VerifyPKCS1v15(keys[d.Fingerprint], crypto.SHA256, signed[:], signature); err != nil || d.Object != key {
			t.Errorf("%s: %v", key, err)
		}
		for _, f := range slices.Backward(d.Files) {
			text := o.unpacked(t, f.Object)
			if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != f.Sum {
				t.Errorf("%s has changed", f.Object)
			}
			var file struct{ Records []record }
			ok(t, json.Unmarshal(text, &file))
			for _, r := range slices.Backward(file.Records) {
				events = append(events, r.EventName)
			}
		}
		digests++
		after = &d
	}
	if after != nil && after.PreviousObject != nil {
		t.Errorf("the first digest goes on from %s", *after.PreviousObject)
	}
	slices.Reverse(events)
	return events, digests, chains
}

// A digest an hour, also when nothing happens, each signed and chained to the one before; a chain for each region in which something
// happens; when logging stops, a last one; and another chain when it starts again.
func TestDigests(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	s.makeTrail(t, ctx, func(in *api.CreateTrailInput) {
		in.EnableLogFileValidation, in.IsMultiRegionTrail = new(true), new(true)
	})
	happens(t, k, mine, "One")
	advance(t, k, 3*time.Hour)
	happens(t, k, mine, "Two")
	happens(t, k, mine, "Far", elsewhere)
	advance(t, k, 150*time.Minute)
	happens(t, k, mine, "Three")
	events, digests, chains := out.verified(t, s, ctx(), here)
	if fmt.Sprint(events) != "[One Two]" || digests != 5 || chains != 1 {
		t.Error(events, digests, chains)
	}
	events, digests, chains = out.verified(t, s, ctx(), "eu-west-1")
	if fmt.Sprint(events) != "[Far]" || digests != 2 || chains != 1 {
		t.Error(events, digests, chains)
	}
	stop := ctx()
	_, err := s.StopLogging(stop, &api.StopLoggingInput{Name: new("main")})
	ok(t, err)
	happens(t, k, mine, "StopLogging", func(c *journal.Call) { c.RequestID = call.From(stop).RequestID })
	advance(t, k, 24*time.Hour)
	if events, digests, _ = out.verified(t, s, ctx(), here); fmt.Sprint(events) != "[One Two Three StopLogging]" || digests != 6 {
		t.Error(events, digests)
	}
	if jobs, err := k.Jobs.Waiting(context.Background(), 10); err != nil || len(jobs) != 1 {
		t.Errorf("%v %v", jobs, err)
	}
	_, err = s.StartLogging(ctx(), &api.StartLoggingInput{Name: new("main")})
	ok(t, err)
	advance(t, k, 2*time.Hour)
	if _, digests, chains = out.verified(t, s, ctx(), here); digests != 8 || chains != 2 {
		t.Error(digests, chains)
	}
	if got := s.status(t, ctx()); !got.LatestDigestDeliveryTime.Equal(k.Clock.Now()) || got.LatestDigestDeliveryError != nil {
		t.Errorf("%+v", got)
	}
}

// A bucket that refuses holds the chain up, and nothing of it is left out. Keys change with the year.
func TestDigestsWaitForTheBucket(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	s.makeTrail(t, ctx, func(in *api.CreateTrailInput) { in.EnableLogFileValidation = new(true) })
	happens(t, k, mine, "One")
	out.fault = awserr.New(403, "AccessDenied", "")
	advance(t, k, 10*24*time.Hour)
	if got := s.status(t, ctx()); *got.LatestDigestDeliveryError != "AccessDenied" {
		t.Errorf("%+v", got)
	}
	out.fault = nil
	advance(t, k, 10*24*time.Hour)
	events, digests, chains := out.verified(t, s, ctx(), here)
	if fmt.Sprint(events) != "[One]" || digests != 20*24 || chains != 1 {
		t.Error(events, digests, chains)
	}
	_, err := s.signerOf(ctx(), here, begin.AddDate(1, 0, 0))
	ok(t, err)
	if list, err := s.ListPublicKeys(ctx(), &api.ListPublicKeysInput{StartTime: new(begin), EndTime: new(begin.AddDate(1, 0, 0))}); err != nil || len(list.PublicKeyList) != 2 {
		t.Errorf("%+v %v", list, err)
	}
}

// The process dies around every put, of files and digests: running on, the chain is whole and names every event once.
func TestDigestsSurviveDeath(t *testing.T) {
	m := dying(t)
	m.s.makeTrail(t, m.ctx, func(in *api.CreateTrailInput) { in.EnableLogFileValidation = new(true) })
	happens(t, m.k, mine, "One")
	m.diesAround()
	advance(t, m.k, 150*time.Minute)
	m.afterEach(12, func(t *testing.T, _ int, k *kernel.Kernel, s *Service, out *outside) {
		advance(t, k, begin.Add(5*time.Hour).Sub(k.Clock.Now()))
		if events, digests, chains := out.verified(t, s, in(k, mine, here), here); fmt.Sprint(events) != "[One]" || digests != 5 || chains != 1 {
			t.Error(events, digests, chains)
		}
	})
}

// Two estates of one seed have the same keys, another has others; at rest the private one is not to be read.
func TestSigningKeys(t *testing.T) {
	print := func(region string) string {
		k, s, _ := open(t, kernel.Options{})
		x, err := s.signerOf(in(k, mine, here), region, begin)
		ok(t, err)
		return x.fingerprint
	}
	if print(here) != print(here) || print(here) == print("us-east-1") {
		t.Error("keys do not follow from seed and region")
	}
}

// BenchmarkDigests is digests of ten chains in hours in which nothing happened: 87,600 are a year of ten accounts.
func BenchmarkDigests(b *testing.B) {
	k, s, _ := open(b, kernel.Options{Dir: b.TempDir()})
	for i := range 10 {
		account := fmt.Sprintf("%012d", i+1)
		s.makeTrail(b, func() context.Context { return in(k, account, here) }, func(in *api.CreateTrailInput) { in.EnableLogFileValidation = new(true) })
	}
	advance(b, k, time.Hour) // the key is made
	for b.Loop() {
		advance(b, k, 100*time.Hour)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/digest")
}
