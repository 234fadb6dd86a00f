package logs

import (
	"context"
	"encoding/json"
	"slices"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/engine/insights"
	"unyo/engine/logstore"
	"unyo/kernel/store"
)

// DescribeFieldIndexes tells which fields of groups are indexed, and between which times there are events that have them: of what has come in
// since the policy was put. It looks at these events now; AWS remembers.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeFieldIndexes.html
func (s *Service) DescribeFieldIndexes(ctx context.Context, in *api.DescribeFieldIndexesInput) (*api.DescribeFieldIndexesOutput, error) {
	if in.NextToken != nil { // there are never more than a page
		return nil, invalid("The specified nextToken is invalid.")
	}
	out := &api.DescribeFieldIndexesOutput{FieldIndexes: []api.FieldIndex{}}
	wants := func(category string) bool {
		return len(in.IndexCategories) == 0 || slices.Contains(in.IndexCategories, category)
	}
	for _, identifier := range in.LogGroupIdentifiers {
		name, err := identified(ctx, identifier)
		if err != nil {
			return nil, err
		}
		var g group
		var p indexPolicy
		var own, has bool
		if err := s.k.View(ctx, func(tx *store.Tx) (err error) {
			if g, err = s.groupNamed(tx, name); err == nil {
				p, own, has = s.indexOf(tx, name, &g)
			}
			return err
		}); err != nil {
			return nil, err
		}
		if wants(api.IndexCategoryDefault) && g.Class != classInfrequent { // a stream is found by its id
			out.FieldIndexes = append(out.FieldIndexes, api.FieldIndex{FieldIndexName: new("@logStream"), IndexCategory: new(api.IndexCategoryDefault), Type: new(api.IndexTypeFieldIndex)})
		}
		if !has || !wants(api.IndexCategoryCustom) {
			continue
		}
		found, err := s.indexed(ctx, name, &g, &p)
		if err != nil {
			return nil, err
		}
		if own {
			for i := range found {
				found[i].LogGroupIdentifier = new(s.groupARN(call.ScopeOf(ctx), name))
			}
		}
		out.FieldIndexes = append(out.FieldIndexes, found...)
	}
	return out, nil
}

// indexed looks for the fields of a policy, by name.
func (s *Service) indexed(ctx context.Context, name string, g *group, p *indexPolicy) ([]api.FieldIndex, error) {
	var doc struct{ Fields []string }
	if err := json.Unmarshal([]byte(p.Document), &doc); err != nil {
		return nil, err
	}
	slices.Sort(doc.Fields)
	list := make([]api.FieldIndex, len(doc.Fields))
	for i, name := range doc.Fields {
		list[i] = api.FieldIndex{FieldIndexName: &name, IndexCategory: new(api.IndexCategoryCustom), Type: new(api.IndexTypeFieldIndex), LastScanTime: new(s.nowMs())}
	}
	from, err := s.groupEvents(ctx, name, s.nowMs())
	if err != nil {
		return nil, err
	}
	src, of := &from.sources[0], from.groups[0]
	src.unmask()
	f := logstore.Filter{From: g.floor(s.nowMs()), To: 1<<63 - 1}
	err = s.store.Scan(ctx, folder(call.ScopeOf(ctx), g.ID), f, func(e *logstore.Event) bool {
		if e.Ingestion < p.Updated {
			return true
		}
		x := src.event(e)
		for _, field := range insights.Discover(of, &x) {
			if i, ok := slices.BinarySearch(doc.Fields, field.Name); ok {
				if list[i].FirstEventTime == nil {
					list[i].FirstEventTime = new(e.Timestamp)
				}
				list[i].LastEventTime = new(e.Timestamp)
			}
		}
		return true
	})
	return list, err
}
