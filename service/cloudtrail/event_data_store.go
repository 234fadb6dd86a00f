package cloudtrail

import (
	"context"
	"regexp"
	"strings"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// dataStore is an event data store of CloudTrail Lake: what of an account's events is kept, how long, and how far the journal was read.
// Its row lies under its id.
type dataStore struct {
	ID, Name  string
	Home      string
	Billing   string
	Days      int32  // of retention
	Multi     bool   `json:",omitempty"` // all regions
	Org       string `json:",omitempty"` // the organization whose accounts' events it takes
	Protected bool   `json:",omitempty"`
	Advanced  []api.AdvancedEventSelector
	Insights  []string `json:",omitempty"` // which unusual activity it looks for
	Into      string   `json:",omitempty"` // the event data store that takes what it finds
	Created   time.Time
	Updated   time.Time

	Ingesting bool      `json:",omitempty"`
	Deleted   time.Time `json:",omitzero"`  // since when it is pending deletion
	Epoch     int       `json:",omitempty"` // counts what changes which events are taken
	Feed      feed
}

// Limits of event data stores.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
const (
	maxDataStores = 10
	minDays       = 7
)

// deletionWait is how long a deleted event data store can be restored.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteEventDataStore.html
const deletionWait = 7 * 24 * time.Hour

// days are by default and at most those of retention, by billing mode.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateEventDataStore.html
var days = map[string]struct{ usual, most int32 }{
	api.BillingModeExtendableRetentionPricing: {366, 3653},
	api.BillingModeFixedRetentionPricing:      {2557, 2557},
}

// status is the state in which the API shows it.
func (d *dataStore) status() *string {
	switch {
	case !d.Deleted.IsZero():
		return new(api.EventDataStoreStatusPendingDeletion)
	case d.Ingesting:
		return new(api.EventDataStoreStatusEnabled)
	}
	return new(api.EventDataStoreStatusStoppedIngestion)
}

// trail is what of an account's events it takes, as a trail would.
func (d *dataStore) trail() *trail {
	t := &trail{Name: d.Name, Home: d.Home, Multi: d.Multi, Global: true, Advanced: d.Advanced, Org: d.Org}
	if d.collects() {
		t.collects = d.ID
	}
	return t
}

// layout is the columns that it has.
func (d *dataStore) layout() *layout {
	if d.collects() {
		return insightLayout
	}
	return eventLayout
}

// kept is the instant before which its events have outlived their time.
func (d *dataStore) kept(now time.Time) time.Time { return now.AddDate(0, 0, -int(d.Days)) }

func (s *Service) storeARN(account string, d *dataStore) string {
	return "arn:" + s.k.Partition + ":cloudtrail:" + d.Home + ":" + account + ":eventdatastore/" + d.ID
}

var storeID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// dataStoreNamed looks an event data store up by ARN or by its id, in the region that is asked. To who acts in another account's stead only those of the
// organization are there.
func (s *Service) dataStoreNamed(tx *store.Tx, name string) (d dataStore, err error) {
	id := name
	if strings.HasPrefix(name, "arn:") {
		a, err := arn.Parse(name)
		rest, ok := strings.CutPrefix(a.Resource, "eventdatastore/")
		if err != nil || a.Service != "cloudtrail" || !ok || !storeID.MatchString(rest) {
			return d, api.NewEventDataStoreARNInvalidException("The event data store ARN is not valid: %s", name)
		}
		if c := tx.Call(); a.Partition != s.k.Partition || a.Account != c.Account || a.Region != c.Region {
			return d, api.NewEventDataStoreNotFoundException("The event data store was not found: %s", name)
		}
		id = rest
	} else if !storeID.MatchString(name) {
		return d, api.NewEventDataStoreARNInvalidException("The event data store ARN is not valid: %s", name)
	}
	d, ok := s.stores.Get(tx, id)
	if org := steadOf(tx.Context()); !ok || org != "" && d.Org != org || outsideGrant(tx.Context(), id) {
		return dataStore{}, api.NewEventDataStoreNotFoundException("The event data store was not found: %s", name)
	}
	return d, nil
}

// changeStore finds an event data store that is not pending deletion, and puts what fn makes of it.
func (s *Service) changeStore(ctx context.Context, name string, fn func(tx *store.Tx, d *dataStore) error) (d dataStore, err error) {
	err = s.k.Update(s.ofStore(ctx, name), func(tx *store.Tx) error {
		if d, err = s.dataStoreNamed(tx, name); err != nil {
			return err
		}
		if !d.Deleted.IsZero() {
			return inactive(&d)
		}
		if err := fn(tx, &d); err != nil {
			return err
		}
		s.stores.Put(tx, d.ID, d)
		tx.After(s.look)
		return nil
	})
	return d, err
}

func inactive(d *dataStore) error {
	return api.NewInactiveEventDataStoreException("The event data store is not active: %s is pending deletion.", d.ID)
}

// GetEventDataStore shows an event data store, also one that is pending deletion.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventDataStore.html
func (s *Service) GetEventDataStore(ctx context.Context, in *api.GetEventDataStoreInput) (*api.GetEventDataStoreOutput, error) {
	ctx = s.toAsk(ctx, *in.EventDataStore)
	var d dataStore
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		d, err = s.dataStoreNamed(tx, *in.EventDataStore)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.GetEventDataStoreOutput{
		EventDataStoreArn: new(s.storeARN(call.From(ctx).Account, &d)), Name: &d.Name, Status: d.status(), AdvancedEventSelectors: d.Advanced,
		MultiRegionEnabled: &d.Multi, OrganizationEnabled: new(d.Org != ""), RetentionPeriod: &d.Days, TerminationProtectionEnabled: &d.Protected,
		CreatedTimestamp: &d.Created, UpdatedTimestamp: &d.Updated, BillingMode: &d.Billing, FederationStatus: new(api.FederationStatusDisabled),
	}, nil
}

const storesPerPage = 1000

// ListEventDataStores names the event data stores of the region; to a delegated administrator also those of the organization.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListEventDataStores.html
func (s *Service) ListEventDataStores(ctx context.Context, in *api.ListEventDataStoresInput) (*api.ListEventDataStoresOutput, error) {
	after, err := page.After("stores", rt.Val(in.NextToken))
	if err != nil {
		return nil, api.NewInvalidNextTokenException("Invalid token provided.")
	}
	limit := storesPerPage
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	out := &api.ListEventDataStoresOutput{}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		out.EventDataStores, out.NextToken = page.Collect("stores", limit, s.visible(tx, after), func(_ string, d owned) (api.EventDataStore, bool) {
			return api.EventDataStore{EventDataStoreArn: new(s.storeARN(d.account, &d.dataStore)), Name: new(d.Name)}, true
		})
		return nil
	})
	return out, err
}

