package iam

import (
	"context"
	"iter"
	"strings"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// defaultSession is MaxSessionDuration where CreateRole leaves it out: one hour, in seconds.
const defaultSession = 3600

// CreateRole makes a role that its trust policy's principals may take on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
func (s *Service) CreateRole(ctx context.Context, in *api.CreateRoleInput) (*api.CreateRoleOutput, error) {
	c := call.From(ctx)
	if err := checkDocument(policy.Trust, *in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	if strings.HasPrefix(orSlash(in.Path), linkedPath) {
		return nil, api.NewInvalidInputException("Roles may not be created under the path %s: they are created by CreateServiceLinkedRole.", linkedPath)
	}
	r := role{
		Name: *in.RoleName, Path: orSlash(in.Path), ID: s.k.Entropy.ID(ctx, "AROA", 17), CreatedAt: s.k.Clock.Now(),
		Description: rt.Val(in.Description), Trust: *in.AssumeRolePolicyDocument, MaxSession: defaultSession, Boundary: rt.Val(in.PermissionsBoundary),
	}
	if in.MaxSessionDuration != nil {
		r.MaxSession = *in.MaxSessionDuration
	}
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		if _, ok := s.roles.Get(tx, fold(r.Name)); ok {
			return exists("Role", r.Name)
		}
		if count(s.roles.From(tx, "")) >= maxRoles {
			return overQuota("RolesPerAccount", maxRoles)
		}
		if err := s.trust(tx, &r, r.Trust); err != nil {
			return err
		}
		if err := s.checkBoundary(tx, r.Boundary); err != nil {
			return err
		}
		s.roles.Put(tx, fold(r.Name), r)
		return s.setTags(tx, s.arn(c.Account, "role", r.Path, r.Name), in.Tags)
	})
	if err != nil {
		return nil, err
	}
	shape := s.roleShape(c.Account, r)
	shape.Tags = in.Tags
	return &api.CreateRoleOutput{Role: &shape}, nil
}

func (s *Service) roleShape(account string, r role) api.Role {
	shape := api.Role{
		RoleName: new(r.Name), Path: new(r.Path), RoleId: new(r.ID), CreateDate: new(r.CreatedAt), Arn: new(s.arn(account, "role", r.Path, r.Name)),
		AssumeRolePolicyDocument: new(escape(r.Trust)), MaxSessionDuration: new(r.MaxSession), PermissionsBoundary: boundaryShape(r.Boundary),
	}
	if r.Description != "" {
		shape.Description = new(r.Description)
	}
	return shape
}

// GetRole describes a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
func (s *Service) GetRole(ctx context.Context, in *api.GetRoleInput) (*api.GetRoleOutput, error) {
	account := call.From(ctx).Account
	out := &api.GetRoleOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		r, ok := s.roles.Get(tx, fold(*in.RoleName))
		if !ok {
			return noSuch("role", *in.RoleName)
		}
		out.Role = new(s.roleShape(account, s.now(tx, r)))
		out.Role.Tags = s.tagShapes(tx, *out.Role.Arn)
		out.Role.RoleLastUsed = s.roleLastUsed(tx, &r)
		return nil
	})
}

