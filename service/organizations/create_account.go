package organizations

import (
	"context"
	"fmt"
	"strings"
	"time"

	iamapi "unyo/api/iam"
	api "unyo/api/organizations"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// creation is a request for an account, and what has become of it.
type creation struct {
	Name, Email, Role string
	Billing           string // whether the account's users may see its bill: ALLOW or DENY
	Tags              []tags.Tag
	Account           string
	State             string
	Failure           string `json:",omitempty"`
	RequestedAt       time.Time
	CompletedAt       time.Time `json:",omitzero"`
}

// createArg names a request, and what is to be done for it next.
type createArg struct{ Org, Request, Step string }

// The steps of a creation, one run of the job each: a run that is repeated after a crash makes the same one call.
const (
	stepAccount = "account"
	stepRole    = "role"
	stepPolicy  = "policy"
	stepMember  = "member"
)

// takes is how long an account takes to be made. AWS says "a few minutes"; nobody waits that long on a clock that flows.
const takes = 3 * time.Second

// defaultRole is the role that lets the management account in.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
const defaultRole = "OrganizationAccountAccessRole"

// maxAccounts is what AWS raises the quota of 10 to at most: here is nobody to ask for it.
const maxAccounts = 10000

// CreateAccount takes in the wish for an account.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
func (s *Service) CreateAccount(ctx context.Context, in *api.CreateAccountInput) (*api.CreateAccountOutput, error) {
	if err := wordTags(tags.Check(tagsOf(in.Tags))); err != nil {
		return nil, err
	}
	account, err := s.number(ctx)
	if err != nil {
		return nil, err
	}
	id := s.id(ctx, "car-", 32)
	c := creation{
		Name: *in.AccountName, Email: *in.Email, Role: defaultRole, Billing: api.IAMUserAccessToBillingAllow, Tags: tagsOf(in.Tags), Account: account,
		State: api.CreateAccountStateInProgress, RequestedAt: s.k.Clock.Now(),
	}
	if in.RoleName != nil {
		c.Role = *in.RoleName
	}
	if in.IamUserAccessToBilling != nil {
		c.Billing = *in.IamUserAccessToBilling
	}
	err = s.edit(ctx, func(tx *store.Tx, o *organization) error {
		s.creations.Put(tx, store.Key(o.ID, id), c)
		s.create.At(tx, c.RequestedAt.Add(takes), createArg{o.ID, id, stepAccount})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateAccountOutput{CreateAccountStatus: statusShape(id, &c)}, nil
}

// number draws the number of an account that is not there yet.
func (s *Service) number(ctx context.Context) (string, error) {
	for {
		var n uint64
		for _, b := range s.k.Entropy.Bytes(ctx, 8) {
			n = n<<8 | uint64(b)
		}
		id := fmt.Sprintf("%012d", n%900000000000+100000000000)
		if taken, err := s.accounts.HasAccount(ctx, id); err != nil || !taken {
			return id, err
		}
	}
}

// runCreate does one step of a creation.
func (s *Service) runCreate(ctx context.Context, a createArg) error {
	var o organization
	var c creation
	if err := s.k.View(ctx, func(tx *store.Tx) error {
		o, _ = s.organizations.Get(tx, a.Org)
		c, _ = s.creations.Get(tx, store.Key(a.Org, a.Request))
		return nil
	}); err != nil {
		return err
	}
	if c.State != api.CreateAccountStateInProgress {
		return nil
	}
	switch a.Step {
	case stepAccount:
		return s.beginAccount(ctx, a, &c)
	case stepRole:
		_, err := s.peers.IAM.CreateRole(s.asRoot(ctx, c.Account), &iamapi.CreateRoleInput{RoleName: &c.Role, AssumeRolePolicyDocument: new(trust(s.k.Partition, o.Management))})
		if err != nil && awserr.Code(err) != "EntityAlreadyExists" { // made by the same step before a crash
			return err
		}
		return s.next(ctx, a, stepPolicy)
	case stepPolicy:
		_, err := s.peers.IAM.AttachRolePolicy(s.asRoot(ctx, c.Account), &iamapi.AttachRolePolicyInput{RoleName: &c.Role, PolicyArn: new("arn:" + s.k.Partition + ":iam::aws:policy/AdministratorAccess")})
		if err != nil {
			return err
		}
		return s.next(ctx, a, stepMember)
	}
	return s.admit(ctx, a)
}

// trust lets the management account in.
func trust(partition, management string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:` + partition + `:iam::` + management + `:root"},"Action":"sts:AssumeRole"}]}`
}

// asRoot is the context in which the house acts within an account that nobody holds yet: as its root, by way of Organizations.
func (s *Service) asRoot(ctx context.Context, account string) context.Context {
	return call.With(ctx, call.From(ctx).Stand(call.Scope{Partition: s.k.Partition, Account: account},
		call.Principal{Kind: call.Root, Account: account, ARN: "arn:" + s.k.Partition + ":iam::" + account + ":root", ID: account}))
}

// next ends a step and sets the one after it.
func (s *Service) next(ctx context.Context, a createArg, step string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		a.Step = step
		s.create.Soon(tx, a)
		jobs.Settle(ctx, tx)
		return nil
	})
}

// beginAccount makes the account, unless something stands against it.
func (s *Service) beginAccount(ctx context.Context, a createArg, c *creation) error {
	var failure string
	if err := s.k.View(ctx, func(tx *store.Tx) error {
		failure = s.obstacle(tx, a, c)
		return nil
	}); err != nil {
		return err
	}
	if failure != "" {
		return s.complete(ctx, a, func(_ *store.Tx, c *creation) { c.State, c.Failure = api.CreateAccountStateFailed, failure })
	}
	if err := s.accounts.EnsureAccount(ctx, c.Account); err != nil {
		return err
	}
	return s.next(ctx, a, stepRole)
}

// obstacle is the reason for which an account cannot be made, "" for none. An address is one account's in the whole estate.
func (s *Service) obstacle(tx *store.Tx, a createArg, c *creation) string {
	n := 0
	for _, m := range s.members.From(tx, "") {
		if strings.EqualFold(m.Email, c.Email) {
			return api.CreateAccountFailureReasonEmailAlreadyExists
		}
		if m.Org == a.Org {
			n++
		}
	}
	for key, other := range s.creations.From(tx, "") { // one that is further on has the address
		if key != store.Key(a.Org, a.Request) && strings.EqualFold(other.Email, c.Email) && other.State == api.CreateAccountStateInProgress && (other.RequestedAt.Before(c.RequestedAt) || other.RequestedAt.Equal(c.RequestedAt) && key < store.Key(a.Org, a.Request)) {
			return api.CreateAccountFailureReasonEmailAlreadyExists
		}
	}
	if n >= maxAccounts {
		return api.CreateAccountFailureReasonAccountLimitExceeded
	}
	return ""
}

// admit makes the account, whole by now, a member.
func (s *Service) admit(ctx context.Context, a createArg) error {
	return s.complete(ctx, a, func(tx *store.Tx, c *creation) {
		o, ok := s.organizations.Get(tx, a.Org)
		if !ok {
			c.State, c.Failure = api.CreateAccountStateFailed, api.CreateAccountFailureReasonInternalFailure
			return
		}
		c.State = api.CreateAccountStateSucceeded
		s.join(tx, &o, c.Account, member{Parent: o.Root, Name: c.Name, Email: c.Email, Method: api.AccountJoinedMethodCreated})
		_ = s.k.Tags.Set(tx, s.arn(&o, "account", c.Account), c.Tags...) // checked when they came
	})
}

// complete ends a creation.
func (s *Service) complete(ctx context.Context, a createArg, end func(tx *store.Tx, c *creation)) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		s.completed(tx, a, end)
		jobs.Settle(ctx, tx)
		return nil
	})
}

func (s *Service) completed(tx *store.Tx, a createArg, end func(tx *store.Tx, c *creation)) {
	key := store.Key(a.Org, a.Request)
	c, _ := s.creations.Get(tx, key)
	c.CompletedAt = s.k.Clock.Now()
	end(tx, &c)
	s.creations.Put(tx, key, c)
}

// giveUpCreation ends a creation whose job is not run again.
func (s *Service) giveUpCreation(tx *store.Tx, a createArg, _ string) {
	s.completed(tx, a, func(_ *store.Tx, c *creation) {
		c.State, c.Failure = api.CreateAccountStateFailed, api.CreateAccountFailureReasonInternalFailure
	})
}

func statusShape(id string, c *creation) *api.CreateAccountStatus {
	shape := &api.CreateAccountStatus{Id: &id, AccountName: &c.Name, State: &c.State, RequestedTimestamp: &c.RequestedAt}
	switch c.State {
	case api.CreateAccountStateSucceeded:
		shape.AccountId, shape.CompletedTimestamp = &c.Account, &c.CompletedAt
	case api.CreateAccountStateFailed:
		shape.FailureReason, shape.CompletedTimestamp = &c.Failure, &c.CompletedAt
	}
	return shape
}
