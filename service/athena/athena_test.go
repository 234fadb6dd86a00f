package athena

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	api "unyo/api/athena"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
)

// fixture is Athena on a held estate in memory that begins at noon of 2026-03-01, with nobody to ask: see world/athena_test.go for queries.
type fixture struct {
	t *testing.T
	k *kernel.Kernel
	s *Service
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	k, err := kernel.Open(kernel.Options{Seed: 1, Held: true, Start: start, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t, k, New(k.For("athena"), Peers{}, nil)}
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *fixture) call() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope:  call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"},
		Serial: f.k.Serial(), Service: "athena", At: f.k.Clock.Now(), Principal: call.Principal{ARN: "arn:aws:iam::111111111111:user/ann"},
	})
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t *testing.T, err error, code, part string) {
	t.Helper()
	if awserr.Code(err) != code || !strings.Contains(err.Error(), part) {
		t.Errorf("got %v, want %s … %s", err, code, part)
	}
}

func (f *fixture) createGroup(name string, c *api.WorkGroupConfiguration) {
	f.t.Helper()
	ok[*api.CreateWorkGroupOutput](f.t)(f.s.CreateWorkGroup(f.call(), &api.CreateWorkGroupInput{Name: &name, Configuration: c}))
}

func TestWorkGroups(t *testing.T) {
	f := setUp(t)
	f.createGroup("ops", &api.WorkGroupConfiguration{ResultConfiguration: &api.ResultConfiguration{OutputLocation: new("s3://r/p")}, BytesScannedCutoffPerQuery: new(int64(10_000_000))})
	f.createGroup("web", nil)
	_, err := f.s.CreateWorkGroup(f.call(), &api.CreateWorkGroupInput{Name: new("ops")})
	wantCode(t, err, "InvalidRequestException", "WorkGroup is already created")
	_, err = f.s.CreateWorkGroup(f.call(), &api.CreateWorkGroupInput{Name: new("x"), Configuration: &api.WorkGroupConfiguration{ResultConfiguration: &api.ResultConfiguration{OutputLocation: new("r/p")}}})
	wantCode(t, err, "InvalidRequestException", "outputLocation is not a valid S3 path")
	_, err = f.s.CreateWorkGroup(f.call(), &api.CreateWorkGroupInput{Name: new("x"), Configuration: &api.WorkGroupConfiguration{ExecutionRole: new("arn:aws:iam::111111111111:role/spark")}})
	wantCode(t, err, "NotImplemented", "ExecutionRole")

	var names []string
	var token *string
	for {
		got := ok[*api.ListWorkGroupsOutput](t)(f.s.ListWorkGroups(f.call(), &api.ListWorkGroupsInput{MaxResults: new(int32(1)), NextToken: token}))
		for _, g := range got.WorkGroups {
			names = append(names, *g.Name)
		}
		if token = got.NextToken; token == nil {
			break
		}
	}
	if got := strings.Join(names, " "); got != "ops primary web" {
		t.Errorf("work groups %s", got)
	}

	ok[*api.UpdateWorkGroupOutput](t)(f.s.UpdateWorkGroup(f.call(), &api.UpdateWorkGroupInput{WorkGroup: new("ops"), Description: new("of operators"), ConfigurationUpdates: &api.WorkGroupConfigurationUpdates{
		RemoveBytesScannedCutoffPerQuery: new(true), EnforceWorkGroupConfiguration: new(false), ResultConfigurationUpdates: &api.ResultConfigurationUpdates{RemoveOutputLocation: new(true)},
	}}))
	g := ok[*api.GetWorkGroupOutput](t)(f.s.GetWorkGroup(f.call(), &api.GetWorkGroupInput{WorkGroup: new("ops")})).WorkGroup
	if c := g.Configuration; *g.Description != "of operators" || c.BytesScannedCutoffPerQuery != nil || *c.EnforceWorkGroupConfiguration || c.ResultConfiguration.OutputLocation != nil || *c.EngineVersion.EffectiveEngineVersion != engineVersion {
		t.Errorf("%+v", c)
	}
	_, err = f.s.DeleteWorkGroup(f.call(), &api.DeleteWorkGroupInput{WorkGroup: new(primary)})
	wantCode(t, err, "InvalidRequestException", "primary")
}

