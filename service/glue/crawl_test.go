package glue

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	api "unyo/api/glue"
	logsapi "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	stsapi "unyo/api/sts"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
)

// lake stands for the house around Glue: S3, Logs, STS, and Glue's own door.
type lake struct {
	s       *Service
	objects map[string]string
	lines   []string
	misses  string // value of a partition that the catalogue does not take
	told    map[string]bool
	refuse  string // an operation
	role    call.Role
	at      func()
}

func (l *lake) Invoke(ctx context.Context, _ *rt.Model, op *rt.Operation, in any) (any, error) {
	if l.at != nil {
		l.at()
		defer func() { l.at() }()
	}
	if op.Name == l.refuse {
		return nil, awserr.New(403, "AccessDenied", "Access Denied")
	}
	switch in := in.(type) {
	case *stsapi.AssumeRoleInput:
		return &stsapi.AssumeRoleOutput{}, nil
	case *s3api.ListObjectsV2Input:
		return l.list(in), nil
	case *s3api.GetObjectInput:
		l.role, _ = call.AsOf(ctx)
		var from, to int
		if _, err := fmt.Sscanf(*in.Range, "bytes=%d-%d", &from, &to); err != nil {
			return nil, err
		}
		return &s3api.GetObjectOutput{Body: io.NopCloser(strings.NewReader(l.objects[*in.Key][from : to+1]))}, nil
	case *logsapi.CreateLogGroupInput:
		return &logsapi.CreateLogGroupOutput{}, nil
	case *logsapi.CreateLogStreamInput:
		return &logsapi.CreateLogStreamOutput{}, nil
	case *logsapi.PutLogEventsInput:
		for _, e := range in.LogEvents {
			if id := call.From(ctx).Job + *e.Message; !l.told[id] {
				l.told[id] = true
				l.lines = append(l.lines, *e.Message)
			}
		}
		return &logsapi.PutLogEventsOutput{}, nil
	}
	if in, is := in.(*api.BatchCreatePartitionInput); is && l.misses != "" {
		in.PartitionInputList = slices.DeleteFunc(in.PartitionInputList, func(p api.PartitionInput) bool { return p.Values[0] == l.misses })
		out, err := l.s.BatchCreatePartition(ctx, in)
		out.Errors = append(out.Errors, api.PartitionError{PartitionValues: []string{l.misses}, ErrorDetail: &api.ErrorDetail{ErrorCode: new("InvalidInputException"), ErrorMessage: new("no")}})
		return out, err
	}
	got := reflect.ValueOf(l.s).MethodByName(op.Name).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(in)})
	err, _ := got[1].Interface().(error)
	return got[0].Interface(), err
}

func (l *lake) list(in *s3api.ListObjectsV2Input) *s3api.ListObjectsV2Output {
	out := &s3api.ListObjectsV2Output{IsTruncated: new(false)}
	for _, key := range slices.Sorted(maps.Keys(l.objects)) {
		if !strings.HasPrefix(key, *in.Prefix) || key <= rt.Val(in.StartAfter) {
			continue
		}
		if len(out.Contents) == int(*in.MaxKeys) {
			out.IsTruncated = new(true)
			break
		}
		out.Contents = append(out.Contents, s3api.Object{Key: &key, Size: new(int64(len(l.objects[key])))})
	}
	return out
}

// onLake is a catalogue on a held estate whose rows may lie on a file system.
func onLake(t *testing.T, fs vfs.FS, l *lake) *fixture {
	t.Helper()
	o := kernel.Options{Seed: 1, Held: true, Start: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Log: slog.New(slog.DiscardHandler)}
	if fs != nil {
		o.Dir, o.FS = "estate", fs
	}
	k, err := kernel.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	l.s = New(k.For("glue"), Peers{Glue: api.Client{Invoker: l}, Logs: logsapi.Client{Invoker: l}, S3: s3api.Client{Invoker: l}, STS: stsapi.Client{Invoker: l}})
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return &fixture{t, k, l.s}
}

