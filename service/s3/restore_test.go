package s3

import (
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/kernel/store"
)

func (r *rig) keep(key, class string) {
	r.t.Helper()
	_, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: &key, StorageClass: &class, Body: strings.NewReader("cold")})
	ok(r.t, err)
}

func (r *rig) restore(key string, days int32, tier string) error {
	_, err := r.RestoreObject(r.ctx(), &api.RestoreObjectInput{Bucket: p("bkt"), Key: &key, RestoreRequest: &api.RestoreRequest{Days: &days, GlacierJobParameters: &api.GlacierJobParameters{Tier: &tier}}})
	return err
}

func (r *rig) header(key string) string {
	r.t.Helper()
	out, err := r.HeadObject(r.ctx(), &api.HeadObjectInput{Bucket: p("bkt"), Key: &key})
	ok(r.t, err)
	return rt.Val(out.Restore)
}

// An archived object is read only while a copy of it is there, and that comes when its tier says.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
func TestRestore(t *testing.T) {
	r := started(t)
	r.bucket("bkt")
	r.keep("g", glacier)
	r.keep("d", deepArchive)
	r.keep("warm", glacierNow)
	for _, key := range []string{"g", "d"} {
		if got := r.content("bkt", key, ""); got != "!InvalidObjectState" {
			t.Error(key, got)
		}
		_, err := r.CopyObject(r.ctx(), &api.CopyObjectInput{Bucket: p("bkt"), Key: p("copy"), CopySource: p("bkt/" + key)})
		code(t, err, "ObjectNotInActiveTierError")
	}
	if got := r.content("bkt", "warm", ""); got != "cold" {
		t.Error(got)
	}
	code(t, r.restore("warm", 1, "Standard"), "InvalidObjectState")
	code(t, r.restore("none", 1, "Standard"), "NoSuchKey")
	code(t, r.restore("d", 1, "Expedited"), "InvalidArgument")
	code(t, r.restore("g", 1, "Fast"), "MalformedXML")
	code(t, r.restore("g", 0, "Bulk"), "InvalidArgument")
	for _, in := range []*api.RestoreRequest{nil, {}, {Days: new(int32(1)), Tier: p("Bulk"), GlacierJobParameters: &api.GlacierJobParameters{Tier: p("Standard")}}} {
		_, err := r.RestoreObject(r.ctx(), &api.RestoreObjectInput{Bucket: p("bkt"), Key: p("g"), RestoreRequest: in})
		code(t, err, "MalformedXML")
	}
	_, err := r.RestoreObject(r.ctx(), &api.RestoreObjectInput{Bucket: p("bkt"), Key: p("g"), RestoreRequest: &api.RestoreRequest{Days: new(int32(1)), OutputLocation: &api.OutputLocation{}}})
	code(t, err, "NotImplemented")

	ok(t, r.restore("g", 2, "Bulk"))
	code(t, r.restore("g", 2, "Bulk"), "RestoreAlreadyInProgress")
	ok(t, r.restore("g", 2, "Standard")) // faster than what is under way
	ok(t, r.restore("d", 1, "Standard"))
	if got := r.header("g"); got != `ongoing-request="true"` {
		t.Error(got)
	}
	at := func(hours float64, key, content, header string) {
		t.Helper()
		r.to(hours / 24)
		if got := r.content("bkt", key, ""); got != content {
			t.Errorf("%s after %v hours: %q", key, hours, got)
		}
		if got := r.header(key); got != header {
			t.Errorf("%s after %v hours: %q", key, hours, got)
		}
	}
	const until = `ongoing-request="false", expiry-date="Sun, 04 Jan 2026 00:00:00 GMT"`
	at(4.99, "g", "!InvalidObjectState", `ongoing-request="true"`)
	at(5, "g", "cold", until)
	at(11.9, "d", "!InvalidObjectState", `ongoing-request="true"`)
	at(12, "d", "cold", `ongoing-request="false", expiry-date="Sat, 03 Jan 2026 00:00:00 GMT"`)
	list, err := r.ListObjectsV2(r.ctx(), &api.ListObjectsV2Input{Bucket: p("bkt"), Prefix: p("g"), OptionalObjectAttributes: []string{"RestoreStatus"}})
	ok(t, err)
	if s := list.Contents[0].RestoreStatus; s == nil || *s.IsRestoreInProgress || !s.RestoreExpiryDate.Equal(begin.Add(3*day)) || *list.Contents[0].StorageClass != glacier {
		t.Errorf("%+v", list.Contents[0])
	}
	_, err = r.CopyObject(r.ctx(), &api.CopyObjectInput{Bucket: p("bkt"), Key: p("copy"), CopySource: p("bkt/g")})
	ok(t, err)
	at(71.9, "g", "cold", until)
	ok(t, r.restore("g", 3, "Bulk")) // its end moves, counted from now
	at(72, "g", "cold", `ongoing-request="false", expiry-date="Wed, 07 Jan 2026 00:00:00 GMT"`)
	at(72, "d", "!InvalidObjectState", "")
	at(144, "g", "!InvalidObjectState", "")
	// 4 bytes of g from hour 5 to 144, of d from 12 to 48, of the copy from 12 on: levels follow at the next full hour
	r.to(145.0 / 24)
	got, err := r.level("TimedStorage-ByteHrs", begin.Add(145*time.Hour))
	ok(t, err)
	if want := 4.0 * (139 + 36 + 132); got != want {
		t.Errorf("%v byte hours of copies, want %v", got, want)
	}
}

// Who does not keep an object for its class's least time pays for the rest of it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
func TestEarlyDelete(t *testing.T) {
	r := started(t)
	r.bucket("bkt")
	r.keep("g", glacier)
	r.keep("d", deepArchive)
	r.keep("s", standard)
	r.keep("i", standardIA)
	r.to(30)
	for _, key := range []string{"g", "d", "s", "i"} {
		r.del("bkt", key, "")
	}
	paid := map[string]float64{}
	ok(t, r.k.View(r.ctx(), func(tx *store.Tx) error {
		for s := range r.k.Meter.Sums(tx, ann, begin, begin.Add(31*day)) {
			if s.Usage.Service == "s3" && strings.HasPrefix(s.Usage.Type, "EarlyDelete") {
				paid[s.Usage.Type] = s.Amount
			}
		}
		return nil
	}))
	if len(paid) != 2 || paid["EarlyDelete-ByteHrs"] != 4*60*24 || paid["EarlyDelete-GDA"] != 4*150*24 {
		t.Error(paid)
	}
}
