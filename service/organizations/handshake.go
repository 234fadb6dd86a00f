package organizations

import (
	"context"
	"strings"
	"time"

	api "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// Times of https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_invites.html
// and https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListHandshakesForAccount.html
const (
	handshakeValid = 15 * 24 * time.Hour
	handshakeKept  = 30 * 24 * time.Hour // after it has ended
)

// handshake is an invitation, or one of those by which an organisation comes to all features.
type handshake struct {
	Org, Account string
	Party        string // the account's id or address, as it was given
	PartyType    string
	Notes        string     `json:",omitempty"`
	Tags         []tags.Tag `json:",omitempty"`
	State        string
	Action       string `json:",omitempty"` // "": INVITE
	Parent       string `json:",omitempty"` // of an approval: what it is for
	RequestedAt  time.Time
}

// InviteAccountToOrganization asks an account that stands alone to join.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_InviteAccountToOrganization.html
func (s *Service) InviteAccountToOrganization(ctx context.Context, in *api.InviteAccountToOrganizationInput) (*api.InviteAccountToOrganizationOutput, error) {
	if err := wordTags(tags.Check(tagsOf(in.Tags))); err != nil {
		return nil, err
	}
	account, err := s.invited(ctx, in.Target)
	if err != nil {
		return nil, err
	}
	id := s.id(ctx, "h-", 32)
	h := handshake{Account: account, Party: *in.Target.Id, PartyType: *in.Target.Type, Notes: rt.Val(in.Notes), Tags: tagsOf(in.Tags), State: api.HandshakeStateOpen, RequestedAt: s.k.Clock.Now()}
	out := &api.InviteAccountToOrganizationOutput{}
	return out, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		h.Org = o.ID
		if _, pending := s.migration(tx, o); pending {
			return handshakeConstraint(api.HandshakeConstraintViolationExceptionReasonInviteDisabledDuringEnableAllFeatures, "You can't issue new invitations to join an organization while it's in the process of enabling all features.")
		}
		if s.members.Has(tx, account) {
			return handshakeConstraint(api.HandshakeConstraintViolationExceptionReasonAlreadyInAnOrganization, "The provided account is already a member of an organization.")
		}
		for key := range s.invitations.Prefix(tx, store.Key(account, ""), "") {
			if other, _ := s.handshakes.Get(tx, tailOf(key)); other.Org == o.ID && other.State == api.HandshakeStateOpen {
				return api.NewDuplicateHandshakeException("A handshake for the same action already exists with the specified account.")
			}
		}
		s.putHandshake(tx, id, h)
		out.Handshake = s.handshakeShape(tx, id, &h)
		return nil
	})
}

// invited finds the account that is meant.
func (s *Service) invited(ctx context.Context, target *api.HandshakeParty) (string, error) {
	account := *target.Id
	if *target.Type == api.HandshakePartyTypeEmail {
		name, domain, _ := strings.Cut(account, "@")
		account = strings.TrimSuffix(domain, ".example")
		if name != "root" {
			account = ""
		}
	}
	there, err := s.accounts.HasAccount(ctx, account)
	switch {
	case err != nil:
		return "", err
	case *target.Type == api.HandshakePartyTypeOrganization:
		return "", invalid(api.InvalidInputExceptionReasonInvalidPartyTypeTarget, "You specified the wrong type of entity (account, organization, or email) as a party.")
	case !there && *target.Type == api.HandshakePartyTypeEmail:
		return "", invalid(api.InvalidInputExceptionReasonInvalidEmailAddressTarget, "You specified an email address that no account of this estate has.")
	case !there:
		return "", handshakeConstraint(api.HandshakeConstraintViolationExceptionReasonTargetAccountValidationFailure, "You specified an account that doesn't exist.")
	}
	return account, nil
}

