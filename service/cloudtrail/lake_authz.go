package cloudtrail

import (
	"context"
	"strings"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// lakeNeeds names the event data stores that an operation is about: those that a query names, where it is about a query.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
func (s *Service) lakeNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	need := func(ids ...string) ([]rt.Need, bool) {
		c, n := call.From(ctx), rt.Need{Action: "cloudtrail:" + op}
		for _, id := range ids {
			if !strings.HasPrefix(id, "arn:") {
				id = s.storeARN(c.Account, &dataStore{ID: id, Home: c.Region})
			}
			n.Resources = append(n.Resources, id)
		}
		return []rt.Need{n}, true
	}
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
		return need(orAny(storesIn(rt.Val(in.QueryStatement)))...)
	case *api.CancelQueryInput:
		return need(s.askedBy(ctx, in.QueryId)...)
	case *api.DescribeQueryInput:
		return need(s.askedBy(ctx, in.QueryId)...)
	case *api.GetQueryResultsInput:
		return need(s.askedBy(ctx, in.QueryId)...)
	}
	return nil, false
}

// askedBy are the event data stores that a query has asked.
func (s *Service) askedBy(ctx context.Context, id *string) []string {
	var q lakeQuery
	_ = s.k.View(ctx, func(tx *store.Tx) error {
		q, _ = s.queries.Get(tx, rt.Val(id))
		return nil
	})
	return orAny(q.Stores)
}

// orAny is any event data store where none is named: the operation will say what is wrong.
func orAny(ids []string) []string {
	if len(ids) == 0 {
		return []string{"*"}
	}
	return ids
}