func (f *fixture) crawler(change func(*api.CreateCrawlerInput)) {
	f.t.Helper()
	in := &api.CreateCrawlerInput{Name: new("c"), Role: new("r"), DatabaseName: new("d"), Targets: &api.CrawlerTargets{S3Targets: []api.S3Target{{Path: new("s3://lake/data/")}}}}
	if change != nil {
		change(in)
	}
	ok[*api.CreateCrawlerOutput](f.t)(f.s.CreateCrawler(f.call(), in))
}

func (f *fixture) start() {
	f.t.Helper()
	ok[*api.StartCrawlerOutput](f.t)(f.s.StartCrawler(f.call(), &api.StartCrawlerInput{Name: new("c")}))
}

func (f *fixture) crawl() *api.LastCrawlInfo {
	f.t.Helper()
	f.start()
	f.advance(0)
	return f.lastCrawl()
}

func (f *fixture) lastCrawl() *api.LastCrawlInfo {
	f.t.Helper()
	c := ok[*api.GetCrawlerOutput](f.t)(f.s.GetCrawler(f.call(), &api.GetCrawlerInput{Name: new("c")})).Crawler
	if *c.State != api.CrawlerStateReady {
		f.t.Fatalf("the crawler is %s", *c.State)
	}
	return c.LastCrawl
}

// outline is each table with its columns, keys and partitions.
func (f *fixture) outline() string {
	f.t.Helper()
	var b strings.Builder
	for _, table := range ok[*api.GetTablesOutput](f.t)(f.s.GetTables(f.call(), &api.GetTablesInput{DatabaseName: new("d")})).TableList {
		fmt.Fprintf(&b, "%s(", *table.Name)
		for i, c := range table.StorageDescriptor.Columns {
			b.WriteString(strings.Repeat(" ", min(i, 1)) + *c.Name)
		}
		for _, c := range table.PartitionKeys {
			b.WriteString("; " + *c.Name)
		}
		b.WriteString(")")
		for _, p := range ok[*api.GetPartitionsOutput](f.t)(f.s.GetPartitions(f.call(), &api.GetPartitionsInput{DatabaseName: new("d"), TableName: table.Name})).Partitions {
			b.WriteString("[" + strings.Join(p.Values, " ") + "]")
		}
		b.WriteString(" ")
	}
	return strings.TrimSpace(b.String())
}

// all is all that crawls have left: tables with their versions, partitions, history.
func (f *fixture) all() string {
	f.t.Helper()
	var list []any
	for _, table := range ok[*api.GetTablesOutput](f.t)(f.s.GetTables(f.call(), &api.GetTablesInput{DatabaseName: new("d")})).TableList {
		list = append(list, table, ok[*api.GetPartitionsOutput](f.t)(f.s.GetPartitions(f.call(), &api.GetPartitionsInput{DatabaseName: new("d"), TableName: table.Name})).Partitions)
	}
	for _, c := range ok[*api.ListCrawlsOutput](f.t)(f.s.ListCrawls(f.call(), &api.ListCrawlsInput{CrawlerName: new("c")})).Crawls {
		list = append(list, *c.State, *c.Summary, c.StartTime, c.EndTime)
	}
	b, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		f.t.Fatal(err)
	}
	return string(b)
}

func newLake(objects ...string) *lake {
	l := &lake{objects: map[string]string{}, told: map[string]bool{}}
	for _, key := range objects {
		l.objects[key] = lakeText(key)
	}
	return l
}

// lakeText is what an object of that name holds.
func lakeText(key string) string {
	switch {
	case strings.HasSuffix(key, ".csv"):
		return "id,name\n1,a\n2,b\n"
	case strings.HasSuffix(key, ".wide"):
		return "id,name,more\n1,a,x\n2,b,y\n"
	}
	return `{"k":1,"v":{"w":"x"}}` + "\n"
}