// A group with queries goes only with all of them, their texts too.
func TestDeleteWorkGroup(t *testing.T) {
	f := setUp(t)
	f.createGroup("ops", nil)
	id := *ok[*api.CreateNamedQueryOutput](t)(f.s.CreateNamedQuery(f.call(), &api.CreateNamedQueryInput{Name: new("n"), Database: new("d"), QueryString: new("SELECT 1"), WorkGroup: new("ops")})).NamedQueryId
	ok[*api.CreatePreparedStatementOutput](t)(f.s.CreatePreparedStatement(f.call(), &api.CreatePreparedStatementInput{StatementName: new("s"), WorkGroup: new("ops"), QueryStatement: new("SELECT ?")}))
	_, err := f.s.DeleteWorkGroup(f.call(), &api.DeleteWorkGroupInput{WorkGroup: new("ops")})
	wantCode(t, err, "InvalidRequestException", "WorkGroup ops is not empty")
	ok[*api.DeleteWorkGroupOutput](t)(f.s.DeleteWorkGroup(f.call(), &api.DeleteWorkGroupInput{WorkGroup: new("ops"), RecursiveDeleteOption: new(true)}))
	_, err = f.s.GetNamedQuery(f.call(), &api.GetNamedQueryInput{NamedQueryId: &id})
	wantCode(t, err, "InvalidRequestException", "NamedQuery "+id+" was not found")
	f.createGroup("ops", nil)
	if got := ok[*api.ListPreparedStatementsOutput](t)(f.s.ListPreparedStatements(f.call(), &api.ListPreparedStatementsInput{WorkGroup: new("ops")})).PreparedStatements; len(got) != 0 {
		t.Errorf("left %+v", got)
	}
}

// A query may be longer than a row: 262144 characters.
// https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
func TestLongTexts(t *testing.T) {
	f := setUp(t)
	long := "SELECT '" + strings.Repeat("é", 131_000) + "'"
	id := *ok[*api.CreateNamedQueryOutput](t)(f.s.CreateNamedQuery(f.call(), &api.CreateNamedQueryInput{Name: new("n"), Database: new("d"), QueryString: &long})).NamedQueryId
	if got := *ok[*api.GetNamedQueryOutput](t)(f.s.GetNamedQuery(f.call(), &api.GetNamedQueryInput{NamedQueryId: &id})).NamedQuery.QueryString; got != long {
		t.Errorf("%d bytes, not %d", len(got), len(long))
	}
	ok[*api.UpdateNamedQueryOutput](t)(f.s.UpdateNamedQuery(f.call(), &api.UpdateNamedQueryInput{NamedQueryId: &id, Name: new("n"), QueryString: new("SELECT 1")}))
	got := ok[*api.BatchGetNamedQueryOutput](t)(f.s.BatchGetNamedQuery(f.call(), &api.BatchGetNamedQueryInput{NamedQueryIds: []string{id, "none"}}))
	if len(got.NamedQueries) != 1 || *got.NamedQueries[0].QueryString != "SELECT 1" || len(got.UnprocessedNamedQueryIds) != 1 || *got.UnprocessedNamedQueryIds[0].ErrorCode != "INVALID_INPUT" {
		t.Errorf("%+v", got)
	}
}

func TestPreparedStatements(t *testing.T) {
	f := setUp(t)
	f.createGroup("ops", nil)
	put := func(group, name string) error {
		_, err := f.s.CreatePreparedStatement(f.call(), &api.CreatePreparedStatementInput{StatementName: &name, WorkGroup: &group, QueryStatement: new("SELECT ?")})
		return err
	}
	if err := put("ops", "a"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, put("ops", "a"), "InvalidRequestException", "already exists")
	wantCode(t, put("none", "a"), "InvalidRequestException", "WorkGroup none is not found")
	ok[*api.UpdateWorkGroupOutput](t)(f.s.UpdateWorkGroup(f.call(), &api.UpdateWorkGroupInput{WorkGroup: new("ops"), State: new(api.WorkGroupStateDisabled)}))
	wantCode(t, put("ops", "b"), "InvalidRequestException", "WorkGroup ops is disabled")
	_, err := f.s.GetPreparedStatement(f.call(), &api.GetPreparedStatementInput{StatementName: new("b"), WorkGroup: new("ops")})
	wantCode(t, err, "ResourceNotFoundException", "PreparedStatement b was not found in workGroup ops")
	ok[*api.DeletePreparedStatementOutput](t)(f.s.DeletePreparedStatement(f.call(), &api.DeletePreparedStatementInput{StatementName: new("a"), WorkGroup: new("ops")}))
	_, err = f.s.DeletePreparedStatement(f.call(), &api.DeletePreparedStatementInput{StatementName: new("a"), WorkGroup: new("ops")})
	wantCode(t, err, "ResourceNotFoundException", "")
}

