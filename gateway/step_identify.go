package gateway

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"net"
	"net/http"
	"strings"

	"unyo/base/call"
	"unyo/wire"
)

// identify makes the call.Call that everything inside reads: request id, account, region, principal.
func (g *Gateway) identify(ctx context.Context, c *Exchange, next Next) error {
	k := &call.Call{
		Scope: c.scope, RequestID: c.requestID, Service: c.table.Model.Service, Operation: c.op.Name,
		Principal: c.principal, At: g.kernel.Clock.Now(),
	}
	if c.table.Model.Global {
		k.Region = ""
	}
	if c.parent != nil {
		g.inherit(c, k)
	} else {
		k.Serial = g.kernel.Serial()
		k.SourceIP, k.UserAgent, k.Secure = remoteAddress(c.r), c.r.UserAgent(), c.r.TLS != nil
		g.sealed(c, k)
	}
	c.call = k
	return next(call.With(ctx, k))
}

// remoteAddress is where a request comes from.
func remoteAddress(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// sealed notes how the request was signed and carried.
func (g *Gateway) sealed(c *Exchange, k *call.Call) {
	if c.r.TLS != nil {
		k.TLSVersion = strings.TrimPrefix(tls.VersionName(c.r.TLS.Version), "TLS ")
	}
	if c.signature == nil {
		return
	}
	k.SignedAt, k.PayloadHash = c.signature.Time, c.r.Header.Get("X-Amz-Content-Sha256")
	if k.Presigned = c.signature.Presigned; k.Presigned {
		k.SignatureAge = g.wall().Sub(c.signature.Time)
		if k.PayloadHash == "" {
			k.PayloadHash = wire.UnsignedPayload
		}
	}
}

// inherit fills in what a house call has from the call that makes it. Its number and ids follow from the
// parent's, so that a job that is run again makes the very same calls.
func (g *Gateway) inherit(c *Exchange, k *call.Call) {
	p := c.parent
	serial, id := g.kernel.Child(p)
	k.Serial = serial
	c.requestID, c.hostID = formatIDs(id)
	k.RequestID = c.requestID
	k.SourceIP, k.UserAgent, k.Secure, k.VPCE = p.SourceIP, p.UserAgent, true, p.VPCE
	k.Job = p.Job
	asker := g.principalOf(p.Service)
	k.Via = append(append([]string{}, p.Via...), asker)
	if c.role.Service == "" {
		k.Forwarded = append(append([]string{}, p.Forwarded...), asker)
	} else {
		k.SourceIP, k.UserAgent = c.role.Service, c.role.Service
		k.SourceARN, k.SourceAccount = c.role.SourceARN, c.role.SourceAccount
	}
}

// principalOf is what a service is called where it asks: access-analyzer.amazonaws.com.
func (g *Gateway) principalOf(service string) string {
	if t := g.tables[service]; t != nil {
		service = t.Model.Endpoint
	}
	return service + ".amazonaws.com"
}

// requestIDs makes the id of a request and S3's second one. They come from the estate's entropy, so that
// a seeded estate that is asked the same answers the same.
func (g *Gateway) requestIDs() (request, host string) { return formatIDs(g.kernel.Entropy.Request()) }

func formatIDs(n [32]byte) (request, host string) {
	b := hex.EncodeToString(n[:])
	return b[0:8] + "-" + b[8:12] + "-4" + b[13:16] + "-a" + b[17:20] + "-" + b[20:32], b[32:64]
}
