package s3

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
)

// del deletes and returns what was answered: the version id, and * for a delete marker.
func (r *rig) del(name, key, version string) string {
	r.t.Helper()
	in := &api.DeleteObjectInput{Bucket: &name, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := r.DeleteObject(r.ctx(), in)
	if err != nil {
		return "!" + awserr.Code(err)
	}
	if rt.Val(out.DeleteMarker) {
		return rt.Val(out.VersionId) + "*"
	}
	return rt.Val(out.VersionId)
}

// history lists the versions in pages of n: key:content or key* for delete markers, + behind the latest.
func (r *rig) history(name string, n int32, in api.ListObjectVersionsInput) string {
	r.t.Helper()
	var all []string
	in.Bucket, in.MaxKeys = &name, &n
	for {
		out, err := r.ListObjectVersions(r.ctx(), &in)
		ok(r.t, err)
		// versions and markers come in separate lists; ordered again by asking for each page of one
		for _, v := range out.Versions {
			all = append(all, fmt.Sprintf("%s:%s%s", *v.Key, r.content(name, *v.Key, *v.VersionId), latest(v.IsLatest)))
		}
		for _, m := range out.DeleteMarkers {
			all = append(all, fmt.Sprintf("%s*%s", *m.Key, latest(m.IsLatest)))
		}
		for _, c := range out.CommonPrefixes {
			all = append(all, *c.Prefix)
		}
		if !*out.IsTruncated {
			return strings.Join(all, " ")
		}
		in.KeyMarker, in.VersionIdMarker = out.NextKeyMarker, out.NextVersionIdMarker
	}
}

func latest(b *bool) string {
	if *b {
		return "+"
	}
	return ""
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
func TestVersioning(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	r.put("bkt", "k", "null0")
	r.versioning("bkt", "Enabled")
	v1 := *r.put("bkt", "k", "one").VersionId
	v2 := *r.put("bkt", "k", "two").VersionId
	if v1 == v2 || len(v1) != 32 {
		t.Fatalf("ids %q, %q", v1, v2)
	}
	steps := func(want string) {
		t.Helper()
		if got := r.history("bkt", 1, api.ListObjectVersionsInput{}); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
	steps("k:two+ k:one k:null0")
	if got := r.content("bkt", "k", "null"); got != "null0" {
		t.Error(got)
	}
	marker := r.del("bkt", "k", "")
	if !strings.HasSuffix(marker, "*") {
		t.Fatal(marker)
	}
	steps("k*+ k:two k:one k:null0")
	if got := r.content("bkt", "k", ""); got != "!NoSuchKey" {
		t.Error(got)
	}
	if got := r.content("bkt", "k", strings.TrimSuffix(marker, "*")); got != "!MethodNotAllowed" {
		t.Error(got)
	}
	if got := r.del("bkt", "k", strings.TrimSuffix(marker, "*")); got != marker { // deleting the marker brings back what was before
		t.Error(got)
	}
	steps("k:two+ k:one k:null0")
	r.del("bkt", "k", v2)
	steps("k:one+ k:null0")
	r.versioning("bkt", "Suspended")
	if id := r.put("bkt", "k", "null1").VersionId; id != nil {
		t.Errorf("null version answers with id %s", *id)
	}
	steps("k:null1+ k:one")
	if got := r.del("bkt", "k", ""); got != "null*" {
		t.Error(got)
	}
	steps("k*+ k:one")
	r.put("bkt", "k", "null2")
	steps("k:null2+ k:one")
	r.versioning("bkt", "Enabled")
	r.put("bkt", "k", "three")
	steps("k:three+ k:null2 k:one")
	if got := r.del("bkt", "k", "null"); got != "null" {
		t.Error(got)
	}
	steps("k:three+ k:one")
	for version, want := range map[string]string{"x": "!InvalidArgument", versionID(99, make([]byte, 16)): "!NoSuchVersion"} {
		if got := r.content("bkt", "k", version); got != want {
			t.Errorf("%s: %s", version, got)
		}
	}
	r.blobs.Sweep()
	r.reopen()
	steps("k:three+ k:one")
}

func TestListVersionsByPrefix(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	r.versioning("bkt", "Enabled")
	for _, k := range []string{"a", "b/1", "b/2", "b\x00c", "c"} {
		r.put("bkt", k, "1")
		r.put("bkt", k, "2")
	}
	r.del("bkt", "b/1", "")
	for n := int32(1); n < 6; n++ {
		for _, c := range []struct {
			in   api.ListObjectVersionsInput
			want string
		}{
			{api.ListObjectVersionsInput{Delimiter: p("/")}, "a:2+ a:1 b\x00c:2+ b\x00c:1 b/ c:2+ c:1"},
			{api.ListObjectVersionsInput{Prefix: p("b/")}, "b/1*+ b/1:2 b/1:1 b/2:2+ b/2:1"},
			{api.ListObjectVersionsInput{KeyMarker: p("b/1")}, "b/2:2+ b/2:1 c:2+ c:1"},
		} {
			got, want := strings.Fields(r.history("bkt", n, c.in)), strings.Fields(c.want)
			if fmt.Sprint(sorted(got)) != fmt.Sprint(sorted(want)) {
				t.Errorf("by %d:\n got %q\nwant %q", n, got, want)
			}
		}
	}
	_, err := r.ListObjectVersions(r.ctx(), &api.ListObjectVersionsInput{Bucket: p("bkt"), VersionIdMarker: p("x")})
	code(t, err, "InvalidArgument")
}

// model is what versioning means, in the plainest way: per key a list of versions, newest first.
type model struct {
	status string
	keys   map[string][]modelVersion
}

type modelVersion struct {
	id, body string // id "null"
	marker   bool
}

func (m *model) write(key string, v modelVersion) {
	if m.status != "Enabled" {
		v.id = "null"
		kept := m.keys[key][:0:0]
		for _, o := range m.keys[key] {
			if o.id != "null" {
				kept = append(kept, o)
			}
		}
		m.keys[key] = kept
	}
	m.keys[key] = append([]modelVersion{v}, m.keys[key]...)
}

func (m *model) drop(key, id string) {
	kept := m.keys[key][:0:0]
	for _, o := range m.keys[key] {
		if o.id != id {
			kept = append(kept, o)
		}
	}
	m.keys[key] = kept
}

// Random writes, deletions and changes of the status against the model.
func TestVersioningAgainstModel(t *testing.T) {
	for seed := range uint64(6) {
		r := newRig(t)
		r.bucket("bkt")
		rnd := rand.New(rand.NewPCG(seed, 9))
		m := &model{keys: map[string][]modelVersion{}}
		keys := []string{"a", "b", "a/b"}
		for step := range 120 {
			key := keys[rnd.IntN(len(keys))]
			switch rnd.IntN(10) {
			case 0:
				m.status = []string{"Enabled", "Suspended"}[rnd.IntN(2)]
				r.versioning("bkt", m.status)
			case 1, 2, 3, 4:
				body := fmt.Sprintf("%d", step)
				out := r.put("bkt", key, body)
				m.write(key, modelVersion{id: rt.Val(out.VersionId), body: body})
			case 5, 6:
				id := strings.TrimSuffix(r.del("bkt", key, ""), "*")
				if m.status == "" {
					m.drop(key, "null")
				} else {
					m.write(key, modelVersion{id: id, marker: true})
				}
			default:
				if vs := m.keys[key]; len(vs) > 0 {
					id := vs[rnd.IntN(len(vs))].id
					if got := strings.TrimSuffix(r.del("bkt", key, id), "*"); got != id {
						t.Fatalf("seed %d step %d: deleted %q, not %q", seed, step, got, id)
					}
					m.drop(key, id)
				}
			}
			m.check(t, r, keys, fmt.Sprintf("seed %d step %d", seed, step))
		}
	}
}

func (m *model) check(t *testing.T, r *rig, keys []string, at string) {
	t.Helper()
	var want []string
	for _, key := range keys {
		newest := "!NoSuchKey"
		for i, v := range m.keys[key] {
			plus := latest(p(i == 0))
			if v.marker {
				want = append(want, key+"*"+plus)
				continue
			}
			want = append(want, key+":"+v.body+plus)
			if i == 0 {
				newest = v.body
			}
		}
		if got := r.content("bkt", key, ""); got != newest {
			t.Fatalf("%s: %s holds %s, want %s", at, key, got, newest)
		}
	}
	got := strings.Fields(r.history("bkt", 3, api.ListObjectVersionsInput{}))
	if fmt.Sprint(sorted(got)) != fmt.Sprint(sorted(want)) {
		t.Fatalf("%s:\n got %q\nwant %q", at, got, want)
	}
}

func FuzzVersionID(f *testing.F) {
	f.Add("x")
	f.Add(versionID(3, make([]byte, 16)))
	f.Fuzz(func(t *testing.T, id string) {
		if seq, ok := sequenceOf(id); ok && len(id) != 32 {
			t.Fatalf("%q is version %d", id, seq)
		}
	})
}

// Who deletes page by page what the page has shown, as clients do that empty a bucket, is shown everything: also the version that becomes a
// key's newest because the page ended with the newest.
func TestEmptyPageByPage(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	r.versioning("bkt", "Enabled")
	for n := int32(1); n < 5; n++ {
		for _, k := range []string{"a", "b", "c"} {
			r.put("bkt", k, "1")
			r.put("bkt", k, "2")
			r.del("bkt", k, "")
		}
		in := &api.ListObjectVersionsInput{Bucket: p("bkt"), MaxKeys: &n}
		for more := true; more; {
			out, err := r.ListObjectVersions(r.ctx(), in)
			ok(t, err)
			for _, v := range out.Versions {
				r.del("bkt", *v.Key, *v.VersionId)
			}
			for _, m := range out.DeleteMarkers {
				r.del("bkt", *m.Key, *m.VersionId)
			}
			in.KeyMarker, in.VersionIdMarker, more = out.NextKeyMarker, out.NextVersionIdMarker, *out.IsTruncated
		}
		if got := r.history("bkt", 100, api.ListObjectVersionsInput{}); got != "" {
			t.Errorf("by %d: %s", n, got)
		}
	}
}
