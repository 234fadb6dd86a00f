package iam

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// detailKinds are what GetAccountAuthorizationDetails tells of, one after the other.
var detailKinds = []string{api.EntityTypeUser, api.EntityTypeGroup, api.EntityTypeRole, api.EntityTypeLocalManagedPolicy, api.EntityTypeAwsmanagedPolicy}

// GetAccountAuthorizationDetails tells of all users, groups, roles and policies with what they may do. Of AWS's policies it
// tells of those that somebody bears.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
func (s *Service) GetAccountAuthorizationDetails(ctx context.Context, in *api.GetAccountAuthorizationDetailsInput) (*api.GetAccountAuthorizationDetailsOutput, error) {
	account := call.From(ctx).Account
	out := &api.GetAccountAuthorizationDetailsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		keys, marker, err := listed("details"+strings.Join(in.Filter, ","), in.Marker, in.MaxItems, func(after string) iter.Seq2[string, none] { return s.detailKeys(tx, in.Filter, after) },
			func(key string, _ none) (string, bool) { return key, true })
		if err != nil {
			return err
		}
		*out = api.GetAccountAuthorizationDetailsOutput{Marker: marker}
		bounds := s.boundaryUse(tx)
		for _, key := range keys {
			kind, name, _ := strings.Cut(key, sep)
			s.addDetail(tx, out, account, kind, name, bounds)
		}
		return nil
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// detailKeys yields kind (as its place in detailKinds) and name of all that is to be told of, behind one.
func (s *Service) detailKeys(tx *store.Tx, filter []string, after string) iter.Seq2[string, none] {
	return func(yield func(string, none) bool) {
		for i, kind := range detailKinds {
			if len(filter) > 0 && !slices.Contains(filter, kind) {
				continue
			}
			for name := range s.detailNames(tx, kind) {
				if key := strconv.Itoa(i) + sep + name; key > after && !yield(key, none{}) {
					return
				}
			}
		}
	}
}

func (s *Service) detailNames(tx *store.Tx, kind string) iter.Seq[string] {
	switch kind {
	case api.EntityTypeUser:
		return firsts(s.users.From(tx, ""))
	case api.EntityTypeGroup:
		return firsts(s.groups.From(tx, ""))
	case api.EntityTypeRole:
		return firsts(s.roles.From(tx, ""))
	case api.EntityTypeLocalManagedPolicy:
		return firsts(s.policies.From(tx, ""))
	}
	return func(yield func(string) bool) {
		last := ""
		for key := range s.bearers.From(tx, "") {
			if arn := key[:indexOf(key, sep)]; arn != last {
				last = arn
				if _, aws := awsManaged(arn); aws && !yield(arn) {
					return
				}
			}
		}
	}
}

func firsts[V any](rows iter.Seq2[string, V]) iter.Seq[string] {
	return func(yield func(string) bool) {
		for k := range rows {
			if !yield(k) {
				return
			}
		}
	}
}

func (s *Service) addDetail(tx *store.Tx, out *api.GetAccountAuthorizationDetailsOutput, account, place, name string, bounds map[string]int32) {
	switch i, _ := strconv.Atoi(place); detailKinds[i] {
	case api.EntityTypeUser:
		out.UserDetailList = append(out.UserDetailList, s.userDetail(tx, account, name))
	case api.EntityTypeGroup:
		g, _ := s.groups.Get(tx, name)
		e := entity{"group", name}
		out.GroupDetailList = append(out.GroupDetailList, api.GroupDetail{
			Arn: new(s.arn(account, "group", g.Path, g.Name)), GroupName: new(g.Name), GroupId: new(g.ID), Path: new(g.Path), CreateDate: new(g.CreatedAt),
			GroupPolicyList: s.inlineDetails(tx, e), AttachedManagedPolicies: s.attachedDetails(tx, e),
		})
	case api.EntityTypeRole:
		out.RoleDetailList = append(out.RoleDetailList, s.roleDetail(tx, account, name))
	default:
		out.Policies = append(out.Policies, s.policyDetail(tx, name, bounds[name]))
	}
}

func (s *Service) userDetail(tx *store.Tx, account, name string) api.UserDetail {
	u, _ := s.users.Get(tx, name)
	shape, e := s.userShape(tx, account, &u), entity{"user", name}
	d := api.UserDetail{
		Arn: shape.Arn, UserName: shape.UserName, UserId: shape.UserId, Path: shape.Path, CreateDate: shape.CreateDate, PermissionsBoundary: shape.PermissionsBoundary,
		Tags: s.tagShapes(tx, *shape.Arn), UserPolicyList: s.inlineDetails(tx, e), AttachedManagedPolicies: s.attachedDetails(tx, e), GroupList: []string{},
	}
	for key := range s.belongs.Prefix(tx, name+sep, "") {
		d.GroupList = append(d.GroupList, s.properName(tx, entity{"group", tail(key)}))
	}
	return d
}

func (s *Service) roleDetail(tx *store.Tx, account, name string) api.RoleDetail {
	r, _ := s.roles.Get(tx, name)
	shape, e := s.roleShape(account, s.now(tx, r)), entity{"role", name}
	d := api.RoleDetail{
		Arn: shape.Arn, RoleName: shape.RoleName, RoleId: shape.RoleId, Path: shape.Path, CreateDate: shape.CreateDate, PermissionsBoundary: shape.PermissionsBoundary,
		AssumeRolePolicyDocument: shape.AssumeRolePolicyDocument, RoleLastUsed: s.roleLastUsed(tx, &r), Tags: s.tagShapes(tx, *shape.Arn),
		RolePolicyList: s.inlineDetails(tx, e), AttachedManagedPolicies: s.attachedDetails(tx, e), InstanceProfileList: []api.InstanceProfile{},
	}
	for _, p := range s.profiles.From(tx, "") {
		if p.Role != "" && fold(p.Role) == name {
			d.InstanceProfileList = append(d.InstanceProfileList, *s.profileShape(tx, account, &p))
		}
	}
	return d
}

func (s *Service) inlineDetails(tx *store.Tx, e entity) []api.PolicyDetail {
	list := []api.PolicyDetail{}
	for key, in := range s.inline.Prefix(tx, e.under(""), "") {
		list = append(list, api.PolicyDetail{PolicyName: new(tail(key)), PolicyDocument: new(escape(in.Document))})
	}
	return list
}

func (s *Service) attachedDetails(tx *store.Tx, e entity) []api.AttachedPolicy {
	list := []api.AttachedPolicy{}
	for key := range s.attached.Prefix(tx, e.under(""), "") {
		if p, ok := s.managedOf(tx, tail(key)); ok {
			list = append(list, api.AttachedPolicy{PolicyArn: new(tail(key)), PolicyName: new(p.Name)})
		}
	}
	return list
}

func (s *Service) policyDetail(tx *store.Tx, arn string, bounds int32) api.ManagedPolicyDetail {
	m, _ := s.managedOf(tx, arn)
	p := policyShape(arn, m, s.countBearers(tx, arn), bounds)
	d := api.ManagedPolicyDetail{
		Arn: p.Arn, PolicyName: p.PolicyName, PolicyId: p.PolicyId, Path: p.Path, DefaultVersionId: p.DefaultVersionId, Description: p.Description, AttachmentCount: p.AttachmentCount,
		PermissionsBoundaryUsageCount: p.PermissionsBoundaryUsageCount, IsAttachable: p.IsAttachable, CreateDate: p.CreateDate, UpdateDate: p.UpdateDate,
	}
	if a, aws := awsManaged(arn); aws {
		d.PolicyVersionList = []api.PolicyVersion{{VersionId: p.DefaultVersionId, IsDefaultVersion: new(true), CreateDate: new(a.updated), Document: new(escape(a.document))}}
		return d
	}
	for key, v := range s.versions.Prefix(tx, arn+sep, "") {
		n, _ := strconv.Atoi(tail(key))
		d.PolicyVersionList = append(d.PolicyVersionList, api.PolicyVersion{VersionId: new("v" + strconv.Itoa(n)), IsDefaultVersion: new(n == m.Default), CreateDate: new(v.CreatedAt), Document: new(escape(v.Document))})
	}
	return d
}

// boundaryUse counts the users and roles that each policy bounds.
func (s *Service) boundaryUse(tx *store.Tx) map[string]int32 {
	m := map[string]int32{}
	for _, u := range s.users.From(tx, "") {
		if u.Boundary != "" {
			m[u.Boundary]++
		}
	}
	for _, r := range s.roles.From(tx, "") {
		if r.Boundary != "" {
			m[r.Boundary]++
		}
	}
	return m
}
