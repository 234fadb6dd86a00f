package cloudtrail

import (
	"context"
	"errors"
	"slices"
	"strings"

	api "unyo/api/cloudtrail"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// storePolicy is the resource policy of an event data store; its row lies under the id of that.
type storePolicy struct {
	Text  string
	Named policy.Pins `json:",omitempty"` // who they are whom it names
}

// PutResourcePolicy sets the policy of an event data store: who else may ask it, and who may not. Channels and dashboards are not here.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutResourcePolicy.html
func (s *Service) PutResourcePolicy(ctx context.Context, in *api.PutResourcePolicyInput) (*api.PutResourcePolicyOutput, error) {
	doc, err := policy.Parse(policy.Resource, "", *in.ResourcePolicy)
	if errors.Is(err, policy.ErrMalformed) {
		return nil, api.NewResourcePolicyNotValidException("The resource policy is not valid: %v", err)
	} else if err != nil {
		return nil, err
	}
	err = s.k.Update(s.ofStore(ctx, *in.ResourceArn), func(tx *store.Tx) error {
		d, err := s.policed(tx, *in.ResourceArn)
		if err == nil {
			err = about(doc, *in.ResourceArn)
		}
		if err != nil {
			return err
		}
		named, missing := doc.Pin(s.k.Principals.IDs(tx))
		if missing != "" {
			return api.NewResourcePolicyNotValidException("The resource policy is not valid: the principal %s is not valid.", missing)
		}
		s.policies.Put(tx, d.ID, storePolicy{*in.ResourcePolicy, named})
		return nil
	})
	return &api.PutResourcePolicyOutput{ResourceArn: in.ResourceArn, ResourcePolicy: in.ResourcePolicy}, err
}

// about refuses statements on another resource than that which has the policy, and on other actions than CloudTrail's.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/security_iam_resource-based-policy-examples.html
func about(doc *policy.Document, resource string) error {
	for _, x := range doc.Statements() {
		if x.NotResource || !slices.Equal(x.Resources, []string{resource}) {
			return api.NewResourcePolicyNotValidException("The resource policy is not valid: its resource must be %s.", resource)
		}
		if x.NotAction || slices.ContainsFunc(x.Actions, func(a string) bool { return !strings.HasPrefix(strings.ToLower(a), "cloudtrail:") }) {
			return api.NewResourcePolicyNotValidException("The resource policy is not valid: its actions must be CloudTrail's.")
		}
	}
	return nil
}

// policed finds the event data store by an ARN whose policy is meant.
func (s *Service) policed(tx *store.Tx, name string) (d dataStore, err error) {
	a, err := arn.Parse(name)
	kind, _, _ := strings.Cut(a.Resource, "/")
	switch {
	case err != nil || a.Service != "cloudtrail":
		return d, api.NewResourceARNNotValidException("The resource ARN is not valid: %s", name)
	case kind == "channel" || kind == "dashboard": // there is none
		return d, api.NewResourceNotFoundException("The resource was not found: %s", name)
	case kind != "eventdatastore":
		return d, api.NewResourceTypeNotSupportedException("Resource type %s is not supported.", kind)
	}
	d, err = s.dataStoreNamed(tx, name)
	switch awserr.Code(err) {
	case "EventDataStoreARNInvalidException":
		err = api.NewResourceARNNotValidException("The resource ARN is not valid: %s", name)
	case "EventDataStoreNotFoundException":
		err = api.NewResourceNotFoundException("The resource was not found: %s", name)
	}
	return d, err
}

// GetResourcePolicy shows the policy of an event data store.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetResourcePolicy.html
func (s *Service) GetResourcePolicy(ctx context.Context, in *api.GetResourcePolicyInput) (*api.GetResourcePolicyOutput, error) {
	out := &api.GetResourcePolicyOutput{ResourceArn: in.ResourceArn}
	return out, s.k.View(s.ofStore(ctx, *in.ResourceArn), func(tx *store.Tx) error {
		d, err := s.policed(tx, *in.ResourceArn)
		if err != nil {
			return err
		}
		text, ok := s.policyOf(tx, d.ID)
		if !ok {
			return noPolicy(*in.ResourceArn)
		}
		out.ResourcePolicy = &text
		return nil
	})
}

func noPolicy(resource string) error {
	return api.NewResourcePolicyNotFoundException("The resource policy was not found: %s", resource)
}

// DeleteResourcePolicy takes the policy of an event data store away.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteResourcePolicy.html
func (s *Service) DeleteResourcePolicy(ctx context.Context, in *api.DeleteResourcePolicyInput) (*api.DeleteResourcePolicyOutput, error) {
	return &api.DeleteResourcePolicyOutput{}, s.k.Update(s.ofStore(ctx, *in.ResourceArn), func(tx *store.Tx) error {
		d, err := s.policed(tx, *in.ResourceArn)
		if err != nil {
			return err
		}
		if !s.policies.Has(tx, d.ID) {
			return noPolicy(*in.ResourceArn)
		}
		s.policies.Delete(tx, d.ID)
		return nil
	})
}

// policyOf is the policy of an event data store as it holds now: users and roles that are no more are ids in it.
func (s *Service) policyOf(tx *store.Tx, id string) (text string, ok bool) {
	p, ok := s.policies.Get(tx, id)
	if !ok {
		return "", false
	}
	return p.Named.Apply(p.Text, s.k.Principals.IDs(tx)), true
}

// ResourcePolicy gives the chain the policy of an event data store.
func (s *Service) ResourcePolicy(ctx context.Context, resource string) (d *policy.Document, err error) {
	a, err := arn.Parse(resource)
	id, ok := strings.CutPrefix(a.Resource, "eventdatastore/")
	if err != nil || !ok {
		return nil, nil
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		text, ok := s.policyOf(tx.In(call.Scope{Partition: a.Partition, Account: a.Account, Region: a.Region}), id)
		if ok {
			d, err = s.compiled.Parse(policy.Resource, resource, text)
		}
		return err
	})
	return d, err
}
