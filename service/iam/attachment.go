package iam

import (
	"context"
	"iter"
	"net/url"
	"strings"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// Quotas. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxAttached = 10

// inlineQuota is how many characters, white space not counted, all inline policies of an entity may have.
var inlineQuota = map[string]int{"user": 2048, "role": 10240, "group": 5120}

// escape encodes a document for the answers that AWS encodes (RFC 3986).
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func (s *Service) mustExist(tx *store.Tx, e entity) error {
	var ok bool
	switch e.kind {
	case "user":
		_, ok = s.users.Get(tx, fold(e.name))
	case "role":
		_, ok = s.roles.Get(tx, fold(e.name))
	case "group":
		_, ok = s.groups.Get(tx, fold(e.name))
	}
	if !ok {
		return noSuch(e.kind, e.name)
	}
	return nil
}

func (s *Service) attach(tx *store.Tx, e entity, arn string) {
	s.attached.Put(tx, e.under(arn), none{})
	s.bearers.Put(tx, arn+sep+e.key(), none{})
}

func (s *Service) detach(tx *store.Tx, e entity, arn string) {
	s.attached.Delete(tx, e.under(arn))
	s.bearers.Delete(tx, arn+sep+e.key())
}

func (s *Service) attachManaged(ctx context.Context, e entity, arn string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.entityOurs(tx, e); err != nil {
			return err
		}
		if _, ok := s.managedOf(tx, arn); !ok {
			return api.NewNoSuchEntityException("Policy %s does not exist or is not attachable.", arn)
		}
		if p, aws := awsManaged(arn); aws && p.linked() {
			return api.NewPolicyNotAttachableException("Cannot attach a Service Role Policy to a Customer Role.")
		} else if aws && p.path == rootTaskPath {
			return api.NewPolicyNotAttachableException("Cannot attach policy %s: it is for privileged sessions of root users only.", arn)
		}
		n := 0
		for range s.attached.Prefix(tx, e.under(""), "") {
			n++
		}
		if _, has := s.attached.Get(tx, e.under(arn)); !has && n >= maxAttached {
			return api.NewLimitExceededException("Cannot exceed quota for PoliciesPer%s: %d", strings.ToUpper(e.kind[:1])+e.kind[1:], maxAttached)
		}
		s.attach(tx, e, arn)
		return nil
	})
}

func (s *Service) detachManaged(ctx context.Context, e entity, arn string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.entityOurs(tx, e); err != nil {
			return err
		}
		if _, ok := s.attached.Get(tx, e.under(arn)); !ok {
			return noPolicy(arn)
		}
		s.detach(tx, e, arn)
		return nil
	})
}

// listAttached lists an entity's managed policies whose path begins with path.
func (s *Service) listAttached(tx *store.Tx, e entity, path, marker *string, maxItems *int32) ([]api.AttachedPolicy, *string, error) {
	rows := func(after string) iter.Seq2[string, none] { return s.attached.Prefix(tx, e.under(""), after) }
	return listed("attached"+e.key()+sep+rt.Val(path), marker, maxItems, rows, func(key string, _ none) (api.AttachedPolicy, bool) {
		p, ok := s.managedOf(tx, tail(key))
		return api.AttachedPolicy{PolicyArn: new(tail(key)), PolicyName: new(p.Name)}, ok && strings.HasPrefix(p.Path, rt.Val(path))
	})
}

func (s *Service) putInline(ctx context.Context, e entity, name, text string) error {
	if err := checkDocument(policy.Identity, text); err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.entityOurs(tx, e); err != nil {
			return err
		}
		size := len(strings.Join(strings.Fields(text), ""))
		for key, in := range s.inline.Prefix(tx, e.under(""), "") {
			if tail(key) != name {
				size += len(strings.Join(strings.Fields(in.Document), ""))
			}
		}
		if quota := inlineQuota[e.kind]; size > quota {
			return api.NewLimitExceededException("Maximum policy size of %d bytes exceeded for %s %s", quota, e.kind, e.name)
		}
		s.inline.Put(tx, e.under(name), inlined{Document: text})
		return nil
	})
}

func noInline(e entity, name string) error {
	return api.NewNoSuchEntityException("The %s policy with name %s cannot be found.", e.kind, name)
}

