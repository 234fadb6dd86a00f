package logs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
)

const identifiers = `["arn:aws:dataprotection::aws:data-identifier/EmailAddress","EmployeeId"]`

// protects is a policy of AWS's guide.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html
const protects = `{"Name":"p","Description":"d","Version":"2021-06-01","Configuration":{"CustomDataIdentifier":[{"Name":"EmployeeId","Regex":"EmployeeId-\\d{9}"}]},` +
	`"Statement":[{"Sid":"audit","DataIdentifier":` + identifiers + `,"Operation":{"Audit":{"FindingsDestination":{}}}},` +
	`{"Sid":"mask","DataIdentifier":` + identifiers + `,"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`

func (e *estate) protect(policy string) error {
	_, err := e.PutDataProtectionPolicy(e.ctx(), &api.PutDataProtectionPolicyInput{LogGroupIdentifier: new("g"), PolicyDocument: &policy})
	return err
}

// What comes in under a policy is masked wherever it is shown or sent, and stays so; who may unmask sees it.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html
func TestDataProtection(t *testing.T) {
	e := open(t)
	e.meter()
	e.group("g")
	e.stream("g", "a")
	must(t, e.subscribe("g", "f", ""))
	must(t, e.measure("m", "ann", api.MetricTransformation{MetricValue: new("1")}))
	e.put("g", "a", "0 ann@example.com")
	must(t, e.protect(protects))
	e.put("g", "a", "1 ann@example.com", "2 EmployeeId-123456789", "3 plain")
	_, err := e.DeleteDataProtectionPolicy(e.ctx(), &api.DeleteDataProtectionPolicyInput{LogGroupIdentifier: new("g")})
	must(t, err)
	e.put("g", "a", "4 bob@example.com")
	const masked = "0 ann@example.com 1 *************** 2 ******************** 3 plain 4 bob@example.com"
	_, got := e.get(api.GetLogEventsInput{StartFromHead: new(true)})
	want(t, inOrder(got), inOrder(masked))
	_, got = e.get(api.GetLogEventsInput{StartFromHead: new(true), Unmask: new(true)})
	want(t, inOrder(got), inOrder("0 ann@example.com 1 ann@example.com 2 EmployeeId-123456789 3 plain 4 bob@example.com"))
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g"), FilterPattern: new("ann")}), []string{"0 ann@example.com"})
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g"), FilterPattern: new("ann"), Unmask: new(true)})), 2)
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g"), FilterPattern: new(`"1 ***"`)})), 1)
	_, err = e.export(nil)
	must(t, err)
	e.advance(time.Second)
	if list := e.bucket.exported(t); len(list) != 1 || strings.Count(list[0], "*") != 35 || strings.Contains(list[0], "EmployeeId") {
		t.Errorf("exported %q", list)
	}
	if d := e.firehose.delivered(t); strings.Count(d, "*") != 35 || strings.Contains(d, "EmployeeId") {
		t.Errorf("delivered %q", d)
	}
	if err := e.k.Metrics.Flush(e.ctx()); err != nil || !strings.Contains(e.got(), "[{1 1}]") { // of two, one is masked
		t.Errorf("counted %q %v", e.got(), err)
	}
	groups, err := e.DescribeLogGroups(e.ctx(), &api.DescribeLogGroupsInput{})
	must(t, err)
	want(t, *groups.LogGroups[0].DataProtectionStatus, "DELETED")
	_, err = e.DeleteDataProtectionPolicy(e.ctx(), &api.DeleteDataProtectionPolicyInput{LogGroupIdentifier: new("g")})
	wantCode(t, err, "ResourceNotFoundException")
	must(t, e.protect(protects))
	out, err := e.GetDataProtectionPolicy(e.ctx(), &api.GetDataProtectionPolicyInput{LogGroupIdentifier: new("g")})
	must(t, err)
	want(t, *out.PolicyDocument, protects)
	needs, _ := e.Needs(e.ctx(), "FilterLogEvents", &api.FilterLogEventsInput{LogGroupName: new("g"), Unmask: new(true)})
	want(t, needs[1].Action, "logs:Unmask")
}

// inOrder lets words of equal times be compared.
func inOrder(text string) string {
	list := strings.Fields(text)
	slices.Sort(list)
	return strings.Join(list, " ")
}

// A session of Live Tail masks what comes under a policy that was put while it ran.
func TestLiveTailMasks(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	next, _ := e.tail(api.StartLiveTailInput{LogGroupIdentifiers: []string{groupARN + "g"}})
	must(t, e.protect(protects))
	e.put("g", "a", "to ann@example.com")
	e.advance(time.Second)
	if got := next(); !strings.Contains(got, "to ***************") {
		t.Errorf("%q", got)
	}
}

