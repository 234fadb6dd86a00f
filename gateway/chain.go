package gateway

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/journal"
	"unyo/wire"
)

// Outer steps speak HTTP. What a customer sends passes them, and then Inner.
func (g *Gateway) outer() []Step {
	return []Step{
		{"recover", g.recoverPanics}, // a bug answers InternalFailure and stops no one else
		{"route", g.route},           // service and operation, from path, host, target header or action
		{"share", g.share},           // headers for pages of other sites
		{"authenticate", g.authenticate},
		{"decode", g.decode}, // and encode, on the way back
	}
}

// Inner steps speak Go. A service that asks another service enters here.
func (g *Gateway) inner() []Step {
	return []Step{
		{"identify", g.identify},       // call.Call in ctx: request id, account, region, principal
		{"enter", g.enter},             // time stands still while the call runs
		{"record", g.record},           // the journal; outside authorize, so that refusals are recorded
		{"meter", g.meterCall},         // requests and bytes
		{"throttle", g.throttle},       // token buckets
		{"implemented", g.implemented}, // 501 for what has no behaviour, before anything claims otherwise
		{"validate", g.validate},       // what could be read; constraints from the facts; before authorize, for no ARN comes of a bad name
		{"authorize", g.authorize},     // identity, resource, boundary, session policies, those of organisations
		{"comply", g.comply},           // tag policies of organisations
		{"deduplicate", g.deduplicate}, // idempotency tokens
		{"invoke", g.invoke},           // the method
	}
}

// Step does one thing around the rest of the chain.
type Step struct {
	Name string
	Do   func(ctx context.Context, c *Exchange, next Next) error
}

// Next is the rest of the chain.
type Next func(ctx context.Context) error

// Exchange is what the steps of one call hand on to each other. Each field names the step that sets it.
type Exchange struct {
	w http.ResponseWriter // accept
	r *http.Request       // accept; nil for house calls

	query url.Values // accept

	table    *rt.Table         // route
	protocol rt.Protocol       // route
	op       *rt.Operation     // route
	path     map[string]string // route
	form     url.Values        // route: query and ec2
	raw      []byte            // route: the body where it was read whole
	body     io.Reader         // authenticate: the body with its signatures and checksums undone

	signature    *wire.Signature   // route, authenticate
	signatureErr error             // route, authenticate: why it cannot be read
	principal    call.Principal    // authenticate
	scope        call.Scope        // authenticate
	chunks       *wire.ChunkReader // authenticate: for trailing checksums
	role         call.Role         // house calls: for whom the service acts
	parent       *call.Call        // house calls: the call that asks

	unread    error              // authenticate, decode: why there is no input, or only what the address has of it
	in, out   any                // decode, invoke
	call      *call.Call         // identify
	needs     []rt.Need          // authorize
	denied    *journal.Denial    // authorize: what decided against the call
	owners    map[string]string  // authorize: whose the resources of other accounts are
	member    *policy.Membership // authorize: where the caller's account stands
	lent      int64              // route, authenticate: bytes of memory borrowed for raw
	requestID string             // accept
	hostID    string             // accept
	answered  time.Time          // decode: when the answer was known
}

// run sends c through steps.
func run(ctx context.Context, steps []Step, c *Exchange) error {
	if len(steps) == 0 {
		return nil
	}
	return steps[0].Do(ctx, c, func(ctx context.Context) error { return run(ctx, steps[1:], c) })
}
