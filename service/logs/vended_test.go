package logs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/klauspost/compress/gzip"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/columnar"
	"unyo/kernel/store"
	"unyo/kernel/vend"
)

// own is how the service reaches itself in tests: as the gateway does, without its judgement.
type own struct{ e *estate }

func (o own) Invoke(ctx context.Context, _ *rt.Model, op *rt.Operation, in any) (any, error) {
	parent := call.From(ctx)
	role, _ := call.ServiceOf(ctx)
	assumed, _ := call.AsOf(ctx)
	serial, id := o.e.k.Child(parent)
	c := &call.Call{
		Scope: parent.Scope, Serial: serial, RequestID: fmt.Sprintf("%x", id[:8]), Job: parent.Job, Service: "logs", Operation: op.Name, At: o.e.k.Clock.Now(),
		Principal: call.Principal{Kind: call.AWSService, Service: role.Service}, SourceARN: role.SourceARN, SourceAccount: role.SourceAccount,
	}
	ctx = call.With(ctx, c)
	switch in := in.(type) {
	case *api.CreateLogStreamInput:
		return o.e.CreateLogStream(ctx, in)
	case *api.PutLogEventsInput:
		if o.e.dying != nil {
			o.e.dying()
			defer o.e.dying()
		}
		return o.e.PutLogEvents(ctx, in)
	case *api.PutResourcePolicyInput:
		if err := rt.Permit(ctx, rt.Need{Action: "logs:PutResourcePolicy", Resources: []string{"*"}}); err != nil {
			return nil, err
		}
		return o.e.PutResourcePolicy(ctx, in)
	case *api.StartQueryInput:
		o.e.roles = append(o.e.roles, fmt.Sprint(assumed))
		if o.e.asking != nil {
			o.e.asking()
			defer o.e.asking()
		}
		return o.e.StartQuery(ctx, in)
	}
	panic("not asked of itself: " + op.Name)
}

const accessLogs = "S3_SERVER_ACCESS_LOGS"

// vends hands over records of the bucket plain, one a millisecond.
func (e *estate) vends(keys ...string) {
	e.t.Helper()
	must(e.t, e.k.For("s3").Update(e.ctx(), func(tx *store.Tx) error {
		for i, key := range keys {
			e.k.Vend.Put(tx, "arn:aws:s3:::plain", accessLogs, key, vend.Record{
				Time:   e.k.Clock.Now().Add(time.Duration(i) * time.Millisecond),
				Fields: map[string]any{"key_name": key, "operation": "REST.GET.OBJECT", "http_status": 200, "requester": nil, "bytes_sent_size": 1 << 20},
			})
		}
		return nil
	}))
}

// delivers joins the bucket's log with a target, and returns the delivery.
func (e *estate) delivers(name, target, format string, change func(*api.CreateDeliveryInput)) (*api.Delivery, error) {
	e.t.Helper()
	_, err := e.PutDeliverySource(e.allowed(""), &api.PutDeliverySourceInput{Name: new("plain"), ResourceArn: new("arn:aws:s3:::plain"), LogType: new(accessLogs)})
	must(e.t, err)
	to, err := e.PutDeliveryDestination(e.ctx(), &api.PutDeliveryDestinationInput{Name: &name, OutputFormat: &format, DeliveryDestinationConfiguration: &api.DeliveryDestinationConfiguration{DestinationResourceArn: &target}})
	must(e.t, err)
	in := &api.CreateDeliveryInput{DeliverySourceName: new("plain"), DeliveryDestinationArn: to.DeliveryDestination.Arn}
	if change != nil {
		change(in)
	}
	out, err := e.CreateDelivery(e.allowed(""), in)
	if err != nil {
		return nil, err
	}
	return out.Delivery, nil
}

// unpacked is the only object in the bucket.
func (b *bucket) unpacked(t *testing.T) (key, text string) {
	t.Helper()
	if len(b.objects) != 1 {
		t.Fatalf("%d objects: %q", len(b.objects), slices.Sorted(maps.Keys(b.objects)))
	}
	for key = range b.objects {
	}
	if !strings.HasSuffix(key, ".gz") {
		return key, b.objects[key]
	}
	z, err := gzip.NewReader(strings.NewReader(b.objects[key]))
	must(t, err)
	raw, err := io.ReadAll(z)
	must(t, err)
	return key, string(raw)
}

