package logs_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/engine/logstore"
	"unyo/kernel"
	"unyo/service/logs"
)

// restarted is what a service is given after a restart: the same rows. Its jobs have handlers already, so it gets a queue's
// space of another name.
func restarted(k *kernel.Kernel) *kernel.Service {
	s := k.For("logs")
	s.Jobs = k.Jobs.Space("logs again")
	return s
}

func (e *estate) get(in api.GetLogEventsInput) (*api.GetLogEventsOutput, string) {
	e.t.Helper()
	in.LogGroupName, in.LogStreamName = new("g"), new("a")
	out, err := e.GetLogEvents(e.ctx(), &in)
	must(e.t, err)
	var list []string
	for _, ev := range out.Events {
		list = append(list, *ev.Message)
	}
	return out, strings.Join(list, " ")
}

// Tokens go both ways and stay where there is nothing more.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
func TestGetLogEventsPaging(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	empty, got := e.get(api.GetLogEventsInput{})
	want(t, got, "")
	e.put("g", "a", "1", "2", "3", "4", "5")
	out, got := e.get(api.GetLogEventsInput{NextToken: empty.NextForwardToken})
	want(t, got, "1 2 3 4 5")
	out, got = e.get(api.GetLogEventsInput{Limit: new(int32(2))}) // the last ones, oldest first
	want(t, got, "4 5")
	last := out.NextForwardToken
	out, got = e.get(api.GetLogEventsInput{NextToken: last})
	want(t, got, "")
	want(t, *out.NextForwardToken, *last)
	out, got = e.get(api.GetLogEventsInput{NextToken: out.NextBackwardToken, Limit: new(int32(2))})
	want(t, got, "4 5")
	out, got = e.get(api.GetLogEventsInput{NextToken: out.NextBackwardToken, Limit: new(int32(2))})
	want(t, got, "2 3")
	out, got = e.get(api.GetLogEventsInput{NextToken: out.NextBackwardToken, Limit: new(int32(2))})
	want(t, got, "1")
	begin, got := e.get(api.GetLogEventsInput{NextToken: out.NextBackwardToken})
	want(t, got, "")
	want(t, *begin.NextBackwardToken, *out.NextBackwardToken)
	out, got = e.get(api.GetLogEventsInput{NextToken: begin.NextForwardToken, Limit: new(int32(3))})
	want(t, got, "1 2 3")
	out, got = e.get(api.GetLogEventsInput{NextToken: out.NextForwardToken})
	want(t, got, "4 5")
	e.advance(time.Second)
	e.put("g", "a", "6")
	_, got = e.get(api.GetLogEventsInput{NextToken: out.NextForwardToken})
	want(t, got, "6")
	ms := begin0()
	_, got = e.get(api.GetLogEventsInput{StartFromHead: new(true), StartTime: new(ms + 1), EndTime: new(ms + 3)}) // end exclusive
	want(t, got, "2 3")
	_, got = e.get(api.GetLogEventsInput{StartTime: new(ms + 3), EndTime: new(ms + 3)})
	want(t, got, "")
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g"), StartTime: new(ms + 1), EndTime: new(ms + 3)}), []string{"2", "3", "4"}) // end inclusive
	for _, bad := range []string{"x", "f/123/s", "f/" + strings.Repeat("9", 56) + "/s", "g/" + strings.Repeat("1", 56) + "/s"} {
		_, err := e.GetLogEvents(e.ctx(), &api.GetLogEventsInput{LogGroupName: new("g"), LogStreamName: new("a"), NextToken: &bad})
		wantCode(t, err, "InvalidParameterException")
	}
}

func begin0() int64 { return begin.UnixMilli() }

