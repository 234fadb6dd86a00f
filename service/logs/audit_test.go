package logs_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	api "unyo/api/logs"
	"unyo/kernel/store"
)

// auditing is a policy that looks for e-mail addresses and tells of them.
func auditing(destinations string) string {
	const kinds = `["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]`
	return `{"Name":"p","Version":"2021-06-01","Statement":[{"Sid":"a","DataIdentifier":` + kinds + `,"Operation":{"Audit":{"FindingsDestination":` + destinations + `}}},` +
		`{"Sid":"d","DataIdentifier":` + kinds + `,"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`
}

func (e *estate) audits(group, document string) error {
	_, err := e.PutDataProtectionPolicy(e.allowed(""), &api.PutDataProtectionPolicyInput{LogGroupIdentifier: &group, PolicyDocument: &document})
	return err
}

// Each event with sensitive data has one report, in AWS's form, at each destination; what came in before the policy and after it has none.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data-audit-findings.html
func TestAuditFindings(t *testing.T) {
	e := open(t)
	for _, g := range []string{"g", "audit", "other"} {
		e.group(g)
		e.stream(g, "s")
	}
	e.put("g", "s", "before@example.com")
	wantCode(t, e.audits("g", auditing(`{"CloudWatchLogs":{"LogGroup":"none"}}`)), "ResourceNotFoundException")
	must(t, e.audits("g", auditing(`{"CloudWatchLogs":{"LogGroup":"audit"},"Firehose":{"DeliveryStream":"f"},"S3":{"Bucket":"archive"}}`)))
	e.put("g", "s", "ä ann@example.com, bob@example.com", "nothing")
	e.put("other", "s", "carl@example.com")
	e.advance(10 * time.Minute)
	report := `{"auditTimestamp":"2026-01-01T00:00:00Z","resourceArn":"arn:aws:logs:eu-central-1:111111111111:log-group:g:*","dataIdentifiers":[{"name":"EmailAddress","count":2,"detections":[{"start":2,"end":17},{"start":19,"end":34}]}]}`
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("audit")}), "["+report+"]")
	want(t, fmt.Sprintf("%s", e.firehose.records), "["+report+"\n]")
	key, text := e.bucket.unpacked(t)
	want(t, text, report+"\n")
	if !strings.HasPrefix(key, "AWSLogs/111111111111/CloudWatchLogs/eu-central-1/2026/01/01/") {
		t.Error(key)
	}
	// The account's policy holds for all groups, beside theirs.
	document := auditing(`{"CloudWatchLogs":{"LogGroup":"audit"}}`)
	_, err := e.PutAccountPolicy(e.allowed(""), &api.PutAccountPolicyInput{PolicyType: new("DATA_PROTECTION_POLICY"), PolicyName: new("all"), PolicyDocument: &document})
	must(t, err)
	e.put("other", "s", "dora@example.com")
	e.advance(time.Second)
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("audit")})), 2)
	_, err = e.DeleteAccountPolicy(e.ctx(), &api.DeleteAccountPolicyInput{PolicyType: new("DATA_PROTECTION_POLICY"), PolicyName: new("all")})
	must(t, err)
	_, err = e.DeleteDataProtectionPolicy(e.ctx(), &api.DeleteDataProtectionPolicyInput{LogGroupIdentifier: new("g")})
	must(t, err)
	e.advance(time.Second)
	e.put("g", "s", "emil@example.com")
	e.put("other", "s", "emil@example.com")
	e.advance(time.Hour)
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("audit")})), 2)
	want(t, len(e.firehose.records), 1)
	// What carried findings has gone with the last of them.
	for _, table := range []string{"logs/auditdelivery", "@vend/wanted", "@jobs/await"} {
		must(t, e.k.Store.Cat(context.Background(), table, func(r store.Raw) bool { t.Errorf("left in %s: %s", table, r.JSON); return true }))
	}
}

// The process dies before and after findings are delivered: each is there once.
func TestAuditSurvivesDeath(t *testing.T) {
	disk, dir := vfs.NewCrashableMem(), t.TempDir()
	type death struct {
		rows    *vfs.MemFS
		events  string
		objects map[string]string
	}
	var deaths []death
	e := onDisk(t, disk, dir)
	e.group("g")
	e.stream("g", "s")
	e.group("audit")
	must(t, e.audits("g", auditing(`{"CloudWatchLogs":{"LogGroup":"audit"},"S3":{"Bucket":"archive"}}`)))
	const n = 2500 // more than one pass finds, for two destinations
	for i := range n / 500 {
		var lines []string
		for k := range 500 {
			lines = append(lines, strings.Repeat("x", (i*500+k)%7)+fmt.Sprintf(" m%d@example.com", i*500+k))
		}
		e.put("g", "s", lines...)
	}
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
	if len(deaths) < 8 {
		t.Fatalf("%d deaths", len(deaths))
	}
	for i, d := range deaths {
		e := onDisk(t, d.rows, d.events)
		e.bucket.objects = d.objects
		e.advance(time.Hour)
		events := len(e.filter(api.FilterLogEventsInput{LogGroupName: new("audit")}))
		files := strings.Count(strings.Join(e.bucket.exported(t), "\n"), "auditTimestamp")
		if events != n || files != n {
			t.Fatalf("after death %d of %d: %d events and %d lines, of %d", i, len(deaths), events, files, n)
		}
		e.shut()
	}
}