// A file every five minutes, in each format, at a name made of prefix, account, service, suffix and time.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
func TestVendedToBucket(t *testing.T) {
	fields := func(in *api.CreateDeliveryInput) {
		in.RecordFields = []string{"operation", "key_name", "http_status", "requester"}
	}
	cases := []struct{ format, key, text string }{
		{"json", `^p/eu-central-1/plain/2026/01/01/111111111111_S3_SERVER_ACCESS_LOGS_eu-central-1_plain_20260101T0005Z_[0-9a-f]{8}\.log\.gz$`,
			`{"operation":"REST.GET.OBJECT","key_name":"a","http_status":200,"requester":null}` + "\n" + `{"operation":"REST.GET.OBJECT","key_name":"b\tc","http_status":200,"requester":null}` + "\n"},
		{"parquet", `\.log\.parquet$`, ""},
	}
	for _, c := range cases {
		e := open(t)
		_, err := e.delivers("d", "arn:aws:s3:::archive/p", c.format, fields)
		must(t, err)
		e.vends("a", "b\tc")
		e.advance(5*time.Minute - time.Second)
		want(t, len(e.bucket.objects), 0)
		e.advance(time.Second)
		key, text := e.bucket.unpacked(t)
		if !regexp.MustCompile(c.key).MatchString(key) {
			t.Errorf("%s: %q", c.format, key)
		}
		if c.format == "parquet" {
			text = parquetRows(t, text)
			c.text = "REST.GET.OBJECT|a|200|null\nREST.GET.OBJECT|b\tc|200|null\n"
		}
		if text != c.text {
			t.Errorf("%s: got\n%s\nwant\n%s", c.format, text, c.text)
		}
		as := e.bucket.asked[len(e.bucket.asked)-1]
		want(t, as, call.Role{Service: "delivery.logs.amazonaws.com", SourceARN: "arn:aws:logs:eu-central-1:111111111111:delivery-source:plain", SourceAccount: "111111111111"})
		for _, word := range []string{`"AWSLogDeliveryWrite1"`, `"arn:aws:s3:::archive/p/*"`, `delivery-source:plain`} {
			if !strings.Contains(e.bucket.policy, word) {
				t.Errorf("the bucket's policy does not say %s: %s", word, e.bucket.policy)
			}
		}
	}
}

func parquetRows(t *testing.T, file string) string {
	t.Helper()
	r, err := columnar.ReadParquet(bytes.NewReader([]byte(file)), int64(len(file)))
	must(t, err)
	var b strings.Builder
	for {
		row, err := r.Read()
		if err == io.EOF {
			return b.String()
		}
		must(t, err)
		var parts []string
		for i, f := range r.Schema() {
			switch v := row[i]; {
			case !v.Valid:
				parts = append(parts, "null")
			case f.Type.Kind == columnar.Bigint:
				parts = append(parts, fmt.Sprint(v.Int))
			default:
				parts = append(parts, string(v.Bytes))
			}
		}
		b.WriteString(strings.Join(parts, "|") + "\n")
	}
}

// The Hive option names the variables of the suffix.
func TestVendedSuffix(t *testing.T) {
	e := open(t)
	_, err := e.delivers("d", "arn:aws:s3:::archive", "json", func(in *api.CreateDeliveryInput) {
		in.S3DeliveryConfiguration = &api.S3DeliveryConfiguration{SuffixPath: new("x/{region}/{yyyy}/{MM}/{dd}/{HH}/"), EnableHiveCompatiblePath: new(true)}
	})
	must(t, err)
	e.vends("a")
	e.advance(time.Hour)
	key, _ := e.bucket.unpacked(t)
	if !strings.Contains(e.bucket.policy, `"arn:aws:s3:::archive/AWSLogs/aws-account-id=111111111111/*"`) {
		t.Error(e.bucket.policy)
	}
	if !strings.HasPrefix(key, "AWSLogs/aws-account-id=111111111111/s3/x/region=eu-central-1/year=2026/month=01/day=01/hour=00/111111111111_S3") {
		t.Error(key)
	}
	_, err = e.delivers("d2", "arn:aws:s3:::archive", "json", func(in *api.CreateDeliveryInput) {
		in.S3DeliveryConfiguration = &api.S3DeliveryConfiguration{SuffixPath: new("{nonsense}")}
	})
	wantCode(t, err, "ValidationException")
}

