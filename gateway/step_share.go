package gateway

import (
	"context"
	"net/http"
	"strings"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
)

// Sharing is implemented by services that may let in pages of other sites (S3, by a bucket's CORS rules).
type Sharing interface {
	// Preflight answers a browser that asks before it sends a page's request.
	Preflight(ctx context.Context, bucket string, asked http.Header) (http.Header, error)
	// Shared returns the headers that let a page read the answer; nil where no rule does.
	Shared(ctx context.Context, bucket, method, origin string) (http.Header, error)
}

var errNoSuchMethod = awserr.New(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")

// preflight answers OPTIONS, which browsers send unsigned and which no model has.
func (g *Gateway) preflight(ctx context.Context, c *Exchange) error {
	c.table, c.protocol = g.tables["s3"], rt.RestXML
	if t := g.byHost(c.r.Host); t != nil {
		c.table = t
	}
	if c.table == nil {
		return errNoSuchMethod
	}
	s, ok := c.table.Service.(Sharing)
	bucket, _, _ := strings.Cut(strings.TrimPrefix(bucketPath(c), "/"), "/")
	if !ok || bucket == "" {
		return errNoSuchMethod
	}
	headers, err := s.Preflight(g.unasked(ctx), bucket, c.r.Header)
	if err != nil {
		return err
	}
	h := c.w.Header()
	h["X-Amz-Request-Id"], h["X-Amz-Id-2"] = []string{c.requestID}, []string{c.hostID}
	addHeaders(h, headers)
	c.w.WriteHeader(http.StatusOK)
	return nil
}

// share opens the answer, an error too, to the page of another site that a rule lets in.
func (g *Gateway) share(ctx context.Context, c *Exchange, next Next) error {
	origin, bucket := c.r.Header.Get("Origin"), c.path["Bucket"]
	s, ok := c.table.Service.(Sharing)
	if !ok || origin == "" || bucket == "" {
		return next(ctx)
	}
	headers, err := s.Shared(g.unasked(ctx), bucket, c.r.Method, origin)
	if err != nil {
		return err
	}
	addHeaders(c.w.Header(), headers)
	return next(ctx)
}

// unasked is for what is looked up before anybody is known.
func (g *Gateway) unasked(ctx context.Context) context.Context {
	return call.With(ctx, &call.Call{Scope: call.Scope{Partition: g.kernel.Partition}, Principal: call.Principal{Kind: call.Anonymous}})
}

func addHeaders(to, from http.Header) {
	for k, v := range from {
		to[k] = v
	}
}
