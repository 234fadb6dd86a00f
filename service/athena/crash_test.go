package athena

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	api "unyo/api/athena"
	glueapi "unyo/api/glue"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
)

// lake is S3 and Glue: objects by key, and one table, w.t, with its partitions. They survive the deaths of Athena.
type lake struct {
	objects    map[string]string
	partitions map[string]*glueapi.StorageDescriptor
	asked      []string // principals
	at         func()   // before and after each change
	denied     bool     // objects cannot be read
	listed     func()   // after a list of objects
}

func newLake() *lake {
	return &lake{objects: map[string]string{}, partitions: map[string]*glueapi.StorageDescriptor{}}
}

func (l *lake) copied() *lake {
	return &lake{objects: maps.Clone(l.objects), partitions: maps.Clone(l.partitions)}
}

func (l *lake) table() *glueapi.Table {
	return &glueapi.Table{
		DatabaseName: new("w"), Name: new("t"), TableType: new("EXTERNAL_TABLE"), PartitionKeys: []glueapi.Column{{Name: new("day"), Type: new("date")}},
		StorageDescriptor: &glueapi.StorageDescriptor{
			Location: new("s3://lake/t/"), Columns: []glueapi.Column{{Name: new("n"), Type: new("bigint")}},
			SerdeInfo: &glueapi.SerDeInfo{SerializationLibrary: new(lazySerDe), Parameters: map[string]string{"field.delim": ","}},
		},
	}
}

func (l *lake) Invoke(ctx context.Context, _ *rt.Model, op *rt.Operation, in any) (any, error) {
	l.asked = append(l.asked, call.From(ctx).Principal.ARN)
	switch in := in.(type) {
	case *s3api.ListObjectsV2Input:
		out := &s3api.ListObjectsV2Output{}
		for _, key := range slices.Sorted(maps.Keys(l.objects)) {
			if strings.HasPrefix(key, *in.Bucket+"/"+*in.Prefix) {
				out.Contents = append(out.Contents, s3api.Object{Key: new(strings.TrimPrefix(key, *in.Bucket+"/")), Size: new(int64(len(l.objects[key])))})
			}
		}
		if l.listed != nil {
			l.listed()
		}
		return out, nil
	case *s3api.GetObjectInput:
		text, ok := l.objects[*in.Bucket+"/"+*in.Key]
		if l.denied {
			return nil, awserr.New(403, "AccessDenied", "Access Denied")
		}
		if !ok {
			return nil, awserr.New(404, "NoSuchKey", "The specified key does not exist.")
		}
		return &s3api.GetObjectOutput{Body: strings.NewReader(text)}, nil
	case *s3api.PutObjectInput:
		return &s3api.PutObjectOutput{}, l.change(func() {
			text, err := io.ReadAll(in.Body)
			if err == nil {
				l.objects[*in.Bucket+"/"+*in.Key] = string(text)
			}
		})
	case *glueapi.GetTableInput:
		if *in.Name != "t" {
			return nil, awserr.New(400, "EntityNotFoundException", "Entity Not Found")
		}
		return &glueapi.GetTableOutput{Table: l.table()}, nil
	case *glueapi.GetPartitionsInput:
		out := &glueapi.GetPartitionsOutput{}
		for _, day := range slices.Sorted(maps.Keys(l.partitions)) {
			out.Partitions = append(out.Partitions, glueapi.Partition{Values: []string{day}, StorageDescriptor: l.partitions[day]})
		}
		return out, nil
	case *glueapi.BatchCreatePartitionInput:
		out := &glueapi.BatchCreatePartitionOutput{}
		return out, l.change(func() {
			for _, p := range in.PartitionInputList {
				if l.partitions[p.Values[0]] != nil {
					out.Errors = append(out.Errors, glueapi.PartitionError{ErrorDetail: &glueapi.ErrorDetail{ErrorCode: new("AlreadyExistsException"), ErrorMessage: new("")}})
				}
				l.partitions[p.Values[0]] = p.StorageDescriptor
			}
		})
	}
	return nil, awserr.New(501, "NotImplemented", "%s", op.Name)
}

func (l *lake) change(do func()) error {
	if l.at != nil {
		l.at()
		defer l.at()
	}
	do()
	return nil
}

