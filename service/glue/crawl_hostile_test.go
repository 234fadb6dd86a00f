package glue

import (
	"fmt"
	"testing"
	"time"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/engine/classify"
)

// A crawl whose job is not run again has failed and says why; its crawler can be started again, and deleted.
func TestGivenUpCrawl(t *testing.T) {
	for calls := range 4 {
		l := newLake("data/a.csv")
		f := onLake(t, nil, l)
		f.crawler(nil)
		n := 0
		l.at = func() {
			if n++; n > 2*calls {
				panic("struck")
			}
		}
		last := f.crawl()
		if *last.Status != api.LastCrawlStatusFailed || rt.Val(last.ErrorMessage) != "panic: struck" {
			t.Errorf("%d: %s, %s", calls, *last.Status, rt.Val(last.ErrorMessage))
		}
		l.at = nil
		f.advance(time.Second)
		if last := f.crawl(); *last.Status != api.LastCrawlStatusSucceeded {
			t.Errorf("%d: then %s, %s", calls, *last.Status, rt.Val(last.ErrorMessage))
		}
		ok[*api.DeleteCrawlerOutput](t)(f.s.DeleteCrawler(f.call(), &api.DeleteCrawlerInput{Name: new("c")}))
		if err := f.k.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Many folders become tables in little time, whether they are all unlike, half alike, or most.
func TestManyFolders(t *testing.T) {
	const folders = 5000
	for _, c := range []struct {
		name           string
		alike, columns int // of which so many are the same in each folder
		tables         int
	}{{"unlike", 0, 10, folders}, {"half alike", 1, 3, folders}, {"alike", 9, 10, 1}, {"nearly alike", 2, 3, folders}} {
		root := &dir{}
		for i := range folders {
			f := classify.Format{Classification: "csv", Compression: "none"}
			for n := range c.columns {
				name := fmt.Sprint("c", n)
				if n >= c.alike {
					name = fmt.Sprint("c", n, "_", i)
				}
				f.Columns = append(f.Columns, classify.Column{Name: name, Type: "int"})
			}
			root.grow(fmt.Sprintf("%06d/", i), []held{{Is: f, Objects: 1, Size: 1}})
		}
		begin := time.Now()
		tables := grouping{}.tables(root)
		if took := time.Since(begin); len(tables) != c.tables || took > 2*time.Minute {
			t.Errorf("%s: %d tables after %s", c.name, len(tables), took)
		} else {
			t.Logf("%s: %s", c.name, took)
		}
	}
}