// An answer holds at most 1 MiB.
func TestAnswersAreBounded(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	for range 4 {
		e.put("g", "a", slices.Repeat([]string{strings.Repeat("x", 100_000)}, 10)...)
	}
	in, pages, n := api.GetLogEventsInput{StartFromHead: new(true)}, 0, 0
	for {
		out, _ := e.get(in)
		if len(out.Events) == 0 {
			break
		}
		pages, n, in.NextToken = pages+1, n+len(out.Events), out.NextForwardToken
	}
	want(t, []int{pages, n}, "[4 40]")
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
func TestPutLogEventsChecks(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	now := begin0()
	const hour, day = 3600_000, 24 * 3600_000
	put := func(times ...int64) (*api.PutLogEventsOutput, error) {
		var events []api.InputLogEvent
		for _, ts := range times {
			events = append(events, api.InputLogEvent{Timestamp: new(now + ts), Message: new(fmt.Sprint(ts))})
		}
		return e.PutLogEvents(e.ctx(), &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("a"), LogEvents: events})
	}
	_, err := put(5, 4)
	wantCode(t, err, "InvalidParameterException")
	_, err = put(0, day+1)
	wantCode(t, err, "InvalidParameterException")
	out, err := put(-14*day-1, -14*day)
	must(t, err)
	want(t, *out.RejectedLogEventsInfo.TooOldLogEventEndIndex, 1)
	out, err = put(0, 2*hour, 2*hour+1)
	must(t, err)
	want(t, *out.RejectedLogEventsInfo.TooNewLogEventStartIndex, 2)
	_, err = e.PutRetentionPolicy(e.ctx(), &api.PutRetentionPolicyInput{LogGroupName: new("g"), RetentionInDays: new(int32(3))})
	must(t, err)
	out, err = put(-3*day-1, -3*day)
	must(t, err)
	want(t, *out.RejectedLogEventsInfo.ExpiredLogEventEndIndex, 1)
	out, err = put(3 * hour)
	must(t, err)
	want(t, *out.RejectedLogEventsInfo.TooNewLogEventStartIndex, 0)
	_, err = e.PutLogEvents(e.ctx(), &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("a"), LogEvents: []api.InputLogEvent{{Timestamp: &now, Message: new(strings.Repeat("x", 1<<20-25))}}})
	wantCode(t, err, "InvalidParameterException")
	_, err = e.PutLogEvents(e.ctx(), &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("zz"), LogEvents: []api.InputLogEvent{{Timestamp: &now, Message: new("x")}}})
	wantCode(t, err, "ResourceNotFoundException")
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), []string{fmt.Sprint(-3 * day), "0", fmt.Sprint(2 * hour)})
}

// Ninety days of events under a retention of seven: at every moment exactly the last seven days are shown, and what has expired
// leaves the disk. A longer retention does not bring anything back.
func TestRetentionOverNinetyDays(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	_, err := e.PutRetentionPolicy(e.ctx(), &api.PutRetentionPolicyInput{LogGroupName: new("g"), RetentionInDays: new(int32(7))})
	must(t, err)
	for day := range 90 {
		e.put("g", "a", fmt.Sprint("day ", day))
		var expect []string
		for d := max(0, day-7); d <= day; d++ {
			expect = append(expect, fmt.Sprint("day ", d))
		}
		want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), expect)
		e.advance(24 * time.Hour)
	}
	e.advance(time.Millisecond)
	groups, err := e.DescribeLogGroups(e.ctx(), &api.DescribeLogGroupsInput{})
	must(t, err)
	if n := *groups.LogGroups[0].StoredBytes; n > 9*(6+26) {
		t.Fatalf("%d bytes are stored after 90 days", n)
	}
	_, err = e.DeleteRetentionPolicy(e.ctx(), &api.DeleteRetentionPolicyInput{LogGroupName: new("g")})
	must(t, err)
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")})), 6)
	e.advance(30 * 24 * time.Hour)
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")})), 6)
	_, err = e.PutRetentionPolicy(e.ctx(), &api.PutRetentionPolicyInput{LogGroupName: new("g"), RetentionInDays: new(int32(1))})
	must(t, err)
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")})), 0)
	_, err = e.PutRetentionPolicy(e.ctx(), &api.PutRetentionPolicyInput{LogGroupName: new("g"), RetentionInDays: new(int32(2))})
	wantCode(t, err, "InvalidParameterException")
}

