package accessanalyzer

import (
	"context"
	"slices"
	"time"

	api "unyo/api/accessanalyzer"
	iamapi "unyo/api/iam"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy/reach"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

type surveyArg struct{ Analyzer string }

// scanArg names a resource as its API does, for a deleted one has no ARN any more.
type scanArg struct {
	Analyzer, Type, Name string
	Account              string // "" for the analyzer's own
	Job                  string // of IAM, which gathers what was used
}

// runSurvey lists what is there, and has each looked at.
func (s *Service) runSurvey(ctx context.Context, a surveyArg) error {
	var x analyzer
	err := s.k.View(ctx, func(tx *store.Tx) error { x, _ = s.analyzers.Get(tx, a.Analyzer); return nil })
	if err != nil || x.Name == "" {
		return err
	}
	zone, err := s.zoneOf(ctx, &x)
	if err != nil {
		return err
	}
	accounts, err := s.open(ctx, &zone)
	if err != nil {
		return err
	}
	found, err := s.known(ctx, &x)
	for _, account := range accounts {
		if err != nil {
			return err
		}
		var more []scanArg
		if more, err = s.surveyAccount(ctx, &x, account); err == nil {
			found = append(found, more...)
		}
	}
	if err != nil {
		return err
	}
	for part := range slices.Chunk(found, 200) {
		err := s.k.Update(ctx, func(tx *store.Tx) error {
			for _, x := range part {
				s.rescan(tx, x)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// known are the resources that an analyzer of an organisation has seen: accounts come and go.
func (s *Service) known(ctx context.Context, x *analyzer) (found []scanArg, err error) {
	if !wide(x.Type) {
		return nil, nil
	}
	return found, s.k.View(ctx, func(tx *store.Tx) error {
		found = nil
		for _, r := range s.resources.Prefix(tx, store.Key(x.Name, ""), "") {
			_, name, _ := nameOf(r.ARN)
			found = append(found, scanArg{Analyzer: x.Name, Type: r.Type, Name: name, Account: r.Owner})
		}
		return nil
	})
}

// surveyAccount lists what is there in one account.
func (s *Service) surveyAccount(ctx context.Context, x *analyzer, account string) (found []scanArg, err error) {
	if wide(x.Type) {
		if err := s.withRoleIn(ctx, account); err != nil {
			return nil, err
		}
	}
	as := s.asRoleIn(ctx, account)
	if ofUnused(x.Type) {
		return s.surveyUnused(as, x.Name, account)
	}
	return s.surveyExternal(as, x.Name, account)
}

// surveyExternal lists the buckets of the region and the roles of the account.
func (s *Service) surveyExternal(as context.Context, analyzer, account string) (found []scanArg, err error) {
	region := call.ScopeOf(as).Region
	for token := (*string)(nil); ; {
		out, err := s.peers.S3.ListBuckets(as, &s3api.ListBucketsInput{BucketRegion: &region, MaxBuckets: new(int32(1000)), ContinuationToken: token})
		if err != nil {
			return nil, err
		}
		for _, b := range out.Buckets {
			found = append(found, scanArg{Analyzer: analyzer, Type: api.ResourceTypeAwsS3Bucket, Name: *b.Name, Account: account})
		}
		if token = out.ContinuationToken; token == nil {
			break
		}
	}
	roles, err := s.roles(as, analyzer, account)
	return append(found, roles...), err
}

// roles lists the roles of the account that are looked at.
func (s *Service) roles(as context.Context, analyzer, account string) (found []scanArg, err error) {
	for marker := (*string)(nil); ; {
		out, err := s.peers.IAM.ListRoles(as, &iamapi.ListRolesInput{Marker: marker})
		if err != nil {
			return nil, err
		}
		for _, r := range out.Roles {
			if kind, name, ok := nameOf(*r.Arn); ok {
				found = append(found, scanArg{Analyzer: analyzer, Type: kind, Name: name, Account: account})
			}
		}
		if marker = out.Marker; marker == nil {
			return found, nil
		}
	}
}

func (s *Service) rescan(tx *store.Tx, a scanArg) { s.scanAt(tx, a, s.k.Clock.Now()) }

func (s *Service) scanAt(tx *store.Tx, a scanArg, at time.Time) {
	if a.Account == "" {
		a.Account = tx.Scope().Account
	}
	s.scan.AtKey(tx, store.Key(a.Analyzer, a.Type, a.Account, a.Name), at, a)
}

// runScan looks at one resource. It asks and changes nothing but its own rows, so that it may run twice.
func (s *Service) runScan(ctx context.Context, a scanArg) error {
	var x analyzer
	err := s.k.View(ctx, func(tx *store.Tx) error { x, _ = s.analyzers.Get(tx, a.Analyzer); return nil })
	if err != nil || x.Name == "" {
		return err
	}
	if a.Account == "" {
		a.Account = call.ScopeOf(ctx).Account
	}
	var r *analyzed
	var found []finding
	var next time.Time
	zone, err := s.zoneOf(ctx, &x)
	if err != nil {
		return err
	}
	accounts, err := s.open(ctx, &zone)
	if err != nil {
		return err
	}
	as := s.asRoleIn(ctx, a.Account)
	switch {
	case !slices.Contains(accounts, a.Account): // it has left, or is closed
	case ofUnused(x.Type):
		var wait *scanArg
		if r, found, next, wait, err = s.lookIdle(as, a, time.Duration(x.Age)*24*time.Hour); wait != nil {
			return s.settleAt(ctx, *wait, next)
		}
	default:
		r, found, err = s.look(as, a, zone)
	}
	if err != nil {
		return err
	}
	a.Job = ""
	name := x.rowName(a.Type, a.Account, a.Name)
	if r != nil {
		r.Name, r.Owner = name, a.Account
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if x, ok := s.analyzers.Get(tx, a.Analyzer); ok {
			s.note(tx, &x, store.Key(a.Analyzer, a.Type, name), r, found)
			if !next.IsZero() {
				s.scanAt(tx, a, next)
			}
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// note keeps what was seen of a resource; nil stands for one that is no more.
func (s *Service) note(tx *store.Tx, x *analyzer, key string, r *analyzed, found []finding) {
	now := s.k.Clock.Now()
	old, known := s.resources.Get(tx, key)
	if r == nil {
		s.resources.Delete(tx, key)
		if known {
			s.settle(tx, x, &old, nil)
		}
		return
	}
	r.CreatedAt, r.UpdatedAt, r.AnalyzedAt = now, now, now
	if known {
		r.CreatedAt = old.CreatedAt
		if slices.Equal(old.Actions, r.Actions) && old.Public == r.Public && old.Error == r.Error {
			r.UpdatedAt = old.UpdatedAt
		}
	}
	s.resources.Put(tx, key, *r)
	s.settle(tx, x, r, found)
	x.Last, x.LastAt = r.ARN, now
	s.analyzers.Put(tx, x.Name, *x)
}

// look asks for a resource and what of it lets others in. A resource that the role may not see is told as AWS does: as an error.
func (s *Service) look(as context.Context, a scanArg, zone reach.Zone) (r *analyzed, found []finding, err error) {
	r = &analyzed{Type: a.Type, Name: a.Name, Owner: a.Account}
	var c *s3Config
	switch a.Type {
	case api.ResourceTypeAwsS3Bucket:
		r.ARN = "arn:" + s.k.Partition + ":s3:::" + a.Name
		if c, err = s.bucket(as, a.Name); err == nil {
			found, err = c.findings(zone)
		}
	case api.ResourceTypeAwsIamRole:
		var trust string
		if r.ARN, trust, err = s.role(as, a.Name); err == nil {
			found, err = roleFindings(trust, zone)
		}
	}
	switch awserr.Code(err) {
	case "":
	case "NoSuchBucket", "NoSuchEntity":
		return nil, nil, nil
	case "AccessDenied":
		r.Error = "ACCESS_DENIED"
		if r.ARN == "" {
			r.ARN = "arn:" + s.k.Partition + ":iam::" + r.Owner + ":role/" + a.Name
		}
		return r, []finding{{Type: api.FindingTypeExternalAccess, Error: r.Error}}, nil
	default:
		return nil, nil, err
	}
	for _, f := range found {
		r.Public = r.Public || f.Public
		for _, action := range f.Actions {
			if !slices.Contains(r.Actions, action) {
				r.Actions = append(r.Actions, action)
			}
		}
		for _, via := range f.Sources {
			if !slices.Contains(r.Via, via) {
				r.Via = append(r.Via, via)
			}
		}
	}
	return r, found, nil
}

// changes are the calls after which a resource is looked at again. AWS does so within half an hour; here it is at once.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-findings.html
var changes = map[string]bool{
	"s3 CreateBucket": true, "s3 DeleteBucket": true, "s3 PutBucketPolicy": true, "s3 DeleteBucketPolicy": true, "s3 PutBucketAcl": true,
	"s3 PutPublicAccessBlock": true, "s3 DeletePublicAccessBlock": true, "s3 PutBucketOwnershipControls": true, "s3 DeleteBucketOwnershipControls": true,
	"iam CreateUser": true, "iam DeleteUser": true, "iam CreateAccessKey": true, "iam UpdateAccessKey": true, "iam DeleteAccessKey": true, "iam CreateLoginProfile": true, "iam DeleteLoginProfile": true,
	"iam CreateRole": true, "iam UpdateAssumeRolePolicy": true, "iam DeleteRole": true,
	"organizations AcceptHandshake": true, "organizations LeaveOrganization": true, "organizations RemoveAccountFromOrganization": true,
}

// matters says which calls are seen: those that change a resource.
func matters(e *journal.Entry) bool {
	return e.Call.ErrorCode == "" && changes[e.Call.Service+" "+e.Call.Operation]
}

// see has what a call changed looked at by the analyzers that watch over it: a bucket's in its region, a role's in all.
func (s *Service) see(ctx context.Context, e journal.Entry) error {
	c := e.Call
	org, err := s.organizationOf(ctx, c.Account)
	if err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		for _, r := range c.Resources {
			kind, name, ok := nameOf(r.ARN)
			if !ok {
				continue
			}
			for key, p := range s.places.Prefix(tx, store.Key(c.Account, ""), "") {
				parts, _ := store.Split(key, 3)
				if s.watches(p.Type, kind, parts[1], c.Region) {
					s.rescan(tx.In(call.Scope{Partition: s.k.Partition, Account: c.Account, Region: parts[1]}), scanArg{Analyzer: parts[2], Type: kind, Name: name, Account: c.Account})
				}
			}
		}
		s.seeOrganization(tx, org, e)
		return nil
	})
}

// watches says that an analyzer of a type and region looks at what changed.
func (s *Service) watches(analyzer, kind, region, changed string) bool {
	switch kind {
	case api.ResourceTypeAwsS3Bucket:
		return !ofUnused(analyzer) && region == changed
	case api.ResourceTypeAwsIamUser:
		return ofUnused(analyzer)
	}
	return true
}
