package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"unyo/base/awserr"
	"unyo/base/call"
)

// Witness is implemented by services that log who accessed their resources (S3). It is told of every request once it has been answered,
// before the connection takes the next one, and of the house's calls; time stands still meanwhile.
type Witness interface {
	Served(ctx context.Context, v *call.Served)
}

// witness tells the service how a request was answered; answer is nil for house calls.
func (g *Gateway) witness(c *Exchange, answer *patientWriter, err error) {
	if c.table == nil || c.op == nil {
		return
	}
	w, ok := c.table.Service.(Witness)
	if !ok {
		return
	}
	v := &call.Served{Call: c.call, Operation: c.op.Name, Method: c.op.Method, Path: c.path, In: c.in, Out: c.out, HostID: c.hostID, Status: c.op.Status}
	if v.Call == nil { // it was refused before anybody knew who asks
		v.Call = &call.Call{Scope: call.Scope{Partition: g.kernel.Partition}, RequestID: c.requestID, Serial: g.kernel.Serial(), At: g.kernel.Clock.Now(), Principal: call.Principal{Kind: call.Anonymous}}
	}
	ctx := call.With(context.Background(), v.Call) // also for who has hung up
	v.Ended, v.RemoteIP, v.UserAgent = g.kernel.Clock.Now(), v.Call.SourceIP, v.Call.UserAgent
	if v.Answered = c.answered; v.Answered.IsZero() {
		v.Answered = v.Ended
	}
	var known awserr.Error
	if errors.As(err, &known) {
		v.Code, v.Status = known.ErrorCode(), known.HTTPStatus()
	} else if err != nil {
		v.Code, v.Status = "InternalError", http.StatusInternalServerError
	}
	if answer != nil {
		defer g.kernel.Clock.Enter(ctx)()
		seen(v, c, answer)
	}
	w.Served(ctx, v)
}

// seen fills in what only HTTP tells.
func seen(v *call.Served, c *Exchange, answer *patientWriter) {
	r := c.r
	v.Request, v.Host, v.Referer, v.Version = r.Method+" "+redacted(c)+" "+r.Proto, r.Host, r.Referer(), c.query.Get("versionId")
	v.Status, v.Sent, v.Length = answer.status, answer.sent, max(r.ContentLength, 0)
	if n, err := strconv.ParseInt(r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 64); err == nil {
		v.Length = n
	}
	v.RemoteIP, v.UserAgent = remoteAddress(r), r.UserAgent()
	if v.Signed = c.signature != nil && c.signature.AccessKeyID != ""; v.Signed {
		v.Presigned = c.signature.Presigned
	}
	if t := r.TLS; t != nil {
		v.TLS, v.Cipher = strings.ReplaceAll(tls.VersionName(t.Version), "TLS ", "TLSv"), tls.CipherSuiteName(t.CipherSuite)
	}
}

// secrets are parts of an address that let whoever reads them ask the same again.
var secrets = []string{"X-Amz-Signature", "X-Amz-Security-Token", "X-Amz-Credential"}

// redacted is the address of a request as a log may show it.
func redacted(c *Exchange) string {
	uri := c.r.RequestURI
	for _, name := range secrets {
		if v := c.query.Get(name); v != "" {
			uri = withoutValue(uri, name)
		}
	}
	return uri
}

// withoutValue blots out the value of a parameter of an address.
func withoutValue(uri, name string) string {
	path, query, _ := strings.Cut(uri, "?")
	parts := strings.Split(query, "&")
	for i, part := range parts {
		if key, _, ok := strings.Cut(part, "="); ok && strings.EqualFold(key, name) {
			parts[i] = key + "=REDACTED"
		}
	}
	return path + "?" + strings.Join(parts, "&")
}
