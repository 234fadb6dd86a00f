package logs_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	api "unyo/api/logs"
	"unyo/engine/logstore"
)

// everywhere puts an account's subscription and its transformer.
func (e *estate) everywhere() {
	e.t.Helper()
	must(e.t, e.accountPolicy("SUBSCRIPTION_FILTER_POLICY", "all", fmt.Sprintf(`{"DestinationArn":%q,"RoleArn":%q,"FilterPattern":"at"}`, streamARN, roleARN), nil))
	must(e.t, e.accountPolicy("TRANSFORMER_POLICY", "all", `[{"parseKeyValue":{"fieldDelimiter":" "}}]`, nil))
}

// What was staged before and commits after the batch with which an account's policies begin in a group is theirs too, but not what came before them
// and lies in between.
func TestAccountPoliciesBeginAtCommit(t *testing.T) {
	for _, order := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"b", "c", "a"}, {"c", "a", "b"}} {
		e := open(t)
		e.group("g")
		for _, s := range []string{"a", "b", "c", "old"} {
			e.stream("g", s)
		}
		e.put("g", "old", "at=before")
		held, staged := map[string]chan struct{}{}, make(chan struct{})
		var done sync.WaitGroup
		hold := func(stream string) {
			held[stream] = make(chan struct{})
			go func() { defer done.Done(); e.put("g", stream, "at="+stream) }()
			<-staged
		}
		e.staged = func(b *logstore.Batch) {
			if name := b.Events[0].Message[len("at="):]; held[name] != nil {
				staged <- struct{}{}
				<-held[name]
			}
		}
		done.Add(3)
		hold("a")
		e.put("g", "old", "at=between")
		e.everywhere()
		hold("b")
		hold("c")
		for i, s := range order {
			close(held[s])
			for i == 0 { // the first begins the cursor; others wait until it is committed
				out, err := e.DescribeLogStreams(e.ctx(), &api.DescribeLogStreamsInput{LogGroupName: new("g"), LogStreamNamePrefix: &s})
				must(t, err)
				if out.LogStreams[0].LastIngestionTime != nil {
					break
				}
				runtime.Gosched()
			}
		}
		e.advance(time.Minute)
		done.Wait()
		e.advance(time.Minute)
		want(t, e.sent(), "[g/all/at=a g/all/at=b g/all/at=c]")
		rows, _ := e.ask(`stats count(at) as shaped, count(*) as events`, "g")
		want(t, rows, "[shaped=3 events=5]")
	}
}

// However many write at once, an account's subscription has each event once.
func TestAccountSubscriptionOfManyWriters(t *testing.T) {
	e := open(t)
	var wanted []string
	for g := range 8 {
		e.group(fmt.Sprint(g))
		for s := range 8 {
			e.stream(fmt.Sprint(g), fmt.Sprint(s))
		}
	}
	e.everywhere()
	e.staged = func(*logstore.Batch) { runtime.Gosched() }
	var done sync.WaitGroup
	for w := range 64 {
		for n := range 3 {
			wanted = append(wanted, fmt.Sprintf("%d/all/at=%d.%d", w%8, w, n))
		}
		done.Go(func() {
			for n := range 3 {
				e.put(fmt.Sprint(w%8), fmt.Sprint(w/8), fmt.Sprintf("at=%d.%d", w, n))
			}
		})
	}
	for range 5 {
		e.advance(time.Millisecond)
	}
	done.Wait()
	e.advance(time.Minute)
	slices.Sort(wanted)
	want(t, e.sent(), wanted)
}
