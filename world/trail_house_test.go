package world

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// What services do for one another stands in the trail as whose it is: of the role that a service has taken on, with the service in invokedBy; of the
// service itself, where a policy of the resource admits it; or of the caller whose credentials it passes on. Nobody's address or agent stands there but
// the service's. It stands in the trail of who asked, if that is of an account, and of whose resource was asked for, once in each, under one id.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging.html#cloudtrail-object-level-crossaccount
func TestCallsOfTheHouseAreInTheTrail(t *testing.T) {
	e := openErrands(t)
	e.run()
	found := e.found()
	named, seen, across := edges(), map[edge]bool{}, map[string]int{}
	for _, x := range done[[]journal.Entry](t)(e.w.Kernel.Journal.Read(context.Background(), 0, 1<<30)) {
		c := x.Call
		if c == nil || c.InvokedBy == "" || c.InvokedBy == "test.amazonaws.com" || x.Seq > e.until {
			continue
		}
		is := edge{e.folder(c.Via[len(c.Via)-1]), c.Principal.Kind, c.InvokedBy, c.Service + ":" + c.Operation}
		if !named[is] {
			t.Errorf("%v is not in the table of edges", is)
		}
		seen[is] = seen[is] || c.ErrorCode == ""
		who := e.concerned(c)
		if len(who) > 1 {
			across[is.op]++
		}
		for _, account := range []string{e.a.id, e.b.id, e.m.id, e.member} {
			want := 0
			if slices.Contains(who, account) {
				want = 1
			}
			for place, records := range found[account] {
				switch got := records[c.RequestID+" "+x.Time.UTC().Format(time.RFC3339)]; {
				case place != history && x.Seq <= e.began: // its trail was not there yet
				case c.Category == "Data" && (place == history || x.Seq <= e.since || dataTypes[c.Service] == ""):
					if len(got) > 0 {
						t.Errorf("%v, a call on data, is in %s of %s", is, place, account)
					}
				case len(got) != want:
					t.Errorf("%v: %d in %s of %s, want %d: %s", is, len(got), place, account, want, x.Time)
				case want == 1:
					e.told(&x, got[0], account, who)
				}
			}
		}
		if t.Failed() && len(seen) > 200 {
			t.FailNow()
		}
	}
	for is := range named {
		if !seen[is] {
			t.Errorf("%v has not been asked with success", is)
		}
	}
	for _, op := range []string{"s3:PutObject", "s3:GetObject", "glue:GetTable", "glue:GetPartitions"} {
		if across[op] == 0 {
			t.Errorf("%s was not asked across the border", op)
		}
	}
}

const history = "event history"

// found are the records of each account by place and request id: in event history, and in the files of its trail.
func (e *errands) found() map[string]map[string]map[string][]map[string]any {
	all := map[string]map[string]map[string][]map[string]any{}
	add := func(account, place string, records []map[string]any) {
		byID := map[string][]map[string]any{}
		for _, r := range records {
			id := r["requestID"].(string) + " " + r["eventTime"].(string) // a job's next attempt asks under the same id
			byID[id] = append(byID[id], r)
		}
		if all[account] == nil {
			all[account] = map[string]map[string][]map[string]any{}
		}
		all[account][place] = byID
	}
	for trail, x := range map[string]*account{"house": e.a, "border": e.b, "board": e.m, "": e.w.account(e.member)} {
		add(x.id, history, append(x.looked(e.T, "eu-central-1", "", ""), x.looked(e.T, "us-east-1", "", "")...))
		if trail != "" {
			add(x.id, "trail "+trail, x.delivered(e.T, "files-of-"+trail, ""))
		}
	}
	return all
}

// folder is the folder of the service with a principal's name.
func (e *errands) folder(principal string) string {
	for _, table := range e.w.Gateway.Tables() {
		if table.Model.Endpoint+".amazonaws.com" == principal {
			return table.Model.Service
		}
	}
	return principal
}

// owner is whose a resource is, by its name.
func (e *errands) owner(resource string) string {
	a, _ := arn.Parse(resource)
	bucket, _, _ := strings.Cut(a.Resource, "/")
	switch {
	case a.Account != "":
		return a.Account
	case bucket == "vault" || bucket == "files-of-border":
		return e.b.id
	case bucket == "files-of-board":
		return e.m.id
	case bucket == "doomed": // is gone
		return ""
	}
	return e.a.id
}

