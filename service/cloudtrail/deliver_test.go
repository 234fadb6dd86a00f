package cloudtrail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

func same(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func elsewhere(c *journal.Call) { c.Region = "eu-west-1" }
func global(c *journal.Call)    { c.Region, c.Service, c.Source = "", "iam", "iam.amazonaws.com" }
func data(c *journal.Call) {
	c.Category, c.Service, c.Source = "Data", "s3", "s3.amazonaws.com"
	c.Resources = []journal.Resource{{ARN: "arn:aws:s3:::box/key"}}
}

// What happens while a trail logs lies in the bucket at the next five minutes, under AWS's names, as its ARN; nothing before and after.
func TestDelivery(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	here := func() context.Context { return in(k, mine, here) }
	happens(t, k, mine, "Before")
	s.makeTrail(t, here, func(in *api.CreateTrailInput) { in.S3KeyPrefix, in.IsMultiRegionTrail = new("a/b"), new(true) })
	happens(t, k, mine, "One")
	happens(t, k, mine, "Two", elsewhere)
	happens(t, k, mine, "Three", global)
	happens(t, k, mine, "Data", data)
	happens(t, k, other, "Foreign")
	advance(t, k, 4*time.Minute)
	same(t, out.delivered(t))
	advance(t, k, time.Minute)
	const at = "a/b/AWSLogs/111111111111/CloudTrail/"
	first := []string{
		at + "eu-central-1/2026/03/01/111111111111_CloudTrail_eu-central-1_20260301T1205Z: One",
		at + "eu-west-1/2026/03/01/111111111111_CloudTrail_eu-west-1_20260301T1205Z: Two",
		at + "us-east-1/2026/03/01/111111111111_CloudTrail_us-east-1_20260301T1205Z: Three",
	}
	same(t, out.delivered(t), first...)
	for _, a := range out.asked {
		if !strings.HasPrefix(a, "cloudtrail.amazonaws.com arn:aws:cloudtrail:eu-central-1:111111111111:trail/main a/b/") {
			t.Error(a)
		}
	}
	advance(t, k, 24*time.Hour)                                                              // nothing happens, and nothing runs
	if jobs, err := k.Jobs.Waiting(context.Background(), 10); err != nil || len(jobs) != 1 { // the journal's retention
		t.Errorf("%v %v", jobs, err)
	}
	happens(t, k, mine, "Four")
	stop := here()
	_, err := s.StopLogging(stop, &api.StopLoggingInput{Name: new("main")})
	ok(t, err)
	happens(t, k, mine, "StopLogging", func(c *journal.Call) { c.RequestID = call.From(stop).RequestID })
	happens(t, k, mine, "After")
	advance(t, k, time.Hour)
	same(t, out.delivered(t), append(slices.Clone(first[:1]), at+"eu-central-1/2026/03/02/111111111111_CloudTrail_eu-central-1_20260302T1210Z: Four StopLogging", first[1], first[2])...)
	status := s.status(t, here())
	if *status.IsLogging || !status.LatestDeliveryTime.Equal(begin.Add(24*time.Hour+10*time.Minute)) || status.LatestDeliveryError != nil || status.StopLoggingTime == nil {
		t.Errorf("%+v", status)
	}
}

// A bucket that refuses or is gone holds nothing up for good: the status says why, and all arrives when it is there again.
func TestDeliveryWaitsForTheBucket(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	here := func() context.Context { return in(k, mine, here) }
	s.makeTrail(t, here, nil)
	for _, code := range []string{"AccessDenied", "NoSuchBucket", "KMS.DisabledException"} {
		out.fault = awserr.New(403, code, "")
		happens(t, k, mine, "Op"+code)
		advance(t, k, 7*time.Hour)
		if got := s.status(t, here()); *got.LatestDeliveryError != code || *got.LatestDeliveryAttemptSucceeded != "" {
			t.Errorf("%+v", got)
		}
	}
	same(t, out.delivered(t))
	out.fault = nil
	advance(t, k, time.Hour)
	if got := strings.Join(out.delivered(t), ";"); strings.Count(got, "Op") != 3 {
		t.Error(got)
	}
	if got := s.status(t, here()); got.LatestDeliveryError != nil {
		t.Errorf("%+v", got)
	}
	// After 30 days CloudTrail gives up; what came later is still tried.
	out.fault = awserr.New(404, "NoSuchBucket", "")
	happens(t, k, mine, "Lost")
	advance(t, k, 20*24*time.Hour)
	happens(t, k, mine, "Late")
	advance(t, k, 11*24*time.Hour)
	out.fault = nil
	advance(t, k, time.Hour)
	if got := strings.Join(out.delivered(t), ";"); strings.Contains(got, "Lost") || !strings.Contains(got, "Late") {
		t.Error(got)
	}
}

// A trail that is deleted leaves nothing behind: what it has recorded is delivered, its own end included, and its name is free.
func TestDeletedTrailIsDelivered(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	here := func() context.Context { return in(k, mine, here) }
	s.makeTrail(t, here, nil)
	happens(t, k, mine, "One")
	gone := here()
	_, err := s.DeleteTrail(gone, &api.DeleteTrailInput{Name: new("main")})
	ok(t, err)
	happens(t, k, mine, "DeleteTrail", func(c *journal.Call) { c.RequestID = call.From(gone).RequestID })
	s.makeTrail(t, here, func(in *api.CreateTrailInput) { in.S3KeyPrefix = new("again") })
	happens(t, k, mine, "Two")
	advance(t, k, time.Hour)
	const name = "AWSLogs/111111111111/CloudTrail/eu-central-1/2026/03/01/111111111111_CloudTrail_eu-central-1_20260301T1205Z: "
	same(t, out.delivered(t), name+"One DeleteTrail", "again/"+name+"Two")
}

// To CloudWatch Logs go the same events, also where the stream has to be made first.
func TestDeliveryToLogs(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	here := func() context.Context { return in(k, mine, here) }
	s.makeTrail(t, here, func(in *api.CreateTrailInput) {
		in.IsMultiRegionTrail = new(true)
		in.CloudWatchLogsLogGroupArn, in.CloudWatchLogsRoleArn = new("arn:aws:logs:eu-central-1:111111111111:log-group:trail:*"), new("arn:aws:iam::111111111111:role/trail")
	})
	happens(t, k, mine, "One")
	happens(t, k, mine, "Two", elsewhere)
	advance(t, k, time.Hour)
	same(t, out.lines, "111111111111_CloudTrail_eu-central-1 One", "111111111111_CloudTrail_eu-west-1 Two")
	if got := s.status(t, here()); got.LatestCloudWatchLogsDeliveryError != nil || got.LatestCloudWatchLogsDeliveryTime == nil {
		t.Errorf("%+v", got)
	}
}

// The process dies before and after each file is written, with and without what the rows have not synced, while S3 keeps what it was
// given: running on, each event lies in one file.
func TestDeliverySurvivesDeathAroundEveryFile(t *testing.T) {
	m := dying(t)
	m.s.makeTrail(t, m.ctx, func(in *api.CreateTrailInput) { in.IsMultiRegionTrail = new(true) })
	for i := range 9 {
		happens(t, m.k, mine, fmt.Sprint("Op", i), func(c *journal.Call) { c.Region = []string{"eu-central-1", "eu-west-1", "us-east-1"}[i%3] })
	}
	m.diesAround()
	advance(t, m.k, time.Hour)
	m.afterEach(12, func(t *testing.T, _ int, k *kernel.Kernel, _ *Service, out *outside) {
		happens(t, k, mine, "Late")
		advance(t, k, time.Hour)
		got := strings.Join(out.delivered(t), "; ")
		for op := range 9 {
			if strings.Count(got, fmt.Sprint("Op", op)) != 1 {
				t.Error(got)
			}
		}
		if strings.Count(got, "Late") != 1 {
			t.Error(got)
		}
	})
}

// A full disk stands in the status while it lasts, and nothing is lost.
func TestDeliveryWaitsForRoom(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	here := func() context.Context { return in(k, mine, here) }
	s.makeTrail(t, here, nil)
	happens(t, k, mine, "One")
	out.fault = fmt.Errorf("cannot keep it: %w", store.ErrDiskFull)
	advance(t, k, 31*time.Minute)
	if got := s.status(t, here()); got.LatestDeliveryError == nil || *got.LatestDeliveryError != "InternalError" || *got.LatestDeliveryAttemptTime != "2026-03-01T12:30:00Z" {
		t.Errorf("%+v", got)
	}
	out.fault = nil
	advance(t, k, 5*time.Minute)
	if got := s.status(t, here()); got.LatestDeliveryError != nil || !got.LatestDeliveryTime.Equal(begin.Add(35*time.Minute)) {
		t.Errorf("%+v", got)
	}
	if got := strings.Join(out.delivered(t), ";"); strings.Count(got, "One") != 1 {
		t.Error(got)
	}
}
