package athena

import (
	"context"
	"iter"

	api "unyo/api/athena"
	"unyo/kernel/store"
)

// namedQuery is a query that is kept under a name; its text lies in texts.
type namedQuery struct {
	Name, Database, Group string
	Description           *string `json:",omitempty"`
}

// CreateNamedQuery keeps a query in a work group.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html
func (s *Service) CreateNamedQuery(ctx context.Context, in *api.CreateNamedQueryInput) (*api.CreateNamedQueryOutput, error) {
	id := s.k.Entropy.UUID(ctx)
	row := namedQuery{Name: *in.Name, Database: *in.Database, Group: groupOf(in.WorkGroup), Description: in.Description}
	return &api.CreateNamedQueryOutput{NamedQueryId: &id}, s.update(ctx, func(tx *store.Tx) error {
		if _, err := s.enabled(tx, row.Group); err != nil {
			return err
		}
		s.queries.Put(tx, id, row)
		s.queriesOf.Put(tx, store.Key(row.Group, id), struct{}{})
		s.putText(tx, id, *in.QueryString)
		return nil
	})
}

// enabled finds a work group that must be there and not be disabled.
func (s *Service) enabled(tx *store.Tx, name string) (workGroup, error) {
	row, err := s.workGroup(tx, name)
	if err == nil && row.Disabled {
		return row, invalid("WorkGroup %s is disabled.", name)
	}
	return row, err
}

func (s *Service) namedQuery(tx *store.Tx, id string) (namedQuery, error) {
	row, ok := s.queries.Get(tx, id)
	if !ok {
		return row, invalid("NamedQuery %s was not found", id)
	}
	return row, nil
}

func (s *Service) queryShape(tx *store.Tx, id string, row *namedQuery) *api.NamedQuery {
	return &api.NamedQuery{
		NamedQueryId: &id, Name: &row.Name, Database: &row.Database, WorkGroup: &row.Group, Description: row.Description,
		QueryString: new(s.text(tx, id)),
	}
}

// GetNamedQuery tells a query.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetNamedQuery.html
func (s *Service) GetNamedQuery(ctx context.Context, in *api.GetNamedQueryInput) (*api.GetNamedQueryOutput, error) {
	out := &api.GetNamedQueryOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, err := s.namedQuery(tx, *in.NamedQueryId)
		if err == nil {
			out.NamedQuery = s.queryShape(tx, *in.NamedQueryId, &row)
		}
		return err
	})
}

// BatchGetNamedQuery tells several; those that are not there are named.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetNamedQuery.html
func (s *Service) BatchGetNamedQuery(ctx context.Context, in *api.BatchGetNamedQueryInput) (*api.BatchGetNamedQueryOutput, error) {
	out := &api.BatchGetNamedQueryOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.NamedQueries, out.UnprocessedNamedQueryIds = []api.NamedQuery{}, []api.UnprocessedNamedQueryId{}
		for _, id := range in.NamedQueryIds {
			row, err := s.namedQuery(tx, id)
			if err != nil {
				code, message := reason(err)
				out.UnprocessedNamedQueryIds = append(out.UnprocessedNamedQueryIds, api.UnprocessedNamedQueryId{NamedQueryId: &id, ErrorCode: code, ErrorMessage: message})
				continue
			}
			out.NamedQueries = append(out.NamedQueries, *s.queryShape(tx, id, &row))
		}
		return nil
	})
}

// ListNamedQueries lists the ids of a work group's queries.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListNamedQueries.html
func (s *Service) ListNamedQueries(ctx context.Context, in *api.ListNamedQueriesInput) (*api.ListNamedQueriesOutput, error) {
	out := &api.ListNamedQueriesOutput{}
	group := groupOf(in.WorkGroup)
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.workGroup(tx, group); err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, struct{}] {
			return s.queriesOf.Prefix(tx, store.Key(group, ""), after)
		}
		var err error
		out.NamedQueryIds, out.NextToken, err = listed("queries "+group, in.NextToken, limitOf(in.MaxResults, 50), rows, func(key string, _ struct{}) string { return second(key) })
		return err
	})
}

// UpdateNamedQuery replaces a query's name and text, and its description where one is given.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateNamedQuery.html
func (s *Service) UpdateNamedQuery(ctx context.Context, in *api.UpdateNamedQueryInput) (*api.UpdateNamedQueryOutput, error) {
	return &api.UpdateNamedQueryOutput{}, s.update(ctx, func(tx *store.Tx) error {
		row, err := s.namedQuery(tx, *in.NamedQueryId)
		if err != nil {
			return err
		}
		row.Name = *in.Name
		set(&row.Description, in.Description)
		s.queries.Put(tx, *in.NamedQueryId, row)
		s.putText(tx, *in.NamedQueryId, *in.QueryString)
		return nil
	})
}

// DeleteNamedQuery forgets a query.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteNamedQuery.html
func (s *Service) DeleteNamedQuery(ctx context.Context, in *api.DeleteNamedQueryInput) (*api.DeleteNamedQueryOutput, error) {
	id := *in.NamedQueryId
	return &api.DeleteNamedQueryOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		row, err := s.namedQuery(tx, id)
		if err != nil {
			return err
		}
		s.queries.Delete(tx, id)
		s.queriesOf.Delete(tx, store.Key(row.Group, id))
		s.dropText(tx, id)
		return nil
	})
}
