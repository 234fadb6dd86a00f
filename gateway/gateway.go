package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"

	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel"
)

// Identity is what the gateway must know of accounts and their credentials. service/iam fulfils it.
type Identity interface {
	// Credential returns the secret and the principal behind an access key id; token is the session
	// token, "" for long-term keys. Errors are those of base/call, or the house's own fault.
	Credential(ctx context.Context, accessKeyID, token string) (call.Credential, error)
	// Policies gathers what governs p: attached, inline and group policies, the boundary, session
	// policies. The Resource policy is not its concern.
	Policies(ctx context.Context, p *call.Principal) (*policy.Set, error)
	// Seen notes that the caller of ctx, who exists, asks for a management action, or "" for a data event.
	Seen(ctx context.Context, action string) error
	// Session opens a session of role for the house, after the trust policy has let in service.
	Session(ctx context.Context, role call.Role) (call.Principal, error)
	// Stands reports whether the role behind a session is there still: not gone, nor another of its name.
	Stands(ctx context.Context, p *call.Principal) (bool, error)
}

// Organizations is what the gateway must know of organisations. service/organizations fulfils it.
type Organizations interface {
	// Membership tells where an account stands; never nil.
	Membership(ctx context.Context, account string) (*policy.Membership, error)
}

// ResourcePolicies is implemented by services whose resources carry policies of their own
// (buckets, roles, queues). A nil document means that the resource has none.
type ResourcePolicies interface {
	ResourcePolicy(ctx context.Context, arn string) (*policy.Document, error)
}

// Owners is implemented by services whose ARNs do not name the owning account (S3 buckets).
type Owners interface {
	// Owner returns the account that owns the resource, "" when there is no such resource.
	Owner(ctx context.Context, arn string) (account string, err error)
}

// Places is implemented by services whose ARNs do not name the region (S3 buckets), which may be asked from another one without a redirection.
type Places interface {
	// Place returns the region in which the resource is, "" when there is no such resource.
	Place(ctx context.Context, arn string) (region string, err error)
}

// Conditions is implemented by services with condition keys that the input alone does not tell.
// The returned map is keyed in lower case.
type Conditions interface {
	Conditions(ctx context.Context, op string, in any, arn string) (map[string][]string, error)
}

// Options configure a Gateway.
type Options struct {
	Kernel   *kernel.Kernel
	Identity Identity
	Wall     func() time.Time // the clock of signatures: clients sign by the wall, whatever the estate's time is
	Log      *slog.Logger
	Control  *Control // nil: no door beside the AWS API
	// SyncReads has calls that only read wait for the disk with their entry in the journal, as those that change something do.
	SyncReads bool
}

// Gateway serves the AWS API of the services added to it.
type Gateway struct {
	kernel   *kernel.Kernel
	identity Identity
	orgs     Organizations
	wall     func() time.Time
	log      *slog.Logger
	control  *Control

	syncReads bool

	tables    map[string]*rt.Table   // by service (IAM prefix)
	bySigning map[string][]*rt.Table // by signing name
	byTarget  map[string]*rt.Table   // by X-Amz-Target prefix
	byRPC     map[string]*rt.Table   // by smithy service id in the path
	routers   map[*rt.Table]*router  // rest services
	outward   []Step                 // outer, made once
	inward    []Step                 // inner, made once
	seal      Sealer
	done      context.Context // ends when the house is closed
	stop      context.CancelFunc
	limits    *limiter
	buckets   *throttles
	tokens    *tokens
	sessions  *sessions
}

// New makes a gateway without services.
func New(o Options) *Gateway {
	done, stop := context.WithCancel(context.Background())
	g := &Gateway{
		done: done, stop: stop,
		kernel: o.Kernel, identity: o.Identity, orgs: alone{}, wall: o.Wall, log: o.Log, control: o.Control, syncReads: o.SyncReads,
		tables: map[string]*rt.Table{}, bySigning: map[string][]*rt.Table{}, byTarget: map[string]*rt.Table{},
		byRPC: map[string]*rt.Table{}, routers: map[*rt.Table]*router{},
		limits: newLimiter(maxBuffered), buckets: newThrottles(), tokens: newTokens(o.Kernel), sessions: newSessions(o.Kernel),
	}
	g.outward, g.inward = g.outer(), g.inner()
	return g
}

// Add lets the gateway serve t. Must not be called once requests are served.
func (g *Gateway) Add(t *rt.Table) {
	m := t.Model
	g.tables[m.Service] = t
	g.bySigning[m.Signing] = append(g.bySigning[m.Signing], t)
	if m.TargetPrefix != "" {
		g.byTarget[m.TargetPrefix] = t
		g.byTarget[m.TargetPrefix[strings.LastIndexByte(m.TargetPrefix, '.')+1:]] = t // as the SDK for Go names CloudTrail
	}
	g.byRPC[strings.ReplaceAll(m.ID, " ", "")] = t
	for _, p := range m.Protocols {
		switch p {
		case rt.RestJSON, rt.RestXML:
			g.routers[t] = newRouter(m)
		case rt.RPCv2:
			if m.TargetPrefix != "" {
				g.byRPC[m.TargetPrefix] = t
			}
		}
	}
}

// Sealer hides a refusal's reasons from all but those who may decode them.
type Sealer interface {
	Seal(purpose string, text []byte) string
}

// SetIdentity names who knows the credentials; the identity service itself is built on the gateway.
func (g *Gateway) SetIdentity(i Identity, s Sealer) { g.identity, g.seal = i, s }

// SetOrganizations names who knows the organisations; without it there are none.
func (g *Gateway) SetOrganizations(o Organizations) { g.orgs = o }

// Stop ends what would go on for as long as a client listens: streams and long polls.
func (g *Gateway) Stop() { g.stop() }

// Tables lists the services served, by name.
func (g *Gateway) Tables() []*rt.Table {
	list := make([]*rt.Table, 0, len(g.tables))
	for _, t := range g.tables {
		list = append(list, t)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Model.Service < list[j].Model.Service })
	return list
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, controlPrefix) && bucketOfHost(r.Host) == "" { // a bucket's objects may bear any name
		g.control.ServeHTTP(w, r)
		return
	}
	goOn(w, r)
	answer := patientAnswer(w)
	defer answer.done()
	c := &Exchange{w: answer, r: patient(w, r)}
	defer func() { g.limits.release(c.lent) }()
	c.requestID, c.hostID = g.requestIDs()
	var err error
	if c.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		err = errMalformedQuery
	} else {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(g.done, cancel)()
		err = run(ctx, g.outward, c)
	}
	if err != nil {
		g.refuse(c, err)
	}
	g.witness(c, answer, err)
}
