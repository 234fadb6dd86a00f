package s3

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// started is a rig whose jobs run as its clock is advanced.
func started(t testing.TB) *rig {
	r := newRig(t)
	ok(t, r.kernel.Start(r.ctx()))
	return r
}

// to advances the clock to so many days, and a bit less, after the beginning: midnights that come then are past.
func (r *rig) to(days float64) {
	r.t.Helper()
	report, err := r.kernel.Clock.Advance(r.ctx(), begin.Add(time.Duration(days*float64(day))), nil)
	ok(r.t, err)
	if report.Failed != 0 {
		r.t.Fatalf("failed: %+v", report)
	}
}

func (r *rig) obey(name string, rules ...api.LifecycleRule) error {
	r.t.Helper()
	for i := range rules {
		if rules[i].Status == nil {
			rules[i].Status = p("Enabled")
		}
		if rules[i].Filter == nil && rules[i].Prefix == nil {
			rules[i].Filter = &api.LifecycleRuleFilter{}
		}
	}
	_, err := r.PutBucketLifecycleConfiguration(r.ctx(), &api.PutBucketLifecycleConfigurationInput{Bucket: &name, LifecycleConfiguration: &api.BucketLifecycleConfiguration{Rules: rules}})
	return err
}

// shelf is what a bucket holds, a word for each version: key, «-» for a delete marker, class, «*» for the latest.
func (r *rig) holds(name string) string {
	r.t.Helper()
	out, err := r.ListObjectVersions(r.ctx(), &api.ListObjectVersionsInput{Bucket: &name})
	ok(r.t, err)
	var words []string
	for _, v := range out.Versions {
		w := *v.Key + ":" + *v.StorageClass
		if *v.IsLatest {
			w += "*"
		}
		words = append(words, w)
	}
	for _, m := range out.DeleteMarkers {
		w := *m.Key + ":-"
		if *m.IsLatest {
			w += "*"
		}
		words = append(words, w)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func (r *rig) expect(name, want string) {
	r.t.Helper()
	if got := r.holds(name); got != want {
		r.t.Errorf("at %s %s holds %q, want %q", r.kernel.Clock.Now().Format(time.DateTime), name, got, want)
	}
	r.indexed(name)
}

// indexed holds the index to the rows: every row of it is named by a version or an upload, and every day of it has its job.
func (r *rig) indexed(name string) {
	r.t.Helper()
	err := r.k.View(r.ctx(), func(tx *store.Tx) error {
		under := store.Key(name, "")
		named := map[string]bool{}
		for _, table := range []store.Table[object]{r.objects, r.versions} {
			for k, o := range table.Prefix(tx, under, "") {
				at, _ := store.Split(k, 3)
				key := strings.TrimPrefix(k, under)
				if len(at) == 3 {
					key = at[1]
				}
				if o.Due != "" {
					named[store.Key(name, o.Due, key, versionRef(o.Seq))] = true
				}
			}
		}
		for k, u := range r.uploads.Prefix(tx, under, "") {
			at, _ := store.Split(k, 3)
			if u.Due != "" {
				named[store.Key(name, u.Due, at[1], uploadRef(at[2]))] = true
			}
		}
		n := 0
		for k := range r.due.Prefix(tx, under, "") {
			at, _ := store.Split(k, 4)
			if _, has := r.days.Get(tx, store.Key(name, at[1])); !has || !named[k] {
				r.t.Errorf("%q stands in the index without a day or an owner", k)
			}
			n++
		}
		if n != len(named) {
			r.t.Errorf("%d rows in the index for %d named", n, len(named))
		}
		return nil
	})
	ok(r.t, err)
}

func large() string { return strings.Repeat("x", smallestMove) }

func expire(days int32) *api.LifecycleExpiration { return &api.LifecycleExpiration{Days: &days} }

func moveAfter(days int32, class string) api.Transition {
	return api.Transition{Days: &days, StorageClass: &class}
}

func prefixed(s string) *api.LifecycleRuleFilter { return &api.LifecycleRuleFilter{Prefix: &s} }

// Days are counted from the creation and rounded up to the next midnight, UTC.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html#intro-lifecycle-rules-number-of-days
func TestExpiry(t *testing.T) {
	r := started(t)
	r.bucket("bkt")
	r.to(14.4375) // 15 January, 10:30
	r.put("bkt", "before", "x")
	ok(t, r.obey("bkt", api.LifecycleRule{ID: p("three"), Filter: prefixed("b"), Expiration: expire(3)}))
	r.to(14.5)
	out := r.put("bkt", "b", "x")
	r.put("bkt", "other", "x")
	const want = `expiry-date="Mon, 19 Jan 2026 00:00:00 GMT", rule-id="three"`
	if rt.Val(out.Expiration) != want {
		t.Errorf("%q", rt.Val(out.Expiration))
	}
	head, err := r.HeadObject(r.ctx(), &api.HeadObjectInput{Bucket: p("bkt"), Key: p("before")})
	ok(t, err)
	if rt.Val(head.Expiration) != want {
		t.Errorf("%q", rt.Val(head.Expiration))
	}
	r.to(17.99)
	r.expect("bkt", "b:STANDARD* before:STANDARD* other:STANDARD*")
	r.to(18)
	r.expect("bkt", "other:STANDARD*")
	r.reopen()
	if got := r.content("bkt", "other", ""); got != "x" {
		t.Error(got)
	}
}

// An object goes down the classes by the days that its rule names; small ones stay, unless the rule is about sizes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
func TestTransitions(t *testing.T) {
	r := started(t)
	r.bucket("bkt")
	ok(t, r.obey("bkt",
		api.LifecycleRule{ID: p("logs"), Filter: prefixed("log/"), Transitions: []api.Transition{moveAfter(30, standardIA), moveAfter(90, glacier), moveAfter(180, deepArchive)}, Expiration: expire(365)},
		api.LifecycleRule{ID: p("tiny"), Filter: &api.LifecycleRuleFilter{ObjectSizeLessThan: new(int64(10))}, Transitions: []api.Transition{moveAfter(0, glacierNow)}},
		api.LifecycleRule{ID: p("both"), Filter: prefixed("both"), Transitions: []api.Transition{moveAfter(30, standardIA)}},
		api.LifecycleRule{ID: p("colder"), Filter: prefixed("both"), Transitions: []api.Transition{moveAfter(10, glacier)}},
		api.LifecycleRule{ID: p("off"), Status: p("Disabled"), Filter: prefixed("off"), Expiration: expire(1)},
	))
	r.to(0.5)
	r.put("bkt", "log/a", large())
	r.put("bkt", "log/small", strings.Repeat("x", 1000))
	r.put("bkt", "tiny", "x")
	r.put("bkt", "both", large())
	r.put("bkt", "off", "x"+strings.Repeat("x", 10))
	for _, step := range []struct {
		days float64
		want string
	}{
		{0.99, "both:STANDARD* log/a:STANDARD* log/small:STANDARD* off:STANDARD* tiny:STANDARD*"},
		{1, "both:STANDARD* log/a:STANDARD* log/small:STANDARD* off:STANDARD* tiny:GLACIER_IR*"},
		{30.9, "both:GLACIER* log/a:STANDARD* log/small:STANDARD* off:STANDARD* tiny:GLACIER_IR*"},
		{31, "both:GLACIER* log/a:STANDARD_IA* log/small:STANDARD* off:STANDARD* tiny:GLACIER_IR*"},
		{91, "both:GLACIER* log/a:GLACIER* log/small:STANDARD* off:STANDARD* tiny:GLACIER_IR*"},
		{181, "both:GLACIER* log/a:DEEP_ARCHIVE* log/small:STANDARD* off:STANDARD* tiny:GLACIER_IR*"},
		{366, "both:GLACIER* off:STANDARD* tiny:GLACIER_IR*"},
	} {
		r.to(step.days)
		r.expect("bkt", step.want)
	}
	// a byte hour in each class, by the meter; levels are written at full hours
	at := begin.Add(400 * day)
	r.to(400)
	size := float64(smallestMove)
	for typ, days := range map[string]float64{"TimedStorage-SIA-ByteHrs": 60, "TimedStorage-GDA-ByteHrs": 185, "TimedStorage-GlacierByteHrs": 90 + 389} {
		got, err := r.level(typ, at)
		ok(t, err)
		if typ != "TimedStorage-GlacierByteHrs" && got != size*days*24 {
			t.Errorf("%s: %v byte days, want %v", typ, got/size/24, days)
		}
		if typ == "TimedStorage-GlacierByteHrs" && (got < size*(days-1)*24 || got > size*days*24) {
			t.Errorf("%s: %v byte days, want %v", typ, got/size/24, days)
		}
	}
}

// Versions that have been replaced move and go by the day on which they were; of the newest some are kept.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
func TestNoncurrentVersions(t *testing.T) {
	r := started(t)
	r.bucket("bkt")
	r.versioning("bkt", enabled)
	ok(t, r.obey("bkt",
		api.LifecycleRule{ID: p("old"), Filter: prefixed("a"), NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(10))},
			NoncurrentVersionTransitions: []api.NoncurrentVersionTransition{{NoncurrentDays: new(int32(5)), StorageClass: p(glacier)}}},
		api.LifecycleRule{ID: p("keep"), Filter: prefixed("k"), NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(1)), NewerNoncurrentVersions: new(int32(2))}},
		api.LifecycleRule{ID: p("gone"), Filter: prefixed("x"), Expiration: expire(2), NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(3))}},
		api.LifecycleRule{ID: p("markers"), Filter: prefixed("m"), Expiration: &api.LifecycleExpiration{ExpiredObjectDeleteMarker: new(true)}},
	))
	r.to(0.5)
	r.put("bkt", "a", large())
	r.put("bkt", "x", "x")
	first := r.put("bkt", "m", "x")
	r.del("bkt", "m", "")
	for range 5 {
		r.put("bkt", "k", "x")
	}
	r.to(1.5)
	r.put("bkt", "a", large()) // the first is noncurrent from here on
	r.expect("bkt", "a:STANDARD a:STANDARD* k:STANDARD k:STANDARD k:STANDARD k:STANDARD k:STANDARD* m:-* m:STANDARD x:STANDARD*")
	r.to(2)
	r.expect("bkt", "a:STANDARD a:STANDARD* k:STANDARD k:STANDARD k:STANDARD* m:-* m:STANDARD x:STANDARD*")
	r.to(3) // x is hidden; m's marker stands over a version
	r.expect("bkt", "a:STANDARD a:STANDARD* k:STANDARD k:STANDARD k:STANDARD* m:-* m:STANDARD x:-* x:STANDARD")
	r.put("bkt", "k", "x")
	r.del("bkt", "m", *first.VersionId)
	r.to(4)
	r.expect("bkt", "a:STANDARD a:STANDARD* k:STANDARD k:STANDARD k:STANDARD* x:-* x:STANDARD")
	r.to(7)
	r.expect("bkt", "a:GLACIER a:STANDARD* k:STANDARD k:STANDARD k:STANDARD* x:-*")
	r.to(8) // x's marker was alone from day 7 on, and is older than two days
	r.expect("bkt", "a:GLACIER a:STANDARD* k:STANDARD k:STANDARD k:STANDARD*")
	r.to(12)
	r.expect("bkt", "a:STANDARD* k:STANDARD k:STANDARD k:STANDARD*")
	r.del("bkt", "k", "")
	r.to(14)
	r.expect("bkt", "a:STANDARD* k:-* k:STANDARD k:STANDARD")
}

