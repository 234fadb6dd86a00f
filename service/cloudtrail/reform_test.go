package cloudtrail

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/kernel"
	"unyo/kernel/journal"
)

// A trail of an account becomes one of its organization, and, when trusted access ends, one of its account again, for good: what was recorded is
// delivered as what it was, each event once, and digests of each time are a chain of their own.
func TestTrailIsReformed(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	out.org = map[string]bool{mine: true, other: true}
	s.makeTrail(t, ctx, func(in *api.CreateTrailInput) { in.EnableLogFileValidation = new(true) })
	id := s.makeStore(t, ctx(), nil)
	happens(t, k, mine, "Alone")
	happens(t, k, other, "Unseen")
	updated, err := s.UpdateTrail(ctx(), &api.UpdateTrailInput{Name: new("main"), IsOrganizationTrail: new(true)})
	if ok(t, err); !*updated.IsOrganizationTrail {
		t.Error("no organization's")
	}
	happens(t, k, mine, "Ours")
	happens(t, k, other, "Theirs")
	advance(t, k, 70*time.Minute)
	if _, err := s.UpdateEventDataStore(ctx(), &api.UpdateEventDataStoreInput{EventDataStore: &id, OrganizationEnabled: new(true)}); err != nil {
		t.Error(err)
	}
	happens(t, k, other, "Seen")
	advance(t, k, 5*time.Minute)
	happens(t, k, mine, "DisableAWSServiceAccess", func(c *journal.Call) {
		c.Service, c.Source, c.Request = "organizations", "organizations.amazonaws.com", json.RawMessage(`{"servicePrincipal":"cloudtrail.amazonaws.com"}`)
	})
	advance(t, k, 0)
	happens(t, k, mine, "After")
	happens(t, k, other, "Hidden")
	advance(t, k, 70*time.Minute)
	var files []string
	for _, f := range out.delivered(t) {
		at, events, _ := strings.Cut(f, ":")
		files = append(files, strings.SplitN(at, "/2026", 2)[0]+":"+events)
	}
	same(t, files,
		"AWSLogs/111111111111/CloudTrail/eu-central-1: Alone",
		"AWSLogs/111111111111/CloudTrail/eu-central-1: After",
		"AWSLogs/o-exampleorg/111111111111/CloudTrail/eu-central-1: Ours",
		"AWSLogs/o-exampleorg/111111111111/CloudTrail/eu-central-1: DisableAWSServiceAccess",
		"AWSLogs/o-exampleorg/222222222222/CloudTrail/eu-central-1: Theirs",
		"AWSLogs/o-exampleorg/222222222222/CloudTrail/eu-central-1: Seen")
	if shown, err := s.GetTrail(ctx(), &api.GetTrailInput{Name: new("main")}); err != nil || *shown.Trail.IsOrganizationTrail {
		t.Errorf("%+v %v", shown, err)
	}
	if shown, err := s.GetEventDataStore(ctx(), &api.GetEventDataStoreInput{EventDataStore: &id}); err != nil || *shown.OrganizationEnabled {
		t.Errorf("%+v %v", shown, err)
	}
	if got := s.asks(t, k, id, "SELECT eventName FROM EDS WHERE eventName IN ('Theirs', 'Seen', 'Hidden', 'After') ORDER BY 1"); got != "After; Seen" {
		t.Error(got)
	}
	digests := map[string]int{}
	for key := range out.objects {
		if folder, _, ok := strings.Cut(key, "/CloudTrail-Digest/"); ok {
			digests[folder]++
		}
	}
	if got := fmt.Sprint(digests); got != "map[AWSLogs/111111111111:2 AWSLogs/o-exampleorg/111111111111:2 AWSLogs/o-exampleorg/222222222222:2]" {
		t.Error(got)
	}
}
