package gateway

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/wire"
)

// Bounds of a request. AWS: PutLogEvents 1 MiB, Firehose 4 MiB, Kinesis 10 MiB, Lambda 50 MiB zip in base64.
const (
	maxBody     = 16 << 20
	maxBodyREST = 80 << 20
	maxURI      = 16 << 10
	// maxPutHeader is S3's: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
	maxPutHeader = 8 << 10
)

// unknownOperation is the code for what no service here is asked to do.
const unknownOperation = "UnknownOperationException"

var (
	errMalformedQuery = awserr.New(http.StatusNotFound, "MalformedQueryString", "The query string contains a syntax error.")
	errTooLarge       = awserr.New(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Request size exceeded the limit of the service.")
)

// route finds service, protocol and operation. Nothing here is trusted: authenticate checks that the
// signature was made for the very service.
func (g *Gateway) route(ctx context.Context, c *Exchange, next Next) error {
	if len(c.r.RequestURI) > maxURI {
		return awserr.New(http.StatusRequestURITooLong, "RequestUriTooLong", "The request URI is too long.")
	}
	if c.r.Method == http.MethodOptions {
		return g.preflight(ctx, c)
	}
	var err error
	switch {
	case c.r.Header.Get("Smithy-Protocol") != "":
		err = g.routeRPC(c)
	case c.r.Header.Get("X-Amz-Target") != "":
		err = g.routeTarget(c)
	default:
		err = g.routeSigned(c)
	}
	if err != nil {
		return err
	}
	return next(ctx)
}

// routeRPC reads /service/{service}/operation/{operation}.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
func (g *Gateway) routeRPC(c *Exchange) error {
	c.protocol = rt.RPCv2
	p := strings.Split(c.r.URL.Path, "/")
	n := len(p)
	if n < 4 || p[n-2] != "operation" || p[n-4] != "service" || c.r.Method != http.MethodPost {
		return awserr.New(http.StatusNotFound, unknownOperation, "The request path names no operation.")
	}
	service, operation := p[n-3], p[n-1]
	if _, after, ok := strings.Cut(service, "#"); ok {
		service = after
	}
	t := g.byRPC[service]
	if t == nil || !slices.Contains(t.Model.Protocols, rt.RPCv2) {
		return awserr.New(http.StatusNotFound, unknownOperation, "There is no service %s here.", service)
	}
	return g.named(c, t, operation)
}

// routeTarget reads X-Amz-Target: Logs_20140328.PutLogEvents.
func (g *Gateway) routeTarget(c *Exchange) error {
	c.protocol = rt.JSON
	target := c.r.Header.Get("X-Amz-Target")
	i := strings.LastIndexByte(target, '.')
	if i < 0 {
		return awserr.New(http.StatusBadRequest, unknownOperation, "")
	}
	t := g.byTarget[target[:i]]
	if t == nil {
		return awserr.New(http.StatusBadRequest, unknownOperation, "")
	}
	return g.named(c, t, target[i+1:])
}

// named finishes the protocols whose operation stands outside the body: all of them read the body whole.
func (g *Gateway) named(c *Exchange, t *rt.Table, operation string) error {
	c.table = t
	if c.op = t.Model.Operation(operation); c.op == nil {
		status := http.StatusBadRequest
		if c.protocol == rt.RPCv2 {
			status = http.StatusNotFound
		}
		return awserr.New(status, unknownOperation, "")
	}
	return g.readBody(c, maxBody)
}

// routeSigned finds the service from the credential scope, or for unsigned requests from host and form.
func (g *Gateway) routeSigned(c *Exchange) error {
	sig, err := c.parseSignature()
	candidates := g.bySigning[""]
	if sig != nil && sig.Service != "" {
		candidates = g.bySigning[sig.Service]
	} else if t := g.byHost(c.r.Host); t != nil {
		candidates = []*rt.Table{t}
	}
	isForm := strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	if len(candidates) == 0 && (c.query.Has("Action") || isForm) {
		return g.routeForm(c, g.Tables())
	}
	if len(candidates) == 0 {
		if t := g.tables["s3"]; t != nil && (sig == nil || sig.Service == "") {
			candidates = []*rt.Table{t} // anonymous reading of a bucket
		}
	}
	if len(candidates) == 0 {
		if err != nil && !errors.Is(err, wire.ErrUnsigned) {
			return g.wordSignature(c, sig, err)
		}
		return awserr.New(http.StatusNotFound, unknownOperation, "There is no such service here.")
	}
	for _, t := range candidates {
		if g.routers[t] != nil {
			return g.routeREST(c, t)
		}
	}
	if slices.ContainsFunc(candidates, formed) {
		return g.routeForm(c, candidates)
	}
	c.table, c.protocol = candidates[0], candidates[0].Model.Protocols[0]
	return awserr.New(http.StatusBadRequest, unknownOperation, "")
}

func formed(t *rt.Table) bool {
	return slices.Contains(t.Model.Protocols, rt.Query) || slices.Contains(t.Model.Protocols, rt.EC2)
}

// routeForm reads Action and Version from query or body.
func (g *Gateway) routeForm(c *Exchange, candidates []*rt.Table) error {
	for _, t := range candidates {
		if formed(t) {
			c.table, c.protocol = t, formProtocol(t)
			break
		}
	}
	if err := g.readBody(c, maxBody); err != nil {
		return err
	}
	body, err := wire.Plain(c.raw, c.r.Header) // SDKs may compress PutMetricData
	if err != nil {
		return err
	}
	form, err := wire.ParseForm(body, c.query)
	if err != nil {
		return err
	}
	c.form = form
	action, version := form.Get("Action"), form.Get("Version")
	if action == "" {
		return awserr.New(http.StatusBadRequest, "MissingAction", "The request must contain the parameter Action.")
	}
	for _, t := range candidates {
		if !formed(t) || (version != "" && version != t.Model.Version) {
			continue
		}
		if op := t.Model.Operation(action); op != nil {
			c.table, c.op, c.protocol = t, op, formProtocol(t)
			return nil
		}
	}
	if version == "" {
		version = "an unnamed version"
	}
	return awserr.New(http.StatusBadRequest, "InvalidAction", "Could not find operation %s for version %s", action, version)
}

func formProtocol(t *rt.Table) rt.Protocol {
	if slices.Contains(t.Model.Protocols, rt.EC2) {
		return rt.EC2
	}
	return rt.Query
}

// routeREST finds the operation by address; the body stays a stream for S3 and is read whole otherwise.
func (g *Gateway) routeREST(c *Exchange, t *rt.Table) error {
	if t.Model.Service == "s3" && c.r.Method == http.MethodPut && headerSize(c.r.Header) > maxPutHeader {
		c.table, c.protocol = t, rt.RestXML
		return awserr.New(http.StatusBadRequest, "RequestHeaderSectionTooLarge", "Your request header section exceeds the maximum allowed size").With("MaxSizeAllowed", strconv.Itoa(maxPutHeader))
	}
	c.table = t
	c.protocol = rt.RestJSON
	path := addressed(c.r)
	if slices.Contains(t.Model.Protocols, rt.RestXML) {
		c.protocol, path = rt.RestXML, bucketPath(c)
	}
	op, labels, known := g.routers[t].find(c.r.Method, path, c.query, c.r.Header.Get)
	if !known {
		if c.protocol == rt.RestXML {
			return errNoSuchMethod
		}
		return awserr.New(http.StatusNotFound, unknownOperation, "")
	}
	c.op, c.path = op, labels
	if c.protocol == rt.RestXML {
		return nil
	}
	return g.readBody(c, maxBodyREST)
}

// addressed is the request's path as it was sent.
func addressed(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if !strings.HasPrefix(path, "/") { // absolute form, as proxies send it
		if u, err := url.Parse(path); err == nil {
			path = u.EscapedPath()
		}
	}
	return path
}

// bucketPath is that path with the bucket in it, also where the host names it.
func bucketPath(c *Exchange) string {
	path := addressed(c.r)
	bucket := bucketOfHost(c.r.Host)
	if bucket == "" {
		return path
	}
	path = "/" + bucket + strings.TrimSuffix("/"+strings.TrimPrefix(path, "/"), "/")
	if strings.HasSuffix(c.r.URL.Path, "/") && c.r.URL.Path != "/" {
		path += "/"
	}
	return path
}

// readBody reads the body whole, within limit and within what all bodies together may hold.
func (g *Gateway) readBody(c *Exchange, limit int64) error {
	return g.readWhole(c, c.r.Body, limit)
}

// byHost finds the service that a host name like logs.eu-central-1.amazonaws.com means.
func (g *Gateway) byHost(host string) *rt.Table {
	labels := strings.Split(hostName(host), ".")
	for _, t := range g.tables {
		if labels[0] == t.Model.Endpoint && len(labels) > 1 {
			return t
		}
	}
	if bucketOfHost(host) != "" {
		return g.tables["s3"]
	}
	return nil
}

func hostName(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return strings.ToLower(h)
	}
	return strings.ToLower(host)
}

// bucketOfHost returns the bucket of a virtual-hosted address: photos.s3.eu-central-1.amazonaws.com,
// photos.s3.localhost, photos.localhost.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
func bucketOfHost(host string) string {
	name := hostName(host)
	if net.ParseIP(strings.Trim(name, "[]")) != nil {
		return ""
	}
	if rest, ok := strings.CutSuffix(name, ".amazonaws.com"); ok {
		labels := strings.Split(rest, ".")
		for i, l := range labels {
			if l == "s3" || strings.HasPrefix(l, "s3-") {
				return strings.Join(labels[:i], ".")
			}
		}
		return ""
	}
	rest, ok := strings.CutSuffix(name, ".localhost")
	if !ok {
		return ""
	}
	labels := strings.Split(rest, ".")
	for i, l := range labels {
		if l == "s3" {
			return strings.Join(labels[:i], ".")
		}
	}
	return rest
}

// headerSize is how many bytes the lines of a header take.
func headerSize(h http.Header) (n int) {
	for k, vs := range h {
		for _, v := range vs {
			n += len(k) + len(v) + len(": \r\n")
		}
	}
	return n
}
