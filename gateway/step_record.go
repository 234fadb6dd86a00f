package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"strings"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// record enters the call and its answer in the journal, also when it was refused. What a customer's call changes waits for the disk once,
// with its entry: who was answered stands in the trail. A call that only reads is answered when its entry survives the process; a power failure
// may take those of the last 0.2 s, unless the house is told to sync reads. Entries of calls that services make are on the disk before the call or job that they serve is answered or done.
func (g *Gateway) record(ctx context.Context, c *Exchange, next Next) error {
	inside, how := ctx, []store.Option{store.Relaxed}
	switch {
	case c.parent == nil && c.op.ReadOnly && !g.syncReads:
		how = []store.Option{store.Kept}
	case c.parent == nil:
		inside, how = store.Gathered(ctx), nil
	}
	err := next(inside)
	entry := g.entry(ctx, c, err)
	// Who hangs up early does not stay out of the journal.
	if e := g.kernel.Journal.Record(context.WithoutCancel(ctx), entry, how...); e != nil {
		g.log.Error("call not recorded", "request", c.requestID, "operation", c.name(), "error", e)
		if err == nil && !(c.op.ReadOnly && errors.Is(e, store.ErrDiskFull)) { // a full disk must not keep anyone from reading
			return e
		}
	}
	return err
}

func (g *Gateway) entry(ctx context.Context, c *Exchange, err error) journal.Call {
	k := c.call
	e := journal.Call{
		RequestID: k.RequestID, Service: k.Service, Source: c.table.Model.Endpoint + ".amazonaws.com", Operation: k.Operation,
		Version: c.table.Model.Version, Principal: c.who(), SourceIP: k.SourceIP, UserAgent: k.UserAgent,
		Account: k.Account, Region: k.Region, VPCE: k.VPCE, Via: k.Via, Job: k.Job, ReadOnly: c.op.ReadOnly, Category: "Management",
		InvokedBy: c.invokedBy(), TLS: c.tls(),
	}
	if c.parent != nil {
		e.Parent = c.parent.RequestID
	}
	if c.op.Data { // who asked what is kept, the data itself is not
		e.Category, e.Request = "Data", address(c.in)
	} else {
		e.Request = parameters(c.in, "requestParameters")
		if !c.op.ReadOnly && err == nil {
			e.Response = parameters(c.out, "responseElements")
		}
	}
	for _, n := range g.about(ctx, c, err) {
		for _, r := range n.Resources {
			if r != "*" && len(e.Resources) < maxResources {
				e.Resources = append(e.Resources, journal.Resource{ARN: r, Account: c.owners[r]})
			}
		}
	}
	e.Region = g.where(ctx, c, &e)
	if err != nil {
		e.Denied = c.denied
		e.ErrorCode, e.ErrorMessage = "InternalFailure", ""
		var known awserr.Error
		if errors.As(err, &known) {
			e.ErrorCode, e.ErrorMessage = known.ErrorCode(), known.ErrorMessage()
		}
	}
	return e
}

// where is the region whose event the call is: that of its resource. A customer signs for it; nobody, and services, ask from anywhere.
func (g *Gateway) where(ctx context.Context, c *Exchange, e *journal.Call) string {
	p, ok := c.table.Service.(Places)
	if !ok || len(e.Resources) == 0 || c.parent == nil && c.call.Principal.Kind != call.Anonymous {
		return e.Region
	}
	region, err := p.Place(ctx, e.Resources[0].ARN)
	if err != nil || region == "" {
		return e.Region
	}
	return region
}

// about is what the call needs. One on data that was refused before anybody asked, as one that has no behaviour, is told by its resource even so:
// trails select such calls by it.
func (g *Gateway) about(ctx context.Context, c *Exchange, err error) []rt.Need {
	if c.needs != nil || err == nil || c.in == nil || !c.op.Data || len(violations(c.table.Model, c.in)) > 0 {
		return c.needs
	}
	needs, e := g.needsOf(ctx, c)
	if e != nil { // nobody can tell
		return nil
	}
	return needs
}

// who asked: also somebody who did not sign, but for whom a provider vouched.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
func (c *Exchange) who() journal.Principal {
	p := recorded(&c.call.Principal)
	if c.call.Principal.Kind != call.Anonymous {
		return p
	}
	for _, n := range c.needs {
		key := func(name string) string { return strings.Join(n.Keys[name], ",") }
		if strings.Contains(n.Federated, ":saml-provider/") {
			p.Kind, p.Provider, p.ID, p.Name = "SAMLUser", n.Federated, key("saml:namequalifier")+":"+key("saml:sub"), key("saml:sub")
			return p
		}
		if _, issuer, ok := strings.Cut(n.Federated, ":oidc-provider/"); ok {
			issuer = strings.ToLower(issuer)
			p.Kind, p.Provider, p.ID, p.Name = "WebIdentityUser", n.Federated, n.Federated+":"+key(issuer+":aud")+":"+key(issuer+":sub"), key(issuer+":sub")
			return p
		}
	}
	return p
}

// invokedBy is the service that asks: in a role's session, as itself, or with the credentials of who asked it.
func (c *Exchange) invokedBy() string {
	if c.role.Service != "" {
		return c.role.Service
	}
	if f := c.call.Forwarded; len(f) > 0 {
		return f[len(f)-1]
	}
	return c.call.Principal.Service
}

func (c *Exchange) tls() *journal.TLS {
	if c.r == nil || c.r.TLS == nil {
		return nil
	}
	return &journal.TLS{Version: strings.Replace(tls.VersionName(c.r.TLS.Version), "TLS ", "TLSv", 1), Cipher: tls.CipherSuiteName(c.r.TLS.CipherSuite), Host: c.r.Host}
}

// maxResources bounds the list in one entry: DeleteObjects may name a thousand.
const maxResources = 20

func recorded(p *call.Principal) journal.Principal {
	return journal.Principal{
		Kind: string(p.Kind), Account: p.Account, ARN: p.ARN, ID: p.ID, Name: p.Name, AccessKeyID: p.AccessKeyID,
		RoleARN: p.RoleARN, Service: p.Service, IssuedAt: p.IssuedAt, MFA: p.MFA, SourceIdentity: p.SourceIdentity, Provider: p.Federated, AssumedRoot: p.AssumedRoot,
	}
}
