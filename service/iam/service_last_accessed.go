package iam

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// accessJob is a question after what an entity's permissions have been used for, and what was found when it was answered.
type accessJob struct {
	ARN      string
	Actions  bool     // ACTION_LEVEL
	Services []string // namespaces that the permissions speak of
	Seen     []string `json:",omitempty"` // entities still to be gathered, as kind, name
	inquiry
}

// access is what the gateway has seen of one entity in one service. Only management actions are told of one by one.
type access struct {
	ARN, Region string
	At          time.Time
	Actions     []accessAction `json:",omitempty"`
}

type accessAction struct {
	Name, Region string
	At           time.Time
}

type accessArg struct{ Job string }

// gatherAtOnce bounds the entities that one run of the job gathers: their rows go into one transaction.
const gatherAtOnce = 10

// GenerateServiceLastAccessedDetails begins to gather which services an entity, or those who bear a policy, have used.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html
func (s *Service) GenerateServiceLastAccessedDetails(ctx context.Context, in *api.GenerateServiceLastAccessedDetailsInput) (*api.GenerateServiceLastAccessedDetailsOutput, error) {
	id, now := s.k.Entropy.UUID(ctx), s.k.Clock.Now()
	return &api.GenerateServiceLastAccessedDetailsOutput{JobId: &id}, s.k.Update(ctx, func(tx *store.Tx) error {
		docs, err := s.grantsOf(tx, *in.Arn)
		if err != nil {
			return err
		}
		j := accessJob{ARN: *in.Arn, Actions: rt.Val(in.Granularity) == api.AccessAdvisorUsageGranularityTypeActionLevel, inquiry: inquiry{AskedAt: now}, Services: []string{}}
		for _, name := range serviceNamespaces {
			if slices.ContainsFunc(docs, func(g grant) bool { return g.doc.Speaks(name.space) }) {
				j.Services = append(j.Services, name.space)
			}
		}
		for _, e := range s.entitiesOf(tx, *in.Arn) {
			j.Seen = append(j.Seen, e.key())
		}
		s.accessJobs.Put(tx, id, j)
		s.gatherUse.Soon(tx, accessArg{id})
		return nil
	})
}

// runGatherUse copies what was seen of the next entities, and sets itself again until none is left.
func (s *Service) runGatherUse(ctx context.Context, a accessArg) error {
	now := call.From(ctx).At
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		j, ok := s.accessJobs.Get(tx, a.Job)
		if !ok || !j.open() {
			return nil
		}
		n := min(len(j.Seen), gatherAtOnce)
		for _, key := range j.Seen[:n] {
			kind, name, _ := strings.Cut(key, sep)
			s.gatherEntity(tx, a.Job, entity{kind, name}, j.Services)
		}
		if j.Seen = j.Seen[n:]; len(j.Seen) > 0 {
			s.gatherUse.Soon(tx, a)
		} else {
			j.DoneAt = now
		}
		s.accessJobs.Put(tx, a.Job, j)
		return nil
	})
}

// giveUpGatherUse ends what is not run again.
func (s *Service) giveUpGatherUse(tx *store.Tx, a accessArg, why string) {
	if j, ok := s.accessJobs.Get(tx, a.Job); ok && j.open() {
		j.giveUp(s.k.Clock.Now(), why)
		s.accessJobs.Put(tx, a.Job, j)
	}
}

func (s *Service) gatherEntity(tx *store.Tx, job string, e entity, services []string) {
	found := map[string]*access{}
	since := s.k.Clock.Now().Add(-tracking)
	for key, u := range s.uses.Prefix(tx, s.entityID(tx, e)+sep, "") {
		f := strings.Split(key, sep)
		if service := f[1]; slices.Contains(services, service) && u.At.After(since) {
			if found[service] == nil {
				found[service] = &access{}
			}
			found[service].add(u, f[2], f[3])
		}
	}
	for _, service := range services {
		if a := found[service]; a != nil {
			s.accessed.Put(tx, job+sep+service+sep+e.key(), *a)
		}
	}
}

