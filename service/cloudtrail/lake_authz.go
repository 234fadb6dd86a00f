package cloudtrail

import (
	"context"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// lakeNeeds names the event data stores that an operation is about: those that a query names, where it is about a query.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
func (s *Service) lakeNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	need := func(id string) ([]rt.Need, bool) { return s.onResources(ctx, op, id), true }
	ofQuery := func(id *string) ([]rt.Need, bool) { return s.onQuery(ctx, op, rt.Val(id)), true }
	switch in := in.(type) {
	case *api.CreateEventDataStoreInput: // it has no id yet
		needs, ok := need("*")
		if len(in.TagsList) > 0 {
			needs = append(needs, rt.Need{Action: "cloudtrail:AddTags", Resources: needs[0].Resources})
		}
		return needs, ok
	case *api.GetEventDataStoreInput:
		return need(*in.EventDataStore)
	case *api.UpdateEventDataStoreInput:
		return need(*in.EventDataStore)
	case *api.DeleteEventDataStoreInput:
		return need(*in.EventDataStore)
	case *api.RestoreEventDataStoreInput:
		return need(*in.EventDataStore)
	case *api.StartEventDataStoreIngestionInput:
		return need(*in.EventDataStore)
	case *api.StopEventDataStoreIngestionInput:
		return need(*in.EventDataStore)
	case *api.ListQueriesInput:
		return need(*in.EventDataStore)
	case *api.StartImportInput:
		return passingImport(in), true
	case *api.StartQueryInput:
		return s.onResources(ctx, op, orAny(storesIn(rt.Val(in.QueryStatement)))...), true
	case *api.CancelQueryInput:
		return ofQuery(in.QueryId)
	case *api.DescribeQueryInput:
		return ofQuery(in.QueryId)
	case *api.GetQueryResultsInput:
		return ofQuery(in.QueryId)
	}
	return nil, false
}

// onQuery is what it takes to do something with a query: to be allowed it on all event data stores that it has asked.
func (s *Service) onQuery(ctx context.Context, action, id string) (needs []rt.Need) {
	there := s.ofQuery(ctx, id)
	var q lakeQuery
	_ = s.k.View(there, func(tx *store.Tx) error { // of what is not there, the operation says so
		q, _ = s.queryAt(tx, id)
		return nil
	})
	for _, one := range orAny(q.Stores) {
		needs = append(needs, s.onStore(ctx, there, action, one))
	}
	return needs
}

// orAny is any event data store where none is named: the operation will say what is wrong.
func orAny(ids []string) []string {
	if len(ids) == 0 {
		return []string{"*"}
	}
	return ids
}