func TestDataCatalogs(t *testing.T) {
	f := setUp(t)
	create := func(name, typ string, p map[string]string) error {
		_, err := f.s.CreateDataCatalog(f.call(), &api.CreateDataCatalogInput{Name: &name, Type: &typ, Parameters: p, Tags: []api.Tag{{Key: new("k"), Value: new("v")}}})
		return err
	}
	if err := create("mine", "GLUE", map[string]string{"catalog-id": "111111111111"}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, create("mine", "GLUE", map[string]string{"catalog-id": "111111111111"}), "InvalidRequestException", "already been created")
	wantCode(t, create("nested", "GLUE", map[string]string{"catalog-id": "222222222222:sales"}), "NotImplemented", "not an account's")
	wantCode(t, create("l", "LAMBDA", map[string]string{"function": "arn"}), "NotImplemented", "LAMBDA")
	wantCode(t, create(awsDataCatalog, "GLUE", map[string]string{"catalog-id": "111111111111"}), "InvalidRequestException", "already been created")
	var names []string
	for _, c := range ok[*api.ListDataCatalogsOutput](t)(f.s.ListDataCatalogs(f.call(), &api.ListDataCatalogsInput{})).DataCatalogsSummary {
		names = append(names, *c.CatalogName)
	}
	if got := strings.Join(names, " "); got != "AwsDataCatalog mine" {
		t.Errorf("catalogs %s", got)
	}
	arn := "arn:aws:athena:eu-central-1:111111111111:datacatalog/mine"
	if got := ok[*api.ListTagsForResourceOutput](t)(f.s.ListTagsForResource(f.call(), &api.ListTagsForResourceInput{ResourceARN: &arn})).Tags; len(got) != 1 || *got[0].Value != "v" {
		t.Errorf("tags %+v", got)
	}
	ok[*api.DeleteDataCatalogOutput](t)(f.s.DeleteDataCatalog(f.call(), &api.DeleteDataCatalogInput{Name: new("mine")}))
	_, err := f.s.ListTagsForResource(f.call(), &api.ListTagsForResourceInput{ResourceARN: &arn})
	wantCode(t, err, "ResourceNotFoundException", arn)
}

// What is no statement is refused at once; a query without a place for its result too.
func TestStartQueryExecutionRefuses(t *testing.T) {
	f := setUp(t)
	start := func(q string) error {
		_, err := f.s.StartQueryExecution(f.call(), &api.StartQueryExecutionInput{QueryString: &q})
		return err
	}
	wantCode(t, start("SELEC 1"), "InvalidRequestException", "line 1:1: mismatched input 'SELEC'")
	wantCode(t, start("SELECT 1"), "InvalidRequestException", "No output location provided")
	_, err := f.s.GetQueryExecution(f.call(), &api.GetQueryExecutionInput{QueryExecutionId: new("x")})
	wantCode(t, err, "InvalidRequestException", "QueryExecution x was not found")
}

func TestHiveLike(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "x", true}, {"a*", "abc", true}, {"a*", "xabc", false}, {"*c", "abc", true}, {"a*c", "abc", true}, {"a*c", "ac", true}, {"a*c", "acb", false},
		{"abc", "abc", true}, {"abc", "abcd", false}, {"x|a*", "abc", true}, {"A.*", "abc", true}, {"*b*", "abc", true}, {"*b*d*", "abc", false},
	} {
		if got := hiveLike(c.pattern, c.name); got != c.want {
			t.Errorf("%q %q: %v", c.pattern, c.name, got)
		}
	}
}

func (f *fixture) advance(d time.Duration) {
	f.t.Helper()
	if _, err := f.k.Clock.Advance(context.Background(), f.k.Clock.Now().Add(d), nil); err != nil {
		f.t.Fatal(err)
	}
}
