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
	ofQuery := func(owner, id *string) ([]rt.Need, bool) { return s.onQuery(ctx, op, owner, id), true }
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
		return s.onStatement(ctx, op, in), true
	case *api.CancelQueryInput:
		return ofQuery(in.EventDataStoreOwnerAccountId, in.QueryId)
	case *api.DescribeQueryInput:
		return ofQuery(in.EventDataStoreOwnerAccountId, in.QueryId)
	case *api.GetQueryResultsInput:
		return ofQuery(in.EventDataStoreOwnerAccountId, in.QueryId)
	}
	return nil, false
}

// onStatement is what it takes to ask all event data stores that a statement names.
func (s *Service) onStatement(ctx context.Context, action string, in *api.StartQueryInput) (needs []rt.Need) {
	ids := storesIn(rt.Val(in.QueryStatement))
	there, named := s.asNamed(ctx, s.toQuery(ctx, in.EventDataStoreOwnerAccountId, ids), in.EventDataStoreOwnerAccountId)
	if !named {
		return s.onResources(ctx, action, orAny(ids)...)
	}
	for _, id := range orAny(ids) {
		needs = append(needs, s.onStore(ctx, there, action, id))
	}
	return needs
}

// onQuery is what it takes to do something with a query: to be allowed it on all event data stores that it has asked.
func (s *Service) onQuery(ctx context.Context, action string, owner, id *string) (needs []rt.Need) {
	there, _ := s.asNamed(ctx, s.toAnswer(ctx, owner, id), owner)
	var q lakeQuery
	_ = s.k.View(there, func(tx *store.Tx) error { // of what is not there, the operation says so
		q, _ = s.queryAt(tx, rt.Val(id))
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