// How folders become tables: https://docs.aws.amazon.com/glue/latest/dg/crawler-s3-folder-table-partition.html
func TestFoldersBecomeTables(t *testing.T) {
	level := func(n int) func(*api.CreateCrawlerInput) {
		return func(in *api.CreateCrawlerInput) {
			in.Configuration = new(fmt.Sprintf(`{"Version":1.0,"Grouping":{"TableLevelConfiguration":%d}}`, n))
		}
	}
	for _, c := range []struct {
		name    string
		objects string
		change  func(*api.CreateCrawlerInput)
		want    string
	}{
		{"objects are the table of their folder", "data/a.csv data/b.csv", nil, "data(id name)"},
		{"folders that name keys", "data/year=2019/month=Jan/a.csv data/year=2019/month=Feb/a.csv data/year=2020/month=Jan/a.csv", nil, "data(id name; year; month)[2019 Feb][2019 Jan][2020 Jan]"},
		{"AWS's second example", "data/table1/p1/a.csv data/table1/p2/a.csv data/table2/p3/a.csv", nil, "data(id name; partition_0; partition_1)[table1 p1][table1 p2][table2 p3]"},
		{"the same with each table a target", "data/table1/p1/a.csv data/table1/p2/a.csv data/table2/p3/a.csv", func(in *api.CreateCrawlerInput) {
			in.Targets.S3Targets = []api.S3Target{{Path: new("s3://lake/data/table1")}, {Path: new("s3://lake/data/table2")}}
		}, "table1(id name; partition_0)[p1][p2] table2(id name; partition_0)[p3]"},
		{"folders of other formats", "data/logs/a.csv data/events/a.json", nil, "events(k v) logs(id name)"},
		{"objects of other formats", "data/a.csv data/b.json", nil, "a_csv(id name) b_json(k v)"},
		{"an object beside folders", "data/day=1/a.csv data/day=2/a.csv data/b.json", nil, "b_json(k v) data(id name; day)[1][2]"},
		{"the same data at every depth", "data/a.csv data/x/a.csv data/y/a.csv", nil, "data(id name)"},
		{"most are alike", "data/1/a.csv data/2/a.csv data/3/a.csv data/4/a.json", nil, "4(k v) data(id name; partition_0)[1][2][3]"},
		{"a folder without a value", "data/k=1/a.csv data/k=2/a.csv data/k=/a.csv", nil, "data(id name; k)[1][2]"},
		{"a folder without a name", "data/1/a.csv data/2/a.csv data//a.csv", nil, "data(id name; partition_0)[1][2]"},
		{"the same key twice", "data/a=1/a=2/a.csv data/a=1/a=3/a.csv", nil, "data(id name; a; partition_1)[1 a=2][1 a=3]"},
		{"a level", "data/x/1/a.csv data/y/1/a.csv", level(3), "x(id name; partition_0)[1] y(id name; partition_0)[1]"},
		{"names", "data/My.Logs-1/a.csv data/e/a.json", func(in *api.CreateCrawlerInput) { in.TablePrefix = new("P-") }, "p_e(k v) p_my_logs_1(id name)"},
		{"one name for two", "data/x/logs/a.csv data/y/logs/a.json", func(in *api.CreateCrawlerInput) {
			in.Targets.S3Targets = []api.S3Target{{Path: new("s3://lake/data/x/logs")}, {Path: new("s3://lake/data/y/logs/")}}
		}, "logs(id name) logs_" + strings.TrimPrefix(distinct("logs", "s3://lake/data/y/logs/"), "logs_") + "(k v)"},
		{"one object", "data/a.csv data/b.json", func(in *api.CreateCrawlerInput) { in.Targets.S3Targets[0].Path = new("s3://lake/data/a.csv") }, "a_csv(id name)"},
		{"what is left out", "data/a.csv data/_SUCCESS data/.part.json data/tmp/b.json data/tmp/deep/c.json data/x.bak", func(in *api.CreateCrawlerInput) {
			in.Targets.S3Targets[0].Exclusions = []string{"tmp/**", "*.{bak,old}"}
		}, "data(id name)"},
	} {
		l := newLake(strings.Split(c.objects, " ")...)
		f := onLake(t, nil, l)
		f.crawler(c.change)
		if last := f.crawl(); *last.Status != api.LastCrawlStatusSucceeded {
			t.Errorf("%s: %v", c.name, rt.Val(last.ErrorMessage))
		}
		if got := f.outline(); got != c.want {
			t.Errorf("%s:\n %s\nwant\n %s", c.name, got, c.want)
		}
		if l.role.ARN != "arn:aws:iam::111111111111:role/r" || l.role.Service != "glue.amazonaws.com" || l.role.SourceARN != "arn:aws:glue:eu-central-1:111111111111:crawler/c" {
			t.Errorf("read as %+v", l.role)
		}
		if err := f.k.Close(); err != nil {
			t.Error(err)
		}
	}
}

