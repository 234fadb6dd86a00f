package accessanalyzer

import (
	"context"
	"time"

	api "unyo/api/accessanalyzer"
	iamapi "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// This file finds roles, access keys and passwords that nobody has used for as many days as the analyzer allows.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html

// defaultAge is how many days may pass without use, unless told.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UnusedAccessConfiguration.html
const defaultAge = 90

// ageOf reads the configuration of an analyzer of unused access.
func ageOf(c *api.AnalyzerConfiguration) (int32, error) {
	if c == nil {
		return defaultAge, nil
	}
	if c.InternalAccess != nil {
		return 0, invalid("The configuration does not match the type %s.", api.TypeAccountUnusedAccess)
	}
	if c.UnusedAccess == nil {
		return defaultAge, nil
	}
	if c.UnusedAccess.AnalysisRule != nil && len(c.UnusedAccess.AnalysisRule.Exclusions) > 0 {
		return 0, unsupported("an analysis rule with exclusions")
	}
	age := rt.Val(c.UnusedAccess.UnusedAccessAge)
	if c.UnusedAccess.UnusedAccessAge == nil {
		age = defaultAge
	}
	if age < 1 || age > 365 {
		return 0, invalid("unusedAccessAge must be between 1 and 365.")
	}
	return age, nil
}

// UpdateAnalyzer changes after how many days access counts as unused; everything is looked at again.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UpdateAnalyzer.html
func (s *Service) UpdateAnalyzer(ctx context.Context, in *api.UpdateAnalyzerInput) (*api.UpdateAnalyzerOutput, error) {
	age, err := ageOf(in.Configuration)
	if err != nil {
		return nil, err
	}
	out := &api.UpdateAnalyzerOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		a, err := s.named(tx, *in.AnalyzerName)
		switch {
		case err != nil:
			return err
		case !ofUnused(a.Type):
			return invalid("An analyzer of type %s has no configuration.", a.Type)
		}
		a.Age = age
		s.analyzers.Put(tx, a.Name, a)
		s.survey.Soon(tx, surveyArg{Analyzer: a.Name})
		out.Configuration = a.configuration()
		return nil
	})
}

func (a *analyzer) configuration() *api.AnalyzerConfiguration {
	if !ofUnused(a.Type) {
		return nil
	}
	return &api.AnalyzerConfiguration{UnusedAccess: &api.UnusedAccessConfiguration{UnusedAccessAge: new(a.Age)}}
}

// surveyUnused lists the roles and users of the account. Roles of services are not asked after.
func (s *Service) surveyUnused(as context.Context, analyzer, account string) (found []scanArg, err error) {
	for marker := (*string)(nil); ; {
		out, err := s.peers.IAM.ListUsers(as, &iamapi.ListUsersInput{Marker: marker})
		if err != nil {
			return nil, err
		}
		for _, u := range out.Users {
			found = append(found, scanArg{Analyzer: analyzer, Type: api.ResourceTypeAwsIamUser, Name: *u.UserName, Account: account})
		}
		if marker = out.Marker; marker == nil {
			break
		}
	}
	roles, err := s.roles(as, analyzer, account)
	return append(found, roles...), err
}

// idle is something that may be unused: when it was used last, or made.
type idle struct {
	finding
	since time.Time
}

// again is how often what is found unused is looked at, whether somebody uses it after all.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-findings.html
const again = 24 * time.Hour

// lookUnused asks for a role or user. next is when to look again: a day later at what is unused, and otherwise when something of it will
// first have been unused for too long; zero for never.
func (s *Service) lookUnused(as context.Context, a scanArg, age time.Duration) (r *analyzed, found []finding, next time.Time, err error) {
	r = &analyzed{Type: a.Type, Name: a.Name}
	var list []idle
	if a.Type == api.ResourceTypeAwsIamRole {
		r.ARN, list, err = s.idleRole(as, a.Name)
	} else {
		r.ARN, list, err = s.idleUser(as, a.Name)
	}
	switch {
	case awserr.Code(err) == "NoSuchEntity":
		return nil, nil, next, nil
	case err != nil:
		return nil, nil, next, err
	}
	now := s.k.Clock.Now()
	for _, x := range list {
		due := x.since.Add(age)
		switch {
		case !due.After(now):
			found = append(found, x.finding)
			if day := now.Add(again); next.IsZero() || day.Before(next) {
				next = day
			}
		case next.IsZero() || due.Before(next):
			next = due
		}
	}
	return r, found, next, nil
}

