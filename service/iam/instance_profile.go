package iam

import (
	"context"
	"iter"
	"strings"
	"time"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// instanceProfile hands a role, one at most, to instances.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
type instanceProfile struct {
	Name, Path, ID string
	CreatedAt      time.Time
	Role           string `json:",omitempty"`
}

func (s *Service) profileARN(account string, p *instanceProfile) string {
	return s.arn(account, "instance-profile", p.Path, p.Name)
}

func (s *Service) profileShape(tx *store.Tx, account string, p *instanceProfile) *api.InstanceProfile {
	shape := &api.InstanceProfile{
		InstanceProfileName: new(p.Name), Path: new(p.Path), InstanceProfileId: new(p.ID), CreateDate: new(p.CreatedAt),
		Arn: new(s.profileARN(account, p)), Roles: []api.Role{},
	}
	if r, ok := s.roles.Get(tx, fold(p.Role)); ok && p.Role != "" {
		shape.Roles = append(shape.Roles, s.roleShape(account, s.now(tx, r)))
	}
	return shape
}

// CreateInstanceProfile makes a profile without a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html
func (s *Service) CreateInstanceProfile(ctx context.Context, in *api.CreateInstanceProfileInput) (*api.CreateInstanceProfileOutput, error) {
	account := call.From(ctx).Account
	p := instanceProfile{Name: *in.InstanceProfileName, Path: orSlash(in.Path), ID: s.k.Entropy.ID(ctx, "AIPA", 17), CreatedAt: s.k.Clock.Now()}
	out := &api.CreateInstanceProfileOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		if s.profiles.Has(tx, fold(p.Name)) {
			return api.NewEntityAlreadyExistsException("Instance Profile %s already exists.", p.Name)
		}
		if count(s.profiles.From(tx, "")) >= maxProfiles {
			return overQuota("InstanceProfilesPerAccount", maxProfiles)
		}
		s.profiles.Put(tx, fold(p.Name), p)
		out.InstanceProfile = s.profileShape(tx, account, &p)
		out.InstanceProfile.Tags = in.Tags
		return s.setTags(tx, s.profileARN(account, &p), in.Tags)
	})
}

// GetInstanceProfile describes a profile and its role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html
func (s *Service) GetInstanceProfile(ctx context.Context, in *api.GetInstanceProfileInput) (*api.GetInstanceProfileOutput, error) {
	account := call.From(ctx).Account
	out := &api.GetInstanceProfileOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		p, err := s.profile(tx, *in.InstanceProfileName)
		if err != nil {
			return err
		}
		out.InstanceProfile = s.profileShape(tx, account, &p)
		out.InstanceProfile.Tags = s.tagShapes(tx, s.profileARN(account, &p))
		return nil
	})
}

// DeleteInstanceProfile deletes a profile that holds no role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html
func (s *Service) DeleteInstanceProfile(ctx context.Context, in *api.DeleteInstanceProfileInput) (*api.DeleteInstanceProfileOutput, error) {
	account := call.From(ctx).Account
	return &api.DeleteInstanceProfileOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		p, err := s.profile(tx, *in.InstanceProfileName)
		if err != nil {
			return err
		}
		if p.Role != "" {
			return api.NewDeleteConflictException("Cannot delete entity, must remove roles from instance profile first.")
		}
		s.profiles.Delete(tx, fold(p.Name))
		s.k.Tags.Clear(tx, s.profileARN(account, &p))
		return nil
	})
}

// ListInstanceProfiles lists profiles below a path prefix.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfiles.html
func (s *Service) ListInstanceProfiles(ctx context.Context, in *api.ListInstanceProfilesInput) (*api.ListInstanceProfilesOutput, error) {
	account := call.From(ctx).Account
	out := &api.ListInstanceProfilesOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, instanceProfile] { return s.profiles.From(tx, after) }
		out.InstanceProfiles, out.Marker, err = listed("profiles"+rt.Val(in.PathPrefix), in.Marker, in.MaxItems, rows, func(_ string, p instanceProfile) (api.InstanceProfile, bool) {
			return *s.profileShape(tx, account, &p), strings.HasPrefix(p.Path, rt.Val(in.PathPrefix))
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// ListInstanceProfilesForRole lists the profiles that hold a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html
func (s *Service) ListInstanceProfilesForRole(ctx context.Context, in *api.ListInstanceProfilesForRoleInput) (*api.ListInstanceProfilesForRoleOutput, error) {
	account := call.From(ctx).Account
	out := &api.ListInstanceProfilesForRoleOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if !s.roles.Has(tx, fold(*in.RoleName)) {
			return noSuch("role", *in.RoleName)
		}
		rows := func(after string) iter.Seq2[string, instanceProfile] { return s.profiles.From(tx, after) }
		out.InstanceProfiles, out.Marker, err = listed("profilesof"+fold(*in.RoleName), in.Marker, in.MaxItems, rows, func(_ string, p instanceProfile) (api.InstanceProfile, bool) {
			return *s.profileShape(tx, account, &p), fold(p.Role) == fold(*in.RoleName)
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// AddRoleToInstanceProfile puts the one role in that a profile may hold.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
func (s *Service) AddRoleToInstanceProfile(ctx context.Context, in *api.AddRoleToInstanceProfileInput) (*api.AddRoleToInstanceProfileOutput, error) {
	return &api.AddRoleToInstanceProfileOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		p, err := s.profile(tx, *in.InstanceProfileName)
		if err != nil {
			return err
		}
		r, ok := s.roles.Get(tx, fold(*in.RoleName))
		if !ok {
			return noSuch("role", *in.RoleName)
		}
		if err := r.ours(); err != nil {
			return err
		}
		if p.Role != "" {
			return api.NewLimitExceededException("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
		}
		p.Role = r.Name
		s.profiles.Put(tx, fold(p.Name), p)
		return nil
	})
}

// RemoveRoleFromInstanceProfile takes the role out of a profile.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html
func (s *Service) RemoveRoleFromInstanceProfile(ctx context.Context, in *api.RemoveRoleFromInstanceProfileInput) (*api.RemoveRoleFromInstanceProfileOutput, error) {
	return &api.RemoveRoleFromInstanceProfileOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		p, err := s.profile(tx, *in.InstanceProfileName)
		if err != nil {
			return err
		}
		if p.Role == "" || fold(p.Role) != fold(*in.RoleName) {
			return noSuch("role", *in.RoleName)
		}
		p.Role = ""
		s.profiles.Put(tx, fold(p.Name), p)
		return nil
	})
}

func (s *Service) profile(tx *store.Tx, name string) (instanceProfile, error) {
	p, ok := s.profiles.Get(tx, fold(name))
	if !ok {
		return p, api.NewNoSuchEntityException("Instance Profile %s cannot be found.", name)
	}
	return p, nil
}

// inProfile reports whether a profile holds the role.
func (s *Service) inProfile(tx *store.Tx, role string) bool {
	for _, p := range s.profiles.From(tx, "") {
		if p.Role != "" && fold(p.Role) == fold(role) {
			return true
		}
	}
	return false
}
