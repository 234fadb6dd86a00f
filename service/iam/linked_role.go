package iam

import (
	"context"
	_ "embed"
	"encoding/json"
	"strings"
	"sync"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/must"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// linkedPath is where the roles that belong to a service stand, and the policies that only they may bear.
const linkedPath = "/aws-service-role/"

// linkedRoles says which services have a role of their own, how it is named and what it bears.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
//
//go:embed linked_roles.json
var linkedRolesJSON []byte

// linkedRole is the role of one service.
type linkedRole struct {
	Service, Role, Policy string
	Suffix                bool // it may have more than one, told apart by a suffix
}

var linkedRoles = sync.OnceValue(func() map[string]linkedRole {
	var list []linkedRole
	must.Hold(json.Unmarshal(linkedRolesJSON, &list) == nil, "linked_roles.json is no JSON")
	m := map[string]linkedRole{}
	for _, r := range list {
		m[r.Service] = r
	}
	return m
})

// linkedName is how the role of a service is named; ok=false where the service has none, or none with a suffix.
func linkedName(service string, suffix *string) (r linkedRole, name string, ok bool) {
	r, ok = linkedRoles()[service]
	name = r.Role
	if rt.Val(suffix) != "" {
		name, ok = name+"_"+*suffix, ok && r.Suffix
	}
	return r, name, ok
}

// CreateServiceLinkedRole makes the role that a service acts in, with the policy that AWS gives it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
func (s *Service) CreateServiceLinkedRole(ctx context.Context, in *api.CreateServiceLinkedRoleInput) (*api.CreateServiceLinkedRoleOutput, error) {
	l, name, ok := linkedName(*in.AWSServiceName, in.CustomSuffix)
	switch {
	case l.Service == "":
		return nil, api.NewInvalidInputException("%s is not a service that has a service-linked role in this estate.", *in.AWSServiceName)
	case !ok:
		return nil, api.NewInvalidInputException("Custom suffix is not allowed for %s", *in.AWSServiceName)
	}
	r := role{
		Name: name, Path: linkedPath + l.Service + "/", ID: s.k.Entropy.ID(ctx, "AROA", 17), CreatedAt: s.k.Clock.Now(), Description: rt.Val(in.Description), MaxSession: defaultSession,
		Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + l.Service + `"},"Action":"sts:AssumeRole"}]}`,
	}
	out := &api.CreateServiceLinkedRoleOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		if s.roles.Has(tx, fold(name)) {
			return api.NewInvalidInputException("Service role name %s has been taken in this account, please try a different suffix.", name)
		}
		s.roles.Put(tx, fold(name), r)
		s.attach(tx, entity{"role", name}, "arn:"+s.k.Partition+":iam::aws:policy"+linkedPath+l.Policy)
		out.Role = new(s.roleShape(call.From(ctx).Account, r))
		return nil
	})
}

// linked tells that the role is a service's.
func (r *role) linked() bool { return strings.HasPrefix(r.Path, linkedPath) }

// ours refuses to change a role that is a service's.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
func (r *role) ours() error {
	if r.linked() {
		return api.NewUnmodifiableEntityException("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
	}
	return nil
}

// entityOurs is ours of an entity that is there.
func (s *Service) entityOurs(tx *store.Tx, e entity) error {
	if err := s.mustExist(tx, e); err != nil || e.kind != "role" {
		return err
	}
	r, _ := s.roles.Get(tx, fold(e.name))
	return r.ours()
}

// unlinking is the deletion of a service's role: the service is asked first, so that it happens after the call.
type unlinking struct {
	Role, ID string
	Status   string
	Why      string `json:",omitempty"` // it has failed
}

type unlinkArg struct{ Task string }

// DeleteServiceLinkedRole begins to delete the role of a service.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html
func (s *Service) DeleteServiceLinkedRole(ctx context.Context, in *api.DeleteServiceLinkedRoleInput) (*api.DeleteServiceLinkedRoleOutput, error) {
	id := s.k.Entropy.UUID(ctx)
	out := &api.DeleteServiceLinkedRoleOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		r, ok := s.roles.Get(tx, fold(*in.RoleName))
		switch {
		case !ok:
			return noSuch("role", *in.RoleName)
		case !r.linked():
			return api.NewInvalidInputException("The role %s is not a service-linked role.", r.Name)
		}
		task := "task" + r.Path + r.Name + "/" + id
		s.unlinkings.Put(tx, task, unlinking{Role: r.Name, ID: r.ID, Status: api.DeletionTaskStatusTypeInProgress})
		s.unlink.Soon(tx, unlinkArg{task})
		out.DeletionTaskId = &task
		return nil
	})
}

// runUnlink deletes the role. No service here keeps a record of what its role is still needed for, so that none objects.
func (s *Service) runUnlink(ctx context.Context, a unlinkArg) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		u, ok := s.unlinkings.Get(tx, a.Task)
		if !ok {
			return nil
		}
		if r, ok := s.roles.Get(tx, fold(u.Role)); ok && r.ID == u.ID {
			for key := range s.attached.Prefix(tx, entity{"role", r.Name}.under(""), "") {
				s.detach(tx, entity{"role", r.Name}, tail(key))
			}
			s.forgetRole(tx, &r)
		}
		u.Status = api.DeletionTaskStatusTypeSucceeded
		s.unlinkings.Put(tx, a.Task, u)
		return nil
	})
}

// giveUpUnlink ends a deletion whose job is not run again. The role stays.
func (s *Service) giveUpUnlink(tx *store.Tx, a unlinkArg, why string) {
	if u, ok := s.unlinkings.Get(tx, a.Task); ok && u.Status == api.DeletionTaskStatusTypeInProgress {
		u.Status, u.Why = api.DeletionTaskStatusTypeFailed, why
		s.unlinkings.Put(tx, a.Task, u)
	}
}

// GetServiceLinkedRoleDeletionStatus tells how far that is.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLinkedRoleDeletionStatus.html
func (s *Service) GetServiceLinkedRoleDeletionStatus(ctx context.Context, in *api.GetServiceLinkedRoleDeletionStatusInput) (*api.GetServiceLinkedRoleDeletionStatusOutput, error) {
	out := &api.GetServiceLinkedRoleDeletionStatusOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		u, ok := s.unlinkings.Get(tx, *in.DeletionTaskId)
		if !ok {
			return api.NewNoSuchEntityException("The deletion task %s cannot be found.", *in.DeletionTaskId)
		}
		out.Status = new(u.Status)
		if u.Why != "" {
			out.Reason = &api.DeletionTaskFailureReasonType{Reason: new(u.Why)}
		}
		return nil
	})
}
