package accessanalyzer

import (
	"fmt"
	"slices"
	"testing"
	"time"

	api "unyo/api/accessanalyzer"
)

// What nobody uses is found on the day on which it has been unused for too long, and no longer when it is used.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-findings.html
func TestUnusedAccess(t *testing.T) {
	f := setUp(t)
	day := 24 * time.Hour
	made := f.k.Clock.Now()
	f.roles["idle"] = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}`
	f.people = map[string]*person{"ann": {made: made, password: true, keys: map[string]time.Time{"AKIAUSED": made.Add(80 * day), "AKIANEVER": {}}}}
	a := ok[*api.CreateAnalyzerOutput](t)(f.CreateAnalyzer(f.ctx(), &api.CreateAnalyzerInput{AnalyzerName: new("u"), Type: new(api.TypeAccountUnusedAccess)})).Arn
	list := func(status string) (found []string) {
		t.Helper()
		out := ok[*api.ListFindingsV2Output](t)(f.ListFindingsV2(f.ctx(), &api.ListFindingsV2Input{AnalyzerArn: a, Filter: map[string]api.Criterion{"status": eq(status)}}))
		for _, x := range out.Findings {
			got := ok[*api.GetFindingV2Output](t)(f.GetFindingV2(f.ctx(), &api.GetFindingV2Input{AnalyzerArn: a, Id: x.Id})).FindingDetails[0]
			key := ""
			if k := got.UnusedIamUserAccessKeyDetails; k != nil {
				key = *k.AccessKeyId
			}
			found = append(found, *x.FindingType+key)
		}
		slices.Sort(found)
		return found
	}
	f.advance(89 * day)
	if found := list("ACTIVE"); len(found) != 0 {
		t.Errorf("a day too early: %v", found)
	}
	f.advance(2 * day)
	if got := fmt.Sprint(list("ACTIVE")); got != "[UnusedIAMRole UnusedIAMUserAccessKeyAKIANEVER UnusedIAMUserPassword]" {
		t.Errorf("after ninety days: %s", got)
	}
	f.people["ann"].keys["AKIANEVER"] = f.k.Clock.Now()
	f.advance(again)
	if got := fmt.Sprint(list("ACTIVE"), list("RESOLVED")); got != "[UnusedIAMRole UnusedIAMUserPassword] [UnusedIAMUserAccessKeyAKIANEVER]" {
		t.Errorf("a key was used: %s", got)
	}
	f.advance(79 * day)
	if got := fmt.Sprint(list("ACTIVE")); got != "[UnusedIAMRole UnusedIAMUserAccessKeyAKIAUSED UnusedIAMUserPassword]" {
		t.Errorf("ninety days after its last use: %s", got)
	}
	stats := ok[*api.GetFindingsStatisticsOutput](t)(f.GetFindingsStatistics(f.ctx(), &api.GetFindingsStatisticsInput{AnalyzerArn: a})).FindingsStatistics[0].UnusedAccessFindingsStatistics
	if *stats.TotalActiveFindings != 3 || *stats.UnusedAccessTypeStatistics[1].Total != 1 {
		t.Errorf("%+v", stats)
	}
	ok[*api.UpdateAnalyzerOutput](t)(f.UpdateAnalyzer(f.ctx(), &api.UpdateAnalyzerInput{AnalyzerName: new("u"), Configuration: &api.AnalyzerConfiguration{UnusedAccess: &api.UnusedAccessConfiguration{UnusedAccessAge: new(int32(365))}}}))
	f.advance(time.Minute)
	if found := list("ACTIVE"); len(found) != 0 {
		t.Errorf("a year is allowed: %v", found)
	}
	_, err := f.ListFindings(f.ctx(), &api.ListFindingsInput{AnalyzerArn: a})
	wantCode(t, err, "ValidationException")
}

// TestUnusedPermissions: of what somebody may, the services are told that were not used for long; and none once they are.
func TestUnusedPermissions(t *testing.T) {
	f := setUp(t)
	day := 24 * time.Hour
	made := f.k.Clock.Now()
	f.people = map[string]*person{"ann": {made: made}}
	f.used = map[string]time.Time{"s3": made.Add(60 * day), "logs": {}, "athena": made.Add(time.Hour)}
	a := ok[*api.CreateAnalyzerOutput](t)(f.CreateAnalyzer(f.ctx(), &api.CreateAnalyzerInput{AnalyzerName: new("u"), Type: new(api.TypeAccountUnusedAccess)})).Arn
	list := func(status string) (services []string) {
		t.Helper()
		out := ok[*api.ListFindingsV2Output](t)(f.ListFindingsV2(f.ctx(), &api.ListFindingsV2Input{AnalyzerArn: a, Filter: map[string]api.Criterion{"status": eq(status), "findingType": eq("UnusedPermission")}}))
		for _, x := range out.Findings {
			for _, d := range ok[*api.GetFindingV2Output](t)(f.GetFindingV2(f.ctx(), &api.GetFindingV2Input{AnalyzerArn: a, Id: x.Id})).FindingDetails {
				services = append(services, *d.UnusedPermissionDetails.ServiceNamespace)
			}
		}
		return services
	}
	f.advance(89 * day)
	if got := list("ACTIVE"); len(got) != 0 {
		t.Errorf("a day too early: %v", got)
	}
	f.advance(2 * day)
	if got := fmt.Sprint(list("ACTIVE")); got != "[athena logs]" {
		t.Errorf("after ninety days: %s", got)
	}
	f.advance(60 * day)
	if got := fmt.Sprint(list("ACTIVE")); got != "[athena logs s3]" {
		t.Errorf("ninety days after the last use: %s", got)
	}
	for space := range f.used {
		f.used[space] = f.k.Clock.Now()
	}
	f.advance(again)
	if got := list("ACTIVE"); len(got) != 0 || len(list("RESOLVED")) != 3 {
		t.Errorf("used after all: %v", got)
	}
}