// add takes in what was seen of an action in a region.
func (a *access) add(u used, region, action string) {
	if a.ARN = u.ARN; u.At.After(a.At) {
		a.At, a.Region = u.At, region
	}
	if action == "" {
		return
	}
	i := slices.IndexFunc(a.Actions, func(b accessAction) bool { return b.Name == action })
	if i < 0 {
		a.Actions = append(a.Actions, accessAction{action, region, u.At})
	} else if u.At.After(a.Actions[i].At) {
		a.Actions[i] = accessAction{action, region, u.At}
	}
}

// entityID is the id under which uses of an entity are noted.
func (s *Service) entityID(tx *store.Tx, e entity) string {
	if e.kind == "role" {
		r, _ := s.roles.Get(tx, fold(e.name))
		return r.ID
	}
	u, _ := s.users.Get(tx, fold(e.name))
	return u.ID
}

// entitiesOf are the users and roles that an ARN speaks of: itself, the group's users, or all who bear the policy.
func (s *Service) entitiesOf(tx *store.Tx, a string) (list []entity) {
	add := func(e entity) {
		if e.kind != "group" {
			list = append(list, entity{e.kind, fold(e.name)})
			return
		}
		for key := range s.members.Prefix(tx, fold(e.name)+sep, "") {
			list = append(list, entity{"user", tail(key)})
		}
	}
	if e, ok := s.entityByARN(tx, a); ok {
		add(e)
	} else {
		for key := range s.bearers.Prefix(tx, a+sep, "") {
			kind, name, _ := strings.Cut(strings.TrimPrefix(key, a+sep), sep)
			add(entity{kind, name})
		}
	}
	slices.SortFunc(list, func(a, b entity) int { return strings.Compare(a.key(), b.key()) })
	return slices.Compact(list)
}

// entityByARN finds the user, group or role that an ARN names.
func (s *Service) entityByARN(tx *store.Tx, a string) (entity, bool) {
	p, err := arn.Parse(a)
	if err != nil || p.Service != "iam" || p.Account != tx.Scope().Account {
		return entity{}, false
	}
	kind, name := cutName(p.Resource)
	e := entity{kind, name}
	return e, (kind == "user" || kind == "group" || kind == "role") && s.mustExist(tx, e) == nil
}

func (s *Service) accessJobOf(tx *store.Tx, id string) (accessJob, error) {
	j, ok := s.accessJobs.Get(tx, id)
	if !ok {
		return j, noInquiry(id)
	}
	return j, nil
}

