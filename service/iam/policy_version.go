package iam

import (
	"context"
	"iter"
	"strconv"
	"strings"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// CreatePolicyVersion adds a version, and makes it the one in force where asked.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
func (s *Service) CreatePolicyVersion(ctx context.Context, in *api.CreatePolicyVersionInput) (*api.CreatePolicyVersionOutput, error) {
	if err := checkManaged(*in.PolicyDocument); err != nil {
		return nil, err
	}
	arn, now := *in.PolicyArn, s.k.Clock.Now()
	out := &api.CreatePolicyVersionOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		p, ok := s.policies.Get(tx, arn)
		if !ok {
			return noPolicy(arn)
		}
		n := 0
		for range s.versions.Prefix(tx, arn+sep, "") {
			n++
		}
		if n >= maxVersions {
			return api.NewLimitExceededException("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
		}
		p.Last++
		p.UpdatedAt = now
		if rt.Val(in.SetAsDefault) {
			p.Default = p.Last
		}
		s.policies.Put(tx, arn, p)
		s.versions.Put(tx, versionKey(arn, p.Last), version{Document: *in.PolicyDocument, CreatedAt: now})
		out.PolicyVersion = &api.PolicyVersion{VersionId: new("v" + strconv.Itoa(p.Last)), IsDefaultVersion: new(p.Default == p.Last), CreateDate: new(now)}
		return nil
	})
}

// GetPolicyVersion returns a version's document, URL-encoded as AWS does.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
func (s *Service) GetPolicyVersion(ctx context.Context, in *api.GetPolicyVersionInput) (*api.GetPolicyVersionOutput, error) {
	out := &api.GetPolicyVersionOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		p, ok := s.managedOf(tx, *in.PolicyArn)
		if !ok {
			return noPolicy(*in.PolicyArn)
		}
		n := versionNumber(*in.VersionId)
		v, ok := s.versions.Get(tx, versionKey(*in.PolicyArn, n))
		if a, aws := awsManaged(*in.PolicyArn); aws && n == a.version {
			v, ok = version{Document: a.document, CreatedAt: a.updated}, true
		}
		if !ok {
			return noVersion(*in.PolicyArn, *in.VersionId)
		}
		out.PolicyVersion = &api.PolicyVersion{Document: new(escape(v.Document)), VersionId: in.VersionId, IsDefaultVersion: new(n == p.Default), CreateDate: new(v.CreatedAt)}
		return nil
	})
}

func versionNumber(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "v"))
	return n
}

func noVersion(arn, id string) error {
	return api.NewNoSuchEntityException("Policy %s version %s does not exist or is not attachable.", arn, id)
}

// ListPolicyVersions lists the versions of a policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
func (s *Service) ListPolicyVersions(ctx context.Context, in *api.ListPolicyVersionsInput) (*api.ListPolicyVersionsOutput, error) {
	out := &api.ListPolicyVersionsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		p, ok := s.managedOf(tx, *in.PolicyArn)
		if !ok {
			return noPolicy(*in.PolicyArn)
		}
		if _, aws := awsManaged(*in.PolicyArn); aws {
			out.Versions = []api.PolicyVersion{{VersionId: new("v" + strconv.Itoa(p.Default)), IsDefaultVersion: new(true), CreateDate: new(p.UpdatedAt)}}
			return nil
		}
		rows := func(after string) iter.Seq2[string, version] { return s.versions.Prefix(tx, *in.PolicyArn+sep, after) }
		out.Versions, out.Marker, err = listed("versions"+*in.PolicyArn, in.Marker, in.MaxItems, rows, func(key string, v version) (api.PolicyVersion, bool) {
			n, _ := strconv.Atoi(tail(key))
			return api.PolicyVersion{VersionId: new("v" + strconv.Itoa(n)), IsDefaultVersion: new(n == p.Default), CreateDate: new(v.CreatedAt)}, true
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// SetDefaultPolicyVersion puts a version in force.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html
func (s *Service) SetDefaultPolicyVersion(ctx context.Context, in *api.SetDefaultPolicyVersionInput) (*api.SetDefaultPolicyVersionOutput, error) {
	return &api.SetDefaultPolicyVersionOutput{}, s.editVersion(ctx, *in.PolicyArn, *in.VersionId, func(tx *store.Tx, p managed, n int) error {
		p.Default, p.UpdatedAt = n, s.k.Clock.Now()
		s.policies.Put(tx, *in.PolicyArn, p)
		return nil
	})
}

// DeletePolicyVersion removes a version that is not in force.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html
func (s *Service) DeletePolicyVersion(ctx context.Context, in *api.DeletePolicyVersionInput) (*api.DeletePolicyVersionOutput, error) {
	return &api.DeletePolicyVersionOutput{}, s.editVersion(ctx, *in.PolicyArn, *in.VersionId, func(tx *store.Tx, p managed, n int) error {
		if n == p.Default {
			return api.NewDeleteConflictException("Cannot delete the default version of a policy.")
		}
		s.versions.Delete(tx, versionKey(*in.PolicyArn, n))
		return nil
	})
}

func (s *Service) editVersion(ctx context.Context, arn, id string, edit func(tx *store.Tx, p managed, n int) error) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		p, ok := s.policies.Get(tx, arn)
		if !ok {
			return noPolicy(arn)
		}
		n := versionNumber(id)
		if _, ok := s.versions.Get(tx, versionKey(arn, n)); !ok {
			return noVersion(arn, id)
		}
		return edit(tx, p, n)
	})
}