// Rules with dates, rules for tags, rules that are changed and taken away; uploads that are given up.
func TestRulesChange(t *testing.T) {
	r := started(t)
	r.bucket("bkt")
	for i := range 2*arrangeTogether + 50 {
		r.put("bkt", fmt.Sprintf("k%03d", i), "x")
	}
	up, err := r.CreateMultipartUpload(r.ctx(), &api.CreateMultipartUploadInput{Bucket: p("bkt"), Key: p("up")})
	ok(t, err)
	date := begin.Add(5 * day)
	ok(t, r.obey("bkt",
		api.LifecycleRule{ID: p("date"), Filter: prefixed("k1"), Expiration: &api.LifecycleExpiration{Date: &date}},
		api.LifecycleRule{ID: p("tag"), Filter: &api.LifecycleRuleFilter{Tag: &api.Tag{Key: p("keep"), Value: p("no")}}, Expiration: expire(1)},
		api.LifecycleRule{ID: p("up"), Filter: &api.LifecycleRuleFilter{}, AbortIncompleteMultipartUpload: &api.AbortIncompleteMultipartUpload{DaysAfterInitiation: new(int32(3))}},
	))
	late, err := r.CreateMultipartUpload(r.ctx(), &api.CreateMultipartUploadInput{Bucket: p("bkt"), Key: p("up")})
	ok(t, err)
	if late.AbortDate == nil || !late.AbortDate.Equal(begin.Add(4*day)) || *late.AbortRuleId != "up" {
		t.Errorf("%+v", late)
	}
	r.to(0.1)
	r.indexed("bkt")
	_, err = r.PutObjectTagging(r.ctx(), &api.PutObjectTaggingInput{Bucket: p("bkt"), Key: p("k200"), Tagging: &api.Tagging{TagSet: []api.Tag{{Key: p("keep"), Value: p("no")}}}})
	ok(t, err)
	r.to(3)
	if got := r.content("bkt", "k200", ""); got != "!NoSuchKey" {
		t.Error(got)
	}
	_, err = r.ListParts(r.ctx(), &api.ListPartsInput{Bucket: p("bkt"), Key: p("up"), UploadId: up.UploadId})
	ok(t, err)
	r.to(4)
	_, err = r.ListParts(r.ctx(), &api.ListPartsInput{Bucket: p("bkt"), Key: p("up"), UploadId: up.UploadId})
	code(t, err, "NoSuchUpload")
	r.to(5)
	if n := len(r.listV2(&api.ListObjectsV2Input{})); n != 100+50-1 {
		t.Errorf("%d left", n)
	}
	ok(t, r.obey("bkt", api.LifecycleRule{ID: p("all"), Prefix: p(""), Expiration: expire(30)}))
	_, err = r.DeleteBucketLifecycle(r.ctx(), &api.DeleteBucketLifecycleInput{Bucket: p("bkt")})
	ok(t, err)
	r.to(100)
	r.indexed("bkt")
	if n := len(r.listV2(&api.ListObjectsV2Input{})); n != 149 {
		t.Errorf("%d left", n)
	}
	_, err = r.GetBucketLifecycleConfiguration(r.ctx(), &api.GetBucketLifecycleConfigurationInput{Bucket: p("bkt")})
	code(t, err, "NoSuchLifecycleConfiguration")
	ok(t, r.obey("bkt", api.LifecycleRule{Prefix: p(""), Expiration: expire(30)})) // overdue at once: done at the next midnight
	got, err := r.GetBucketLifecycleConfiguration(r.ctx(), &api.GetBucketLifecycleConfigurationInput{Bucket: p("bkt")})
	ok(t, err)
	if len(got.Rules) != 1 || rt.Val(got.Rules[0].ID) == "" || *got.TransitionDefaultMinimumObjectSize != smallStay {
		t.Errorf("%+v", got)
	}
	r.to(101)
	r.expect("bkt", "")
}