// Groups and streams get records at once; the first has its resource policy set up, the second its tag.
func TestVendedToGroupAndStream(t *testing.T) {
	e := open(t)
	e.group("g")
	_, err := e.delivers("cwl", "arn:aws:logs:eu-central-1:111111111111:log-group:g:*", "json", func(in *api.CreateDeliveryInput) { in.RecordFields = []string{"key_name"} })
	must(t, err)
	d, err := e.delivers("fh", "arn:aws:firehose:eu-central-1:111111111111:deliverystream/f", "json", func(in *api.CreateDeliveryInput) {
		in.RecordFields = []string{"key_name", "http_status"}
	})
	must(t, err)
	e.vends("a", "b")
	e.advance(0)
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g"), LogStreamNamePrefix: new("S3_SERVER_ACCESS_LOGS_plain")}), `[{"key_name":"a"} {"key_name":"b"}]`)
	want(t, fmt.Sprintf("%s", e.firehose.records), "[{\"key_name\":\"a\",\"http_status\":200}\n {\"key_name\":\"b\",\"http_status\":200}\n]")
	want(t, e.firehose.tagged, "[f LogDeliveryEnabled=true]")
	policies, err := e.DescribeResourcePolicies(e.ctx(), &api.DescribeResourcePoliciesInput{})
	must(t, err)
	if p := policies.ResourcePolicies; len(p) != 1 || *p[0].PolicyName != "AWSLogDeliveryWrite20150319" || !strings.Contains(*p[0].PolicyDocument, "log-group:g:log-stream:*") {
		t.Errorf("%+v", p)
	}
	// What is asked for anew holds for what has not been written; a deleted delivery ends.
	_, err = e.UpdateDeliveryConfiguration(e.ctx(), &api.UpdateDeliveryConfigurationInput{Id: d.Id, RecordFields: []string{"operation"}})
	must(t, err)
	e.vends("c")
	e.advance(time.Second)
	want(t, string(e.firehose.records[2]), `{"operation":"REST.GET.OBJECT"}`+"\n")
	_, err = e.DeleteDelivery(e.ctx(), &api.DeleteDeliveryInput{Id: d.Id})
	must(t, err)
	e.vends("d")
	e.advance(time.Second)
	want(t, len(e.firehose.records), 3)
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")})), 4)
}

// A destination that refuses is tried for a day, in order; then it goes on behind what is lost.
func TestVendedRefused(t *testing.T) {
	e := open(t)
	_, err := e.delivers("d", "arn:aws:s3:::archive", "json", func(in *api.CreateDeliveryInput) { in.RecordFields = []string{"key_name"} })
	must(t, err)
	e.bucket.broken = errNet
	e.vends("a")
	e.advance(10 * time.Hour)
	e.vends("b")
	e.bucket.broken = nil
	e.advance(time.Hour)
	var all []string
	for _, text := range e.bucket.exported(t) {
		_, text, _ = strings.Cut(text, ": ")
		all = append(all, text)
	}
	want(t, all, `[{"key_name":"a"} {"key_name":"b"}]`)
	e.bucket.objects, e.bucket.broken = map[string]string{}, errNet
	e.vends("lost")
	e.advance(25 * time.Hour)
	e.bucket.broken = nil
	e.vends("next")
	e.advance(time.Hour)
	_, text := e.bucket.unpacked(t)
	want(t, text, `{"key_name":"next"}`+"\n")
}

