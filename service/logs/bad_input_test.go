package logs_test

import (
	"strings"
	"testing"

	api "unyo/api/logs"
)

// Batches that AWS refuses whole, that it takes in part, and odd ones that it takes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
func TestBatches(t *testing.T) {
	const hour, day = 3600_000, 24 * 3600_000
	type event struct {
		at      int64 // ms from now
		message string
	}
	large := func(n int) string { return strings.Repeat("x", n) }
	for name, x := range map[string]struct {
		events []event
		code   string // of the refusal
		want   string // messages that can be read
		old    int32
		ahead  int32 // -1: none
	}{
		"none too old":             {[]event{{-14 * day, "a"}, {-14*day + 1, "b"}}, "", "a b", 0, -1},
		"too old":                  {[]event{{-14*day - 2, "a"}, {-14*day - 1, "b"}, {-14 * day, "c"}}, "", "c", 2, -1},
		"all too old":              {[]event{{-15 * day, "a"}}, "", "", 1, -1},
		"too new":                  {[]event{{0, "a"}, {2*hour + 1, "b"}}, "", "a", 0, 1},
		"old and new":              {[]event{{2 * hour, "a"}, {2*hour + 1, "b"}}, "", "a", 0, 1},
		"out of order":             {[]event{{1, "a"}, {0, "b"}}, "InvalidParameterException", "", 0, -1},
		"the same time":            {[]event{{0, "b"}, {0, "a"}}, "", "b a", 0, -1},
		"a day":                    {[]event{{-day, "a"}, {0, "b"}}, "", "a b", 0, -1},
		"longer than a day":        {[]event{{-day - 1, "a"}, {0, "b"}}, "InvalidParameterException", "", 0, -1},
		"as large as may be":       {[]event{{0, large(1<<20 - 26)}}, "", large(1<<20 - 26), 0, -1},
		"too large by a byte":      {[]event{{0, large(1<<20 - 25)}}, "InvalidParameterException", "", 0, -1},
		"too large by an overhead": {[]event{{0, large(1<<20 - 52)}, {0, "y"}}, "InvalidParameterException", "", 0, -1},
		"NUL":                      {[]event{{0, "\x00"}, {1, "a\x00b"}}, "", "\x00 a\x00b", 0, -1},
		"control characters":       {[]event{{0, "\x1b[31m\r\n\t\x7f"}}, "", "\x1b[31m\r\n\t\x7f", 0, -1},
		"beyond the basic plane":   {[]event{{0, "\U0001F600\u2028\uFFFD"}}, "", "\U0001F600\u2028\uFFFD", 0, -1},
		"blanks":                   {[]event{{0, " "}}, "", " ", 0, -1},
	} {
		t.Run(name, func(t *testing.T) {
			e := open(t)
			e.group("g")
			e.stream("g", "a")
			in := &api.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("a")}
			for _, ev := range x.events {
				in.LogEvents = append(in.LogEvents, api.InputLogEvent{Timestamp: new(begin0() + ev.at), Message: new(ev.message)})
			}
			out, err := e.PutLogEvents(e.ctx(), in)
			wantCode(t, err, x.code)
			_, got := e.get(api.GetLogEventsInput{StartFromHead: new(true)})
			want(t, got, x.want)
			want(t, strings.Join(e.filter(api.FilterLogEventsInput{LogGroupName: new("g")}), " "), x.want)
			if err != nil {
				return
			}
			if x.old == 0 && x.ahead < 0 {
				want(t, out.RejectedLogEventsInfo == nil, true)
				return
			}
			if r := out.RejectedLogEventsInfo; x.old > 0 && *r.TooOldLogEventEndIndex != x.old || x.ahead >= 0 && *r.TooNewLogEventStartIndex != x.ahead {
				t.Errorf("%+v", r)
			}
		})
	}
}

// Every retention that AWS has, and none between.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
func TestRetentions(t *testing.T) {
	e := open(t)
	e.group("g")
	taken := 0
	for days := range int32(3700) {
		if _, err := e.PutRetentionPolicy(e.ctx(), &api.PutRetentionPolicyInput{LogGroupName: new("g"), RetentionInDays: &days}); err == nil {
			taken++
		}
	}
	want(t, taken, 22)
}

// What the class for rare access does not do is refused, in the words that users have seen.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
func TestInfrequentAccess(t *testing.T) {
	e := open(t)
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("g"), LogGroupClass: new("INFREQUENT_ACCESS")})
	must(t, err)
	e.stream("g", "a")
	e.put("g", "a", "kept")
	_, err = e.FilterLogEvents(e.ctx(), &api.FilterLogEventsInput{LogGroupName: new("g")})
	wantCode(t, err, "InvalidOperationException")
	if !strings.Contains(err.Error(), "The log group g is of log-group-class INFREQUENT_ACCESS. FilterLogEvents is not supported for this log class.") {
		t.Error(err)
	}
	_, err = e.GetLogEvents(e.ctx(), &api.GetLogEventsInput{LogGroupName: new("g"), LogStreamName: new("a")})
	wantCode(t, err, "InvalidOperationException")
	_, err = e.DescribeSubscriptionFilters(e.ctx(), &api.DescribeSubscriptionFiltersInput{LogGroupName: new("g")})
	wantCode(t, err, "ValidationException")
	wantCode(t, e.subscribe("g", "f", ""), "InvalidOperationException")
	for _, class := range []string{"DELIVERY", "ESSENTIALS"} {
		_, err = e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("other"), LogGroupClass: &class})
		wantCode(t, err, "InvalidParameterException")
	}
	_, err = e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("other"), KmsKeyId: new("arn:aws:kms:eu-central-1:111111111111:key/x")})
	wantCode(t, err, "InvalidParameterException")
}