// What S3 refuses of rules, with its codes.
func TestRulesRefused(t *testing.T) {
	r := newRig(t)
	r.bucket("bkt")
	noon := begin.Add(12 * time.Hour)
	tagged := &api.LifecycleRuleFilter{Tag: &api.Tag{Key: p("a"), Value: p("b")}}
	and := func(a api.LifecycleRuleAndOperator) *api.LifecycleRuleFilter {
		return &api.LifecycleRuleFilter{And: &a}
	}
	for what, c := range map[string]struct {
		want string
		rule api.LifecycleRule
	}{
		"no action":                {"InvalidRequest", api.LifecycleRule{}},
		"no such status":           {"MalformedXML", api.LifecycleRule{Status: p("On"), Expiration: expire(1)}},
		"filter and prefix":        {"MalformedXML", api.LifecycleRule{Prefix: p(""), Filter: prefixed(""), Expiration: expire(1)}},
		"two predicates":           {"MalformedXML", api.LifecycleRule{Filter: &api.LifecycleRuleFilter{Prefix: p("a"), ObjectSizeGreaterThan: new(int64(1))}, Expiration: expire(1)}},
		"And of one":               {"MalformedXML", api.LifecycleRule{Filter: and(api.LifecycleRuleAndOperator{Prefix: p("a")}), Expiration: expire(1)}},
		"tags twice":               {"InvalidRequest", api.LifecycleRule{Filter: and(api.LifecycleRuleAndOperator{Tags: []api.Tag{{Key: p("a")}, {Key: p("a")}}}), Expiration: expire(1)}},
		"sizes crossed":            {"InvalidRequest", api.LifecycleRule{Filter: and(api.LifecycleRuleAndOperator{ObjectSizeGreaterThan: new(int64(5)), ObjectSizeLessThan: new(int64(5))}), Expiration: expire(1)}},
		"long id":                  {"InvalidArgument", api.LifecycleRule{ID: p(strings.Repeat("x", 256)), Expiration: expire(1)}},
		"long prefix":              {"InvalidRequest", api.LifecycleRule{Filter: prefixed(strings.Repeat("x", 1025)), Expiration: expire(1)}},
		"no days":                  {"MalformedXML", api.LifecycleRule{Expiration: &api.LifecycleExpiration{}}},
		"days and date":            {"MalformedXML", api.LifecycleRule{Expiration: &api.LifecycleExpiration{Days: new(int32(1)), Date: &begin}}},
		"zero days":                {"InvalidArgument", api.LifecycleRule{Expiration: expire(0)}},
		"noon":                     {"InvalidArgument", api.LifecycleRule{Expiration: &api.LifecycleExpiration{Date: &noon}}},
		"markers by tag":           {"InvalidRequest", api.LifecycleRule{Filter: tagged, Expiration: &api.LifecycleExpiration{ExpiredObjectDeleteMarker: new(true)}}},
		"uploads by tag":           {"InvalidRequest", api.LifecycleRule{Filter: tagged, AbortIncompleteMultipartUpload: &api.AbortIncompleteMultipartUpload{DaysAfterInitiation: new(int32(1))}}},
		"uploads at once":          {"InvalidArgument", api.LifecycleRule{AbortIncompleteMultipartUpload: &api.AbortIncompleteMultipartUpload{DaysAfterInitiation: new(int32(0))}}},
		"to STANDARD":              {"MalformedXML", api.LifecycleRule{Transitions: []api.Transition{moveAfter(1, standard)}}},
		"no class":                 {"MalformedXML", api.LifecycleRule{Transitions: []api.Transition{{Days: new(int32(1))}}}},
		"IA too early":             {"InvalidArgument", api.LifecycleRule{Transitions: []api.Transition{moveAfter(29, standardIA)}}},
		"on too early":             {"InvalidArgument", api.LifecycleRule{Transitions: []api.Transition{moveAfter(30, standardIA), moveAfter(59, glacier)}}},
		"same class":               {"InvalidRequest", api.LifecycleRule{Transitions: []api.Transition{moveAfter(1, glacier), moveAfter(2, glacier)}}},
		"backwards":                {"InvalidArgument", api.LifecycleRule{Transitions: []api.Transition{moveAfter(10, glacier), moveAfter(5, deepArchive)}}},
		"expires first":            {"InvalidArgument", api.LifecycleRule{Transitions: []api.Transition{moveAfter(10, glacier)}, Expiration: expire(10)}},
		"mixed":                    {"InvalidRequest", api.LifecycleRule{Transitions: []api.Transition{moveAfter(10, glacier)}, Expiration: &api.LifecycleExpiration{Date: &begin}}},
		"noncurrent zero":          {"InvalidArgument", api.LifecycleRule{NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(0))}}},
		"noncurrent no days":       {"MalformedXML", api.LifecycleRule{NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NewerNoncurrentVersions: new(int32(1))}}},
		"noncurrent too many":      {"InvalidArgument", api.LifecycleRule{NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(1)), NewerNoncurrentVersions: new(int32(101))}}},
		"noncurrent by prefix":     {"InvalidRequest", api.LifecycleRule{Prefix: p(""), NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(1)), NewerNoncurrentVersions: new(int32(1))}}},
		"noncurrent expires first": {"InvalidArgument", api.LifecycleRule{NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(5))}, NoncurrentVersionTransitions: []api.NoncurrentVersionTransition{{NoncurrentDays: new(int32(5)), StorageClass: p(glacier)}}}},
		"noncurrent IA too early":  {"InvalidArgument", api.LifecycleRule{NoncurrentVersionTransitions: []api.NoncurrentVersionTransition{{NoncurrentDays: new(int32(5)), StorageClass: p(oneZoneIA)}}}},
	} {
		if err := r.obey("bkt", c.rule); awserr.Code(err) != c.want {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
	code(t, r.obey("bkt", api.LifecycleRule{ID: p("a"), Expiration: expire(1)}, api.LifecycleRule{ID: p("a"), Expiration: expire(2)}), "InvalidArgument")
	code(t, r.obey("bkt"), "MalformedXML")
	many := make([]api.LifecycleRule, maxRules)
	for i := range many {
		many[i] = api.LifecycleRule{ID: p(fmt.Sprint(i)), Filter: prefixed(fmt.Sprint(i)), Expiration: expire(1)}
	}
	ok(t, r.obey("bkt", many...))
	out, err := r.GetBucketLifecycleConfiguration(r.ctx(), &api.GetBucketLifecycleConfigurationInput{Bucket: p("bkt")})
	ok(t, err)
	if len(out.Rules) != maxRules || *out.Rules[999].ID != "999" {
		t.Errorf("%d rules", len(out.Rules))
	}
	code(t, r.obey("bkt", append(many, many[0])...), "MalformedXML")
}

// So many days that nobody means them are not over before they begin.
func TestDaysWithoutEnd(t *testing.T) {
	r := started(t)
	r.bucket("bkt")
	r.put("bkt", "a", "1")
	for _, days := range []int32{106_751, 106_752, 146_400, 2_147_483_647} {
		ok(t, r.obey("bkt", api.LifecycleRule{Expiration: &api.LifecycleExpiration{Days: &days}}))
	}
	r.to(400)
	if got := r.holds("bkt"); !strings.HasPrefix(got, "a") {
		t.Errorf("holds %q", got)
	}
	for _, at := range []time.Time{midnightAfter(begin, 2_147_483_647), midnightAfter(time.Date(9999, 12, 31, 12, 0, 0, 0, time.UTC), 1)} {
		if at.Before(begin.Add(36500*day)) || at.Year() > 9999 {
			t.Error(at)
		}
	}
}
