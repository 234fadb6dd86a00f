package cloudtrail

import (
	"cmp"
	"context"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/columnar"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// An event data store of management events looks for unusual activity, each account's and region's for itself, and another of the same account, which takes nothing
// else, takes what it finds. Event history does not show it.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-event-data-store-insights.html

// putStoreInsights is PutInsightSelectors of an event data store. A delegated administrator may not.
func (s *Service) putStoreInsights(ctx context.Context, in *api.PutInsightSelectorsInput, types []string) (*api.PutInsightSelectorsOutput, error) {
	switch {
	case steadOf(s.ofStore(ctx, *in.EventDataStore)) != "":
		return nil, api.NewNotOrganizationMasterAccountException("Only the management account of the organization can enable Insights on its event data stores.")
	case len(types) > 0 && in.InsightsDestination == nil:
		return nil, api.NewInvalidParameterException("You must specify the event data store that is the destination of Insights events.")
	}
	d, err := s.changeStore(ctx, *in.EventDataStore, func(tx *store.Tx, d *dataStore) error {
		into := ""
		if in.InsightsDestination != nil {
			to, err := s.dataStoreNamed(tx, *in.InsightsDestination)
			switch {
			case err != nil:
				return err
			case !to.Deleted.IsZero():
				return inactive(&to)
			case !to.collects():
				return api.NewInvalidParameterException("The event data store %s does not collect Insights events.", to.ID)
			}
			into = to.ID
		}
		if err := d.trail().checkInsights(types); err != nil {
			return err
		}
		if len(types) == 0 {
			into = ""
		}
		d.Insights, d.Into, d.Updated = types, into, s.k.Clock.Now()
		s.watchStore(tx, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	v := s.showInsights(call.From(ctx).Account, &d)
	return &api.PutInsightSelectorsOutput{EventDataStoreArn: v.EventDataStoreArn, InsightsDestination: v.InsightsDestination, InsightSelectors: v.InsightSelectors}, nil
}

// storeInsights is GetInsightSelectors of an event data store.
func (s *Service) storeInsights(ctx context.Context, name string) (*api.GetInsightSelectorsOutput, error) {
	ctx = s.ofStore(ctx, name)
	var d dataStore
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		d, err = s.dataStoreNamed(tx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	v := s.showInsights(call.From(ctx).Account, &d)
	if len(d.Insights) == 0 {
		return nil, api.NewInsightNotEnabledException("The event data store %s does not have Insights enabled.", *v.EventDataStoreArn)
	}
	return v, nil
}

func (s *Service) showInsights(account string, d *dataStore) *api.GetInsightSelectorsOutput {
	out := &api.GetInsightSelectorsOutput{EventDataStoreArn: new(s.storeARN(account, d)), InsightSelectors: selectorsShown(d.Insights)}
	if d.Into != "" {
		out.InsightsDestination = new(s.storeARN(account, &dataStore{ID: d.Into, Home: d.Home}))
	}
	return out
}

// watchStore has an event data store look for what it is asked to, as long as it takes what happens. No trail has a name like the key's.
func (s *Service) watchStore(tx *store.Tx, d *dataStore) {
	w := watchman{Trail: trailKey(d.Home, "eventdatastore/"+d.ID), Store: d.ID, Into: d.Into}
	if d.Ingesting {
		w.Types = d.Insights
	}
	s.setWatchman(tx, w)
}

// insightLayout is that of event data stores of insight events. AWS's page leaves out that attributions, and what was measured of each, are lists, as they are in
// records; files leave out members that AWS deprecates, and the baseline's attributions.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-lake.html
var insightLayout = layOut([]column{
	{"eventversion", "string"}, {"eventcategory", "string"}, {"eventtype", "string"}, {"eventid", "string"}, {eventTime, "timestamp"}, {"awsregion", "string"},
	{"recipientaccountid", "string"}, {"sharedeventid", "string"}, {"addendum", "map<string,string>"}, {"insightsource", "string"}, {"insightstate", "string"},
	{"insighteventsource", "string"}, {"insighteventname", "string"}, {"insighterrorcode", "string"}, {"insighttype", "string"},
	{"insightcontext", "struct<baselineaverage:double,insightaverage:double,baselineduration:int,insightduration:int,attributions:array<struct<attribute:string," +
		"insightvalue:string,insightaverage:double,baselinevalue:string,baselineaverage:double,insight:array<struct<value:string,average:double>>,baseline:array<struct<value:string,average:double>>>>>"},
}, []string{"addendum"}, "eventid", "sharedeventid")

// insightRow is what an entry tells of an insight, as a row of a file; account is whose the event data store is.
func insightRow(e *journal.Entry, account string) ([]columnar.Value, time.Time) {
	x := insightOf(e.Call)
	d, n := &x.Details, &x.Details.Context.Statistics
	measured := structure(number(n.Baseline.Average), number(n.Insight.Average), whole(n.BaselineDuration), whole(n.Duration), attributionRows(d.Context.Attributions))
	return insightLayout.row([]columnar.Value{
		str(eventVersion), str(insightful), str(insightType), str(eventID(e, account)), whole(x.Time.UTC().Truncate(time.Second).UnixMicro()), str(e.Call.Region),
		str(cmp.Or(x.Account, account)), str(x.Shared), {}, str(x.Source), str(d.State), str(d.Source), str(d.Name), str(d.Code), str(d.Type), measured,
	}), x.Time
}

func number(f float64) columnar.Value { return columnar.Value{Valid: true, Float: f} }

func whole(n int64) columnar.Value { return columnar.Value{Valid: true, Int: n} }

func attributionRows(list []attribution) columnar.Value {
	v := columnar.Value{Valid: true, Items: []columnar.Value{}}
	for _, a := range list {
		shares := columnar.Value{Valid: true, Items: []columnar.Value{}}
		for _, x := range a.Insight {
			shares.Items = append(shares.Items, structure(str(x.Value), number(x.Average)))
		}
		v.Items = append(v.Items, structure(str(a.Attribute), columnar.Value{}, columnar.Value{}, columnar.Value{}, columnar.Value{}, shares, columnar.Value{}))
	}
	return v
}

// onInsights is what it takes to read or change selectors of insights: of a trail, or of event data stores.
func (s *Service) onInsights(ctx context.Context, action string, trail *string, stores ...*string) (needs []rt.Need) {
	for _, id := range stores {
		if id != nil {
			needs = append(needs, s.onResources(ctx, action, *id)...)
		}
	}
	if trail != nil || len(needs) == 0 {
		needs = append(needs, rt.Need{Action: "cloudtrail:" + action, Resources: []string{s.named(ctx, rt.Val(trail))}})
	}
	return needs
}