func TestDataProtectionRefusals(t *testing.T) {
	e := open(t)
	e.group("g")
	for what, policy := range map[string]string{
		"no JSON":                  `{`,
		"more than JSON":           protects + `{}`,
		"an unknown member":        strings.Replace(protects, `"Sid":"audit"`, `"Condition":{}`, 1),
		"no name":                  strings.Replace(protects, `"Name":"p",`, ``, 1),
		"another version":          strings.Replace(protects, `2021-06-01`, `2012-10-17`, 1),
		"one statement":            `{"Name":"p","Version":"2021-06-01","Statement":[{"DataIdentifier":["x"],"Operation":{"Audit":{"FindingsDestination":{}}}}]}`,
		"two audits":               strings.Replace(protects, `{"Deidentify":{"MaskConfig":{}}}`, `{"Audit":{"FindingsDestination":{}}}`, 1),
		"no destination":           strings.Replace(protects, `"FindingsDestination":{}`, ``, 1),
		"an unknown destination":   strings.Replace(protects, `"FindingsDestination":{}`, `"FindingsDestination":{"Queue":{"Name":"x"}}`, 1),
		"a destination's member":   strings.Replace(protects, `"FindingsDestination":{}`, `"FindingsDestination":{"CloudWatchLogs":{"Name":"x"}}`, 1),
		"no mask":                  strings.Replace(protects, `"MaskConfig":{}`, ``, 1),
		"a mask with a character":  strings.Replace(protects, `"MaskConfig":{}`, `"MaskConfig":{"MaskWithCharacter":"#"}`, 1),
		"different identifiers":    strings.Replace(protects, identifiers, `["EmployeeId"]`, 1),
		"none":                     strings.ReplaceAll(protects, identifiers, `[]`),
		"an unknown one":           strings.ReplaceAll(protects, `data-identifier/EmailAddress`, `data-identifier/Nothing`),
		"an undefined one":         strings.ReplaceAll(protects, `,"EmployeeId"]`, `,"Other"]`),
		"a bad regular expression": strings.Replace(protects, `EmployeeId-\\d{9}`, `[a`, 1),
		"long":                     strings.Replace(protects, `"d"`, `"`+strings.Repeat("d", 31000)+`"`, 1),
	} {
		if err := e.protect(policy); err == nil {
			t.Errorf("%s: it was taken", what)
		} else {
			wantCode(t, err, "InvalidParameterException")
		}
	}
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("rare"), LogGroupClass: new("INFREQUENT_ACCESS")})
	must(t, err)
	_, err = e.PutDataProtectionPolicy(e.ctx(), &api.PutDataProtectionPolicyInput{LogGroupIdentifier: new("rare"), PolicyDocument: new(protects)})
	wantCode(t, err, "InvalidOperationException")
	_, err = e.PutDataProtectionPolicy(e.ctx(), &api.PutDataProtectionPolicyInput{LogGroupIdentifier: new("none"), PolicyDocument: new(protects)})
	wantCode(t, err, "ResourceNotFoundException")
}

// The account's policy holds for all groups, also those to come, beside their own.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutAccountPolicy.html
func TestAccountDataProtection(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	e.put("g", "a", "0 ann@example.com 10.0.0.1")
	e.advance(time.Second)
	put := func(name, kind, document string) error {
		_, err := e.PutAccountPolicy(e.ctx(), &api.PutAccountPolicyInput{PolicyName: &name, PolicyType: &kind, PolicyDocument: &document})
		return err
	}
	const all = "DATA_PROTECTION_POLICY"
	addresses := strings.ReplaceAll(strings.ReplaceAll(protects, "EmailAddress", "IpAddress"), `,"EmployeeId"`, "")
	must(t, put("account", all, addresses))
	must(t, e.protect(protects))
	e.put("g", "a", "1 ann@example.com 10.0.0.1")
	e.group("later")
	e.stream("later", "a")
	e.put("later", "a", "2 ann@example.com 10.0.0.1")
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), "[0 ann@example.com 10.0.0.1 1 *************** ********]")
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("later")}), "[2 ann@example.com ********]")
	wantCode(t, put("another", all, addresses), "LimitExceededException")
	wantCode(t, put("account", all, "{}"), "InvalidParameterException")
	wantCode(t, put("account", "SUBSCRIPTION_FILTER_POLICY", "{}"), "InvalidParameterException")
	out, err := e.DescribeAccountPolicies(e.ctx(), &api.DescribeAccountPoliciesInput{PolicyType: new(all)})
	must(t, err)
	want(t, []any{len(out.AccountPolicies), *out.AccountPolicies[0].PolicyName, *out.AccountPolicies[0].PolicyDocument}, []any{1, "account", addresses})
	remove := &api.DeleteAccountPolicyInput{PolicyName: new("account"), PolicyType: new(all)}
	_, err = e.DeleteAccountPolicy(e.ctx(), remove)
	must(t, err)
	_, err = e.DeleteAccountPolicy(e.ctx(), remove)
	wantCode(t, err, "ResourceNotFoundException")
	must(t, put("another", all, addresses)) // within the same millisecond
	remove.PolicyName = new("another")
	_, err = e.DeleteAccountPolicy(e.ctx(), remove)
	must(t, err)
	e.advance(time.Second)
	e.put("later", "a", "3 10.0.0.1")
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("later")}), "[2 ann@example.com ******** 3 10.0.0.1]")
}
