package athena

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	api "unyo/api/athena"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/sql"
	"unyo/engine/sql/syntax"
	"unyo/kernel/store"
)

// StartQueryExecution begins a query. While time flows a job runs it; while time stands, when nothing happens by itself, it
// is run before the call is answered. Either way the job is there first: what a crash interrupts is run again.
//
// The query acts as whoever asked: on Glue's catalogue and on S3, where its data lie and its result is put.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
func (s *Service) StartQueryExecution(ctx context.Context, in *api.StartQueryExecutionInput) (*api.StartQueryExecutionOutput, error) {
	if err := refuse(member{"EngineConfiguration", in.EngineConfiguration != nil}); err != nil {
		return nil, err
	}
	stmt, err := parse(*in.QueryString)
	if err != nil {
		return nil, err
	}
	id, c := s.k.Entropy.UUID(ctx), call.From(ctx)
	row := execution{
		Group: groupOf(in.WorkGroup), Catalog: awsDataCatalog, State: api.QueryExecutionStateQueued, Submitted: s.k.Clock.Now(),
		Parameters: in.ExecutionParameters, Principal: c.Principal, SourceIP: c.SourceIP, UserAgent: c.UserAgent,
	}
	row.Type, row.Substatement = kindOf(stmt)
	sum := sha256.Sum256([]byte(*in.QueryString))
	row.Sum = hex.EncodeToString(sum[:])
	if x := in.QueryExecutionContext; x != nil {
		row.Database = rt.Val(x.Database)
		if x.Catalog != nil {
			row.Catalog = *x.Catalog
		}
	}
	if r := in.ResultReuseConfiguration; r != nil && r.ResultReuseByAgeConfiguration != nil && *r.ResultReuseByAgeConfiguration.Enabled {
		row.ReuseMinutes = int(rt.Val(r.ResultReuseByAgeConfiguration.MaxAgeInMinutes))
		if r.ResultReuseByAgeConfiguration.MaxAgeInMinutes == nil {
			row.ReuseMinutes = 60
		}
	}
	if err := checkResults(in.ResultConfiguration); err != nil {
		return nil, err
	}
	err = s.update(ctx, func(tx *store.Tx) error {
		group, err := s.enabled(tx, row.Group)
		if err != nil {
			return err
		}
		if err := row.place(id, &group.Is, in.ResultConfiguration); err != nil {
			return err
		}
		s.executions.Put(tx, id, row)
		s.putText(tx, id, *in.QueryString)
		s.remember(tx, id, &row)
		s.run.AtKey(tx, id, row.Submitted, runArg{id})
		return nil
	})
	if err == nil && !s.k.Flows() {
		err = s.runQuery(ctx, runArg{id})
	}
	return &api.StartQueryExecutionOutput{QueryExecutionId: &id}, err
}

// parse reads a statement, or refuses it as AWS does before there is any execution.
func parse(text string) (syntax.Statement, error) {
	stmt, err := sql.Parse(text)
	if known := (*sql.Error)(nil); errors.As(err, &known) {
		e := api.NewInvalidRequestException("%s", known.Message)
		e.AthenaErrorCode = new("MALFORMED_QUERY")
		return nil, e
	}
	return stmt, err
}

// place decides where the result goes: a work group that enforces its settings overrides the client's.
// https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
func (e *execution) place(id string, group *api.WorkGroupConfiguration, given *api.ResultConfiguration) error {
	r := api.ResultConfiguration{}
	if given != nil && !*group.EnforceWorkGroupConfiguration {
		r = *given
	}
	if rt.Val(r.OutputLocation) == "" {
		own := group.ResultConfiguration
		r.OutputLocation = own.OutputLocation
		if r.ExpectedBucketOwner == nil {
			r.ExpectedBucketOwner = own.ExpectedBucketOwner
		}
		if r.AclConfiguration == nil {
			r.AclConfiguration = own.AclConfiguration
		}
		if r.EncryptionConfiguration == nil {
			r.EncryptionConfiguration = own.EncryptionConfiguration
		}
	}
	if rt.Val(r.OutputLocation) == "" {
		return invalid("No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.")
	}
	bucket, prefix, _ := place(*r.OutputLocation)
	e.Folder = "s3://" + bucket + "/" + prefix
	e.Results = r
	e.Results.OutputLocation = new(e.Folder + id + e.suffix())
	e.Enforced = *group.EnforceWorkGroupConfiguration
	e.Cutoff, e.Publish = rt.Val(group.BytesScannedCutoffPerQuery), *group.PublishCloudWatchMetricsEnabled
	return nil
}

