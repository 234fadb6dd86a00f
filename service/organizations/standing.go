package organizations

import (
	"context"
	"strings"

	api "unyo/api/organizations"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// This file is what other services ask of an organisation in which they have a part.

// Trusts tells whether the organisation of account trusts a service, and whether the account administers the service for all.
func (d *Directory) Trusts(ctx context.Context, account, principal string) (trusted, administers bool, err error) {
	err = d.k.View(ctx, func(tx *store.Tx) error {
		o, ok := d.of(tx, account)
		trusted = ok && d.trusted.Has(tx, store.Key(o.ID, principal))
		administers = ok && (account == o.Management || d.delegated.Has(tx, store.Key(o.ID, account, principal)))
		return nil
	})
	return trusted, administers, err
}

func (d *Directory) of(tx *store.Tx, account string) (organization, bool) {
	m, _ := d.members.Get(tx, account)
	return d.organizations.Get(tx, m.Org)
}

// Entity tells what stands at a path within the organisation of account: under which service control policies, and which accounts are there, by
// number and path. m is nil where nothing stands there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-view-data-orgs.html#access_policies_last-accessed-viewing-orgs-entity-path
func (d *Directory) Entity(ctx context.Context, account, path string) (m *policy.Membership, accounts map[string]string, err error) {
	err = d.k.View(ctx, func(tx *store.Tx) error {
		m, accounts = nil, map[string]string{}
		o, ok := d.of(tx, account)
		if !ok {
			return nil
		}
		path := strings.TrimSuffix(path, "/")
		at := path[strings.LastIndexByte(path, '/')+1:]
		levels := d.levelsTo(tx, at)
		if levels[0] != o.Root || o.ID+"/"+strings.Join(levels, "/") != path {
			return nil
		}
		m = &policy.Membership{Organization: o.ID, Management: o.Management, Path: path}
		d.collect(tx, &o, at, accounts)
		if at == o.Management {
			return nil
		}
		m.SCPs, err = d.levels(tx, &o, levels, api.PolicyTypeServiceControlPolicy)
		return err
	})
	return m, accounts, err
}

// levelsTo lists the root, the units that lead to an account or unit, and itself.
func (d *Directory) levelsTo(tx *store.Tx, id string) []string {
	if m, ok := d.members.Get(tx, id); ok {
		return append(d.above(tx, m.Parent), id)
	}
	return d.above(tx, id)
}

// collect gathers the accounts at and under id.
func (d *Directory) collect(tx *store.Tx, o *organization, id string, into map[string]string) {
	if d.members.Has(tx, id) {
		into[id] = o.ID + "/" + strings.Join(d.levelsTo(tx, id), "/")
	}
	for key := range d.children.Prefix(tx, store.Key(id, ""), "") {
		d.collect(tx, o, tailOf(key), into)
	}
}

// ControlPolicy is a service control policy of the organisation of account; nil where it has none of that id.
func (d *Directory) ControlPolicy(ctx context.Context, account, id string) (doc *policy.Document, err error) {
	err = d.k.View(ctx, func(tx *store.Tx) error {
		doc = nil
		o, ok := d.of(tx, account)
		if !ok {
			return nil
		}
		name, text, ok := d.text(tx, &o, id)
		if !ok || !strings.Contains(name, "/service_control_policy/") {
			return nil
		}
		doc, err = d.compiled.Parse(policy.SCP, name, text)
		return err
	})
	return doc, err
}