// concerned are the accounts that are to know of a call: of who asks, if that is no service, and of whose it is.
func (e *errands) concerned(c *journal.Call) (list []string) {
	if c.Principal.Kind != "AWSService" {
		list = append(list, c.Principal.Account)
	}
	for _, r := range c.Resources {
		if x := e.owner(r.ARN); x != "" && !slices.Contains(list, x) && !strings.Contains(r.ARN, ":aws:policy/") {
			list = append(list, x)
		}
	}
	return list
}

// told compares the record that an account has of a call of the house with the call.
func (e *errands) told(x *journal.Entry, r map[string]any, account string, who []string) {
	c, p := x.Call, &x.Call.Principal
	op := e.operation(c)
	region := "eu-central-1"
	if c.Service == "iam" || c.Service == "organizations" {
		region = "us-east-1"
	}
	want := map[string]any{
		"userIdentity.type": p.Kind, "userIdentity.invokedBy": c.InvokedBy, "sourceIPAddress": c.InvokedBy, "userAgent": c.InvokedBy, "recipientAccountId": account, "awsRegion": region,
		"eventTime": x.Time.UTC().Format(time.RFC3339), "eventSource": c.Source, "eventName": eventNameOf(&rt.Model{Service: c.Service}, op), "eventType": "AwsApiCall", "errorCode": nil,
		"readOnly": op.ReadOnly, "managementEvent": !op.Data, "eventCategory": "Management",
	}
	if op.Data {
		want["eventCategory"] = "Data"
	}
	if c.ErrorCode != "" {
		want["errorCode"] = c.ErrorCode
	}
	switch {
	case p.Kind == "AWSService":
		want["userIdentity.arn"], want["userIdentity.accountId"], want["userIdentity.principalId"], want["userIdentity.sessionContext"] = nil, nil, nil, nil
	case p.Account != account: // learns of another's no more than this
		want["userIdentity.type"], want["userIdentity.principalId"], want["userIdentity.accountId"] = "AWSAccount", p.ID, p.Account
		want["userIdentity.arn"], want["userIdentity.accessKeyId"], want["userIdentity.userName"], want["userIdentity.sessionContext"] = nil, nil, nil, nil
	case p.Kind == "AssumedRole":
		issuer := map[string]any{"type": "Role", "arn": p.RoleARN, "accountId": account, "principalId": strings.Split(p.ID, ":")[0], "userName": p.Name}
		for key, value := range issuer {
			want["userIdentity.sessionContext.sessionIssuer."+key] = value
		}
		want["userIdentity.arn"], want["userIdentity.accountId"], want["userIdentity.principalId"], want["userIdentity.accessKeyId"] = p.ARN, account, p.ID, p.AccessKeyID
		want["userIdentity.sessionContext.attributes.creationDate"], want["userIdentity.sessionContext.attributes.mfaAuthenticated"] = p.IssuedAt.UTC().Format(time.RFC3339), "false"
	default:
		want["userIdentity.arn"], want["userIdentity.accountId"] = p.ARN, account
	}
	holds(e.T, r, want)
	if shared := r["sharedEventID"]; (shared != nil) != (len(who) > 1 || p.Kind == "AWSService") {
		e.Errorf("%s of %v has the shared id %v", c.Operation, who, shared)
	}
	resources, _ := r["resources"].([]any)
	for _, y := range resources {
		name, _ := at(y, "ARN").(string)
		if is := at(y, "accountId"); name != "" && !strings.Contains(name, ":aws:policy/") && e.owner(name) != "" && !(at(y, "type") == "AWS::S3::Object" && is == nil) && is != e.owner(name) {
			e.Errorf("%s: %s is of %v", c.Operation, name, is)
		}
	}
	if op.Data && len(resources) == 0 {
		e.Errorf("%s names no resources", c.Operation)
	}
}

func (e *errands) operation(c *journal.Call) *rt.Operation {
	for _, table := range e.w.Gateway.Tables() {
		if table.Model.Service != c.Service {
			continue
		}
		for i := range table.Model.Operations {
			if op := &table.Model.Operations[i]; op.Name == c.Operation {
				return op
			}
		}
	}
	e.Fatalf("no operation %s:%s", c.Service, c.Operation)
	return nil
}

// last is the number of the journal's last entry.
func (e *errands) last() (seq uint64) {
	if err := e.w.Kernel.Store.View(context.Background(), func(tx *store.Tx) error {
		seq = e.w.Kernel.Journal.Last(tx)
		return nil
	}); err != nil {
		e.Fatal(err)
	}
	return seq
}
