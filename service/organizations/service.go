package organizations

import (
	"context"
	"strings"
	"time"

	iamapi "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Service answers the Organizations API.
type Service struct {
	k *kernel.Service
	*Directory
	accounts Accounts
	peers    Peers

	creations   store.Table[creation]   // organisation, request
	delegations store.Table[delegation] // organisation
	handshakes  store.Table[handshake]
	invitations store.Table[none] // invited account, handshake
	sent        store.Table[none] // organisation, handshake

	create jobs.Job[createArg]
	bury   jobs.Job[string]
	lapse  jobs.Job[string]
}

// Accounts are the estate's accounts, of which service/iam keeps book.
type Accounts interface {
	EnsureAccount(ctx context.Context, id string) error
	HasAccount(ctx context.Context, id string) (bool, error)
}

// Peers are the services that Organizations asks.
type Peers struct {
	IAM iamapi.Client
}

// rows are the tables that say who is where and what holds there. An organisation spans accounts, so they lie in no account of theirs.
type rows struct {
	organizations store.Table[organization]
	members       store.Table[member]     // account
	closed        store.Table[closed]     // account
	units         store.Table[unit]       // unit
	children      store.Table[none]       // root or unit, account or unit
	policies      store.Table[document]   // organisation, policy
	attached      store.Table[attachment] // organisation, root, unit or account, policy
	targets       store.Table[none]       // organisation, policy, root, unit or account
	trusted       store.Table[since]      // organisation, service principal
	delegated     store.Table[since]      // organisation, account, service principal
}

// none is the value of rows whose key says all.
type none struct{}

type organization struct {
	ID, Root   string
	Management string
	FeatureSet string
	CreatedAt  time.Time
	Types      []string `json:",omitempty"` // of policies that are enabled in the root
}

// member is an account of an organisation.
type member struct {
	Org, Parent string
	Name, Email string
	Method      string // CREATED or INVITED
	JoinedAt    time.Time
	ClosedAt    time.Time `json:",omitzero"` // since when it is suspended
}

// closed is an account that is no more.
type closed struct{ At time.Time }

// unit is an organizational unit.
type unit struct {
	Org, Parent, Name string
}

// document is a policy.
type document struct {
	Type, Name, Description, Content string
	UpdatedAt                        time.Time
}

// attachment says since when a policy stands where it stands.
type attachment struct {
	Type string
	At   time.Time
}

func rowsOf(sp *store.Space) rows {
	return rows{
		organizations: store.TableOf[organization](sp, "organization", store.Partition),
		members:       store.TableOf[member](sp, "member", store.Partition),
		closed:        store.TableOf[closed](sp, "closed", store.Partition),
		units:         store.TableOf[unit](sp, "unit", store.Partition),
		children:      store.TableOf[none](sp, "child", store.Partition),
		policies:      store.TableOf[document](sp, "policy", store.Partition),
		attached:      store.TableOf[attachment](sp, "attached", store.Partition),
		targets:       store.TableOf[none](sp, "target", store.Partition),
		trusted:       store.TableOf[since](sp, "trusted", store.Partition),
		delegated:     store.TableOf[since](sp, "delegated", store.Partition),
	}
}

// New makes the service. d is the directory over the same rows.
func New(k *kernel.Service, d *Directory, accounts Accounts, peers Peers) *Service {
	s := &Service{
		k: k, Directory: d, accounts: accounts, peers: peers,
		creations:   store.TableOf[creation](k.Rows, "creation", store.Partition),
		delegations: store.TableOf[delegation](k.Rows, "delegation", store.Partition),
		handshakes:  store.TableOf[handshake](k.Rows, "handshake", store.Partition),
		invitations: store.TableOf[none](k.Rows, "invitation", store.Partition),
		sent:        store.TableOf[none](k.Rows, "sent", store.Partition),
	}
	s.create = jobs.Handle(k.Jobs, "create-account", s.runCreate, jobs.Lane(func(a createArg) string { return a.Request }), jobs.GivenUp(s.giveUpCreation))
	s.bury = jobs.Handle(k.Jobs, "bury-account", s.runBury, jobs.Every(time.Hour))
	s.lapse = jobs.Handle(k.Jobs, "lapse-handshake", s.runLapse, jobs.Every(time.Hour))
	return s
}

// id draws an id of n small letters and digits.
func (s *Service) id(ctx context.Context, prefix string, n int) string {
	return prefix + strings.ToLower(s.k.Entropy.ID(ctx, "", n))
}

// arn is the ARN of something of an organisation: it bears the management account's number.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html#awsorganizations-resources-for-iam-policies
func (s *Service) arn(o *organization, kind, rest string) string {
	a := "arn:" + s.k.Partition + ":organizations::" + o.Management + ":" + kind + "/" + o.ID
	if rest != "" {
		a += "/" + rest
	}
	return a
}

// mine is the organisation that the caller's account is in.
func (s *Service) mine(ctx context.Context, tx *store.Tx) (organization, error) {
	m, ok := s.members.Get(tx, call.From(ctx).Account)
	if !ok {
		return organization{}, notInUse()
	}
	o, _ := s.organizations.Get(tx, m.Org)
	return o, nil
}
