package insights_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"unyo/engine/insights"
	"unyo/engine/logstore"
)

// A store's lines are answered alike apart and whole, and so is how many were scanned and matched; some of them lie in segments, some still in the log.
func TestStored(t *testing.T) {
	apart, skipped := int64(0), int64(0)
	for seed := range uint64(6) {
		g := generator{rand.New(rand.NewPCG(seed, 13))}
		var kinds []string
		for range 20 {
			kinds = append(kinds, g.line())
		}
		var list []logstore.Entry
		alike := []int{1, 30, 2000}[seed%3] // at the same time
		for i := range 3000 + g.IntN(3000) {
			line := []byte(g.one(kinds...))
			for k, c := range line {
				if c >= '0' && c <= '9' && g.IntN(3) == 0 {
					line[k] = byte('0' + g.IntN(10))
				}
			}
			list = append(list, logstore.Entry{Timestamp: start + int64(i/alike*alike/2), Message: string(line)})
		}
		x := storeLines(t, 96<<10, list)
		x.await(t)
		for range 25 {
			text := g.about()
			switch g.IntN(4) {
			case 0:
				text = g.query()
			case 1:
				text = g.one("fields @timestamp, a", "parse @message \"* *\" as a, b", "fields bin(1s) as s, c") + g.one(" | sort @timestamp", " | sort @timestamp desc, b", " | sort @timestamp asc, b desc", "") + fmt.Sprintf(" | limit %d", 1+g.IntN(300))
			}
			q, fault := insights.Parse(text)
			if fault != nil {
				t.Fatal(fault)
			}
			from := start + int64(g.IntN(2)*g.IntN(500))
			var answers [2]string
			for i := range answers {
				p, fault := insights.Compile(q, insights.Options{Started: start})
				if fault != nil {
					break
				}
				x.whole = i == 1
				a, err := p.Run(t.Context(), x, from, from+2500)
				if err != nil {
					t.Fatal(err)
				}
				answers[i] = fmt.Sprint(*a)
			}
			if answers[0] != answers[1] {
				t.Fatalf("seed %d: %s\napart %q\nwhole %q", seed, text, answers[0], answers[1])
			}
		}
		apart += x.apart.Load()
		skipped += x.skipped.Load()
	}
	if apart < 50_000 || skipped == 0 { // how many depends on which worker is faster
		t.Errorf("%d events were handed out apart, %d skipped", apart, skipped)
	}
}
