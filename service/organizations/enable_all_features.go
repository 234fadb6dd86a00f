package organizations

import (
	"context"
	"time"

	api "unyo/api/organizations"
	"unyo/base/call"
	"unyo/kernel/store"
)

// migrationValid is how long the members have for their approval.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_org_support-all-features.html
const migrationValid = 90 * 24 * time.Hour

// EnableAllFeatures begins the way from consolidated billing to all features: every account that was invited has to approve, and then the
// management account to finish it. Accounts that the organisation has made itself are not asked.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAllFeatures.html
func (s *Service) EnableAllFeatures(ctx context.Context, _ *api.EnableAllFeaturesInput) (*api.EnableAllFeaturesOutput, error) {
	id, now := s.id(ctx, "h-", 32), s.k.Clock.Now()
	var asked []string
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		asked, err = s.toApprove(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for _, account := range asked {
		ids[account] = s.id(ctx, "h-", 32)
	}
	out := &api.EnableAllFeaturesOutput{}
	return out, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		if o.FeatureSet == api.OrganizationFeatureSetAll {
			return handshakeConstraint(api.HandshakeConstraintViolationExceptionReasonOrganizationAlreadyHasAllFeatures, "The handshake request is invalid because the organization has already enabled all features.")
		}
		if _, pending := s.migration(tx, o); pending {
			return handshakeConstraint(api.HandshakeConstraintViolationExceptionReasonOrganizationIsAlreadyPendingAllFeaturesMigration, "The handshake request is invalid because the organization has already started the process to enable all features.")
		}
		whole := handshake{Org: o.ID, Account: o.Management, Action: api.ActionTypeEnableAllFeatures, PartyType: api.HandshakePartyTypeOrganization, Party: o.ID, State: api.HandshakeStateRequested, RequestedAt: now}
		s.putHandshake(tx, id, whole)
		for _, account := range asked {
			s.putHandshake(tx, ids[account], handshake{Org: o.ID, Account: account, Action: api.ActionTypeApproveAllFeatures, Parent: id, PartyType: api.HandshakePartyTypeAccount, Party: account, State: api.HandshakeStateOpen, RequestedAt: now})
		}
		s.approved(tx, id)
		whole, _ = s.handshakes.Get(tx, id)
		out.Handshake = s.handshakeShape(tx, id, &whole)
		return nil
	})
}

// toApprove lists the accounts that were invited into the caller's organisation, but for the one that has made it.
func (s *Service) toApprove(ctx context.Context, tx *store.Tx) (accounts []string, err error) {
	o, err := s.mine(ctx, tx)
	for account, m := range s.members.From(tx, "") {
		if m.Org == o.ID && m.Method == api.AccountJoinedMethodInvited && account != o.Management && m.ClosedAt.IsZero() {
			accounts = append(accounts, account)
		}
	}
	return accounts, err
}

// putHandshake keeps a new handshake where its parties find it, and has it end.
func (s *Service) putHandshake(tx *store.Tx, id string, h handshake) {
	s.handshakes.Put(tx, id, h)
	s.invitations.Put(tx, store.Key(h.Account, id), none{})
	s.sent.Put(tx, store.Key(h.Org, id), none{})
	s.lapse.AtKey(tx, id, h.RequestedAt.Add(h.valid()), id)
}

// valid is how long a handshake stays open.
func (h *handshake) valid() time.Duration {
	if h.Action != "" {
		return migrationValid
	}
	return handshakeValid
}

// pending reports whether a handshake has not come to its end.
func (h *handshake) pending() bool {
	return h.State == api.HandshakeStateOpen || h.State == api.HandshakeStateRequested
}

// migration finds the handshake by which an organisation is on its way to all features.
func (s *Service) migration(tx *store.Tx, o *organization) (id string, pending bool) {
	for key := range s.sent.Prefix(tx, store.Key(o.ID, ""), "") {
		if h, _ := s.handshakes.Get(tx, tailOf(key)); h.Action == api.ActionTypeEnableAllFeatures && h.pending() {
			return tailOf(key), true
		}
	}
	return "", false
}

// approvals visits the approvals that belong to a migration.
func (s *Service) approvals(tx *store.Tx, parent string, visit func(id string, h handshake)) {
	whole, _ := s.handshakes.Get(tx, parent)
	for key := range s.sent.Prefix(tx, store.Key(whole.Org, ""), "") {
		if h, _ := s.handshakes.Get(tx, tailOf(key)); h.Parent == parent {
			visit(tailOf(key), h)
		}
	}
}

// approved opens a migration for its last step once nobody's approval is wanting.
func (s *Service) approved(tx *store.Tx, parent string) {
	all := true
	s.approvals(tx, parent, func(_ string, h handshake) {
		all = all && (h.State == api.HandshakeStateAccepted || h.State == api.HandshakeStateCanceled)
	})
	if h, _ := s.handshakes.Get(tx, parent); all && h.State == api.HandshakeStateRequested {
		h.State = api.HandshakeStateOpen
		s.handshakes.Put(tx, parent, h)
	}
}

// withdraw ends the approvals that are open still, with their migration.
func (s *Service) withdraw(tx *store.Tx, parent, state string) {
	s.approvals(tx, parent, func(id string, h handshake) {
		if h.pending() {
			h.State = state
			s.endHandshake(tx, id, h)
		}
	})
}

// finish gives an organisation all features.
func (s *Service) finish(tx *store.Tx, o *organization) {
	o.FeatureSet = api.OrganizationFeatureSetAll
	o.Types = []string{api.PolicyTypeServiceControlPolicy}
	s.organizations.Put(tx, o.ID, *o)
	s.everywhere(tx, o, func(id string) { s.attachDefaults(tx, o, id) })
}

// excuse withdraws what was asked of an account that leaves: it holds nobody up any more.
func (s *Service) excuse(tx *store.Tx, o *organization, account string) {
	for key := range s.invitations.Prefix(tx, store.Key(account, ""), "") {
		id := tailOf(key)
		if h, _ := s.handshakes.Get(tx, id); h.Org == o.ID && h.Parent != "" && h.State != api.HandshakeStateAccepted {
			h.State = api.HandshakeStateCanceled
			s.endHandshake(tx, id, h)
			s.approved(tx, h.Parent)
		}
	}
}

// acceptApproval and acceptMigration are what AcceptHandshake does for a member, and for the management account.
func (s *Service) acceptApproval(tx *store.Tx, id string, h *handshake) {
	h.State = api.HandshakeStateAccepted
	s.handshakes.Put(tx, id, *h)
	s.approved(tx, h.Parent)
}

func (s *Service) acceptMigration(tx *store.Tx, o *organization, h *handshake) {
	h.State = api.HandshakeStateAccepted
	s.finish(tx, o)
}

// ends says with which state a handshake ends; a migration takes its approvals along.
func (s *Service) ends(state string) func(*store.Tx, string, *handshake) error {
	return func(tx *store.Tx, id string, h *handshake) error {
		h.State = state
		if h.Action == api.ActionTypeEnableAllFeatures {
			s.withdraw(tx, id, api.HandshakeStateCanceled)
		}
		return nil
	}
}

// maySettle tells who ends a handshake: those who have asked take it back, those who are asked answer.
func maySettle(ctx context.Context, o *organization, h *handshake, takingBack bool) bool {
	if takingBack {
		return call.From(ctx).Account == o.Management
	}
	return call.From(ctx).Account == h.Account
}
