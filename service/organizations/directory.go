package organizations

import (
	"context"
	"strings"
	"sync"

	api "unyo/api/organizations"
	"unyo/engine/policy"
	"unyo/kernel"
	"unyo/kernel/store"
)

// Directory tells where accounts stand. The gateway asks it on every call of every service, so that what was worked out is kept until
// rows change that it was worked out of: a change holds with the next call.
type Directory struct {
	rows
	k *kernel.Service

	compiled policy.Compiled
	mu       sync.RWMutex
	known    map[string]known // account
}

// known is where an account stands, and the commit as of which it does.
type known struct {
	is      *policy.Membership
	version uint64
}

// maxKnown bounds what is remembered.
const maxKnown = 4096

// NewDirectory makes the directory over the rows of k.
func NewDirectory(k *kernel.Service) *Directory { return &Directory{k: k, rows: rowsOf(k.Rows)} }

// Membership tells where account stands; never nil.
func (d *Directory) Membership(ctx context.Context, account string) (m *policy.Membership, err error) {
	err = d.k.View(ctx, func(tx *store.Tx) error {
		m, err = d.membership(tx, account)
		return err
	})
	return m, err
}

// Administers tells whether account is a delegated administrator of a service, by its principal.
func (d *Directory) Administers(ctx context.Context, account, service string) (is bool, err error) {
	err = d.k.View(ctx, func(tx *store.Tx) error {
		m, ok := d.members.Get(tx, account)
		is = ok && d.delegated.Has(tx, store.Key(m.Org, account, service))
		return nil
	})
	return is, err
}

func (d *Directory) membership(tx *store.Tx, account string) (*policy.Membership, error) {
	d.mu.RLock()
	k, ok := d.known[account]
	d.mu.RUnlock()
	if ok && d.changed(tx) <= k.version {
		return k.is, nil
	}
	m, err := d.workOut(tx, account)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil || len(d.known) >= maxKnown {
		d.known = map[string]known{}
	}
	d.known[account] = known{m, tx.Version()}
	return m, nil
}

// changed is the last commit that may have changed where anyone stands.
func (d *Directory) changed(tx *store.Tx) uint64 {
	return max(d.organizations.Changed(tx), d.members.Changed(tx), d.closed.Changed(tx), d.units.Changed(tx), d.policies.Changed(tx), d.attached.Changed(tx))
}

func (d *Directory) workOut(tx *store.Tx, account string) (*policy.Membership, error) {
	out := &policy.Membership{Closed: d.closed.Has(tx, account)}
	m, ok := d.members.Get(tx, account)
	if !ok {
		return out, nil
	}
	o, _ := d.organizations.Get(tx, m.Org)
	above := d.above(tx, m.Parent)
	out.Organization, out.Management, out.Closed = o.ID, o.Management, !m.ClosedAt.IsZero()
	out.Path = o.ID + "/" + strings.Join(above, "/") + "/"
	out.TagRules = d.tagRules(tx, &o, account, &m)
	if account == o.Management {
		return out, nil
	}
	levels := append(above, account)
	var err error
	if out.SCPs, err = d.levels(tx, &o, levels, api.PolicyTypeServiceControlPolicy); err == nil {
		out.RCPs, err = d.levels(tx, &o, levels, api.PolicyTypeResourceControlPolicy)
	}
	return out, err
}

// above lists the root, and the units that lead from it to id, with id at the end.
func (d *Directory) above(tx *store.Tx, id string) (list []string) {
	for {
		list = append([]string{id}, list...)
		u, ok := d.units.Get(tx, id)
		if !ok {
			return list
		}
		id = u.Parent
	}
}

// levels compiles what is attached at each level; nil where the type of policy is not enabled.
func (d *Directory) levels(tx *store.Tx, o *organization, ids []string, kind string) (levels [][]*policy.Document, err error) {
	if !o.enables(kind) {
		return nil, nil
	}
	for _, id := range ids {
		level := []*policy.Document{}
		for key, a := range d.attached.Prefix(tx, store.Key(o.ID, id, ""), "") {
			if a.Type != kind {
				continue
			}
			name, text, _ := d.text(tx, o, tailOf(key))
			doc, err := d.compiled.Parse(kinds[kind], name, text)
			if err != nil {
				return nil, err
			}
			level = append(level, doc)
		}
		levels = append(levels, level)
	}
	return levels, nil
}

// kinds are the types of policies that decide about permissions.
var kinds = map[string]policy.Kind{
	api.PolicyTypeServiceControlPolicy:  policy.SCP,
	api.PolicyTypeResourceControlPolicy: policy.RCP,
}

// text is a policy's ARN and document.
func (d *Directory) text(tx *store.Tx, o *organization, id string) (arn, text string, ok bool) {
	if p, ok := awsPolicy(id); ok {
		return d.policyARN(o, p.Type, id), p.Content, true
	}
	p, ok := d.policies.Get(tx, store.Key(o.ID, id))
	return d.policyARN(o, p.Type, id), p.Content, ok
}

func (d *Directory) policyARN(o *organization, kind, id string) string {
	a := "arn:" + d.k.Partition + ":organizations::"
	kind = strings.ToLower(kind)
	if _, ok := awsPolicy(id); ok {
		return a + "aws:policy/" + kind + "/" + id
	}
	return a + o.Management + ":policy/" + o.ID + "/" + kind + "/" + id
}

// tailOf is the last part of a key.
func tailOf(key string) string { return key[strings.LastIndexByte(key, 1)+1:] }