// GetServiceLastAccessedDetails tells for each service that the permissions speak of when it was used last.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
func (s *Service) GetServiceLastAccessedDetails(ctx context.Context, in *api.GetServiceLastAccessedDetailsInput) (*api.GetServiceLastAccessedDetailsOutput, error) {
	out := &api.GetServiceLastAccessedDetailsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		j, err := s.accessJobOf(tx, *in.JobId)
		if err != nil {
			return err
		}
		*out = api.GetServiceLastAccessedDetailsOutput{JobType: new(api.AccessAdvisorUsageGranularityTypeServiceLevel), ServicesLastAccessed: []api.ServiceLastAccessed{}}
		if j.Actions {
			out.JobType = new(api.AccessAdvisorUsageGranularityTypeActionLevel)
		}
		if out.JobStatus, out.JobCreationDate, out.JobCompletionDate, out.Error = j.status(); !j.made() {
			return nil
		}
		out.ServicesLastAccessed, out.Marker, err = listed("accessed"+*in.JobId, in.Marker, in.MaxItems, named(j.Services), func(space, name string) (api.ServiceLastAccessed, bool) {
			return s.accessShape(tx, *in.JobId, space, name, j.Actions), true
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// named yields namespaces behind one, with their services' names.
func named(services []string) func(after string) iter.Seq2[string, string] {
	return func(after string) iter.Seq2[string, string] {
		return func(yield func(string, string) bool) {
			for _, n := range serviceNamespaces {
				if n.space > after && slices.Contains(services, n.space) && !yield(n.space, n.name) {
					return
				}
			}
		}
	}
}

func (s *Service) accessShape(tx *store.Tx, job, space, name string, actions bool) api.ServiceLastAccessed {
	shape := api.ServiceLastAccessed{ServiceNamespace: new(space), ServiceName: new(name)}
	total, last := int32(0), access{}
	byAction := map[string]api.TrackedActionLastAccessed{}
	for _, a := range s.accessed.Prefix(tx, job+sep+space+sep, "") {
		if total++; a.At.After(last.At) {
			last = a
		}
		for _, b := range a.Actions {
			if have, ok := byAction[b.Name]; !ok || b.At.After(*have.LastAccessedTime) {
				byAction[b.Name] = api.TrackedActionLastAccessed{ActionName: new(b.Name), LastAccessedTime: new(b.At), LastAccessedRegion: new(b.Region), LastAccessedEntity: new(a.ARN)}
			}
		}
	}
	shape.TotalAuthenticatedEntities = new(total)
	if total > 0 {
		shape.LastAuthenticated, shape.LastAuthenticatedEntity, shape.LastAuthenticatedRegion = new(last.At), new(last.ARN), new(last.Region)
	}
	if actions {
		for _, name := range sortedKeys(byAction) {
			shape.TrackedActionsLastAccessed = append(shape.TrackedActionsLastAccessed, byAction[name])
		}
	}
	return shape
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// GetServiceLastAccessedDetailsWithEntities tells for one service who of them used it when.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetailsWithEntities.html
func (s *Service) GetServiceLastAccessedDetailsWithEntities(ctx context.Context, in *api.GetServiceLastAccessedDetailsWithEntitiesInput) (*api.GetServiceLastAccessedDetailsWithEntitiesOutput, error) {
	out := &api.GetServiceLastAccessedDetailsWithEntitiesOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		j, err := s.accessJobOf(tx, *in.JobId)
		if err != nil {
			return err
		}
		*out = api.GetServiceLastAccessedDetailsWithEntitiesOutput{EntityDetailsList: []api.EntityDetails{}}
		if out.JobStatus, out.JobCreationDate, out.JobCompletionDate, out.Error = j.status(); !j.made() || !slices.Contains(j.Services, *in.ServiceNamespace) {
			return nil
		}
		rows := func(after string) iter.Seq2[string, entity] {
			return func(yield func(string, entity) bool) {
				for _, e := range s.entitiesOf(tx, j.ARN) {
					if e.key() > after && !yield(e.key(), e) {
						return
					}
				}
			}
		}
		out.EntityDetailsList, out.Marker, err = listed("entities"+*in.JobId+*in.ServiceNamespace, in.Marker, in.MaxItems, rows, func(_ string, e entity) (api.EntityDetails, bool) {
			d := api.EntityDetails{EntityInfo: s.entityInfo(tx, e)}
			if a, ok := s.accessed.Get(tx, *in.JobId+sep+*in.ServiceNamespace+sep+e.key()); ok {
				d.LastAuthenticated = new(a.At)
			}
			return d, d.EntityInfo != nil
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

func (s *Service) entityInfo(tx *store.Tx, e entity) *api.EntityInfo {
	account := tx.Scope().Account
	if e.kind == "role" {
		r, ok := s.roles.Get(tx, fold(e.name))
		if !ok {
			return nil
		}
		return &api.EntityInfo{Arn: new(s.arn(account, "role", r.Path, r.Name)), Id: new(r.ID), Name: new(r.Name), Path: new(r.Path), Type: new(api.PolicyOwnerEntityTypeRole)}
	}
	u, ok := s.users.Get(tx, fold(e.name))
	if !ok {
		return nil
	}
	return &api.EntityInfo{Arn: new(s.arn(account, "user", u.Path, u.Name)), Id: new(u.ID), Name: new(u.Name), Path: new(u.Path), Type: new(api.PolicyOwnerEntityTypeUser)}
}
