package organizations

import (
	"context"
	"strings"

	api "unyo/api/organizations"
	"unyo/base/call"
	"unyo/kernel/store"
)

// DescribeHandshake shows a handshake to its parties.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeHandshake.html
func (s *Service) DescribeHandshake(ctx context.Context, in *api.DescribeHandshakeInput) (*api.DescribeHandshakeOutput, error) {
	out := &api.DescribeHandshakeOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		h, err := s.handshakeFor(ctx, tx, *in.HandshakeId)
		if err == nil {
			out.Handshake = s.handshakeShape(tx, *in.HandshakeId, &h)
		}
		return err
	})
}

// ListHandshakesForAccount lists the invitations that the caller's account has got.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListHandshakesForAccount.html
func (s *Service) ListHandshakesForAccount(ctx context.Context, in *api.ListHandshakesForAccountInput) (*api.ListHandshakesForAccountOutput, error) {
	out := &api.ListHandshakesForAccountOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) (err error) {
		out.Handshakes, out.NextToken, err = listed("invitations", in.NextToken, in.MaxResults, within(s.invitations, tx, call.From(ctx).Account), s.shown(tx, in.Filter))
		return err
	})
}

// ListHandshakesForOrganization lists the invitations that the organisation has sent.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListHandshakesForOrganization.html
func (s *Service) ListHandshakesForOrganization(ctx context.Context, in *api.ListHandshakesForOrganizationInput) (*api.ListHandshakesForOrganizationOutput, error) {
	out := &api.ListHandshakesForOrganizationOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) (err error) {
		out.Handshakes, out.NextToken, err = listed("sent", in.NextToken, in.MaxResults, within(s.sent, tx, o.ID), s.shown(tx, in.Filter))
		return err
	})
}

// shown keeps what a filter asks for.
func (s *Service) shown(tx *store.Tx, f *api.HandshakeFilter) func(id string, _ none) (api.Handshake, bool) {
	return func(id string, _ none) (api.Handshake, bool) {
		h, ok := s.handshakes.Get(tx, id)
		if !ok || f != nil && (f.ActionType != nil && *f.ActionType != h.action() || f.ParentHandshakeId != nil && *f.ParentHandshakeId != h.Parent) {
			return api.Handshake{}, false
		}
		return *s.handshakeShape(tx, id, &h), true
	}
}

// action is what a handshake is about.
func (h *handshake) action() string {
	if h.Action == "" {
		return api.ActionTypeInvite
	}
	return h.Action
}

// handshakeARN bears the action in small letters.
func (s *Service) handshakeARN(o *organization, id string, h *handshake) string {
	return s.arn(o, "handshake", strings.ToLower(h.action())+"/"+id)
}

func (s *Service) handshakeShape(tx *store.Tx, id string, h *handshake) *api.Handshake {
	o, _ := s.organizations.Get(tx, h.Org)
	resource := func(kind, value string, below ...api.HandshakeResource) api.HandshakeResource {
		return api.HandshakeResource{Type: &kind, Value: &value, Resources: below}
	}
	shape := &api.Handshake{
		Id: &id, Arn: new(s.handshakeARN(&o, id, h)), Action: new(h.action()), State: &h.State,
		RequestedTimestamp: &h.RequestedAt, ExpirationTimestamp: new(h.RequestedAt.Add(h.valid())),
		Parties: []api.HandshakeParty{{Id: &h.Org, Type: new(api.HandshakePartyTypeOrganization)}, {Id: &h.Party, Type: &h.PartyType}},
		Resources: []api.HandshakeResource{
			resource(api.HandshakeResourceTypeOrganization, h.Org, resource(api.HandshakeResourceTypeMasterEmail, emailOf(o.Management)), resource(api.HandshakeResourceTypeMasterName, managementName), resource(api.HandshakeResourceTypeOrganizationFeatureSet, o.FeatureSet)),
			resource(h.PartyType, h.Party),
		},
	}
	if h.Notes != "" {
		shape.Resources = append(shape.Resources, resource(api.HandshakeResourceTypeNotes, h.Notes))
	}
	if h.Parent != "" {
		shape.Resources = append(shape.Resources, resource(api.HandshakeResourceTypeParentHandshake, h.Parent))
	}
	return shape
}
