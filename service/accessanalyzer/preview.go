package accessanalyzer

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/page"
	"unyo/kernel/entropy"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// preview is what a resource would let others do under a configuration it does not have yet.
type preview struct {
	Resource      string
	Configuration json.RawMessage // api.Configuration
	Status        string
	Reason        string `json:",omitempty"`
	CreatedAt     time.Time
	Findings      []previewed `json:",omitempty"`
}

type previewed struct {
	finding
	Change         string
	Known, KnownAs string // the finding that there is, and its status
}

type previewArg struct{ Analyzer, ID string }

// CreateAccessPreview has a configuration looked at that a resource is to have.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAccessPreview.html
func (s *Service) CreateAccessPreview(ctx context.Context, in *api.CreateAccessPreviewInput) (*api.CreateAccessPreviewOutput, error) {
	if len(in.Configurations) != 1 {
		return nil, invalid("Exactly one configuration must be given.")
	}
	p := preview{Status: api.AccessPreviewStatusCreating, CreatedAt: s.k.Clock.Now()}
	for resource, c := range in.Configurations {
		kind, _, ok := nameOf(resource)
		switch {
		case !ok || c.S3Bucket == nil && c.IamRole == nil:
			return nil, unsupported("a preview of " + resource)
		case (kind == api.ResourceTypeAwsS3Bucket) != (c.S3Bucket != nil):
			return nil, invalid("The configuration is not one for %s.", resource)
		case c.S3Bucket != nil && len(c.S3Bucket.AccessPoints) > 0:
			return nil, unsupported("a preview with access points")
		}
		text, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		p.Resource, p.Configuration = resource, text
	}
	id := s.k.Entropy.UUID(ctx)
	return &api.CreateAccessPreviewOutput{Id: &id}, s.k.Update(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, *in.AnalyzerArn)
		if err != nil {
			return err
		}
		s.previews.Put(tx, store.Key(a.Name, id), p)
		s.preview.Soon(tx, previewArg{a.Name, id})
		return nil
	})
}

// runPreview looks at a configuration; the resource's owner of ACLs and the findings that there are come from what is known.
func (s *Service) runPreview(ctx context.Context, a previewArg) error {
	owner := ""
	var p preview
	err := s.k.View(ctx, func(tx *store.Tx) error { p, _ = s.previews.Get(tx, store.Key(a.Analyzer, a.ID)); return nil })
	if err != nil || p.Status != api.AccessPreviewStatusCreating {
		return err
	}
	var x analyzer
	if err := s.k.View(ctx, func(tx *store.Tx) error { x, _ = s.analyzers.Get(tx, a.Analyzer); return nil }); err != nil {
		return err
	}
	zone, err := s.zoneOf(ctx, &x)
	if err != nil {
		return err
	}
	kind, name, _ := nameOf(p.Resource)
	_, row, _ := x.rowOf(p.Resource)
	if kind == api.ResourceTypeAwsS3Bucket {
		switch c, err := s.bucket(s.asRole(ctx), name); awserr.Code(err) {
		case "":
			owner = c.owner
		case "NoSuchBucket": // it is to be made
		default:
			return err
		}
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		account := tx.Scope().Account
		var c api.Configuration
		err := json.Unmarshal(p.Configuration, &c)
		var found []finding
		switch {
		case err != nil:
		case c.S3Bucket != nil:
			found, err = bucketOf(c.S3Bucket, owner).findings(zone)
		case c.IamRole != nil:
			found, err = roleFindings(rt.Val(c.IamRole.TrustPolicy), zone)
		}
		p.Status, p.Reason, p.Findings = api.AccessPreviewStatusCompleted, "", nil
		if err != nil {
			p.Status, p.Reason = api.AccessPreviewStatusFailed, api.AccessPreviewStatusReasonCodeInvalidConfiguration
		}
		r := analyzed{ARN: p.Resource, Type: kind, Name: row, Owner: account}
		p.Findings = s.compare(tx, &a, &r, found)
		s.previews.Put(tx, store.Key(a.Analyzer, a.ID), p)
		jobs.Settle(ctx, tx)
		return nil
	})
}

// giveUpPreview ends a preview whose job is not run again.
func (s *Service) giveUpPreview(tx *store.Tx, a previewArg, _ string) {
	if p, ok := s.previews.Get(tx, store.Key(a.Analyzer, a.ID)); ok && p.Status == api.AccessPreviewStatusCreating {
		p.Status, p.Reason = api.AccessPreviewStatusFailed, api.AccessPreviewStatusReasonCodeInternalError
		s.previews.Put(tx, store.Key(a.Analyzer, a.ID), p)
	}
}

// compare sets what would be found beside what is: new, changed, unchanged, and what would be resolved.
func (s *Service) compare(tx *store.Tx, a *previewArg, r *analyzed, found []finding) (list []previewed) {
	known := map[string]finding{}
	var order []string
	for key := range s.ofOne.Prefix(tx, store.Key(a.Analyzer, r.Type, r.Name, ""), "") {
		parts, _ := store.Split(key, 4)
		f, _ := s.findings.Get(tx, store.Key(a.Analyzer, parts[3]))
		known[f.mark()], order = f, append(order, f.mark())
	}
	id := func(mark string) string {
		return entropy.UUID(s.k.Entropy.Derive("preview", 16, a.ID+mark))
	}
	for _, f := range found {
		f.Resource, f.ResourceType, f.Owner, f.Status, f.CreatedAt = r.ARN, r.Type, r.Owner, api.FindingStatusActive, s.k.Clock.Now()
		x := previewed{finding: f, Change: api.FindingChangeTypeNew}
		if old, ok := known[f.mark()]; ok {
			x.Known, x.KnownAs = old.ID, old.Status
			if old.Status != api.FindingStatusResolved {
				x.Status = old.Status
				x.Change = api.FindingChangeTypeUnchanged
				if !slices.Equal(old.Actions, f.Actions) || !slices.Equal(old.Sources, f.Sources) {
					x.Change = api.FindingChangeTypeChanged
				}
			}
			delete(known, f.mark())
		}
		x.ID = id(f.mark())
		list = append(list, x)
	}
	for _, mark := range order {
		if old, ok := known[mark]; ok && old.Status != api.FindingStatusResolved {
			x := previewed{finding: old, Change: api.FindingChangeTypeChanged, Known: old.ID, KnownAs: old.Status}
			x.ID, x.Status = id(mark), api.FindingStatusResolved
			list = append(list, x)
		}
	}
	return list
}

