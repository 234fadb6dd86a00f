package accessanalyzer

import (
	"context"
	"encoding/json"
	"time"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// generation is a policy that is made of what a principal has done, by what trails have delivered.
type generation struct {
	Principal, Role        string
	Start, End             time.Time
	Trails                 []api.Trail
	Status                 string
	StartedAt, CompletedAt time.Time
	Code, Message          string   `json:",omitempty"` // of the error
	Actions                []string `json:",omitempty"`
}

type generateArg struct{ ID string }

// maxSpan is how far back activity is looked at.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html
const maxSpan = 90 * 24 * time.Hour

// StartPolicyGeneration has a policy made of a user's or a role's activity, read from trails in the role that the caller names.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_StartPolicyGeneration.html
func (s *Service) StartPolicyGeneration(ctx context.Context, in *api.StartPolicyGenerationInput) (*api.StartPolicyGenerationOutput, error) {
	d, now := in.CloudTrailDetails, s.k.Clock.Now()
	who := rt.Val(in.PolicyGenerationDetails.PrincipalArn)
	kind, _, ok := nameOf(who)
	switch {
	case !ok || kind == api.ResourceTypeAwsS3Bucket:
		return nil, invalid("The principal %s is neither a user nor a role.", who)
	case d == nil:
		return nil, invalid("cloudTrailDetails must be given.")
	}
	g := generation{Principal: who, Role: *d.AccessRole, Start: *d.StartTime, End: now, Trails: d.Trails, Status: api.JobStatusInProgress, StartedAt: now}
	if d.EndTime != nil {
		g.End = *d.EndTime
	}
	switch {
	case len(d.Trails) != 1:
		return nil, invalid("Exactly one trail must be given.")
	case g.End.Before(g.Start) || g.Start.After(now):
		return nil, invalid("startTime must be before endTime and not in the future.")
	case g.End.Sub(g.Start) > maxSpan:
		return nil, invalid("The period must not be longer than 90 days.")
	}
	id := s.k.Entropy.UUID(ctx)
	return &api.StartPolicyGenerationOutput{JobId: &id}, s.k.Update(ctx, func(tx *store.Tx) error {
		for _, other := range s.generations.From(tx, "") {
			if other.Status == api.JobStatusInProgress {
				return exceeded("POLICY_GENERATION", id, "A policy generation is in progress already.")
			}
		}
		s.generations.Put(tx, id, g)
		s.generate.Soon(tx, generateArg{id})
		return nil
	})
}

// runGenerate reads the activity. It asks and changes only its own row; what cannot be read ends the generation with AWS's code.
func (s *Service) runGenerate(ctx context.Context, a generateArg) error {
	var g generation
	err := s.k.View(ctx, func(tx *store.Tx) error { g, _ = s.generations.Get(tx, a.ID); return nil })
	if err != nil || g.Status != api.JobStatusInProgress {
		return err
	}
	as := call.As(ctx, call.Role{ARN: g.Role, SessionName: "access-analyzer", Service: principal, SourceAccount: call.ScopeOf(ctx).Account})
	actions, failed := s.activity(as, &g)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		g, ok := s.generations.Get(tx, a.ID)
		if ok && g.Status == api.JobStatusInProgress {
			g.Status, g.Actions, g.CompletedAt = api.JobStatusSucceeded, actions, s.k.Clock.Now()
			if failed != nil {
				g.Status, g.Code, g.Message = api.JobStatusFailed, codeOf(failed), failed.Error()
			}
			s.generations.Put(tx, a.ID, g)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// giveUpGeneration ends a generation whose job is not run again.
func (s *Service) giveUpGeneration(tx *store.Tx, a generateArg, why string) {
	if g, ok := s.generations.Get(tx, a.ID); ok && g.Status == api.JobStatusInProgress {
		g.Status, g.Code, g.Message, g.CompletedAt = api.JobStatusFailed, api.JobErrorCodeServiceError, why, s.k.Clock.Now()
		s.generations.Put(tx, a.ID, g)
	}
}

func codeOf(err error) string {
	switch awserr.Code(err) {
	case "AccessDenied", "AccessDeniedException":
		return api.JobErrorCodeAuthorizationError
	case "NoSuchBucket", "NoSuchKey", "TrailNotFoundException", "ResourceNotFoundException":
		return api.JobErrorCodeResourceNotFoundError
	}
	return api.JobErrorCodeServiceError
}

// CancelPolicyGeneration stops a generation that is not done; of one that is done it says nothing.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CancelPolicyGeneration.html
func (s *Service) CancelPolicyGeneration(ctx context.Context, in *api.CancelPolicyGenerationInput) (*api.CancelPolicyGenerationOutput, error) {
	now := s.k.Clock.Now()
	return &api.CancelPolicyGenerationOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.generation(tx, *in.JobId)
		if err == nil && g.Status == api.JobStatusInProgress {
			g.Status, g.CompletedAt = api.JobStatusCanceled, now
			s.generations.Put(tx, *in.JobId, g)
		}
		return err
	})
}

func (s *Service) generation(tx *store.Tx, id string) (generation, error) {
	g, ok := s.generations.Get(tx, id)
	if !ok {
		return g, invalid("The policy generation %s does not exist.", id)
	}
	return g, nil
}

// GetGeneratedPolicy gives the policy: the actions that were seen, on every resource. AWS can put placeholders for resources and add the
// services whose actions it does not know; both are refused here.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetGeneratedPolicy.html
func (s *Service) GetGeneratedPolicy(ctx context.Context, in *api.GetGeneratedPolicyInput) (*api.GetGeneratedPolicyOutput, error) {
	switch {
	case rt.Val(in.IncludeResourcePlaceholders):
		return nil, unsupported("includeResourcePlaceholders")
	case rt.Val(in.IncludeServiceLevelTemplate):
		return nil, unsupported("includeServiceLevelTemplate")
	}
	out := &api.GetGeneratedPolicyOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		g, err := s.generation(tx, *in.JobId)
		if err != nil {
			return err
		}
		done := g.Status == api.JobStatusSucceeded
		out.JobDetails = &api.JobDetails{JobId: in.JobId, Status: &g.Status, StartedOn: &g.StartedAt, CompletedOn: g.completed()}
		if g.Code != "" {
			out.JobDetails.JobError = &api.JobError{Code: &g.Code, Message: &g.Message}
		}
		properties := &api.CloudTrailProperties{StartTime: &g.Start, EndTime: &g.End}
		for _, t := range g.Trails {
			properties.TrailProperties = append(properties.TrailProperties, api.TrailProperties(t))
		}
		out.GeneratedPolicyResult = &api.GeneratedPolicyResult{Properties: &api.GeneratedPolicyProperties{PrincipalArn: &g.Principal, IsComplete: &done, CloudTrailProperties: properties}}
		if done && len(g.Actions) > 0 {
			text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Action": g.Actions, "Resource": "*"}}})
			if err != nil {
				return err
			}
			out.GeneratedPolicyResult.GeneratedPolicies = []api.GeneratedPolicy{{Policy: new(string(text))}}
		}
		return nil
	})
}

func (g *generation) completed() *time.Time {
	if g.CompletedAt.IsZero() {
		return nil
	}
	return &g.CompletedAt
}

// ListPolicyGenerations lists the generations of the account.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListPolicyGenerations.html
func (s *Service) ListPolicyGenerations(ctx context.Context, in *api.ListPolicyGenerationsInput) (*api.ListPolicyGenerationsOutput, error) {
	query := "generations " + rt.Val(in.PrincipalArn)
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("Invalid nextToken.")
	}
	out := &api.ListPolicyGenerationsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.PolicyGenerations, out.NextToken = page.Collect(query, limit(in.MaxResults), s.generations.From(tx, after), func(id string, g generation) (api.PolicyGeneration, bool) {
			return api.PolicyGeneration{JobId: &id, PrincipalArn: &g.Principal, Status: &g.Status, StartedOn: &g.StartedAt, CompletedOn: g.completed()}, in.PrincipalArn == nil || g.Principal == *in.PrincipalArn
		})
		return nil
	})
}