// ListRoles lists roles below a path prefix.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
func (s *Service) ListRoles(ctx context.Context, in *api.ListRolesInput) (*api.ListRolesOutput, error) {
	account := call.From(ctx).Account
	out := &api.ListRolesOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, role] { return s.roles.From(tx, after) }
		out.Roles, out.Marker, err = listed("roles"+rt.Val(in.PathPrefix), in.Marker, in.MaxItems, rows, func(_ string, r role) (api.Role, bool) {
			return s.roleShape(account, s.now(tx, r)), strings.HasPrefix(r.Path, rt.Val(in.PathPrefix))
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// UpdateRole changes description and session duration.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
func (s *Service) UpdateRole(ctx context.Context, in *api.UpdateRoleInput) (*api.UpdateRoleOutput, error) {
	return &api.UpdateRoleOutput{}, s.editRole(ctx, *in.RoleName, func(_ *store.Tx, r *role) error {
		if err := r.ours(); err != nil && in.MaxSessionDuration != nil {
			return err
		}
		if in.Description != nil {
			r.Description = *in.Description
		}
		if in.MaxSessionDuration != nil {
			r.MaxSession = *in.MaxSessionDuration
		}
		return nil
	})
}

// UpdateRoleDescription changes the description alone.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html
func (s *Service) UpdateRoleDescription(ctx context.Context, in *api.UpdateRoleDescriptionInput) (*api.UpdateRoleDescriptionOutput, error) {
	out := &api.UpdateRoleDescriptionOutput{}
	return out, s.editRole(ctx, *in.RoleName, func(_ *store.Tx, r *role) error {
		r.Description = *in.Description
		out.Role = new(s.roleShape(call.From(ctx).Account, *r))
		return nil
	})
}

// UpdateAssumeRolePolicy replaces the trust policy. It takes effect with the next call.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
func (s *Service) UpdateAssumeRolePolicy(ctx context.Context, in *api.UpdateAssumeRolePolicyInput) (*api.UpdateAssumeRolePolicyOutput, error) {
	if err := checkDocument(policy.Trust, *in.PolicyDocument); err != nil {
		return nil, err
	}
	return &api.UpdateAssumeRolePolicyOutput{}, s.editRole(ctx, *in.RoleName, func(tx *store.Tx, r *role) error {
		if err := r.ours(); err != nil {
			return err
		}
		return s.trust(tx, r, *in.PolicyDocument)
	})
}

// trust gives a role its trust policy, and refuses one that names a user or a role that is not there: it would let in whoever takes
// the name later. For the same reason it keeps who they are.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html
func (s *Service) trust(tx *store.Tx, r *role, text string) error {
	d, err := s.docs.Parse(policy.Trust, "", text)
	if err != nil {
		return err
	}
	pins, missing := d.Pin(s.k.Principals.IDs(tx))
	if missing != "" {
		return api.NewMalformedPolicyDocumentException("Invalid principal in policy: \"AWS\":\"%s\"", missing)
	}
	r.Trust, r.Trusted = text, pins
	return nil
}

// now is a role with its trust policy as it holds now: users and roles that are no more are ids in it.
func (s *Service) now(tx *store.Tx, r role) role {
	r.Trust = r.Trusted.Apply(r.Trust, s.k.Principals.IDs(tx))
	return r
}

// IDOf is the id of the user or role that bears an ARN, in whichever account; what is neither is its own id.
func (s *Service) IDOf(tx *store.Tx, a string) (id string, ok bool) {
	p, err := arn.Parse(a)
	if err != nil || p.Service != "iam" {
		return a, true
	}
	kind, name := cutName(p.Resource)
	switch in := tx.In(scope(p.Account)); kind {
	case "user":
		u, ok := s.users.Get(in, fold(name))
		return u.ID, ok && s.arn(p.Account, kind, u.Path, u.Name) == a
	case "role":
		r, ok := s.roles.Get(in, fold(name))
		return r.ID, ok && s.arn(p.Account, kind, r.Path, r.Name) == a
	}
	return a, true
}

func (s *Service) editRole(ctx context.Context, name string, edit func(tx *store.Tx, r *role) error) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		r, ok := s.roles.Get(tx, fold(name))
		if !ok {
			return noSuch("role", name)
		}
		if err := edit(tx, &r); err != nil {
			return err
		}
		s.roles.Put(tx, fold(name), r)
		return nil
	})
}

// DeleteRole removes a role without policies; its sessions end with it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
func (s *Service) DeleteRole(ctx context.Context, in *api.DeleteRoleInput) (*api.DeleteRoleOutput, error) {
	return &api.DeleteRoleOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		r, ok := s.roles.Get(tx, fold(*in.RoleName))
		if !ok {
			return noSuch("role", *in.RoleName)
		}
		if err := r.ours(); err != nil {
			return err
		}
		if err := s.checkBare(tx, entity{"role", r.Name}); err != nil {
			return err
		}
		if s.inProfile(tx, r.Name) {
			return api.NewDeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
		}
		s.forgetRole(tx, &r)
		return nil
	})
}

// forgetRole drops a role with its tags and what was noted of it.
func (s *Service) forgetRole(tx *store.Tx, r *role) {
	s.roles.Delete(tx, fold(r.Name))
	s.k.Tags.Clear(tx, s.arn(tx.Scope().Account, "role", r.Path, r.Name))
	s.forgetUses(tx, r.ID)
}