// AcceptHandshake makes the invited account a member.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_AcceptHandshake.html
func (s *Service) AcceptHandshake(ctx context.Context, in *api.AcceptHandshakeInput) (*api.AcceptHandshakeOutput, error) {
	out := &api.AcceptHandshakeOutput{}
	err := s.settleHandshake(ctx, *in.HandshakeId, false, func(tx *store.Tx, id string, h *handshake) error {
		o, there := s.organizations.Get(tx, h.Org)
		switch {
		case h.Action == api.ActionTypeApproveAllFeatures:
			s.acceptApproval(tx, id, h)
			return nil
		case h.Action == api.ActionTypeEnableAllFeatures:
			s.acceptMigration(tx, &o, h)
			return nil
		case s.members.Has(tx, h.Account):
			return handshakeConstraint(api.HandshakeConstraintViolationExceptionReasonAlreadyInAnOrganization, "The provided account is already a member of an organization.")
		case !there:
			return api.NewHandshakeNotFoundException("We can't find a handshake with the HandshakeId that you specified.")
		}
		h.State = api.HandshakeStateAccepted
		s.join(tx, &o, h.Account, member{Parent: o.Root, Name: h.Account, Email: emailOf(h.Account), Method: api.AccountJoinedMethodInvited})
		return s.k.Tags.Set(tx, s.arn(&o, "account", h.Account), h.Tags...)
	}, &out.Handshake)
	return out, err
}

// DeclineHandshake turns an invitation down.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeclineHandshake.html
func (s *Service) DeclineHandshake(ctx context.Context, in *api.DeclineHandshakeInput) (*api.DeclineHandshakeOutput, error) {
	out := &api.DeclineHandshakeOutput{}
	return out, s.settleHandshake(ctx, *in.HandshakeId, false, s.ends(api.HandshakeStateDeclined), &out.Handshake)
}

// CancelHandshake takes an invitation back.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CancelHandshake.html
func (s *Service) CancelHandshake(ctx context.Context, in *api.CancelHandshakeInput) (*api.CancelHandshakeOutput, error) {
	out := &api.CancelHandshakeOutput{}
	return out, s.settleHandshake(ctx, *in.HandshakeId, true, s.ends(api.HandshakeStateCanceled), &out.Handshake)
}

// settleHandshake ends an open handshake at the wish of the inviting or the invited account.
func (s *Service) settleHandshake(ctx context.Context, id string, takingBack bool, end func(tx *store.Tx, id string, h *handshake) error, shape **api.Handshake) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		h, err := s.handshakeFor(ctx, tx, id)
		if err != nil {
			return err
		}
		o, _ := s.organizations.Get(tx, h.Org)
		if !maySettle(ctx, &o, &h, takingBack) {
			return denied()
		}
		if h.State != api.HandshakeStateOpen && !(takingBack && h.pending()) {
			return api.NewInvalidHandshakeTransitionException("You can't perform the operation on the handshake in its current state.")
		}
		if err := end(tx, id, &h); err != nil {
			return err
		}
		s.endHandshake(tx, id, h)
		*shape = s.handshakeShape(tx, id, &h)
		return nil
	})
}

// endHandshake keeps an ended handshake for as long as it is listed.
func (s *Service) endHandshake(tx *store.Tx, id string, h handshake) {
	s.handshakes.Put(tx, id, h)
	s.lapse.AtKey(tx, id, s.k.Clock.Now().Add(handshakeKept), id)
}

// handshakeFor finds a handshake that the caller's account is a party of.
func (s *Service) handshakeFor(ctx context.Context, tx *store.Tx, id string) (handshake, error) {
	h, ok := s.handshakes.Get(tx, id)
	o, _ := s.organizations.Get(tx, h.Org)
	account := call.From(ctx).Account
	if !ok || account != h.Account && account != o.Management {
		return h, api.NewHandshakeNotFoundException("We can't find a handshake with the HandshakeId that you specified.")
	}
	return h, nil
}

// runLapse ends an open handshake, and forgets an ended one.
func (s *Service) runLapse(ctx context.Context, id string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		h, ok := s.handshakes.Get(tx, id)
		switch {
		case ok && h.pending():
			h.State = api.HandshakeStateExpired
			s.withdraw(tx, id, api.HandshakeStateExpired)
			s.endHandshake(tx, id, h)
		case ok:
			s.handshakes.Delete(tx, id)
			s.invitations.Delete(tx, store.Key(h.Account, id))
			s.sent.Delete(tx, store.Key(h.Org, id))
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}
