package accessanalyzer

import (
	"context"
	"slices"
	"time"

	api "unyo/api/accessanalyzer"
	iamapi "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// This file finds services that a role or user may use and has not used for as many days as the analyzer allows. What of a service that is used
// goes unused is not looked for. IAM is asked for what was used in one run, and answers in another.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html#access-analyzer-unused-access-findings

// idleService is a service that was not used; Last is the zero time for never.
type idleService struct {
	Space string
	Last  time.Time `json:",omitzero"`
}

// askPermissions has IAM gather what a role or user has used; "" where there is none, or it is too young until due.
func (s *Service) askPermissions(as context.Context, a scanArg, age time.Duration) (job string, due time.Time, err error) {
	arn, made, err := s.madeOf(as, a)
	switch {
	case awserr.Code(err) == "NoSuchEntity":
		return "", due, nil
	case err != nil:
		return "", due, err
	case made.Add(age).After(s.k.Clock.Now()):
		return "", made.Add(age), nil
	}
	out, err := s.peers.IAM.GenerateServiceLastAccessedDetails(as, &iamapi.GenerateServiceLastAccessedDetailsInput{Arn: &arn})
	if err != nil {
		return "", due, err
	}
	return rt.Val(out.JobId), due, nil
}

// madeOf tells the ARN of a role or user, and since when it is there.
func (s *Service) madeOf(as context.Context, a scanArg) (arn string, made time.Time, err error) {
	if a.Type == api.ResourceTypeAwsIamRole {
		out, err := s.peers.IAM.GetRole(as, &iamapi.GetRoleInput{RoleName: &a.Name})
		if err != nil {
			return "", made, err
		}
		return rt.Val(out.Role.Arn), rt.Val(out.Role.CreateDate), nil
	}
	out, err := s.peers.IAM.GetUser(as, &iamapi.GetUserInput{UserName: &a.Name})
	if err != nil {
		return "", made, err
	}
	return rt.Val(out.User.Arn), rt.Val(out.User.CreateDate), nil
}

// lookIdle is lookUnused with the permissions. It takes two runs: wait is the next, to be made at next, which finds what IAM has gathered meanwhile.
func (s *Service) lookIdle(as context.Context, a scanArg, age time.Duration) (r *analyzed, found []finding, next time.Time, wait *scanArg, err error) {
	var due time.Time
	if a.Job == "" {
		if a.Job, due, err = s.askPermissions(as, a, age); err != nil {
			return nil, nil, next, nil, err
		}
		if a.Job != "" {
			return nil, nil, s.k.Clock.Now(), &a, nil
		}
	}
	if r, found, next, err = s.lookUnused(as, a, age); err != nil || r == nil {
		return r, found, next, nil, err
	}
	idle := slices.ContainsFunc(found, func(f finding) bool { return f.Type == api.FindingTypeUnusedIamrole })
	if a.Job == "" || idle { // what is unused altogether is told of once
		return r, found, sooner(next, due), nil, nil
	}
	more, due, gathered, err := s.idlePermissions(as, a, age)
	if err == nil && !gathered {
		return nil, nil, s.k.Clock.Now().Add(settling), &a, nil
	}
	return r, append(found, more...), sooner(next, due), nil, err
}

// settling is how long IAM is given to gather what was used.
const settling = time.Second

// settleAt ends a run that has to go on later.
func (s *Service) settleAt(ctx context.Context, a scanArg, at time.Time) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		s.scanAt(tx, a, at)
		jobs.Settle(ctx, tx)
		return nil
	})
}

// sooner is the earlier of two instants; the zero time is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// idlePermissions reads what IAM has gathered: at most one finding, and when the next service will have been unused for too long.
func (s *Service) idlePermissions(as context.Context, a scanArg, age time.Duration) (found []finding, next time.Time, gathered bool, err error) {
	var list []idleService
	now := s.k.Clock.Now()
	for marker := (*string)(nil); ; {
		out, err := s.peers.IAM.GetServiceLastAccessedDetails(as, &iamapi.GetServiceLastAccessedDetailsInput{JobId: &a.Job, Marker: marker})
		if err != nil || rt.Val(out.JobStatus) != iamapi.JobStatusTypeCompleted {
			return nil, next, false, err
		}
		for _, x := range out.ServicesLastAccessed {
			last := rt.Val(x.LastAuthenticated)
			if due := last.Add(age); !due.After(now) {
				list = append(list, idleService{rt.Val(x.ServiceNamespace), last})
			} else if next.IsZero() || due.Before(next) {
				next = due
			}
		}
		if marker = out.Marker; marker == nil {
			break
		}
	}
	if len(list) == 0 {
		return nil, next, true, nil
	}
	return []finding{{Type: api.FindingTypeUnusedPermission, Services: list}}, now.Add(again), true, nil
}

// permissionDetails tell of one service each.
func (f *finding) permissionDetails() (list []api.FindingDetails) {
	for _, x := range f.Services {
		d := &api.UnusedPermissionDetails{ServiceNamespace: &x.Space}
		if !x.Last.IsZero() {
			d.LastAccessed = &x.Last
		}
		list = append(list, api.FindingDetails{UnusedPermissionDetails: d})
	}
	return list
}
