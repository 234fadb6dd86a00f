package organizations

import (
	"context"
	"strings"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// readBelow is read of what stands below a root or unit that must be there.
func (s *Service) readBelow(ctx context.Context, parent string, fn func(tx *store.Tx, o *organization) error) error {
	return s.read(ctx, func(tx *store.Tx, o *organization) error {
		if !s.isParent(tx, o, parent) {
			return noParent()
		}
		return fn(tx, o)
	})
}

// ListChildren lists what stands right below a root or unit.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListChildren.html
func (s *Service) ListChildren(ctx context.Context, in *api.ListChildrenInput) (*api.ListChildrenOutput, error) {
	out := &api.ListChildrenOutput{}
	return out, s.readBelow(ctx, *in.ParentId, func(tx *store.Tx, _ *organization) (err error) {
		out.Children, out.NextToken, err = listed(asking("children", *in.ParentId, *in.ChildType), in.NextToken, in.MaxResults, within(s.children, tx, *in.ParentId), func(id string, _ none) (api.Child, bool) {
			return api.Child{Id: &id, Type: in.ChildType}, strings.HasPrefix(id, "ou-") == (*in.ChildType == api.ChildTypeOrganizationalUnit)
		})
		return err
	})
}

// ListParents lists the one root or unit that an account or unit stands right below.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListParents.html
func (s *Service) ListParents(ctx context.Context, in *api.ListParentsInput) (*api.ListParentsOutput, error) {
	out := &api.ListParentsOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) error {
		m, err := s.inside(tx, o, *in.ChildId)
		parent := m.Parent
		if u, no := s.unitOf(tx, o, *in.ChildId); no == nil {
			parent, err = u.Parent, nil
		}
		if err != nil {
			return api.NewChildNotFoundException("You specified a child that doesn't exist.")
		}
		kind := api.ParentTypeOrganizationalUnit
		if parent == o.Root {
			kind = api.ParentTypeRoot
		}
		out.Parents = []api.Parent{{Id: &parent, Type: &kind}}
		return nil
	})
}