// suffix is how the name of the result's file ends.
// https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
func (e *execution) suffix() string {
	switch {
	case e.Type != api.StatementTypeDml:
		return ".txt"
	case e.Substatement == "SELECT":
		return ".csv"
	}
	return "" // CREATE TABLE AS SELECT, INSERT INTO, UNLOAD: data files, and a manifest of them
}

// kindOf is the type of a statement and its finer kind.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
func kindOf(stmt syntax.Statement) (typ, sub string) {
	const ddl, dml, utility = api.StatementTypeDdl, api.StatementTypeDml, api.StatementTypeUtility
	switch stmt := stmt.(type) {
	case *syntax.QueryStatement:
		return dml, "SELECT"
	case *syntax.Execute:
		return dml, "SELECT" // of the statement behind it, once that is known
	case *syntax.CreateTableAs:
		return dml, "CREATE_TABLE_AS_SELECT"
	case *syntax.InsertInto:
		return dml, "INSERT"
	case *syntax.Unload:
		return dml, "UNLOAD"
	case *syntax.Explain:
		return utility, "EXPLAIN"
	case *syntax.Show:
		return utility, "SHOW_" + strings.ReplaceAll(stmt.What, " ", "_")
	case *syntax.Describe:
		return utility, "DESCRIBE_TABLE"
	case *syntax.CreateTable:
		return ddl, "CREATE_TABLE"
	case *syntax.CreateView:
		return ddl, "CREATE_VIEW"
	case *syntax.DropTable:
		return ddl, "DROP_TABLE"
	case *syntax.DropView:
		return ddl, "DROP_VIEW"
	case *syntax.CreateDatabase:
		return ddl, "CREATE_DATABASE"
	case *syntax.DropDatabase:
		return ddl, "DROP_DATABASE"
	case *syntax.RepairTable:
		return ddl, "MSCK_REPAIR"
	case *syntax.Prepare:
		return ddl, "PREPARE"
	case *syntax.Deallocate:
		return ddl, "DEALLOCATE"
	}
	return ddl, "ALTER_TABLE"
}

// remember puts an execution on its group's history, the latest first, for 45 days.
// https://docs.aws.amazon.com/athena/latest/ug/queries-viewing-history.html
func (s *Service) remember(tx *store.Tx, id string, row *execution) {
	s.history.Put(tx, store.Key(row.Group, historyKey(row.Submitted), id), id)
	if _, ok := s.forget.DueKey(tx, row.Group); !ok {
		s.forget.AtKey(tx, row.Group, row.Submitted.Add(kept), forgetArg{row.Group})
	}
}

const kept = 45 * 24 * time.Hour

// historyKey sorts the later before the earlier.
func historyKey(at time.Time) string {
	return fmt.Sprintf("%016x", ^uint64(at.UnixNano()))
}

type forgetArg struct{ Group string }

// runForget forgets the executions of a group that are older than history is kept; their results stay in S3.
func (s *Service) runForget(ctx context.Context, a forgetArg) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		now := s.k.Clock.Now()
		for range 1000 {
			key, id, ok := s.history.Last(tx, store.Key(a.Group, ""))
			if !ok {
				return nil
			}
			if row, ok := s.executions.Get(tx, id); ok && now.Before(row.Submitted.Add(kept)) {
				s.forget.AtKey(tx, a.Group, row.Submitted.Add(kept), a)
				return nil
			}
			s.history.Delete(tx, key)
			s.executions.Delete(tx, id)
			s.dropText(tx, id)
		}
		s.forget.AtKey(tx, a.Group, now, a)
		return nil
	})
}
