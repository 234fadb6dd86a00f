package cloudtrail

import (
	"cmp"
	"context"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/resource"
	"unyo/kernel/store"
)

// CreateEventDataStore makes an event data store, which takes what happens from now on unless told not to.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateEventDataStore.html
func (s *Service) CreateEventDataStore(ctx context.Context, in *api.CreateEventDataStoreInput) (*api.CreateEventDataStoreOutput, error) {
	c, now := call.From(ctx), s.k.Clock.Now()
	if in.KmsKeyId != nil {
		return nil, unsupported("KmsKeyId")
	}
	d := dataStore{
		ID: s.k.Entropy.UUID(ctx), Name: *in.Name, Home: c.Region, Created: now, Updated: now,
		Billing: cmp.Or(rt.Val(in.BillingMode), api.BillingModeExtendableRetentionPricing),
		Multi:   in.MultiRegionEnabled == nil || *in.MultiRegionEnabled, Protected: in.TerminationProtectionEnabled == nil || *in.TerminationProtectionEnabled,
	}
	d.Days = days[d.Billing].usual
	if in.RetentionPeriod != nil {
		d.Days = *in.RetentionPeriod
	}
	labels, err := tagList(in.TagsList)
	if err == nil {
		err = d.checkDays()
	}
	if err == nil {
		d.Advanced, err = selectorsOf(in.AdvancedEventSelectors)
	}
	if err != nil {
		return nil, err
	}
	if rt.Val(in.OrganizationEnabled) {
		org, management, err := s.checkOrganization(ctx)
		if err != nil {
			return nil, err
		}
		if d.Org = org; management != c.Account && d.collects() {
			return nil, api.NewNotOrganizationMasterAccountException("Only the management account of the organization can create an event data store of Insights events for it.")
		}
		ctx = onBehalf(ctx, management)
		c = call.From(ctx)
	}
	if d.collects() && in.StartIngestion != nil && !*in.StartIngestion {
		return nil, api.NewInvalidParameterException("An event data store of Insights events cannot be created without ingestion.")
	}
	id := s.storeARN(c.Account, &d)
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.roomForStore(tx, d.Name, ""); err != nil {
			return err
		}
		row := d
		if in.StartIngestion == nil || *in.StartIngestion {
			s.startIngestion(tx, &row)
		}
		s.stores.Put(tx, d.ID, row)
		s.k.Resources.Put(tx, resource.Resource{ARN: id, Type: "AWS::CloudTrail::EventDataStore", Name: d.Name, Service: "cloudtrail", Account: c.Account, Region: d.Home, Created: now})
		tx.After(s.look)
		return wordTags(s.k.Tags.Set(tx, id, labels...))
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateEventDataStoreOutput{
		EventDataStoreArn: &id, Name: &d.Name, Status: new(api.EventDataStoreStatusCreated), AdvancedEventSelectors: d.Advanced, MultiRegionEnabled: &d.Multi,
		OrganizationEnabled: new(d.Org != ""), RetentionPeriod: &d.Days, TerminationProtectionEnabled: &d.Protected, TagsList: in.TagsList,
		CreatedTimestamp: &now, UpdatedTimestamp: &now, BillingMode: &d.Billing,
	}, nil
}

// converted is the organization whose event data store one is to be, "" for an account's own. Only the management account turns the one into the other: for a
// delegated administrator it must be what it is already.
func (s *Service) converted(ctx, there context.Context, organization bool) (org string, err error) {
	stead := steadOf(there)
	switch {
	case stead != "" && organization:
		return stead, nil
	case stead == "" && !organization:
		return "", nil
	case stead == "":
		var management string
		if org, management, err = s.checkOrganization(ctx); err != nil || management == call.From(ctx).Account {
			return org, err
		}
	}
	return "", api.NewNotOrganizationMasterAccountException("Only the management account of the organization can convert an event data store.")
}