// play crawls, changes what lies there, and crawls again.
func play(f *fixture, l *lake, phase int) {
	if phase == 0 {
		f.start()
		f.advance(0)
	}
	if phase <= 1 {
		delete(l.objects, "data/old/a.json")
		delete(l.objects, "data/sales/day=2/a.csv")
		l.objects["data/sales/day=3/a.wide"] = lakeText("a.wide")
		f.advance(time.Hour)
		f.start()
		f.advance(0)
	}
}

func playLake() *lake {
	return newLake("data/old/a.json", "data/sales/day=1/a.csv", "data/sales/day=2/a.csv", "data/other/x.wide")
}

func dropping(in *api.CreateCrawlerInput) {
	in.SchemaChangePolicy = &api.SchemaChangePolicy{DeleteBehavior: new(api.DeleteBehaviorDeleteFromDatabase)}
	in.Configuration = new(`{"Version":1.0,"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas","TableLevelConfiguration":3}}`)
}

// The process dies around every call that crawls make, with and without what the rows have not synced: running on, the same tables,
// versions, partitions and history are there as if nothing had been. And the same calls give the same rows.
func TestCrawlSurvivesDeath(t *testing.T) {
	type death struct {
		rows    *vfs.MemFS
		objects map[string]string
		phase   int
	}
	var deaths []death
	disk, l, phase := vfs.NewCrashableMem(), playLake(), 0
	f := onLake(t, disk, l)
	f.crawler(dropping)
	l.at = func() {
		for _, synced := range []bool{false, true} {
			if synced {
				if err := f.k.Store.Sync(); err != nil {
					t.Fatal(err)
				}
			}
			deaths = append(deaths, death{disk.CrashClone(vfs.CrashCloneCfg{}), maps.Clone(l.objects), phase})
		}
	}
	f.start()
	if err := f.k.Store.Sync(); err != nil {
		t.Fatal(err)
	}
	f.advance(0)
	phase = 1
	delete(l.objects, "data/old/a.json")
	delete(l.objects, "data/sales/day=2/a.csv")
	l.objects["data/sales/day=3/a.wide"] = lakeText("a.wide")
	f.advance(time.Hour)
	f.start()
	if err := f.k.Store.Sync(); err != nil {
		t.Fatal(err)
	}
	f.advance(0)
	l.at = nil
	hash := ok[string](t)(f.k.Hash(context.Background()))
	if got, want := f.outline(), "other(id name more) sales(id name more; day)[1][3]"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	whole := f.all()
	if err := f.k.Close(); err != nil {
		t.Fatal(err)
	}
	again := onLake(t, nil, playLake())
	again.crawler(dropping)
	l2 := again.s.peers.S3.Invoker.(*lake)
	play(again, l2, 0)
	if got := ok[string](t)(again.k.Hash(context.Background())); got != hash {
		t.Error("the same calls gave other rows")
	}
	if err := again.k.Close(); err != nil {
		t.Fatal(err)
	}
	for i, d := range deaths {
		l := playLake()
		l.objects = d.objects
		f := onLake(t, d.rows, l)
		f.advance(0)
		if d.phase == 0 {
			play(f, l, 1)
		}
		if got := f.all(); got != whole {
			t.Fatalf("after death %d of %d in phase %d:\n%s\nwant\n%s", i, len(deaths), d.phase, got, whole)
		}
		if err := f.k.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d deaths", len(deaths))
}

// A schedule starts crawls on the estate's clock; a stopped one does not, and a crawl that may not list what it should has failed.
func TestCrawlSchedule(t *testing.T) {
	l := newLake("data/a.csv")
	f := onLake(t, nil, l)
	f.crawler(func(in *api.CreateCrawlerInput) { in.Schedule = new("cron(0 18 * * ? *)") })
	crawls := func() int {
		return len(ok[*api.ListCrawlsOutput](t)(f.s.ListCrawls(f.call(), &api.ListCrawlsInput{CrawlerName: new("c")})).Crawls)
	}
	f.advance(5 * time.Hour)
	if n := crawls(); n != 0 {
		t.Errorf("%d crawls before the first was due", n)
	}
	f.advance(48 * time.Hour)
	if last := f.lastCrawl(); crawls() != 2 || !last.StartTime.Equal(time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC)) {
		t.Errorf("%d crawls, the last of %s", crawls(), last.StartTime)
	}
	ok[*api.StopCrawlerScheduleOutput](t)(f.s.StopCrawlerSchedule(f.call(), &api.StopCrawlerScheduleInput{CrawlerName: new("c")}))
	f.advance(48 * time.Hour)
	if n := crawls(); n != 2 {
		t.Errorf("%d crawls of a schedule that was stopped", n)
	}
	l.refuse = "ListObjectsV2"
	if last := f.crawl(); *last.Status != api.LastCrawlStatusFailed || !strings.Contains(*last.ErrorMessage, "Access Denied") {
		t.Errorf("%+v", last)
	}
	l.refuse = ""
	f.start()
	ok[*api.StopCrawlerOutput](t)(f.s.StopCrawler(f.call(), &api.StopCrawlerInput{Name: new("c")}))
	_, err := f.s.StartCrawler(f.call(), &api.StartCrawlerInput{Name: new("c")})
	wantCode(t, err, "CrawlerRunningException")
	f.advance(0)
	if last := f.lastCrawl(); *last.Status != api.LastCrawlStatusCancelled {
		t.Errorf("%+v", last)
	}
	if !slices.ContainsFunc(l.lines, func(line string) bool { return strings.HasSuffix(line, "INFO : Crawler is stopped on request") }) {
		t.Errorf("the log says %q", l.lines)
	}
	if err := f.k.Close(); err != nil {
		t.Error(err)
	}
}

// Exclude patterns as AWS explains them.
// https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html#crawler-data-stores-exclude
func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern string
		yes, no string
	}{
		{"*.csv", "a.csv", "folder/a.csv a.json"},
		{"*.*", "a.b", "ab"},
		{"*.{csv,avro}", "a.csv a.avro", "a.orc"},
		{"foo.?", "foo.c", "foo.cc foo./"},
		{"myfolder/*", "myfolder/a", "myfolder/x/a"},
		{"myfolder/**", "myfolder/a myfolder/x/a", "other/a"},
		{"**.tmp", "a.tmp x/y/a.tmp", "a.tmpx"},
		{"[abc-]x", "ax -x", "dx"},
		{"a[!b]", "ac", "ab a/"},
		{`a\*`, "a*", "ab"},
	} {
		re, err := globOf(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range strings.Fields(c.yes) {
			if !re.MatchString(s) {
				t.Errorf("%s does not match %s", c.pattern, s)
			}
		}
		for _, s := range strings.Fields(c.no) {
			if re.MatchString(s) {
				t.Errorf("%s matches %s", c.pattern, s)
			}
		}
	}
}