// What AWS refuses, and what is not here.
func TestDeliveryRefusals(t *testing.T) {
	e := open(t)
	_, err := e.PutDeliverySource(e.allowed(""), &api.PutDeliverySourceInput{Name: new("s"), ResourceArn: new("arn:aws:bedrock:eu-central-1:111111111111:knowledge-base/k"), LogType: new("APPLICATION_LOGS")})
	wantCode(t, err, "ValidationException")
	_, err = e.PutDeliverySource(e.allowed("s3:AllowVendedLogDeliveryForResource"), &api.PutDeliverySourceInput{Name: new("s"), ResourceArn: new("arn:aws:s3:::plain"), LogType: new(accessLogs)})
	wantCode(t, err, "AccessDenied")
	_, err = e.PutDeliveryDestination(e.ctx(), &api.PutDeliveryDestinationInput{Name: new("x"), DeliveryDestinationType: new("XRAY")})
	wantCode(t, err, "ValidationException")
	_, err = e.PutDeliveryDestination(e.ctx(), &api.PutDeliveryDestinationInput{Name: new("x"), OutputFormat: new("parquet"), DeliveryDestinationConfiguration: &api.DeliveryDestinationConfiguration{DestinationResourceArn: new("arn:aws:logs:eu-central-1:111111111111:log-group:g")}})
	wantCode(t, err, "ValidationException")
	d, err := e.delivers("d", "arn:aws:s3:::archive", "json", nil)
	must(t, err)
	_, err = e.delivers("d", "arn:aws:s3:::archive", "json", nil)
	wantCode(t, err, "ConflictException")
	_, err = e.PutDeliverySource(e.allowed(""), &api.PutDeliverySourceInput{Name: new("other"), ResourceArn: new("arn:aws:s3:::plain"), LogType: new(accessLogs)})
	wantCode(t, err, "ConflictException")
	_, err = e.DeleteDeliverySource(e.ctx(), &api.DeleteDeliverySourceInput{Name: new("plain")})
	wantCode(t, err, "ConflictException")
	_, err = e.DeleteDeliveryDestination(e.ctx(), &api.DeleteDeliveryDestinationInput{Name: new("d")})
	wantCode(t, err, "ConflictException")
	_, err = e.delivers("d3", "arn:aws:s3:::archive", "json", func(in *api.CreateDeliveryInput) { in.RecordFields = []string{"no such"} })
	wantCode(t, err, "ValidationException")
	_, err = e.delivers("d4", "arn:aws:s3:::archive", "json", func(in *api.CreateDeliveryInput) { in.FieldDelimiter = new(",") })
	wantCode(t, err, "ValidationException")
	_, err = e.CreateDelivery(e.allowed(""), &api.CreateDeliveryInput{DeliverySourceName: new("none"), DeliveryDestinationArn: d.DeliveryDestinationArn})
	wantCode(t, err, "ResourceNotFoundException")
	templates, err := e.DescribeConfigurationTemplates(e.ctx(), &api.DescribeConfigurationTemplatesInput{DeliveryDestinationTypes: []string{"S3"}})
	must(t, err)
	want(t, len(templates.ConfigurationTemplates), 1)
	var kinds []string
	for in := (&api.DescribeConfigurationTemplatesInput{Limit: new(int32(2))}); in != nil; {
		templates, err := e.DescribeConfigurationTemplates(e.ctx(), in)
		must(t, err)
		for _, c := range templates.ConfigurationTemplates {
			kinds = append(kinds, *c.DeliveryDestinationType)
		}
		if in.NextToken = templates.NextToken; in.NextToken == nil {
			in = nil
		}
	}
	want(t, strings.Join(kinds, " "), "CWL FH S3")
	_, err = e.DeleteDelivery(e.ctx(), &api.DeleteDeliveryInput{Id: d.Id})
	must(t, err)
	_, err = e.DeleteDeliverySource(e.ctx(), &api.DeleteDeliverySourceInput{Name: new("plain")})
	must(t, err)
}