// checkDays holds the retention to the billing mode's limits.
func (d *dataStore) checkDays() error {
	if most := days[d.Billing].most; d.Days < minDays || d.Days > most {
		return api.NewInvalidParameterException("The retention period must be between %d and %d days with the billing mode %s.", minDays, most, d.Billing)
	}
	return nil
}

// roomForStore refuses a name that is taken by another than id, and, for a new one, an eleventh event data store.
func (s *Service) roomForStore(tx *store.Tx, name, id string) error {
	n := 0
	for _, other := range s.stores.From(tx, "") {
		if n++; other.Name == name && other.ID != id {
			return api.NewEventDataStoreAlreadyExistsException("An event data store with the name %s already exists.", name)
		}
	}
	if id == "" && n >= maxDataStores {
		return api.NewEventDataStoreMaxLimitExceededException("Your account has used the maximum number of event data stores: %d.", maxDataStores)
	}
	return nil
}

// UpdateEventDataStore changes what is given. A shorter retention lets go what is older at once.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html
func (s *Service) UpdateEventDataStore(ctx context.Context, in *api.UpdateEventDataStoreInput) (*api.UpdateEventDataStoreOutput, error) {
	if in.KmsKeyId != nil {
		return nil, unsupported("KmsKeyId")
	}
	there := s.ofStore(ctx, *in.EventDataStore)
	var org *string
	if in.OrganizationEnabled != nil {
		id, err := s.converted(ctx, there, *in.OrganizationEnabled)
		if err != nil {
			return nil, err
		}
		org = &id
	}
	d, err := s.changeStore(ctx, *in.EventDataStore, func(tx *store.Tx, d *dataStore) error { return s.updateStore(tx, d, in, org) })
	if err != nil {
		return nil, err
	}
	return &api.UpdateEventDataStoreOutput{
		EventDataStoreArn: new(s.storeARN(call.From(there).Account, &d)), Name: &d.Name, Status: d.status(), AdvancedEventSelectors: d.Advanced,
		MultiRegionEnabled: &d.Multi, OrganizationEnabled: new(d.Org != ""), RetentionPeriod: &d.Days, TerminationProtectionEnabled: &d.Protected,
		CreatedTimestamp: &d.Created, UpdatedTimestamp: &d.Updated, BillingMode: &d.Billing, FederationStatus: new(api.FederationStatusDisabled),
	}, nil
}

func (s *Service) updateStore(tx *store.Tx, d *dataStore, in *api.UpdateEventDataStoreInput, org *string) (err error) {
	collected := d.collects()
	if org != nil && *org != d.Org {
		s.reformStore(tx, d, *org)
	}
	if in.BillingMode != nil && *in.BillingMode != d.Billing {
		if d.Billing == api.BillingModeExtendableRetentionPricing {
			return api.NewInvalidParameterException("The billing mode cannot be changed from %s to %s.", d.Billing, *in.BillingMode)
		}
		d.Billing = *in.BillingMode
	}
	if in.Name != nil {
		if err := s.roomForStore(tx, *in.Name, d.ID); err != nil {
			return err
		}
		d.Name = *in.Name
	}
	if in.RetentionPeriod != nil {
		d.Days = *in.RetentionPeriod
	}
	if in.MultiRegionEnabled != nil {
		d.Multi = *in.MultiRegionEnabled
	}
	if in.TerminationProtectionEnabled != nil {
		d.Protected = *in.TerminationProtectionEnabled
	}
	if len(in.AdvancedEventSelectors) > 0 {
		if d.Advanced, err = selectorsOf(in.AdvancedEventSelectors); err != nil {
			return err
		}
		if collected != d.collects() {
			return api.NewInvalidEventSelectorsException("The type of an event data store cannot be changed.")
		}
	}
	if err := d.trail().checkInsights(d.Insights); err != nil {
		return err
	}
	if err := d.checkDays(); err != nil {
		return err
	}
	d.Updated = s.k.Clock.Now()
	d.Epoch++
	s.setExpiry(tx, d)
	return nil
}
