package iam

import (
	"context"
	"strings"
	"time"

	"unyo/base/call"
	"unyo/engine/credential"
	"unyo/engine/oidc"
	"unyo/engine/policy"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Service answers the IAM API.
type Service struct {
	k        *kernel.Service
	seal     *credential.Sealer
	root     RootKey
	issuers  *oidc.Client
	orgs     Organizations
	docs     policy.Compiled
	governed governments
	seen     sights

	accounts    store.Table[account]
	keys        store.Table[accessKey] // by access key id, in the whole partition
	userKeys    store.Table[none]      // user, key id
	users       store.Table[user]
	groups      store.Table[group]
	roles       store.Table[role]
	policies    store.Table[managed]   // by ARN
	versions    store.Table[version]   // ARN, number
	inline      store.Table[inlined]   // entity, name
	attached    store.Table[none]      // entity, policy ARN
	bearers     store.Table[none]      // policy ARN, entity
	members     store.Table[none]      // group, user
	belongs     store.Table[none]      // user, group
	devices     store.Table[mfaDevice] // serial number
	deviceUsers store.Table[none]      // user, serial number
	profiles    store.Table[instanceProfile]

	passwordRules store.Table[passwordPolicy] // under one key
	logins        store.Table[loginProfile]   // user
	aliases       store.Table[string]         // alias → account, in the whole partition
	sshKeys       store.Table[sshKey]         // user, id
	signers       store.Table[signingCert]    // user, id
	serverCerts   store.Table[serverCert]     // name
	serviceCreds  store.Table[serviceCred]    // user, id
	uses          store.Table[used]           // who, service, region, action
	reports       store.Table[report]         // under one key
	reportText    store.Table[string]         // block
	unlinkings    store.Table[unlinking]      // task
	accessJobs    store.Table[accessJob]      // job
	accessed      store.Table[access]         // job, service, kind, name
	oidc          store.Table[oidcProvider]   // by ARN
	saml          store.Table[samlProvider]   // by ARN
	samlText      store.Table[[]byte]         // ARN, block
	rootFeatures  store.Table[rootFeatures]   // organisation
	orgReports    store.Table[orgReport]      // job

	makeReport jobs.Job[reportArg]
	unlink     jobs.Job[unlinkArg]
	gatherUse  jobs.Job[accessArg]
	survey     jobs.Job[accessArg]
}

// Organizations tells where an account stands.
type Organizations interface {
	Membership(ctx context.Context, account string) (*policy.Membership, error)
	// Trusts tells whether the account's organisation trusts a service, and whether the account administers it for all.
	Trusts(ctx context.Context, account, principal string) (trusted, administers bool, err error)
	// Entity tells what stands at a path of the account's organisation, and which accounts are there; nil for nothing.
	Entity(ctx context.Context, account, path string) (m *policy.Membership, accounts map[string]string, err error)
	// ControlPolicy is a service control policy of the account's organisation; nil for none.
	ControlPolicy(ctx context.Context, account, id string) (*policy.Document, error)
}

// RootKey is the long-term key of the management account's root user.
type RootKey struct {
	ID, Secret string
	Account    string // the management account
	// Loopback also lets the root of every account in by its 12 digits and the secret "test".
	Loopback bool
}

// none is the value of rows whose key says all.
type none struct{}

type account struct {
	CreatedAt time.Time
	Alias     string `json:",omitempty"`
	TokenV2   bool   `json:",omitempty"` // what SetSecurityTokenServicePreferences chose
}

type user struct {
	Name, Path, ID string
	CreatedAt      time.Time
	Boundary       string
}

type group struct {
	Name, Path, ID string
	CreatedAt      time.Time
}

type role struct {
	Name, Path, ID string
	CreatedAt      time.Time
	Description    string
	Trust          string      // the assume-role policy document
	Trusted        policy.Pins `json:",omitempty"` // who they were whom it names
	MaxSession     int32       // seconds
	Boundary       string
}

type accessKey struct {
	User, Account string
	Secret        string // sealed
	Active        bool
	CreatedAt     time.Time
}

type managed struct {
	Name, Path, ID       string
	Description          string
	Default, Last        int // version numbers
	CreatedAt, UpdatedAt time.Time
}

type version struct {
	Document  string
	CreatedAt time.Time
}

type inlined struct {
	Document string
}

// New makes the service.
func New(k *kernel.Service, seal *credential.Sealer, root RootKey, issuers *oidc.Client) *Service {
	s := &Service{
		k: k, seal: seal, root: root, issuers: issuers,
		accounts:    store.TableOf[account](k.Rows, "account", store.Partition),
		keys:        store.TableOf[accessKey](k.Rows, "accesskey", store.Partition),
		userKeys:    store.TableOf[none](k.Rows, "userkey", store.PerAccount),
		users:       store.TableOf[user](k.Rows, "user", store.PerAccount),
		groups:      store.TableOf[group](k.Rows, "group", store.PerAccount),
		roles:       store.TableOf[role](k.Rows, "role", store.PerAccount),
		policies:    store.TableOf[managed](k.Rows, "policy", store.PerAccount),
		versions:    store.TableOf[version](k.Rows, "policyversion", store.PerAccount),
		inline:      store.TableOf[inlined](k.Rows, "inline", store.PerAccount),
		attached:    store.TableOf[none](k.Rows, "attached", store.PerAccount),
		bearers:     store.TableOf[none](k.Rows, "bearer", store.PerAccount),
		members:     store.TableOf[none](k.Rows, "member", store.PerAccount),
		belongs:     store.TableOf[none](k.Rows, "belongs", store.PerAccount),
		devices:     store.TableOf[mfaDevice](k.Rows, "mfadevice", store.PerAccount),
		deviceUsers: store.TableOf[none](k.Rows, "usermfadevice", store.PerAccount),
		profiles:    store.TableOf[instanceProfile](k.Rows, "instanceprofile", store.PerAccount),

		passwordRules: store.TableOf[passwordPolicy](k.Rows, "passwordpolicy", store.PerAccount),
		logins:        store.TableOf[loginProfile](k.Rows, "loginprofile", store.PerAccount),
		aliases:       store.TableOf[string](k.Rows, "alias", store.Partition),
		sshKeys:       store.TableOf[sshKey](k.Rows, "sshkey", store.PerAccount),
		signers:       store.TableOf[signingCert](k.Rows, "signingcert", store.PerAccount),
		serverCerts:   store.TableOf[serverCert](k.Rows, "servercert", store.PerAccount),
		serviceCreds:  store.TableOf[serviceCred](k.Rows, "servicecred", store.PerAccount),
		uses:          store.TableOf[used](k.Rows, "used", store.PerAccount),
		reports:       store.TableOf[report](k.Rows, "report", store.PerAccount),
		reportText:    store.TableOf[string](k.Rows, "reporttext", store.PerAccount),
		unlinkings:    store.TableOf[unlinking](k.Rows, "unlinking", store.PerAccount),
		accessJobs:    store.TableOf[accessJob](k.Rows, "accessjob", store.PerAccount),
		accessed:      store.TableOf[access](k.Rows, "accessed", store.PerAccount),
		oidc:          store.TableOf[oidcProvider](k.Rows, "oidcprovider", store.PerAccount),
		saml:          store.TableOf[samlProvider](k.Rows, "samlprovider", store.PerAccount),
		samlText:      store.TableOf[[]byte](k.Rows, "samltext", store.PerAccount),
		rootFeatures:  store.TableOf[rootFeatures](k.Rows, "rootfeatures", store.Partition),
		orgReports:    store.TableOf[orgReport](k.Rows, "orgreport", store.PerAccount),
	}
	s.makeReport = jobs.Handle(k.Jobs, "report", s.runReport, jobs.GivenUp(s.giveUpReport))
	s.unlink = jobs.Handle(k.Jobs, "unlink", s.runUnlink, jobs.GivenUp(s.giveUpUnlink))
	s.gatherUse = jobs.Handle(k.Jobs, "accessed", s.runGatherUse, jobs.GivenUp(s.giveUpGatherUse))
	s.survey = jobs.Handle(k.Jobs, "organizations-access", s.runSurvey, jobs.GivenUp(s.giveUpSurvey))
	k.Principals.Know(s.IDOf)
	return s
}

// Under names who knows the organisations; without it there are none.
func (s *Service) Under(o Organizations) *Service {
	s.orgs = o
	return s
}

// entity names a user, group or role as a key: kind and name, the name folded, since IAM names are unique
// without regard to case.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
type entity struct{ kind, name string }

const sep = "\x00"

func fold(name string) string { return strings.ToLower(name) }

func (e entity) key() string { return e.kind + sep + fold(e.name) }

// under is the key of something that belongs to e.
func (e entity) under(what string) string { return e.key() + sep + what }

// tail returns what stands after the last separator of a key.
func tail(key string) string { return key[strings.LastIndex(key, sep)+1:] }

func (s *Service) arn(account, kind, path, name string) string {
	return "arn:" + s.k.Partition + ":iam::" + account + ":" + kind + path + name
}

func scope(account string) call.Scope { return call.Scope{Account: account} }

func orSlash(path *string) string {
	if path == nil || *path == "" {
		return "/"
	}
	return *path
}

// indexOf is where part stands in key; at the end where it does not.
func indexOf(key, part string) int {
	if i := strings.Index(key, part); i >= 0 {
		return i
	}
	return len(key)
}
