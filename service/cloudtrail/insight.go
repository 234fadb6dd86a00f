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

// watchman is what a trail that looks for unusual activity knows: how far it has read, and what it has found and not told yet.
type watchman struct {
	Trail  string // key of its row
	Types  []string
	Since  time.Time // when it was asked to
	Cursor uint64
	Open   int       `json:",omitempty"` // how many insights have no end yet
	Found  []insight `json:",omitempty"`
}

// learning is how long activity is only counted after insights were enabled: AWS takes "up to 36 hours" for the first.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html
const learning = 24 * time.Hour

// PutInsightSelectors says which unusual activity a trail looks for: that of management events, which it must record.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
func (s *Service) PutInsightSelectors(ctx context.Context, in *api.PutInsightSelectorsInput) (*api.PutInsightSelectorsOutput, error) {
	switch {
	case in.EventDataStore != nil || in.InsightsDestination != nil:
		return nil, unsupported("Insights of event data stores")
	case in.TrailName == nil:
		return nil, api.NewInvalidParameterCombinationException("You must specify a trail or an event data store.")
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
	t, err := s.change(ctx, *in.TrailName, func(tx *store.Tx, t *trail) error {
		switch {
		case t.Org != "" && len(types) > 0:
			return unsupported("Insights of organization trails")
		case len(types) > 0 && !t.wantsManagement():
			return api.NewInvalidInsightSelectorsException("A trail must log management events to have Insights enabled.")
		}
		t.Insights = types
		s.setWatchman(tx, t)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.PutInsightSelectorsOutput{TrailARN: new(s.arn(call.From(ctx).Account, &t)), InsightSelectors: selectorsShown(t.Insights)}, nil
}

// GetInsightSelectors tells which unusual activity a trail looks for.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetInsightSelectors.html
func (s *Service) GetInsightSelectors(ctx context.Context, in *api.GetInsightSelectorsInput) (*api.GetInsightSelectorsOutput, error) {
	switch {
	case in.EventDataStore != nil:
		return nil, unsupported("Insights of event data stores")
	case in.TrailName == nil:
		return nil, api.NewInvalidParameterCombinationException("You must specify a trail or an event data store.")
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

// wantsManagement reports whether a trail records any management events.
func (t *trail) wantsManagement() bool {
	for _, x := range t.Advanced {
		for _, f := range x.FieldSelectors {
			if *f.Field == fieldCategory && slices.Contains(f.Equals, management) {
				return true
			}
		}
	}
	for _, x := range t.Basic {
		if x.IncludeManagementEvents == nil || *x.IncludeManagementEvents {
			return true
		}
	}
	return len(t.Advanced)+len(t.Basic) == 0
}

// setWatchman begins or ends a trail's looking. It begins with what has happened in the seven days before, as far as the journal has it.
func (s *Service) setWatchman(tx *store.Tx, t *trail) {
	key := t.key()
	w, ok := s.watchmen.Get(tx, key)
	if len(t.Insights) == 0 {
		s.watchmen.Delete(tx, key)
		s.rates.Erase(tx, store.Key(key, ""), store.Key(key, "\x7f"))
		return
	}
	if w.Types = t.Insights; !ok {
		now := s.k.Clock.Now()
		first := s.k.Journal.Near(tx, now.Add(-baseline))
		w = watchman{Trail: key, Types: t.Insights, Since: now, Cursor: max(first, 1) - 1}
		s.glance.AtKey(tx, key, now.Truncate(rhythm).Add(rhythm), deliverArg{key})
	}
	s.watchmen.Put(tx, key, w)
}
