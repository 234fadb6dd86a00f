package cloudtrail

import (
	"context"
	"slices"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// insightful is the category of insight events.
const insightful = "Insight"

// watchman is what a trail or an event data store that looks for unusual activity knows: how far it has read, and what it has found and not told yet.
type watchman struct {
	Trail  string // key of its row; of an event data store, one like it
	Store  string `json:",omitempty"` // id of the event data store
	Into   string `json:",omitempty"` // and of that which takes what it finds
	Types  []string
	Since  time.Time // when it was asked to
	Cursor uint64
	Open   int       `json:",omitempty"` // how many insights have no end yet
	Found  []insight `json:",omitempty"`
}

// learning is how long activity is only counted after insights were enabled: AWS takes "up to 36 hours" for the first.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html
const learning = 24 * time.Hour

// PutInsightSelectors says which unusual activity a trail or an event data store looks for: that of management events, which it must record.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
func (s *Service) PutInsightSelectors(ctx context.Context, in *api.PutInsightSelectorsInput) (*api.PutInsightSelectorsOutput, error) {
	if err := trailOrStore(in.TrailName, in.EventDataStore, in.InsightsDestination); err != nil {
		return nil, err
	}
	var types []string
	for _, x := range in.InsightSelectors {
		if slices.Contains(types, rt.Val(x.InsightType)) {
			return nil, api.NewInvalidInsightSelectorsException("The insight type %s occurs more than once.", rt.Val(x.InsightType))
		}
		if len(x.EventCategories) > 1 || len(x.EventCategories) == 1 && x.EventCategories[0] != api.SourceEventCategoryManagement {
			return nil, unsupported("Insights of data events")
		}
		types = append(types, rt.Val(x.InsightType))
	}
	if in.EventDataStore != nil {
		return s.putStoreInsights(ctx, in, types)
	}
	t, err := s.change(ctx, *in.TrailName, func(tx *store.Tx, t *trail) error {
		if err := t.checkInsights(types); err != nil {
			return err
		}
		t.Insights = types
		s.watchTrail(tx, t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.PutInsightSelectorsOutput{TrailARN: new(s.arn(call.From(ctx).Account, &t)), InsightSelectors: selectorsShown(t.Insights)}, nil
}

// trailOrStore refuses a call that names neither, or both.
func trailOrStore(trail *string, stores ...*string) error {
	given := stores[0] != nil
	switch {
	case trail == nil && !given:
		return api.NewInvalidParameterCombinationException("You must specify a trail or an event data store.")
	case trail != nil && slices.ContainsFunc(stores, func(id *string) bool { return id != nil }):
		return api.NewInvalidParameterCombinationException("You cannot specify a trail and an event data store.")
	}
	return nil
}

// GetInsightSelectors tells which unusual activity a trail or an event data store looks for.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetInsightSelectors.html
func (s *Service) GetInsightSelectors(ctx context.Context, in *api.GetInsightSelectorsInput) (*api.GetInsightSelectorsOutput, error) {
	if err := trailOrStore(in.TrailName, in.EventDataStore); err != nil {
		return nil, err
	}
	if in.EventDataStore != nil {
		return s.storeInsights(ctx, *in.EventDataStore)
	}
	t, err := s.get(ctx, *in.TrailName)
	if err != nil {
		return nil, err
	}
	id := s.arn(call.From(ctx).Account, &t)
	if len(t.Insights) == 0 {
		return nil, api.NewInsightNotEnabledException("Trail %s does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.", id)
	}
	return &api.GetInsightSelectorsOutput{TrailARN: &id, InsightSelectors: selectorsShown(t.Insights)}, nil
}

func selectorsShown(types []string) []api.InsightSelector {
	list := []api.InsightSelector{}
	for _, t := range types {
		list = append(list, api.InsightSelector{InsightType: new(t)})
	}
	return list
}

// checkInsights refuses types whose events are not recorded: for the rate of calls those that write, for that of errors any management events.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
func (t *trail) checkInsights(types []string) error {
	for _, kind := range types {
		if !t.wantsManagement(kind == api.InsightTypeApiCallRateInsight) {
			return api.NewInvalidInsightSelectorsException("Insights of the type %s need management events that are not logged.", kind)
		}
	}
	return nil
}

// wantsManagement reports whether a trail records any management events, or, with writes, any that write.
func (t *trail) wantsManagement(writes bool) bool {
	for _, x := range t.Advanced {
		wants, reads := false, false
		for _, f := range x.FieldSelectors {
			wants = wants || *f.Field == fieldCategory && slices.Contains(f.Equals, management)
			reads = reads || *f.Field == fieldReadOnly && slices.Contains(f.Equals, "true")
		}
		if wants && !(writes && reads) {
			return true
		}
	}
	for _, x := range t.Basic {
		if (x.IncludeManagementEvents == nil || *x.IncludeManagementEvents) && !(writes && rt.Val(x.ReadWriteType) == api.ReadWriteTypeReadOnly) {
			return true
		}
	}
	return len(t.Advanced)+len(t.Basic) == 0
}

// watchTrail has a trail look for what it is asked to, as long as it logs: to stop logging disables Insights, and what was usual must be learned anew.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html
func (s *Service) watchTrail(tx *store.Tx, t *trail) {
	w := watchman{Trail: t.key()}
	if t.Logging {
		w.Types = t.Insights
	}
	s.setWatchman(tx, w)
}

// setWatchman begins or ends the looking. It begins with what has happened in the seven days before, as far as the journal has it.
func (s *Service) setWatchman(tx *store.Tx, w watchman) {
	key := w.Trail
	had, ok := s.watchmen.Get(tx, key)
	if len(w.Types) == 0 {
		s.watchmen.Delete(tx, key)
		s.rates.Erase(tx, store.Key(key, ""), store.Key(key, "\x7f"))
		return
	}
	if ok {
		had.Types, had.Into = w.Types, w.Into
		w = had
	} else {
		now := s.k.Clock.Now()
		first := s.k.Journal.Near(tx, now.Add(-baseline))
		w.Since, w.Cursor = now, max(first, 1)-1
		s.glance.AtKey(tx, key, now.Truncate(rhythm).Add(rhythm), deliverArg{key})
	}
	s.watchmen.Put(tx, key, w)
}
