package glue

import (
	"slices"
	"strings"
	"testing"

	api "unyo/api/glue"
	"unyo/api/rt"
)

// A partition that the catalogue refuses is not told as made: neither in the crawl's summary nor in its log.
func TestRefusedPartitionsAreNotCounted(t *testing.T) {
	l := newLake("data/day=1/a.csv", "data/day=2/a.csv", "data/day=3/a.csv")
	l.misses = "2"
	f := onLake(t, nil, l)
	f.crawler(nil)
	if last := f.crawl(); *last.Status != api.LastCrawlStatusSucceeded {
		t.Fatal(rt.Val(last.ErrorMessage))
	}
	crawl := ok[*api.ListCrawlsOutput](t)(f.s.ListCrawls(f.call(), &api.ListCrawlsInput{CrawlerName: new("c")})).Crawls[0]
	if !strings.Contains(*crawl.Summary, `"PARTITION":"{\"ADD\":{\"Count\":2}}"`) {
		t.Errorf("summary %s", *crawl.Summary)
	}
	for _, want := range []string{"INFO : Created 2 partitions for table data", "ERROR : Could not create 1 partitions of table data in database d, the first because of InvalidInputException: no (2)"} {
		if !slices.ContainsFunc(l.lines, func(line string) bool { return strings.Contains(line, want) }) {
			t.Errorf("%q is not in %q", want, l.lines)
		}
	}
	if err := f.k.Close(); err != nil {
		t.Error(err)
	}
}

// A partition that is there when it is to be made, or gone when it is to be removed, is what a run that died before had done.
func TestDoneByTheRunBefore(t *testing.T) {
	c, p := &step{}, &planned{}
	there := []api.PartitionError{{PartitionValues: []string{"1"}, ErrorDetail: &api.ErrorDetail{ErrorCode: new("AlreadyExistsException")}}}
	if n := c.refused(p, "create", there, "AlreadyExistsException"); n != 0 {
		t.Error(n)
	}
}
