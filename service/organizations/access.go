package organizations

import (
	"context"
	"slices"
	"strings"

	"unyo/base/call"
	"unyo/kernel/store"
)

// This file says who may do what to an organisation: its management account all, delegated administrators read it, and other members
// what the resource policy gives them, of what it can give.

// givable are the operations that the resource policy can give to members, and which of them only read.
// https://docs.aws.amazon.com/organizations/latest/userguide/security_iam_resource-based-policy-examples.html
var givable = strings.Fields(`AttachPolicy CreatePolicy DeletePolicy DetachPolicy DisablePolicyType EnablePolicyType TagResource UntagResource UpdatePolicy`)

func givableOp(op string) bool { return slices.Contains(givable, op) || reads(op) }

func reads(op string) bool { return strings.HasPrefix(op, "Describe") || strings.HasPrefix(op, "List") }

// anyone are the operations that every member may call, or that are about no organisation of the caller's.
var anyone = strings.Fields(`CreateOrganization DescribeOrganization LeaveOrganization AcceptHandshake DeclineHandshake CancelHandshake DescribeHandshake ListHandshakesForAccount`)

// by is on whose authority a call is made.
type by int

const (
	byNobody by = iota
	byOwn       // the caller's own policies say
	byPolicy    // the resource policy must allow, too
)

// authority tells it.
func (s *Service) authority(tx *store.Tx, o *organization, account, op string) by {
	switch {
	case account == o.Management, slices.Contains(anyone, op):
		return byOwn
	case reads(op):
		if _, _, ok := s.delegated.First(tx, store.Key(o.ID, account, "")); ok {
			return byOwn
		}
	}
	if givableOp(op) && s.delegations.Has(tx, o.ID) {
		return byPolicy
	}
	return byNobody
}

// entitled is the organisation of the caller's account, if the caller may ask for this operation there. Where the resource policy must allow,
// the chain has asked it.
func (s *Service) entitled(ctx context.Context, tx *store.Tx) (organization, error) {
	o, err := s.mine(ctx, tx)
	if err != nil {
		return o, err
	}
	c := call.From(ctx)
	if s.authority(tx, &o, c.Account, c.Operation) == byNobody {
		return o, denied()
	}
	return o, nil
}

// edit is k.Update for whoever may change the organisation.
func (s *Service) edit(ctx context.Context, fn func(tx *store.Tx, o *organization) error) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		o, err := s.entitled(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, &o)
	})
}

// read is k.View for whoever may read it.
func (s *Service) read(ctx context.Context, fn func(tx *store.Tx, o *organization) error) error {
	return s.k.View(ctx, func(tx *store.Tx) error {
		o, err := s.entitled(ctx, tx)
		if err != nil {
			return err
		}
		return fn(tx, &o)
	})
}