// beside is Athena over rows on fs, beside a lake.
func beside(t *testing.T, fs vfs.FS, l rt.Invoker) *fixture {
	t.Helper()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	k, err := kernel.Open(kernel.Options{Dir: "estate", FS: fs, Held: true, Start: start, Seed: 7, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t, k, New(k.For("athena"), Peers{Glue: glueapi.Client{Invoker: l}, S3: s3api.Client{Invoker: l}}, nil)}
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) start(query string) string {
	f.t.Helper()
	out := ok[*api.StartQueryExecutionOutput](f.t)(f.s.StartQueryExecution(f.call(), &api.StartQueryExecutionInput{
		QueryString: &query, QueryExecutionContext: &api.QueryExecutionContext{Database: new("w")}, ResultConfiguration: &api.ResultConfiguration{OutputLocation: new("s3://results/")},
	}))
	return *out.QueryExecutionId
}

func (f *fixture) execution(id string) *api.QueryExecution {
	f.t.Helper()
	return ok[*api.GetQueryExecutionOutput](f.t)(f.s.GetQueryExecution(f.call(), &api.GetQueryExecutionInput{QueryExecutionId: &id})).QueryExecution
}

// answer is a query's first row.
func (f *fixture) answer(query string) string {
	f.t.Helper()
	id := f.start(query)
	if e := f.execution(id); *e.Status.State != "SUCCEEDED" {
		f.t.Fatalf("%s: %s", query, rt.Val(e.Status.StateChangeReason))
	}
	out := ok[*api.GetQueryResultsOutput](f.t)(f.s.GetQueryResults(f.call(), &api.GetQueryResultsInput{QueryExecutionId: &id}))
	var row []string
	for _, d := range out.ResultSet.Rows[1].Data {
		row = append(row, rt.Val(d.VarCharValue))
	}
	return strings.Join(row, " ")
}

func (f *fixture) shut() {
	f.t.Helper()
	if err := f.k.Close(); err != nil {
		f.t.Fatal(err)
	}
}

// The process dies before and after everything that INSERT changes outside, with and without what the rows have not synced: running
// on, a statement that was remembered is done, and its rows are there once.
func TestInsertSurvivesDeathAroundEveryChange(t *testing.T) {
	const insert = "INSERT INTO t VALUES (1, DATE '2026-03-01'), (2, DATE '2026-03-01'), (3, DATE '2026-03-02')"
	disk, l := vfs.NewCrashableMem(), newLake()
	type death struct {
		rows   *vfs.MemFS
		lake   *lake
		synced bool
	}
	var deaths []death
	f := beside(t, disk, l)
	l.at = func() {
		for _, synced := range []bool{false, true} {
			if synced {
				if err := f.k.Store.Sync(); err != nil {
					t.Fatal(err)
				}
			}
			deaths = append(deaths, death{disk.CrashClone(vfs.CrashCloneCfg{}), l.copied(), synced})
		}
	}
	id := f.start(insert)
	l.at = nil
	if e := f.execution(id); *e.Status.State != "SUCCEEDED" {
		t.Fatal(rt.Val(e.Status.StateChangeReason))
	}
	const whole = "3 6 2"
	if got := f.answer("SELECT count(*), sum(n), count(DISTINCT day) FROM t"); got != whole {
		t.Fatal(got)
	}
	f.shut()
	if len(deaths) != 16 { // two files, their manifest and the partitions
		t.Fatalf("%d deaths", len(deaths))
	}
	resumed := 0
	for i, d := range deaths {
		f := beside(t, d.rows, d.lake)
		f.advance(time.Second)
		if _, err := f.s.GetQueryExecution(f.call(), &api.GetQueryExecutionInput{QueryExecutionId: &id}); err != nil {
			if d.synced {
				t.Fatalf("death %d: %v", i, err)
			}
			f.shut()
			continue // it was never acknowledged, and is not remembered
		}
		resumed++
		if e := f.execution(id); *e.Status.State != "SUCCEEDED" {
			t.Fatalf("death %d: %s %s", i, *e.Status.State, rt.Val(e.Status.StateChangeReason))
		}
		for _, who := range d.lake.asked {
			if who != "arn:aws:iam::111111111111:user/ann" {
				t.Fatalf("death %d: %q acted", i, who)
			}
		}
		if got := f.answer("SELECT count(*), sum(n), count(DISTINCT day) FROM t"); got != whole {
			t.Fatalf("death %d: %s, not %s", i, got, whole)
		}
		f.shut()
	}
	t.Logf("%d deaths, %d resumed", len(deaths), resumed)
}

// Two estates that are asked the same hash alike, and history is forgotten after 45 days.
func TestSameQueriesSameHashAndHistory(t *testing.T) {
	var hashes []string
	for range 2 {
		f := beside(t, vfs.NewMem(), newLake())
		id := f.start("INSERT INTO t VALUES (1, DATE '2026-03-01')")
		if got := f.answer("SELECT random() < 1, uuid() IS NOT NULL, n FROM t"); got != "true true 1" {
			t.Error(got)
		}
		f.advance(44 * 24 * time.Hour)
		f.execution(id)
		hashes = append(hashes, ok[string](t)(f.k.Hash(context.Background())))
		f.advance(2 * 24 * time.Hour)
		_, err := f.s.GetQueryExecution(f.call(), &api.GetQueryExecutionInput{QueryExecutionId: &id})
		wantCode(t, err, "InvalidRequestException", "was not found")
		if left := ok[*api.ListQueryExecutionsOutput](t)(f.s.ListQueryExecutions(f.call(), &api.ListQueryExecutionsInput{})).QueryExecutionIds; len(left) != 0 {
			t.Errorf("left %v", left)
		}
		f.shut()
	}
	if hashes[0] != hashes[1] {
		t.Error(hashes)
	}
}

// A query that panics, in the call that asks it and in its job, has failed; nobody waits for it for ever.
func TestPanickingQueryFails(t *testing.T) {
	l := newLake()
	f := beside(t, vfs.NewMem(), l)
	defer f.shut()
	l.at = func() { panic("struck") }
	func() {
		defer func() { _ = recover() }()
		f.start("INSERT INTO t VALUES (1, DATE '2026-03-01')")
	}()
	list := ok[*api.ListQueryExecutionsOutput](t)(f.s.ListQueryExecutions(f.call(), &api.ListQueryExecutionsInput{}))
	id := list.QueryExecutionIds[0]
	if e := f.execution(id); *e.Status.State != "RUNNING" {
		t.Fatalf("%s before its job has run", *e.Status.State)
	}
	f.advance(time.Second)
	if e := f.execution(id); *e.Status.State != "FAILED" || !strings.Contains(*e.Status.StateChangeReason, "struck") {
		t.Errorf("%s: %s", *e.Status.State, rt.Val(e.Status.StateChangeReason))
	}
}

// A query that takes too long has failed, as AWS says it.
func TestQueryTimeout(t *testing.T) {
	f := beside(t, vfs.NewMem(), newLake())
	defer f.shut()
	f.s.limit = 50 * time.Millisecond
	id := f.start("SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 10000)) c(z)")
	if e := f.execution(id); *e.Status.State != "FAILED" || *e.Status.StateChangeReason != "Query timeout" {
		t.Errorf("%s: %s", *e.Status.State, rt.Val(e.Status.StateChangeReason))
	}
}

// A result is reused while it is there and can be read; otherwise the query is run anew, and its result is where its own belongs.
func TestReuseOfWhatIsGone(t *testing.T) {
	l := newLake()
	f := beside(t, vfs.NewMem(), l)
	defer f.shut()
	ask := func() *api.QueryExecution {
		out := ok[*api.StartQueryExecutionOutput](t)(f.s.StartQueryExecution(f.call(), &api.StartQueryExecutionInput{
			QueryString: new("SELECT 1"), ResultConfiguration: &api.ResultConfiguration{OutputLocation: new("s3://results/")},
			ResultReuseConfiguration: &api.ResultReuseConfiguration{ResultReuseByAgeConfiguration: &api.ResultReuseByAgeConfiguration{Enabled: new(true)}},
		}))
		e := f.execution(*out.QueryExecutionId)
		if *e.Status.State != "SUCCEEDED" {
			t.Fatalf("%s: %s", *e.Status.State, rt.Val(e.Status.StateChangeReason))
		}
		return e
	}
	first := ask()
	if again := ask(); !*again.Statistics.ResultReuseInformation.ReusedPreviousResult || *again.ResultConfiguration.OutputLocation != *first.ResultConfiguration.OutputLocation {
		t.Error("not reused")
	}
	for _, gone := range []string{"", ".metadata"} {
		kept := maps.Clone(l.objects)
		for key := range l.objects {
			if strings.HasSuffix(key, ".csv"+gone) {
				delete(l.objects, key)
			}
		}
		anew := ask()
		if *anew.Statistics.ResultReuseInformation.ReusedPreviousResult || !strings.Contains(*anew.ResultConfiguration.OutputLocation, *anew.QueryExecutionId) {
			t.Errorf("without %q: reused %s", gone, *anew.ResultConfiguration.OutputLocation)
		}
		l.objects = kept
	}
}

// An object that is deleted between the list and the reading fails the query in Athena's words.
// https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html
func TestObjectDeletedDuringScan(t *testing.T) {
	l := newLake()
	l.objects["lake/t/a"] = "1\n"
	l.partitions["2026-03-01"] = l.table().StorageDescriptor
	f := beside(t, vfs.NewMem(), l)
	defer f.shut()
	if got := f.answer("SELECT count(*) FROM t"); got != "1" {
		t.Fatal(got)
	}
	l.listed = func() { delete(l.objects, "lake/t/a") }
	if e := f.execution(f.start("SELECT count(n) FROM t")); *e.Status.State != "FAILED" || !strings.HasPrefix(*e.Status.StateChangeReason, "HIVE_CANNOT_OPEN_SPLIT") {
		t.Errorf("%s: %s", *e.Status.State, rt.Val(e.Status.StateChangeReason))
	}
}