func (s *Service) idleRole(as context.Context, name string) (arn string, list []idle, err error) {
	out, err := s.peers.IAM.GetRole(as, &iamapi.GetRoleInput{RoleName: &name})
	if err != nil {
		return "", nil, err
	}
	var last *time.Time
	if out.Role.RoleLastUsed != nil {
		last = out.Role.RoleLastUsed.LastUsedDate
	}
	return rt.Val(out.Role.Arn), []idle{unusedSince(finding{Type: api.FindingTypeUnusedIamrole}, last, out.Role.CreateDate)}, nil
}

// idleUser asks for a user's password and active keys.
func (s *Service) idleUser(as context.Context, name string) (arn string, list []idle, err error) {
	user, err := s.peers.IAM.GetUser(as, &iamapi.GetUserInput{UserName: &name})
	if err != nil {
		return "", nil, err
	}
	login, err := s.peers.IAM.GetLoginProfile(as, &iamapi.GetLoginProfileInput{UserName: &name})
	switch {
	case err == nil:
		list = append(list, unusedSince(finding{Type: api.FindingTypeUnusedIamuserPassword}, user.User.PasswordLastUsed, login.LoginProfile.CreateDate))
	case awserr.Code(err) != "NoSuchEntity":
		return "", nil, err
	}
	keys, err := s.peers.IAM.ListAccessKeys(as, &iamapi.ListAccessKeysInput{UserName: &name})
	if err != nil {
		return "", nil, err
	}
	for _, k := range keys.AccessKeyMetadata {
		if rt.Val(k.Status) != "Active" {
			continue
		}
		used, err := s.peers.IAM.GetAccessKeyLastUsed(as, &iamapi.GetAccessKeyLastUsedInput{AccessKeyId: k.AccessKeyId})
		if err != nil {
			return "", nil, err
		}
		var last *time.Time
		if used.AccessKeyLastUsed != nil {
			last = used.AccessKeyLastUsed.LastUsedDate
		}
		list = append(list, unusedSince(finding{Type: api.FindingTypeUnusedIamuserAccessKey, KeyID: rt.Val(k.AccessKeyId)}, last, k.CreateDate))
	}
	return rt.Val(user.User.Arn), list, nil
}

// unusedSince counts from the last use, and from the making of what was never used.
func unusedSince(f finding, last, made *time.Time) idle {
	if last != nil && !last.IsZero() {
		f.LastAccessed = *last
		return idle{f, *last}
	}
	return idle{f, rt.Val(made)}
}

// unusedDetails are the details of a finding about unused access.
func (f *finding) unusedDetails() []api.FindingDetails {
	if f.Type == api.FindingTypeUnusedPermission {
		return f.permissionDetails()
	}
	return []api.FindingDetails{f.credentialDetails()}
}

func (f *finding) credentialDetails() api.FindingDetails {
	var last *time.Time
	if !f.LastAccessed.IsZero() {
		last = &f.LastAccessed
	}
	switch f.Type {
	case api.FindingTypeUnusedIamrole:
		return api.FindingDetails{UnusedIamRoleDetails: &api.UnusedIamRoleDetails{LastAccessed: last}}
	case api.FindingTypeUnusedIamuserPassword:
		return api.FindingDetails{UnusedIamUserPasswordDetails: &api.UnusedIamUserPasswordDetails{LastAccessed: last}}
	}
	return api.FindingDetails{UnusedIamUserAccessKeyDetails: &api.UnusedIamUserAccessKeyDetails{AccessKeyId: &f.KeyID, LastAccessed: last}}
}
