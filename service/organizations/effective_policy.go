package organizations

import (
	"context"
	"encoding/json"
	"time"

	api "unyo/api/organizations"
	"unyo/base/call"
	"unyo/kernel/store"
)

// DescribeEffectivePolicy shows what the policies of a type say together for an account.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
func (s *Service) DescribeEffectivePolicy(ctx context.Context, in *api.DescribeEffectivePolicyInput) (*api.DescribeEffectivePolicyOutput, error) {
	if err := checkType(*in.PolicyType); err != nil {
		return nil, err
	}
	account := call.From(ctx).Account
	if in.TargetId != nil {
		account = *in.TargetId
	}
	out := &api.DescribeEffectivePolicyOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		o, err := s.mine(ctx, tx)
		if err == nil && account != call.From(ctx).Account {
			o, err = s.entitled(ctx, tx)
		}
		if err != nil {
			return err
		}
		m, err := s.inside(tx, &o, account)
		if err != nil {
			return noTarget()
		}
		if !o.enables(*in.PolicyType) {
			return api.NewPolicyTypeNotEnabledException("This operation can be performed only for enabled policy types.")
		}
		effective, at := s.effective(tx, &o, account, &m, *in.PolicyType)
		if effective == nil {
			return api.NewEffectivePolicyNotFoundException("You can't find an effective policy of the specified type for the account.")
		}
		content, err := json.Marshal(effective)
		out.EffectivePolicy = &api.EffectivePolicy{PolicyType: in.PolicyType, TargetId: &account, PolicyContent: new(string(content)), LastUpdatedTimestamp: &at}
		return err
	})
}

// effective lays the policies over each other that are attached from the root down to an account; at is the last change.
func (d *Directory) effective(tx *store.Tx, o *organization, account string, m *member, kind string) (plain any, at time.Time) {
	var levels [][]map[string]any
	for _, id := range append(d.above(tx, m.Parent), account) {
		var level []map[string]any
		for key, a := range d.attached.Prefix(tx, store.Key(o.ID, id, ""), "") {
			if a.Type != kind {
				continue
			}
			p, _ := d.policies.Get(tx, store.Key(o.ID, tailOf(key)))
			if policy, err := readTagPolicy(p.Content); err == nil {
				level = append(level, policy)
			}
			for _, t := range []time.Time{a.At, p.UpdatedAt} {
				if t.After(at) {
					at = t
				}
			}
		}
		levels = append(levels, level)
	}
	return inherit(levels).plain(), at
}
