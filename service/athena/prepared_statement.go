package athena

import (
	"context"
	"iter"
	"time"

	api "unyo/api/athena"
	"unyo/kernel/store"
)

// maxStatements is the quota of a work group.
// https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
const maxStatements = 1000

// preparedStatement is a query with parameters, to be executed by its name; its text lies in texts.
type preparedStatement struct {
	Description *string `json:",omitempty"`
	ModifiedAt  time.Time
}

// CreatePreparedStatement keeps a statement in a work group.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_CreatePreparedStatement.html
func (s *Service) CreatePreparedStatement(ctx context.Context, in *api.CreatePreparedStatementInput) (*api.CreatePreparedStatementOutput, error) {
	return &api.CreatePreparedStatementOutput{}, s.update(ctx, func(tx *store.Tx) error {
		return s.putStatement(tx, *in.WorkGroup, *in.StatementName, in.Description, *in.QueryStatement)
	})
}

// putStatement keeps a new statement.
func (s *Service) putStatement(tx *store.Tx, group, name string, description *string, text string) error {
	key := store.Key(group, name)
	if _, err := s.enabled(tx, group); err != nil {
		return err
	}
	if s.statements.Has(tx, key) {
		return invalid("Prepared statement %s already exists in WorkGroup %s", name, group)
	}
	n := 0
	for range s.statements.Prefix(tx, store.Key(group, ""), "") {
		n++
	}
	if n >= maxStatements {
		return invalid("WorkGroup %s has reached the limit of %d prepared statements.", group, maxStatements)
	}
	s.statements.Put(tx, key, preparedStatement{Description: description, ModifiedAt: s.k.Clock.Now()})
	s.putText(tx, key, text)
	return nil
}

// statement finds a statement that must be there.
func (s *Service) statement(tx *store.Tx, group, name string) (preparedStatement, error) {
	row, ok := s.statements.Get(tx, store.Key(group, name))
	if !ok {
		return row, api.NewResourceNotFoundException("PreparedStatement %s was not found in workGroup %s", name, group)
	}
	return row, nil
}

func (s *Service) statementShape(tx *store.Tx, group, name string, row *preparedStatement) *api.PreparedStatement {
	return &api.PreparedStatement{
		StatementName: &name, WorkGroupName: &group, Description: row.Description, LastModifiedTime: &row.ModifiedAt,
		QueryStatement: new(s.text(tx, store.Key(group, name))),
	}
}

// GetPreparedStatement tells a statement.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetPreparedStatement.html
func (s *Service) GetPreparedStatement(ctx context.Context, in *api.GetPreparedStatementInput) (*api.GetPreparedStatementOutput, error) {
	out := &api.GetPreparedStatementOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.workGroup(tx, *in.WorkGroup); err != nil {
			return err
		}
		row, err := s.statement(tx, *in.WorkGroup, *in.StatementName)
		if err == nil {
			out.PreparedStatement = s.statementShape(tx, *in.WorkGroup, *in.StatementName, &row)
		}
		return err
	})
}

// BatchGetPreparedStatement tells several; those that are not there are named.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetPreparedStatement.html
func (s *Service) BatchGetPreparedStatement(ctx context.Context, in *api.BatchGetPreparedStatementInput) (*api.BatchGetPreparedStatementOutput, error) {
	out := &api.BatchGetPreparedStatementOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.workGroup(tx, *in.WorkGroup); err != nil {
			return err
		}
		out.PreparedStatements, out.UnprocessedPreparedStatementNames = []api.PreparedStatement{}, []api.UnprocessedPreparedStatementName{}
		for _, name := range in.PreparedStatementNames {
			row, err := s.statement(tx, *in.WorkGroup, name)
			if err != nil {
				code, message := reason(err)
				out.UnprocessedPreparedStatementNames = append(out.UnprocessedPreparedStatementNames, api.UnprocessedPreparedStatementName{StatementName: &name, ErrorCode: code, ErrorMessage: message})
				continue
			}
			out.PreparedStatements = append(out.PreparedStatements, *s.statementShape(tx, *in.WorkGroup, name, &row))
		}
		return nil
	})
}

// ListPreparedStatements lists a work group's statements by name.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListPreparedStatements.html
func (s *Service) ListPreparedStatements(ctx context.Context, in *api.ListPreparedStatementsInput) (*api.ListPreparedStatementsOutput, error) {
	out := &api.ListPreparedStatementsOutput{}
	group := *in.WorkGroup
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.workGroup(tx, group); err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, preparedStatement] {
			return s.statements.Prefix(tx, store.Key(group, ""), after)
		}
		var err error
		out.PreparedStatements, out.NextToken, err = listed("statements "+group, in.NextToken, limitOf(in.MaxResults, 50), rows, func(key string, row preparedStatement) api.PreparedStatementSummary {
			return api.PreparedStatementSummary{StatementName: new(second(key)), LastModifiedTime: &row.ModifiedAt}
		})
		return err
	})
}

// UpdatePreparedStatement replaces a statement's text, and its description where one is given.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdatePreparedStatement.html
func (s *Service) UpdatePreparedStatement(ctx context.Context, in *api.UpdatePreparedStatementInput) (*api.UpdatePreparedStatementOutput, error) {
	return &api.UpdatePreparedStatementOutput{}, s.update(ctx, func(tx *store.Tx) error {
		if _, err := s.enabled(tx, *in.WorkGroup); err != nil {
			return err
		}
		row, err := s.statement(tx, *in.WorkGroup, *in.StatementName)
		if err != nil {
			return err
		}
		set(&row.Description, in.Description)
		row.ModifiedAt = s.k.Clock.Now()
		key := store.Key(*in.WorkGroup, *in.StatementName)
		s.statements.Put(tx, key, row)
		s.putText(tx, key, *in.QueryStatement)
		return nil
	})
}

// DeletePreparedStatement forgets a statement.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_DeletePreparedStatement.html
func (s *Service) DeletePreparedStatement(ctx context.Context, in *api.DeletePreparedStatementInput) (*api.DeletePreparedStatementOutput, error) {
	return &api.DeletePreparedStatementOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if _, err := s.workGroup(tx, *in.WorkGroup); err != nil {
			return err
		}
		if _, err := s.statement(tx, *in.WorkGroup, *in.StatementName); err != nil {
			return err
		}
		key := store.Key(*in.WorkGroup, *in.StatementName)
		s.statements.Delete(tx, key)
		s.dropText(tx, key)
		return nil
	})
}
