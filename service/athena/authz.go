package athena

import (
	"context"

	api "unyo/api/athena"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Needs: what acts in a work group must be permitted on it, also what names a query of its only; what acts on a catalog, on that.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	scope := call.From(ctx).Scope
	need := func(resource string) ([]rt.Need, bool) {
		return []rt.Need{{Action: "athena:" + op, Resources: []string{resource}}}, true
	}
	if group := groupIn(in); group != nil {
		return need(s.arn(scope, "workgroup/"+*group))
	}
	if catalog := catalogIn(in); catalog != nil {
		return need(s.arn(scope, "datacatalog/"+*catalog))
	}
	switch in := in.(type) {
	case *api.TagResourceInput:
		return need(*in.ResourceARN)
	case *api.UntagResourceInput:
		return need(*in.ResourceARN)
	case *api.ListTagsForResourceInput:
		return need(*in.ResourceARN)
	}
	ids := idsIn(in)
	if len(ids) == 0 {
		return nil, false // the facts tell, or nobody
	}
	groups, err := s.groupsOf(ctx, ids)
	if err != nil {
		return nil, false
	}
	out := rt.Need{Action: "athena:" + op}
	for _, g := range groups {
		out.Resources = append(out.Resources, s.arn(scope, "workgroup/"+g))
	}
	return []rt.Need{out}, true
}

// groupsOf are the work groups of queries and executions. One that is not there could be in any.
func (s *Service) groupsOf(ctx context.Context, ids []string) (groups []string, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		groups = nil
		seen := map[string]bool{}
		for _, id := range ids {
			group := "*"
			if e, ok := s.executions.Get(tx, id); ok {
				group = e.Group
			} else if q, ok := s.queries.Get(tx, id); ok {
				group = q.Group
			}
			if !seen[group] {
				seen[group] = true
				groups = append(groups, group)
			}
		}
		return nil
	})
	return groups, err
}

// groupIn is the work group that an operation names, or that it means by naming none.
func groupIn(in any) *string {
	orPrimary := func(name *string) *string { return new(groupOf(name)) }
	switch in := in.(type) {
	case *api.CreateWorkGroupInput:
		return in.Name
	case *api.GetWorkGroupInput:
		return in.WorkGroup
	case *api.UpdateWorkGroupInput:
		return in.WorkGroup
	case *api.DeleteWorkGroupInput:
		return in.WorkGroup
	case *api.CreateNamedQueryInput:
		return orPrimary(in.WorkGroup)
	case *api.ListNamedQueriesInput:
		return orPrimary(in.WorkGroup)
	case *api.StartQueryExecutionInput:
		return orPrimary(in.WorkGroup)
	case *api.ListQueryExecutionsInput:
		return orPrimary(in.WorkGroup)
	case *api.CreatePreparedStatementInput:
		return in.WorkGroup
	case *api.GetPreparedStatementInput:
		return in.WorkGroup
	case *api.BatchGetPreparedStatementInput:
		return in.WorkGroup
	case *api.ListPreparedStatementsInput:
		return in.WorkGroup
	case *api.UpdatePreparedStatementInput:
		return in.WorkGroup
	case *api.DeletePreparedStatementInput:
		return in.WorkGroup
	}
	return nil
}

func catalogIn(in any) *string {
	switch in := in.(type) {
	case *api.CreateDataCatalogInput:
		return in.Name
	case *api.GetDataCatalogInput:
		return in.Name
	case *api.UpdateDataCatalogInput:
		return in.Name
	case *api.DeleteDataCatalogInput:
		return in.Name
	case *api.GetDatabaseInput:
		return in.CatalogName
	case *api.ListDatabasesInput:
		return in.CatalogName
	case *api.GetTableMetadataInput:
		return in.CatalogName
	case *api.ListTableMetadataInput:
		return in.CatalogName
	}
	return nil
}

// idsIn are the queries or executions that an operation names.
func idsIn(in any) []string {
	switch in := in.(type) {
	case *api.GetNamedQueryInput:
		return []string{*in.NamedQueryId}
	case *api.UpdateNamedQueryInput:
		return []string{*in.NamedQueryId}
	case *api.DeleteNamedQueryInput:
		return []string{*in.NamedQueryId}
	case *api.BatchGetNamedQueryInput:
		return in.NamedQueryIds
	case *api.GetQueryExecutionInput:
		return []string{*in.QueryExecutionId}
	case *api.GetQueryResultsInput:
		return []string{*in.QueryExecutionId}
	case *api.GetQueryRuntimeStatisticsInput:
		return []string{*in.QueryExecutionId}
	case *api.StopQueryExecutionInput:
		return []string{*in.QueryExecutionId}
	case *api.BatchGetQueryExecutionInput:
		return in.QueryExecutionIds
	}
	return nil
}