func TestDeletedGroupLeavesNothing(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	must(t, e.subscribe("g", "f", ""))
	e.put("g", "a", "old")
	_, err := e.DeleteLogGroup(e.ctx(), &api.DeleteLogGroupInput{LogGroupName: new("g")})
	must(t, err)
	_, err = e.FilterLogEvents(e.ctx(), &api.FilterLogEventsInput{LogGroupName: new("g")})
	wantCode(t, err, "ResourceNotFoundException")
	e.group("g")
	e.stream("g", "a")
	want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")})), 0)
	e.advance(time.Minute)
	left, err := filepath.Glob(filepath.Join(e.dir, "*", "*", "*"))
	must(t, err)
	want(t, len(left), 0)
	_, err = os.Stat(e.dir)
	must(t, err)
	f, err := e.k.Jobs.Failures(context.Background(), 1)
	must(t, err)
	want(t, len(f), 0)
}

func TestDeletedStreamIsGone(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	e.stream("g", "b")
	e.put("g", "a", "one")
	e.put("g", "b", "two")
	_, err := e.DeleteLogStream(e.ctx(), &api.DeleteLogStreamInput{LogGroupName: new("g"), LogStreamName: new("a")})
	must(t, err)
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), []string{"two"})
	e.stream("g", "a")
	_, got := e.get(api.GetLogEventsInput{})
	want(t, got, "")
	_, err = e.FilterLogEvents(e.ctx(), &api.FilterLogEventsInput{LogGroupName: new("g"), LogStreamNames: []string{"c"}})
	wantCode(t, err, "ResourceNotFoundException")
}

func TestLists(t *testing.T) {
	e := open(t)
	for _, n := range []string{"/b", "/a/2", "/a/1", "/a/3"} {
		e.group(n)
	}
	var names []string
	in := api.DescribeLogGroupsInput{LogGroupNamePrefix: new("/a"), Limit: new(int32(2))}
	for {
		out, err := e.DescribeLogGroups(e.ctx(), &in)
		must(t, err)
		for _, g := range out.LogGroups {
			names = append(names, *g.LogGroupName)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	want(t, names, "[/a/1 /a/2 /a/3]")
	out, err := e.DescribeLogGroups(e.ctx(), &api.DescribeLogGroupsInput{LogGroupNamePattern: new("B")})
	must(t, err)
	g := out.LogGroups[0]
	want(t, []any{len(out.LogGroups), *g.Arn, *g.LogGroupArn}, "[1 arn:aws:logs:eu-central-1:111111111111:log-group:/b:* arn:aws:logs:eu-central-1:111111111111:log-group:/b]")
	_, err = e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("/b")})
	wantCode(t, err, "ResourceAlreadyExistsException")
	_, err = e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("/k"), KmsKeyId: new("k")})
	wantCode(t, err, "InvalidParameterException")
	for _, order := range []struct {
		by         string
		descending bool
		want       string
	}{{"LogStreamName", false, "[s1 s2 s3 s4]"}, {"LogStreamName", true, "[s4 s3 s2 s1]"}, {"LastEventTime", false, "[s4 s2 s3 s1]"}, {"LastEventTime", true, "[s1 s3 s2 s4]"}} {
		e.streams(order.by, order.descending, order.want)
	}
}

