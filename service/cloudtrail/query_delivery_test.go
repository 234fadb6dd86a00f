package cloudtrail

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/kernel"
)

// askTo runs a query whose result goes to the bucket, and returns its id.
func (s *Service) askTo(t testing.TB, ctx context.Context, id string) *string {
	t.Helper()
	out, err := s.StartQuery(ctx, &api.StartQueryInput{QueryStatement: new("SELECT eventName FROM " + id), DeliveryS3Uri: new("s3://archive/answers")})
	ok(t, err)
	return out.QueryId
}

func (s *Service) delivery(t testing.TB, ctx context.Context, query *string) string {
	t.Helper()
	out, err := s.DescribeQuery(ctx, &api.DescribeQueryInput{QueryId: query})
	ok(t, err)
	return *out.DeliveryStatus
}

// What S3 says to a result, or to the file that signs it, is told by the query's status. The rows stay.
func TestResultsThatS3Refuses(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	id := s.makeStore(t, ctx(), nil)
	happens(t, k, mine, "One")
	advance(t, k, 5*time.Minute)
	for _, x := range []struct {
		code  string
		first bool // the rows are refused, or else what signs them
		want  string
	}{
		{"AccessDenied", true, api.DeliveryStatusAccessDenied}, {"AccessDenied", false, api.DeliveryStatusAccessDeniedSigningFile},
		{"NoSuchBucket", true, api.DeliveryStatusResourceNotFound}, {"InvalidRequest", true, api.DeliveryStatusFailed}, {"InvalidRequest", false, api.DeliveryStatusFailedSigningFile},
	} {
		query := s.askTo(t, ctx(), id)
		if got := s.delivery(t, ctx(), query); got != api.DeliveryStatusPending {
			t.Errorf("%+v: %s before anything was delivered", x, got)
		}
		fault, puts := awserr.New(400, x.code, ""), 0
		out.at = func() {
			if puts++; puts == 2 { // behind the first
				out.fault = fault
			}
		}
		if x.first {
			out.fault = fault
		}
		advance(t, k, 0)
		if out.fault, out.at = nil, nil; s.delivery(t, ctx(), query) != x.want {
			t.Errorf("%+v: %s", x, s.delivery(t, ctx(), query))
		}
		if got, err := s.GetQueryResults(ctx(), &api.GetQueryResultsInput{QueryId: query}); err != nil || len(got.QueryResultRows) != 1 {
			t.Errorf("%+v %v", got, err)
		}
	}
	_, err := s.StartQuery(ctx(), &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + id), DeliveryS3Uri: new("s3://elsewhere")})
	if awserr.Code(err) != "S3BucketDoesNotExistException" {
		t.Error(err)
	}
	_, err = s.StartQuery(ctx(), &api.StartQueryInput{QueryStatement: new("SELECT 1 FROM " + id), DeliveryS3Uri: new("https://archive")})
	if awserr.Code(err) != "InvalidS3BucketNameException" {
		t.Error(err)
	}
}

// The process dies around every file of a result: running on, both lie there, as they would have.
func TestResultsSurviveDeath(t *testing.T) {
	m := dying(t)
	id := m.s.makeStore(t, m.ctx(), nil)
	happens(t, m.k, mine, "One")
	advance(t, m.k, 5*time.Minute)
	query := m.s.askTo(t, m.ctx(), id)
	m.diesAround()
	advance(t, m.k, time.Minute)
	want := maps.Clone(m.out.objects)
	if len(want) != 2 {
		t.Fatalf("%d files", len(want))
	}
	m.afterEach(8, func(t *testing.T, _ int, k *kernel.Kernel, s *Service, out *outside) {
		advance(t, k, time.Minute)
		if got := s.delivery(t, in(k, mine, here), query); got != api.DeliveryStatusSuccess || !maps.Equal(out.objects, want) {
			t.Errorf("%s, %s", got, strings.Join(out.asked, "; "))
		}
	})
}