// bucketOf reads a configuration that a bucket is to have.
func bucketOf(in *api.S3BucketConfiguration, owner string) *s3Config {
	c := &s3Config{policy: rt.Val(in.BucketPolicy), owner: owner}
	for _, g := range in.BucketAclGrants {
		if g.Grantee != nil {
			c.grants = append(c.grants, aclGrant{rt.Val(g.Grantee.Uri), rt.Val(g.Grantee.Id), rt.Val(g.Permission)})
		}
	}
	if b := in.BucketPublicAccessBlock; b != nil {
		c.ignoreACLs, c.restricts = rt.Val(b.IgnorePublicAcls), rt.Val(b.RestrictPublicBuckets)
	}
	return c
}

// previewOf finds a preview that must be there.
func (s *Service) previewOf(tx *store.Tx, analyzer, id string) (preview, error) {
	a, err := s.byARN(tx, analyzer)
	if err != nil {
		return preview{}, err
	}
	p, ok := s.previews.Get(tx, store.Key(a.Name, id))
	if !ok {
		return p, notFound("ACCESS_PREVIEW", id, "The access preview %s does not exist.", id)
	}
	return p, nil
}

func (p *preview) reason() *api.AccessPreviewStatusReason {
	if p.Reason == "" {
		return nil
	}
	return &api.AccessPreviewStatusReason{Code: &p.Reason}
}

// GetAccessPreview tells of one preview.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetAccessPreview.html
func (s *Service) GetAccessPreview(ctx context.Context, in *api.GetAccessPreviewInput) (*api.GetAccessPreviewOutput, error) {
	out := &api.GetAccessPreviewOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		p, err := s.previewOf(tx, *in.AnalyzerArn, *in.AccessPreviewId)
		if err != nil {
			return err
		}
		var c api.Configuration
		out.AccessPreview = &api.AccessPreview{Id: in.AccessPreviewId, AnalyzerArn: in.AnalyzerArn, Status: &p.Status, StatusReason: p.reason(), CreatedAt: &p.CreatedAt}
		err = json.Unmarshal(p.Configuration, &c)
		out.AccessPreview.Configurations = map[string]api.Configuration{p.Resource: c}
		return err
	})
}

// ListAccessPreviews lists an analyzer's previews.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAccessPreviews.html
func (s *Service) ListAccessPreviews(ctx context.Context, in *api.ListAccessPreviewsInput) (*api.ListAccessPreviewsOutput, error) {
	query := "previews " + *in.AnalyzerArn
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("Invalid nextToken.")
	}
	out := &api.ListAccessPreviewsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, *in.AnalyzerArn)
		if err != nil {
			return err
		}
		rows := s.previews.Prefix(tx, store.Key(a.Name, ""), after)
		out.AccessPreviews, out.NextToken = page.Collect(query, limit(in.MaxResults), rows, func(key string, p preview) (api.AccessPreviewSummary, bool) {
			parts, _ := store.Split(key, 2)
			return api.AccessPreviewSummary{Id: &parts[1], AnalyzerArn: in.AnalyzerArn, Status: &p.Status, StatusReason: p.reason(), CreatedAt: &p.CreatedAt}, true
		})
		return nil
	})
}

// ListAccessPreviewFindings lists what a preview has found.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListAccessPreviewFindings.html
func (s *Service) ListAccessPreviewFindings(ctx context.Context, in *api.ListAccessPreviewFindingsInput) (*api.ListAccessPreviewFindingsOutput, error) {
	if err := checkFilter(in.Filter); err != nil {
		return nil, err
	}
	out := &api.ListAccessPreviewFindingsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.Findings = []api.AccessPreviewFinding{}
		p, err := s.previewOf(tx, *in.AnalyzerArn, *in.AccessPreviewId)
		switch {
		case err != nil:
			return err
		case p.Status == api.AccessPreviewStatusCreating:
			return conflict("ACCESS_PREVIEW", *in.AccessPreviewId, "The access preview is being created.")
		}
		for i := range p.Findings {
			f := &p.Findings[i]
			if !f.meets(in.Filter) {
				continue
			}
			x := f.shape()
			out.Findings = append(out.Findings, api.AccessPreviewFinding{Id: x.Id, Resource: x.Resource, ResourceType: x.ResourceType, ResourceOwnerAccount: x.ResourceOwnerAccount,
				Principal: x.Principal, Action: x.Action, Condition: x.Condition, IsPublic: x.IsPublic, Sources: x.Sources, Status: x.Status, CreatedAt: x.CreatedAt, Error: x.Error,
				ChangeType: &f.Change, ExistingFindingId: text(f.Known), ExistingFindingStatus: text(f.KnownAs), ResourceControlPolicyRestriction: x.ResourceControlPolicyRestriction})
		}
		return nil
	})
}
