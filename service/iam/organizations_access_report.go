package iam

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// orgReport is what the accounts at a place of an organisation have used of what service control policies leave them.
type orgReport struct {
	Accounts map[string]string // number → path
	Services []string
	inquiry
	Used map[string]orgAccess `json:",omitempty"` // by namespace
}

type orgAccess struct {
	At           time.Time
	Path, Region string
	Accounts     int32
}

// GenerateOrganizationsAccessReport begins to gather which services the accounts of a root, unit or account have used, of those that its
// service control policies, or the one that is named, allow.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateOrganizationsAccessReport.html
func (s *Service) GenerateOrganizationsAccessReport(ctx context.Context, in *api.GenerateOrganizationsAccessReportInput) (*api.GenerateOrganizationsAccessReportOutput, error) {
	c := call.From(ctx)
	at, accounts, err := s.orgs.Entity(ctx, c.Account, *in.EntityPath)
	switch {
	case err != nil:
		return nil, err
	case at == nil:
		return nil, validation("The entity path " + *in.EntityPath + " does not exist in the organization of the account.")
	case at.Management != c.Account:
		return nil, denied("Only the management account of an organization may ask for its access report.")
	}
	levels := at.SCPs
	if in.OrganizationsPolicyId != nil {
		doc, err := s.orgs.ControlPolicy(ctx, c.Account, *in.OrganizationsPolicyId)
		if err != nil {
			return nil, err
		}
		if doc == nil {
			return nil, api.NewNoSuchEntityException("Policy %s does not exist.", *in.OrganizationsPolicyId)
		}
		levels = [][]*policy.Document{{doc}}
	}
	id := s.k.Entropy.UUID(ctx)
	r := orgReport{Accounts: accounts, Services: []string{}, inquiry: inquiry{AskedAt: s.k.Clock.Now()}}
	for _, n := range serviceNamespaces {
		if speaks(levels, n.space) {
			r.Services = append(r.Services, n.space)
		}
	}
	return &api.GenerateOrganizationsAccessReportOutput{JobId: &id}, s.k.Update(ctx, func(tx *store.Tx) error {
		s.orgReports.Put(tx, id, r)
		s.survey.Soon(tx, accessArg{id})
		return nil
	})
}

// speaks reports whether a service is left over by every level.
func speaks(levels [][]*policy.Document, space string) bool {
	return !slices.ContainsFunc(levels, func(level []*policy.Document) bool {
		return !slices.ContainsFunc(level, func(d *policy.Document) bool { return d.Speaks(space) })
	})
}

// runSurvey reads what was noted in every account.
func (s *Service) runSurvey(ctx context.Context, a accessArg) error {
	now := call.From(ctx).At
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		r, ok := s.orgReports.Get(tx, a.Job)
		if !ok || !r.open() {
			return nil
		}
		r.DoneAt, r.Used = now, map[string]orgAccess{}
		for _, account := range sortedKeys(r.Accounts) {
			for space, last := range s.usedIn(tx.In(scope(account)), now) {
				was := r.Used[space]
				if last.At.After(was.At) {
					was.At, was.Region, was.Path = last.At, last.Region, r.Accounts[account]
				}
				was.Accounts++
				r.Used[space] = was
			}
		}
		s.orgReports.Put(tx, a.Job, r)
		return nil
	})
}

// giveUpSurvey ends a report whose job is not run again.
func (s *Service) giveUpSurvey(tx *store.Tx, a accessArg, why string) {
	if r, ok := s.orgReports.Get(tx, a.Job); ok && r.open() {
		r.giveUp(s.k.Clock.Now(), why)
		s.orgReports.Put(tx, a.Job, r)
	}
}

// usedIn is the last use of each service within an account.
func (s *Service) usedIn(tx *store.Tx, now time.Time) map[string]lastUse {
	last := map[string]lastUse{}
	for key, u := range s.uses.From(tx, "") {
		f := strings.Split(key, sep)
		if u.At.After(now.Add(-tracking)) && u.At.After(last[f[1]].At) {
			last[f[1]] = lastUse{u.At, f[1], f[2]}
		}
	}
	return last
}

// GetOrganizationsAccessReport tells what was found.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOrganizationsAccessReport.html
func (s *Service) GetOrganizationsAccessReport(ctx context.Context, in *api.GetOrganizationsAccessReportInput) (*api.GetOrganizationsAccessReportOutput, error) {
	out := &api.GetOrganizationsAccessReportOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		r, ok := s.orgReports.Get(tx, *in.JobId)
		if !ok {
			return noInquiry(*in.JobId)
		}
		if out.JobStatus, out.JobCreationDate, out.JobCompletionDate, out.ErrorDetails = r.status(); !r.made() {
			return nil
		}
		used := int32(0)
		for _, space := range r.Services {
			if r.Used[space].Accounts > 0 {
				used++
			}
		}
		out.NumberOfServicesAccessible, out.NumberOfServicesNotAccessed = new(int32(len(r.Services))), new(int32(len(r.Services))-used)
		out.AccessDetails, out.Marker, err = listed("organizations"+*in.JobId+rt.Val(in.SortKey), in.Marker, in.MaxItems, r.details(rt.Val(in.SortKey)), func(_ string, d api.AccessDetail) (api.AccessDetail, bool) { return d, true })
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// details yields the services in the order that is asked for, behind a key.
func (r *orgReport) details(order string) func(after string) iter.Seq2[string, api.AccessDetail] {
	type row struct {
		key string
		api.AccessDetail
	}
	var rows []row
	for _, n := range serviceNamespaces {
		if !slices.Contains(r.Services, n.space) {
			continue
		}
		u := r.Used[n.space]
		d := row{n.space, api.AccessDetail{ServiceName: new(n.name), ServiceNamespace: new(n.space), TotalAuthenticatedEntities: new(u.Accounts)}}
		if u.Accounts > 0 {
			d.EntityPath, d.Region, d.LastAuthenticatedTime = new(u.Path), new(u.Region), new(u.At)
		}
		if strings.HasPrefix(order, "LAST_AUTHENTICATED_TIME") {
			d.key = u.At.UTC().Format(time.RFC3339Nano) + sep + n.space
		}
		rows = append(rows, d)
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.key, b.key) })
	if strings.HasSuffix(order, "DESCENDING") {
		slices.Reverse(rows)
	}
	return func(after string) iter.Seq2[string, api.AccessDetail] {
		return func(yield func(string, api.AccessDetail) bool) {
			behind := after == ""
			for _, d := range rows {
				if behind && !yield(d.key, d.AccessDetail) {
					return
				}
				behind = behind || d.key == after
			}
		}
	}
}