// streams checks the list of four streams, page by page.
func (e *estate) streams(by string, descending bool, expect string) {
	e.t.Helper()
	if _, err := e.CreateLogStream(e.ctx(), &api.CreateLogStreamInput{LogGroupName: new("/b"), LogStreamName: new("s1")}); err == nil {
		for _, s := range []string{"s2", "s3", "s4"} {
			e.stream("/b", s)
		}
		for _, s := range []string{"s2", "s3", "s1"} {
			e.advance(time.Second)
			e.put("/b", s, "x")
		}
	}
	var names []string
	in := api.DescribeLogStreamsInput{LogGroupName: new("/b"), OrderBy: &by, Descending: &descending, Limit: new(int32(3))}
	for {
		out, err := e.DescribeLogStreams(e.ctx(), &in)
		must(e.t, err)
		for _, s := range out.LogStreams {
			names = append(names, *s.LogStreamName)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	want(e.t, names, expect)
}

func TestTags(t *testing.T) {
	e := open(t)
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("g"), Tags: map[string]string{"a": "1", "b": "2"}})
	must(t, err)
	arn := "arn:aws:logs:eu-central-1:111111111111:log-group:g"
	_, err = e.TagResource(e.ctx(), &api.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{"b": "3"}})
	must(t, err)
	_, err = e.UntagLogGroup(e.ctx(), &api.UntagLogGroupInput{LogGroupName: new("g"), Tags: []string{"a"}})
	must(t, err)
	out, err := e.ListTagsForResource(e.ctx(), &api.ListTagsForResourceInput{ResourceArn: new(arn + ":*")})
	must(t, err)
	want(t, out.Tags, "map[b:3]")
	_, err = e.TagResource(e.ctx(), &api.TagResourceInput{ResourceArn: new(arn + "x"), Tags: map[string]string{"b": "3"}})
	wantCode(t, err, "ResourceNotFoundException")
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint(i)] = ""
	}
	_, err = e.TagLogGroup(e.ctx(), &api.TagLogGroupInput{LogGroupName: new("g"), Tags: many})
	wantCode(t, err, "TooManyTagsException")
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html
func TestTestMetricFilter(t *testing.T) {
	e := open(t)
	out, err := e.TestMetricFilter(e.ctx(), &api.TestMetricFilterInput{FilterPattern: new("[ip, ..., status = 4*, bytes]"), LogEventMessages: []string{"10.0.0.1 GET 200 7", "10.0.0.2 GET 404 8"}})
	must(t, err)
	want(t, []any{len(out.Matches), *out.Matches[0].EventNumber, *out.Matches[0].EventMessage, out.Matches[0].ExtractedValues}, "[1 1 10.0.0.2 GET 404 8 map[$2:GET $bytes:8 $ip:10.0.0.2 $status:404]]")
	_, err = e.TestMetricFilter(e.ctx(), &api.TestMetricFilterInput{FilterPattern: new("[ip"), LogEventMessages: []string{"x"}})
	wantCode(t, err, "InvalidParameterException")
}

// The rows after a crash say which batches are there: the service answers the log store's question across a restart.
func TestReopen(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a")
	e.put("g", "a", "kept")
	must(t, e.store.Close())
	e.store = logstore.Open(e.dir, logstore.Options{})
	e.Service = logs.New(restarted(e.k), e.store, logs.Peers{})
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), []string{"kept"})
	e.put("g", "a", "more")
	want(t, e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), []string{"kept", "more"})
}

// A seeded estate that begins anew gives the same ids; what lay under them before is not seen.
func TestSameIDsInAnotherLife(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		e := openIn(t, dir)
		e.group("g")
		e.stream("g", "a")
		want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")})), 0)
		for range 3 {
			e.put("g", "a", strings.Repeat("x", 5000))
		}
		want(t, len(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")})), 3)
		folders, err := filepath.Glob(filepath.Join(dir, "*", "*", "*"))
		must(t, err)
		want(t, len(folders), 1)
		name, err := filepath.Rel(dir, folders[0])
		must(t, err)
		_, _, err = e.store.DropBefore(e.ctx(), name, 0) // makes segments of what is full
		must(t, err)
		must(t, e.store.Close())
	}
}