// The process dies before and after a bucket is given its file, a group its events: each record arrives once in each.
func TestVendedSurvivesDeath(t *testing.T) {
	disk, dir := vfs.NewCrashableMem(), t.TempDir()
	type death struct {
		rows    *vfs.MemFS
		events  string
		objects map[string]string
	}
	var deaths []death
	e := onDisk(t, disk, dir)
	e.group("g")
	key := func(in *api.CreateDeliveryInput) { in.RecordFields = []string{"key_name"} }
	_, err := e.delivers("s3", "arn:aws:s3:::archive", "json", key)
	must(t, err)
	_, err = e.delivers("cwl", "arn:aws:logs:eu-central-1:111111111111:log-group:g", "json", key)
	must(t, err)
	const n = 407 // more than go together
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprint("k", i, "."))
	}
	e.vends(keys[:200]...)
	e.vends(keys[200:]...)
	must(t, e.k.Store.Sync())
	die := func() {
		for _, synced := range []bool{false, true} {
			if synced {
				must(t, e.k.Store.Sync())
			}
			deaths = append(deaths, death{disk.CrashClone(vfs.CrashCloneCfg{}), copied(t, dir), maps.Clone(e.bucket.objects)})
		}
	}
	e.bucket.at, e.dying = die, die
	e.advance(time.Hour)
	e.shut()
	if len(deaths) != 16 {
		t.Fatalf("%d deaths", len(deaths))
	}
	for i, d := range deaths {
		e := onDisk(t, d.rows, d.events)
		e.bucket.objects = d.objects
		e.advance(time.Hour)
		got := strings.Join(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), "\n") + strings.Join(e.bucket.exported(t), "\n")
		for _, k := range keys {
			text, err := json.Marshal(map[string]string{"key_name": k})
			must(t, err)
			if c := strings.Count(got, string(text)); c != 2 {
				t.Fatalf("after death %d record %s is there %d times", i, k, c)
			}
		}
		e.shut()
	}
}

// A delivery to another account's destination is the bucket's there; the destination's policy is what the gateway judges it by.
func TestVendedAcrossAccounts(t *testing.T) {
	e := open(t)
	other := call.With(context.Background(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "222222222222", Region: "eu-central-1"}, Serial: e.k.Serial(), Service: "logs", Operation: "Test", RequestID: "r2", At: e.k.Clock.Now()})
	to, err := e.PutDeliveryDestination(other, &api.PutDeliveryDestinationInput{Name: new("d"), OutputFormat: new("json"), DeliveryDestinationConfiguration: &api.DeliveryDestinationConfiguration{DestinationResourceArn: new("arn:aws:s3:::archive")}})
	must(t, err)
	self := *to.DeliveryDestination.Arn
	if doc, err := e.ResourcePolicy(other, self); err != nil || doc != nil {
		t.Errorf("a policy from nowhere: %v %v", doc, err)
	}
	_, err = e.PutDeliveryDestinationPolicy(other, &api.PutDeliveryDestinationPolicyInput{DeliveryDestinationName: new("d"), DeliveryDestinationPolicy: new(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"logs:CreateDelivery","Resource":"` + self + `"}]}`)})
	must(t, err)
	if doc, err := e.ResourcePolicy(e.ctx(), self); err != nil || doc == nil {
		t.Errorf("no policy: %v %v", doc, err)
	}
	needs, ok := e.Needs(e.ctx(), "CreateDelivery", &api.CreateDeliveryInput{DeliverySourceName: new("plain"), DeliveryDestinationArn: &self})
	want(t, ok, true)
	want(t, needs[0].Resources, "[arn:aws:logs:eu-central-1:111111111111:delivery:* arn:aws:logs:eu-central-1:111111111111:delivery-source:plain "+self+"]")
	_, err = e.delivers("own", "arn:aws:s3:::archive", "json", func(in *api.CreateDeliveryInput) {
		in.DeliveryDestinationArn, in.RecordFields = &self, []string{"key_name"}
	})
	must(t, err)
	e.vends("a")
	e.advance(5 * time.Minute)
	key, text := e.bucket.unpacked(t)
	want(t, text, `{"key_name":"a"}`+"\n")
	if !strings.HasPrefix(key, "AWSLogs/111111111111/") {
		t.Error(key)
	}
	_, err = e.DeleteDeliveryDestination(other, &api.DeleteDeliveryDestinationInput{Name: new("d")})
	must(t, err) // as on AWS its owner may: the delivery fails from then on
	e.vends("b")
	e.advance(26 * time.Hour)
	want(t, len(e.bucket.objects), 1)
}