// DeleteEventDataStore ends the ingestion; after seven days, in which it can be restored, what it holds is gone.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteEventDataStore.html
func (s *Service) DeleteEventDataStore(ctx context.Context, in *api.DeleteEventDataStoreInput) (*api.DeleteEventDataStoreOutput, error) {
	_, err := s.changeStore(ctx, *in.EventDataStore, func(tx *store.Tx, d *dataStore) error {
		if d.Protected {
			return api.NewEventDataStoreTerminationProtectedException("The event data store cannot be deleted because termination protection is enabled for it.")
		}
		d.Deleted = s.k.Clock.Now()
		s.stopIngestion(tx, d)
		s.expire.AtKey(tx, d.ID, d.Deleted.Add(deletionWait), storeArg{d.ID})
		return nil
	})
	return &api.DeleteEventDataStoreOutput{}, err
}

// RestoreEventDataStore takes a deletion back; ingestion goes on from here.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RestoreEventDataStore.html
func (s *Service) RestoreEventDataStore(ctx context.Context, in *api.RestoreEventDataStoreInput) (*api.RestoreEventDataStoreOutput, error) {
	ctx = s.ofStore(ctx, *in.EventDataStore)
	var d dataStore
	err := s.k.Update(ctx, func(tx *store.Tx) (err error) {
		if d, err = s.dataStoreNamed(tx, *in.EventDataStore); err != nil {
			return err
		}
		if d.Deleted.IsZero() {
			return api.NewInvalidEventDataStoreStatusException("The event data store is not in a status that supports the operation.")
		}
		d.Deleted, d.Updated = time.Time{}, s.k.Clock.Now()
		s.startIngestion(tx, &d)
		s.stores.Put(tx, d.ID, d)
		s.setExpiry(tx, &d)
		tx.After(s.look)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.RestoreEventDataStoreOutput{
		EventDataStoreArn: new(s.storeARN(call.From(ctx).Account, &d)), Name: &d.Name, Status: d.status(), AdvancedEventSelectors: d.Advanced,
		MultiRegionEnabled: &d.Multi, OrganizationEnabled: new(d.Org != ""), RetentionPeriod: &d.Days, TerminationProtectionEnabled: &d.Protected,
		CreatedTimestamp: &d.Created, UpdatedTimestamp: &d.Updated, BillingMode: &d.Billing,
	}, nil
}

// StartEventDataStoreIngestion goes on with what StopEventDataStoreIngestion ended; what happened between is not taken.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartEventDataStoreIngestion.html
func (s *Service) StartEventDataStoreIngestion(ctx context.Context, in *api.StartEventDataStoreIngestionInput) (*api.StartEventDataStoreIngestionOutput, error) {
	_, err := s.changeStore(ctx, *in.EventDataStore, func(tx *store.Tx, d *dataStore) error {
		if d.collects() {
			return noCategory()
		}
		if d.Ingesting {
			return api.NewInvalidEventDataStoreStatusException("The event data store is not in a status that supports the operation.")
		}
		s.startIngestion(tx, d)
		return nil
	})
	return &api.StartEventDataStoreIngestionOutput{}, err
}

// StopEventDataStoreIngestion ends the ingestion; that it was asked is the last that is taken.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopEventDataStoreIngestion.html
func (s *Service) StopEventDataStoreIngestion(ctx context.Context, in *api.StopEventDataStoreIngestionInput) (*api.StopEventDataStoreIngestionOutput, error) {
	_, err := s.changeStore(ctx, *in.EventDataStore, func(tx *store.Tx, d *dataStore) error {
		if d.collects() {
			return noCategory()
		}
		if !d.Ingesting {
			return api.NewInvalidEventDataStoreStatusException("The event data store is not in a status that supports the operation.")
		}
		s.stopIngestion(tx, d)
		return nil
	})
	return &api.StopEventDataStoreIngestionOutput{}, err
}

func (s *Service) startIngestion(tx *store.Tx, d *dataStore) {
	d.Ingesting, d.Epoch = true, d.Epoch+1
	d.Feed.Spans = append(d.Feed.Spans, span{From: s.k.Journal.Last(tx)})
	s.watchStore(tx, d)
}

func (s *Service) stopIngestion(tx *store.Tx, d *dataStore) {
	d.Ingesting = false
	s.end(tx, &d.Feed)
	s.watchStore(tx, d)
}

// noCategory refuses what an event data store of insight events does not know: it takes what others find, as long as it is there.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartEventDataStoreIngestion.html
func noCategory() error {
	return api.NewInvalidEventDataStoreCategoryException("The operation does not apply to an event data store of the event category %s.", insightful)
}
