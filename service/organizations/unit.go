package organizations

import (
	"context"
	"strings"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// Quotas. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html#min-max-values
const (
	maxUnits = 2000
	maxDepth = 5 // levels of units below the root
)

// isParent reports whether accounts and units can stand below id.
func (s *Service) isParent(tx *store.Tx, o *organization, id string) bool {
	kind, ok := s.target(tx, o, id)
	return ok && kind != api.TargetTypeAccount
}

// unitOf finds a unit that must be in the organisation.
func (s *Service) unitOf(tx *store.Tx, o *organization, id string) (unit, error) {
	u, ok := s.units.Get(tx, id)
	if !ok || u.Org != o.ID {
		return u, noUnit()
	}
	return u, nil
}

// path leads from the organisation to a root or unit.
func (s *Service) path(tx *store.Tx, o *organization, id string) string {
	return o.ID + "/" + strings.Join(s.above(tx, id), "/") + "/"
}

func (s *Service) unitShape(tx *store.Tx, o *organization, id string, u *unit) *api.OrganizationalUnit {
	return &api.OrganizationalUnit{Id: &id, Arn: new(s.arn(o, "ou", id)), Name: &u.Name, Path: new(s.path(tx, o, id))}
}

// CreateOrganizationalUnit makes a unit below the root or another unit.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html
func (s *Service) CreateOrganizationalUnit(ctx context.Context, in *api.CreateOrganizationalUnitInput) (*api.CreateOrganizationalUnitOutput, error) {
	tail := s.id(ctx, "", 8)
	out := &api.CreateOrganizationalUnitOutput{}
	return out, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		if !s.isParent(tx, o, *in.ParentId) {
			return noParent()
		}
		if len(s.above(tx, *in.ParentId)) > maxDepth {
			return constraint(api.ConstraintViolationExceptionReasonOuDepthLimitExceeded, "You have exceeded the maximum depth of the organizational unit tree.")
		}
		if err := s.freeName(tx, *in.ParentId, "", *in.Name); err != nil {
			return err
		}
		if s.countUnits(tx, o) >= maxUnits {
			return constraint(api.ConstraintViolationExceptionReasonOuNumberLimitExceeded, "You have exceeded the number of organizational units allowed in an organization.")
		}
		id := "ou-" + strings.TrimPrefix(o.Root, "r-") + "-" + tail
		u := unit{o.ID, *in.ParentId, *in.Name}
		s.units.Put(tx, id, u)
		s.children.Put(tx, store.Key(u.Parent, id), none{})
		s.attachDefaults(tx, o, id)
		out.OrganizationalUnit = s.unitShape(tx, o, id, &u)
		return wordTags(s.k.Tags.Set(tx, s.arn(o, "ou", id), tagsOf(in.Tags)...))
	})
}

func (s *Service) countUnits(tx *store.Tx, o *organization) (n int) {
	for _, u := range s.units.From(tx, "") {
		if u.Org == o.ID {
			n++
		}
	}
	return n
}

// freeName refuses a name that another unit below the parent bears.
func (s *Service) freeName(tx *store.Tx, parent, self, name string) error {
	for key := range s.children.Prefix(tx, store.Key(parent, ""), "") {
		if u, ok := s.units.Get(tx, tailOf(key)); ok && u.Name == name && tailOf(key) != self {
			return api.NewDuplicateOrganizationalUnitException("An OU with the same name already exists.")
		}
	}
	return nil
}

// UpdateOrganizationalUnit gives a unit another name.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdateOrganizationalUnit.html
func (s *Service) UpdateOrganizationalUnit(ctx context.Context, in *api.UpdateOrganizationalUnitInput) (*api.UpdateOrganizationalUnitOutput, error) {
	id, out := *in.OrganizationalUnitId, &api.UpdateOrganizationalUnitOutput{}
	return out, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		u, err := s.unitOf(tx, o, id)
		if err != nil {
			return err
		}
		if in.Name != nil {
			if err := s.freeName(tx, u.Parent, id, *in.Name); err != nil {
				return err
			}
			u.Name = *in.Name
		}
		s.units.Put(tx, id, u)
		out.OrganizationalUnit = s.unitShape(tx, o, id, &u)
		return nil
	})
}

// DescribeOrganizationalUnit tells about a unit.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganizationalUnit.html
func (s *Service) DescribeOrganizationalUnit(ctx context.Context, in *api.DescribeOrganizationalUnitInput) (*api.DescribeOrganizationalUnitOutput, error) {
	out := &api.DescribeOrganizationalUnitOutput{}
	return out, s.read(ctx, func(tx *store.Tx, o *organization) error {
		u, err := s.unitOf(tx, o, *in.OrganizationalUnitId)
		out.OrganizationalUnit = s.unitShape(tx, o, *in.OrganizationalUnitId, &u)
		return err
	})
}

// DeleteOrganizationalUnit removes a unit below which nothing stands.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganizationalUnit.html
func (s *Service) DeleteOrganizationalUnit(ctx context.Context, in *api.DeleteOrganizationalUnitInput) (*api.DeleteOrganizationalUnitOutput, error) {
	id := *in.OrganizationalUnitId
	return &api.DeleteOrganizationalUnitOutput{}, s.edit(ctx, func(tx *store.Tx, o *organization) error {
		u, err := s.unitOf(tx, o, id)
		if err != nil {
			return err
		}
		if _, _, full := s.children.First(tx, store.Key(id, "")); full {
			return api.NewOrganizationalUnitNotEmptyException("The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs, and try the operation again.")
		}
		s.detachAll(tx, o, id)
		s.units.Delete(tx, id)
		s.children.Delete(tx, store.Key(u.Parent, id))
		s.k.Tags.Clear(tx, s.arn(o, "ou", id))
		return nil
	})
}

// ListOrganizationalUnitsForParent lists the units right below a root or unit.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOrganizationalUnitsForParent.html
func (s *Service) ListOrganizationalUnitsForParent(ctx context.Context, in *api.ListOrganizationalUnitsForParentInput) (*api.ListOrganizationalUnitsForParentOutput, error) {
	out := &api.ListOrganizationalUnitsForParentOutput{}
	return out, s.readBelow(ctx, *in.ParentId, func(tx *store.Tx, o *organization) (err error) {
		out.OrganizationalUnits, out.NextToken, err = listed(asking("units", *in.ParentId), in.NextToken, in.MaxResults, within(s.children, tx, *in.ParentId), func(id string, _ none) (api.OrganizationalUnit, bool) {
			u, ok := s.units.Get(tx, id)
			return *s.unitShape(tx, o, id, &u), ok
		})
		return err
	})
}
