package cloudtrail

import (
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/kernel"
)

// What is left out while a segment is read is what a condition would leave out afterwards, also where some of its rows have outlived their time.
func TestLakeSifts(t *testing.T) {
	k, s, _ := open(t, kernel.Options{})
	id := s.makeStore(t, in(k, mine, here), func(in *api.CreateEventDataStoreInput) { in.RetentionPeriod = new(int32(7)) })
	const events = 30_000
	s.holds(t, in(k, mine, here), id, events)
	for _, x := range []struct {
		by   time.Duration
		kept string
	}{{0, "30000"}, {7*24*time.Hour + 12_345*time.Second, "17655"}} {
		advance(t, k, x.by)
		if got := s.asks(t, k, id, "SELECT count(*) FROM EDS"); got != x.kept {
			t.Errorf("%s, want %s", got, x.kept)
		}
		for _, condition := range []string{
			"errorCode = 'AccessDenied'",
			"errorCode IS NULL",
			"userIdentity.username = 'user3'",
			"userIdentity.arn LIKE '%user5' AND eventSource = 'source4.amazonaws.com'",
			"element_at(requestParameters, 'n') = '6' AND errorCode IS NOT NULL",
			"eventTime > timestamp '2026-03-01 16:00:00' AND eventSource <> 'source0.amazonaws.com'",
			"eventName IN ('Op3', 'Op14000', 'Op29999')",
			"length(eventName) = 3 OR userIdentity.username = 'user1'",
			"eventName = 'nothing'",
		} {
			sifted := s.asks(t, k, id, "SELECT count(*), min(eventName), max(userIdentity.arn), sum(cast(requestId AS bigint)), max(element_at(requestParameters, 'n')) FROM EDS WHERE "+condition)
			const each = "SELECT count_if(?), min(if(?, eventName)), max(if(?, userIdentity.arn)), sum(if(?, cast(requestId AS bigint))), max(if(?, element_at(requestParameters, 'n'))) FROM EDS"
			whole := s.asks(t, k, id, strings.ReplaceAll(each, "?", condition))
			if sifted != whole || strings.Contains(whole, "Exception") || strings.Contains(whole, "FAILED") {
				t.Errorf("%s:\n%s, want\n%s", condition, sifted, whole)
			}
		}
	}
}