func (s *Service) getInline(ctx context.Context, e entity, name string) (text string, err error) {
	return text, s.k.View(ctx, func(tx *store.Tx) error {
		if err := s.mustExist(tx, e); err != nil {
			return err
		}
		in, ok := s.inline.Get(tx, e.under(name))
		if !ok {
			return noInline(e, name)
		}
		text = in.Document
		return nil
	})
}

func (s *Service) deleteInline(ctx context.Context, e entity, name string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if err := s.entityOurs(tx, e); err != nil {
			return err
		}
		if _, ok := s.inline.Get(tx, e.under(name)); !ok {
			return noInline(e, name)
		}
		s.inline.Delete(tx, e.under(name))
		return nil
	})
}

// ListEntitiesForPolicy lists who bears a managed policy, and whom it bounds.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
func (s *Service) ListEntitiesForPolicy(ctx context.Context, in *api.ListEntitiesForPolicyInput) (*api.ListEntitiesForPolicyOutput, error) {
	arn, only := *in.PolicyArn, rt.Val(in.EntityFilter)
	out := &api.ListEntitiesForPolicyOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if _, ok := s.managedOf(tx, arn); !ok {
			return noPolicy(arn)
		}
		rows := func(after string) iter.Seq2[string, entity] {
			return s.subjects(tx, arn, rt.Val(in.PolicyUsageFilter), after)
		}
		var found []entity
		query := strings.Join([]string{"bearers", arn, only, rt.Val(in.PathPrefix), rt.Val(in.PolicyUsageFilter)}, sep)
		found, out.Marker, err = listed(query, in.Marker, in.MaxItems, rows, func(_ string, e entity) (entity, bool) {
			return e, (only == "" || strings.EqualFold(only, e.kind)) && strings.HasPrefix(s.pathOf(tx, e), rt.Val(in.PathPrefix))
		})
		for _, e := range found {
			s.addBearer(tx, out, e)
		}
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// subjects are the entities that a policy is attached to, then those that it only bounds: as it is used, or both.
func (s *Service) subjects(tx *store.Tx, arn, usage, after string) iter.Seq2[string, entity] {
	return func(yield func(string, entity) bool) {
		give := func(key string, e entity) bool { return key <= after || yield(key, e) }
		if usage != api.PolicyUsageTypePermissionsBoundary {
			for key := range s.bearers.Prefix(tx, arn+sep, "") {
				kind, name, _ := strings.Cut(strings.TrimPrefix(key, arn+sep), sep)
				if !give("attached"+sep+kind+sep+name, entity{kind, name}) {
					return
				}
			}
		}
		if usage == api.PolicyUsageTypePermissionsPolicy {
			return
		}
		bound := func(kind, name, boundary string) bool {
			e := entity{kind, name}
			return boundary != arn || usage == "" && s.attached.Has(tx, e.under(arn)) || give("bound"+sep+kind+sep+name, e)
		}
		for name, r := range s.roles.From(tx, "") {
			if !bound("role", name, r.Boundary) {
				return
			}
		}
		for name, u := range s.users.From(tx, "") {
			if !bound("user", name, u.Boundary) {
				return
			}
		}
	}
}

func (s *Service) pathOf(tx *store.Tx, e entity) string {
	switch e.kind {
	case "user":
		u, _ := s.users.Get(tx, e.name)
		return u.Path
	case "role":
		r, _ := s.roles.Get(tx, e.name)
		return r.Path
	}
	g, _ := s.groups.Get(tx, e.name)
	return g.Path
}

func (s *Service) addBearer(tx *store.Tx, out *api.ListEntitiesForPolicyOutput, e entity) {
	switch e.kind {
	case "user":
		u, _ := s.users.Get(tx, e.name)
		out.PolicyUsers = append(out.PolicyUsers, api.PolicyUser{UserName: new(u.Name), UserId: new(u.ID)})
	case "role":
		r, _ := s.roles.Get(tx, e.name)
		out.PolicyRoles = append(out.PolicyRoles, api.PolicyRole{RoleName: new(r.Name), RoleId: new(r.ID)})
	case "group":
		g, _ := s.groups.Get(tx, e.name)
		out.PolicyGroups = append(out.PolicyGroups, api.PolicyGroup{GroupName: new(g.Name), GroupId: new(g.ID)})
	}
}
