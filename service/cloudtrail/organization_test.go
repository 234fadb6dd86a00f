package cloudtrail

import (
	"context"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/kernel"
	"unyo/kernel/journal"
)

const stranger = "333333333333"

// What happens in the accounts of an organization is delivered below its id, account by account, with digests of each; members see the trail
// and cannot change it. Who joins is in from then on.
func TestOrganizationTrail(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	create := &api.CreateTrailInput{Name: new("all"), S3BucketName: new("archive"), IsOrganizationTrail: new(true), IsMultiRegionTrail: new(true), EnableLogFileValidation: new(true)}
	_, err := s.CreateTrail(ctx(), create)
	if awserr.Code(err) != "OrganizationsNotInUseException" {
		t.Error(err)
	}
	out.org = map[string]bool{mine: true, other: true}
	_, err = s.CreateTrail(in(k, other, here), create)
	if awserr.Code(err) != "NotOrganizationMasterAccountException" {
		t.Error(err)
	}
	made, err := s.CreateTrail(ctx(), create)
	ok(t, err)
	_, err = s.StartLogging(ctx(), &api.StartLoggingInput{Name: new("all")})
	ok(t, err)
	id := s.makeStore(t, ctx(), func(in *api.CreateEventDataStoreInput) { in.OrganizationEnabled = new(true) })

	happens(t, k, mine, "Ours")
	happens(t, k, other, "Theirs", elsewhere)
	happens(t, k, stranger, "Strange")
	happens(t, k, other, "Shared", func(c *journal.Call) { c.Resources = []journal.Resource{{ARN: "arn:aws:s3:::box", Account: mine}} })
	advance(t, k, 5*time.Minute)
	const at = "AWSLogs/o-exampleorg/"
	same(t, out.delivered(t),
		at+"111111111111/CloudTrail/eu-central-1/2026/03/01/111111111111_CloudTrail_eu-central-1_20260301T1205Z: Ours Shared",
		at+"222222222222/CloudTrail/eu-central-1/2026/03/01/222222222222_CloudTrail_eu-central-1_20260301T1205Z: Shared",
		at+"222222222222/CloudTrail/eu-west-1/2026/03/01/222222222222_CloudTrail_eu-west-1_20260301T1205Z: Theirs")
	for _, a := range out.asked {
		if !strings.HasPrefix(a, "cloudtrail.amazonaws.com arn:aws:cloudtrail:eu-central-1:111111111111:trail/all AWSLogs/o-exampleorg/") {
			t.Error(a)
		}
	}
	if got := s.asks(t, k, id, "SELECT recipientAccountId, eventName FROM EDS ORDER BY 1, 2"); got != "111111111111|Ours; 111111111111|Shared; 222222222222|Shared; 222222222222|Theirs" {
		t.Error(got)
	}
	advance(t, k, time.Hour)
	digests := 0
	for key := range out.objects {
		if strings.Contains(key, "-Digest/") {
			digests++
		}
	}
	if digests != 3 {
		t.Errorf("%d digests", digests)
	}

	their := func() context.Context { return in(k, other, here) }
	seen, err := s.DescribeTrails(their(), &api.DescribeTrailsInput{})
	if ok(t, err); len(seen.TrailList) != 1 || *seen.TrailList[0].TrailARN != *made.TrailARN || !*seen.TrailList[0].IsOrganizationTrail {
		t.Errorf("%+v", seen.TrailList)
	}
	status, err := s.GetTrailStatus(their(), &api.GetTrailStatusInput{Name: made.TrailARN})
	if ok(t, err); !*status.IsLogging {
		t.Error("not logging")
	}
	listed, err := s.ListTrails(their(), &api.ListTrailsInput{})
	if ok(t, err); len(listed.Trails) != 1 {
		t.Errorf("%+v", listed.Trails)
	}
	_, err = s.StopLogging(their(), &api.StopLoggingInput{Name: made.TrailARN})
	_, err2 := s.DeleteTrail(their(), &api.DeleteTrailInput{Name: new("all")})
	_, err3 := s.UpdateTrail(their(), &api.UpdateTrailInput{Name: new("all"), S3BucketName: new("mine")})
	_, err4 := s.PutEventSelectors(their(), &api.PutEventSelectorsInput{TrailName: new("all"), EventSelectors: []api.EventSelector{{}}})
	for _, err := range []error{err, err2, err3, err4} {
		if awserr.Code(err) != "NotOrganizationMasterAccountException" {
			t.Error(err)
		}
	}
	_, err = s.GetTrail(in(k, stranger, here), &api.GetTrailInput{Name: made.TrailARN})
	if awserr.Code(err) != "TrailNotFoundException" {
		t.Error(err)
	}

	// A delegated administrator is let; what he makes is the management account's.
	out.delegated = map[string]bool{other: true}
	second, err := s.CreateTrail(their(), &api.CreateTrailInput{Name: new("second"), S3BucketName: new("archive"), IsOrganizationTrail: new(true)})
	if ok(t, err); *second.TrailARN != "arn:aws:cloudtrail:eu-central-1:111111111111:trail/second" {
		t.Error(*second.TrailARN)
	}
	_, err = s.DeleteTrail(their(), &api.DeleteTrailInput{Name: second.TrailARN})
	ok(t, err)
	if all, err := s.DescribeTrails(ctx(), &api.DescribeTrailsInput{}); err != nil || len(all.TrailList) != 1 {
		t.Errorf("%+v %v", all, err)
	}
	out.delegated = nil

	out.org[stranger] = true
	happens(t, k, stranger, "Joined")
	advance(t, k, 5*time.Minute)
	if got := strings.Join(out.delivered(t), "; "); !strings.Contains(got, at+"333333333333/CloudTrail/") || strings.Contains(got, "Strange") {
		t.Error(got)
	}
}
