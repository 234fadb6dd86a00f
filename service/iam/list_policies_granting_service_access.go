package iam

import (
	"context"
	"strings"

	api "unyo/api/iam"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// grant is a document that gives an entity permissions, and by way of whom.
type grant struct {
	doc *policy.Document
	arn string // "" for one that is written into by
	by  entity
}

// grantsOf gathers the documents that give an entity its permissions, or the policy itself.
func (s *Service) grantsOf(tx *store.Tx, a string) ([]grant, error) {
	e, ok := s.entityByARN(tx, a)
	if !ok {
		text, ok := s.documentOf(tx, a)
		if !ok {
			return nil, api.NewNoSuchEntityException("ARN %s is not found.", a)
		}
		d, err := s.docs.Parse(policy.Identity, a, text)
		return []grant{{d, a, entity{}}}, err
	}
	list, err := s.grants(tx, e)
	if e.kind == "user" {
		for key := range s.belongs.Prefix(tx, fold(e.name)+sep, "") {
			more, err := s.grants(tx, entity{"group", tail(key)})
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	return list, err
}

func (s *Service) grants(tx *store.Tx, e entity) (list []grant, err error) {
	docs, err := s.gather(tx, e, nil)
	for _, d := range docs {
		g := grant{doc: d, by: e}
		if strings.HasPrefix(d.Name, "arn:") {
			g.arn = d.Name
		}
		list = append(list, g)
	}
	return list, err
}

// ListPoliciesGrantingServiceAccess tells which policies of an entity speak of a service.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPoliciesGrantingServiceAccess.html
func (s *Service) ListPoliciesGrantingServiceAccess(ctx context.Context, in *api.ListPoliciesGrantingServiceAccessInput) (*api.ListPoliciesGrantingServiceAccessOutput, error) {
	out := &api.ListPoliciesGrantingServiceAccessOutput{IsTruncated: new(false)}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if _, ok := s.entityByARN(tx, *in.Arn); !ok {
			return api.NewNoSuchEntityException("ARN %s is not found.", *in.Arn)
		}
		list, err := s.grantsOf(tx, *in.Arn)
		if err != nil {
			return err
		}
		out.PoliciesGrantingServiceAccess = []api.ListPoliciesGrantingServiceAccessEntry{}
		for _, space := range in.ServiceNamespaces {
			entry := api.ListPoliciesGrantingServiceAccessEntry{ServiceNamespace: new(space), Policies: []api.PolicyGrantingServiceAccess{}}
			for _, g := range list {
				if g.doc.Speaks(strings.ToLower(space)) {
					entry.Policies = append(entry.Policies, s.grantShape(tx, g))
				}
			}
			out.PoliciesGrantingServiceAccess = append(out.PoliciesGrantingServiceAccess, entry)
		}
		return nil
	})
}

func (s *Service) grantShape(tx *store.Tx, g grant) api.PolicyGrantingServiceAccess {
	if g.arn == "" {
		return api.PolicyGrantingServiceAccess{PolicyName: new(g.doc.Name), PolicyType: new("INLINE"), EntityType: new(strings.ToUpper(g.by.kind)), EntityName: new(s.properName(tx, g.by))}
	}
	p, _ := s.managedOf(tx, g.arn)
	return api.PolicyGrantingServiceAccess{PolicyName: new(p.Name), PolicyArn: new(g.arn), PolicyType: new("MANAGED")}
}

// properName is an entity's name as it was given.
func (s *Service) properName(tx *store.Tx, e entity) string {
	switch e.kind {
	case "user":
		u, _ := s.users.Get(tx, fold(e.name))
		return u.Name
	case "role":
		r, _ := s.roles.Get(tx, fold(e.name))
		return r.Name
	}
	g, _ := s.groups.Get(tx, fold(e.name))
	return g.Name
}
