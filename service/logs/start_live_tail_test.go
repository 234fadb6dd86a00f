package logs_test

import (
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/base/awserr"
)

const groupARN = "arn:aws:logs:eu-central-1:111111111111:log-group:"

// tail opens a session and takes its first word. The session goes on when it is asked for the next: said is "end" behind the last.
func (e *estate) tail(in api.StartLiveTailInput) (next func() string, leave func()) {
	e.t.Helper()
	out, err := e.StartLiveTail(e.ctx(), &in)
	must(e.t, err)
	pull, leave := iter.Pull2(iter.Seq2[*api.StartLiveTailResponseStream, error](out.ResponseStream))
	e.t.Cleanup(leave)
	next = func() string {
		said, err, more := pull()
		if !more {
			return "end"
		}
		return told(said, err)
	}
	want(e.t, next(), "start "+strings.Join(in.LogGroupIdentifiers, " "))
	return next, leave
}

func told(said *api.StartLiveTailResponseStream, err error) string {
	switch {
	case err != nil:
		return awserr.Code(err)
	case said.SessionStart != nil:
		return "start " + strings.Join(said.SessionStart.LogGroupIdentifiers, " ")
	}
	u := said.SessionUpdate
	var words []string
	for _, r := range u.SessionResults {
		words = append(words, *r.LogGroupIdentifier+"/"+*r.LogStreamName+"="+*r.Message)
	}
	if n := len(words); n > 9 {
		words = []string{fmt.Sprint(n)}
	}
	if *u.SessionMetadata.Sampled {
		words = append(words, "sampled")
	}
	return strings.Join(words, " ")
}

func (e *estate) tailed() *estate {
	for _, g := range []string{"g", "h"} {
		e.group(g)
		e.stream(g, "a")
		e.stream(g, "ab")
		e.stream(g, "b")
	}
	return e
}

// An update comes with every second of the estate's time, and none while it stands.
func TestLiveTailBySeconds(t *testing.T) {
	e := open(t).tailed()
	e.put("g", "a", "before")
	next, _ := e.tail(api.StartLiveTailInput{LogGroupIdentifiers: []string{groupARN + "g", groupARN + "h"}})
	e.advance(time.Second)
	want(t, next(), "")
	e.put("g", "a", "one")
	e.put("h", "b", "two")
	said := make(chan string)
	go func() { said <- next() }()
	select {
	case got := <-said:
		t.Fatalf("got %q while time stood still", got)
	case <-time.After(50 * time.Millisecond):
	}
	e.advance(time.Second)
	want(t, <-said, "111111111111:g/a=one 111111111111:h/b=two")
	e.advance(999 * time.Millisecond)
	e.put("h", "b", "last of this second")
	e.advance(time.Millisecond)
	want(t, next(), "111111111111:h/b=last of this second")
}

func TestLiveTailChooses(t *testing.T) {
	for _, c := range []struct {
		in   api.StartLiveTailInput
		want string
	}{
		{api.StartLiveTailInput{LogEventFilterPattern: new("ERROR")}, "111111111111:g/a=ERROR a 111111111111:g/ab=ERROR ab 111111111111:g/b=ERROR b"},
		{api.StartLiveTailInput{LogStreamNames: []string{"a"}}, "111111111111:g/a=ERROR a 111111111111:g/a=fine a"},
		{api.StartLiveTailInput{LogStreamNamePrefixes: []string{"a"}, LogEventFilterPattern: new("fine")}, "111111111111:g/a=fine a 111111111111:g/ab=fine ab"},
	} {
		e := open(t).tailed()
		c.in.LogGroupIdentifiers = []string{groupARN + "g"}
		next, _ := e.tail(c.in)
		for _, stream := range []string{"a", "ab", "b"} {
			e.put("g", stream, "ERROR "+stream, "fine "+stream)
		}
		e.advance(time.Second)
		want(t, next(), c.want)
	}
}

// Of more than 500 events in a second 500 are sent; of a long jump the last ten updates; after three hours the session ends.
func TestLiveTailBounds(t *testing.T) {
	e := open(t).tailed()
	next, _ := e.tail(api.StartLiveTailInput{LogGroupIdentifiers: []string{groupARN + "g"}})
	for range 3 {
		e.put("g", "a", numbered(200)...)
	}
	e.advance(time.Second)
	want(t, next(), "500 sampled")
	e.put("g", "a", numbered(500)...)
	e.advance(time.Second)
	want(t, next(), "500")
	e.put("g", "a", "in time")
	e.advance(3 * time.Hour)
	want(t, next(), "111111111111:g/a=in time")
	want(t, next(), "SessionTimeoutException")
	want(t, next(), "end")
}

func numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint("m", i)
	}
	return list
}

// A reader who does not come keeps ten updates.
func TestLiveTailSlowReader(t *testing.T) {
	e := open(t).tailed()
	next, _ := e.tail(api.StartLiveTailInput{LogGroupIdentifiers: []string{groupARN + "g"}})
	for i := range 15 {
		e.put("g", "a", fmt.Sprint(i))
		e.advance(time.Second)
	}
	for i := range 10 {
		want(t, next(), fmt.Sprint("111111111111:g/a=", i+5))
	}
}

func TestLiveTailSessions(t *testing.T) {
	e := open(t).tailed()
	in := api.StartLiveTailInput{LogGroupIdentifiers: []string{groupARN + "g"}}
	var leaves []func()
	for range 15 {
		_, leave := e.tail(in)
		leaves = append(leaves, leave)
	}
	_, err := e.StartLiveTail(e.ctx(), &in)
	wantCode(t, err, "LimitExceededException")
	leaves[7]()
	e.tail(in)
}

func TestLiveTailRefuses(t *testing.T) {
	e := open(t).tailed()
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("rare"), LogGroupClass: new("INFREQUENT_ACCESS")})
	must(t, err)
	g, h := groupARN+"g", groupARN+"h"
	for _, c := range []struct {
		in   api.StartLiveTailInput
		code string
	}{
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{"g"}}, "InvalidParameterException"},
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{g + ":*"}}, "InvalidParameterException"},
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{g, g}}, "InvalidParameterException"},
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{groupARN + "none"}}, "ResourceNotFoundException"},
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{groupARN + "rare"}}, "InvalidOperationException"},
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{g, h}, LogStreamNames: []string{"a"}}, "InvalidParameterException"},
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{g, h}, LogStreamNamePrefixes: []string{"a"}}, "InvalidParameterException"},
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{g}, LogStreamNames: []string{"a"}, LogStreamNamePrefixes: []string{"a"}}, "InvalidParameterException"},
		{api.StartLiveTailInput{LogGroupIdentifiers: []string{g}, LogEventFilterPattern: new("{ $.a = ")}, "InvalidParameterException"},
	} {
		_, err := e.StartLiveTail(e.ctx(), &c.in)
		if awserr.Code(err) != c.code {
			t.Errorf("%v: %v, want %s", c.in.LogGroupIdentifiers, err, c.code)
		}
	}
}
