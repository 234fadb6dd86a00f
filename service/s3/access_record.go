package s3

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"unyo/base/call"
)

// accessRecord is what is logged of a request: a row until it is delivered.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
type accessRecord struct {
	Owner, Bucket     string // canonical user id; name
	At                time.Time
	IP, Requester, ID string
	Operation, Key    string
	Request           string // the first line; "" for a call of the house
	Status            int
	Code              string
	Sent, Size        int64
	Total, Turn       int64 // ms
	Referer, Agent    string
	Version, HostID   string
	Signature, Auth   string
	Cipher, TLS, Host string
}

// mostLogged is how much is logged of a text that the client chooses, in bytes, so that none keeps a request out of the log.
const mostLogged = 1 << 10

// record makes one of what the door saw.
func (s *Service) record(b *bucket, name, key, operation string, v *call.Served) accessRecord {
	c := v.Call
	r := accessRecord{
		Owner: s.canonical(b.Account), Bucket: name, At: c.At, IP: v.RemoteIP, Requester: s.requester(&c.Principal), ID: c.RequestID,
		Operation: operation, Key: key, Request: v.Request, Status: v.Status, Code: v.Code, Sent: v.Sent, Size: sizeOf(v),
		Total: v.Ended.Sub(c.At).Milliseconds(), Turn: v.Answered.Sub(c.At).Milliseconds(), Referer: v.Referer, Agent: v.UserAgent,
		Version: v.Version, HostID: v.HostID, Cipher: v.Cipher, TLS: v.TLS, Host: v.Host,
	}
	for _, text := range []*string{&r.Request, &r.Referer, &r.Agent, &r.Host} {
		*text = (*text)[:min(len(*text), mostLogged)]
	}
	if v.Signed {
		r.Signature, r.Auth = "SigV4", "AuthHeader"
		if v.Presigned {
			r.Auth = "QueryString"
		}
	}
	return r
}

// requester is how the log names who asks.
func (s *Service) requester(p *call.Principal) string {
	switch p.Kind {
	case call.Anonymous, "":
		return ""
	case call.Root:
		return s.canonical(p.Account)
	case call.AWSService:
		return "svc:" + p.Service
	}
	return p.ARN
}

// line is the record as a line of a log file.
func (r *accessRecord) line() string {
	quoted := func(v string) string { return `"` + or0(plain(v)) + `"` }
	request := "-"
	if r.Request != "" {
		request = quoted(r.Request)
	}
	return fmt.Sprintf("%s %s [%s] %s %s %s %s %s %s %d %s %s %s %d %s %s %s %s %s %s %s %s %s %s - - -\n",
		r.Owner, r.Bucket, r.At.UTC().Format("02/Jan/2006:15:04:05 -0700"), or0(r.IP), or0(r.Requester), r.ID, r.Operation, or0(loggedKey(r.Key)), request,
		r.Status, or0(r.Code), counted(r.Sent), counted(r.Size), r.Total, counted(r.Turn), quoted(r.Referer), quoted(r.Agent), or0(r.Version), r.HostID,
		or0(r.Signature), or0(r.Cipher), or0(r.Auth), or0(r.Host), or0(r.TLS))
}

// or0 is - for what is not known or does not apply.
func or0(v string) string {
	if v == "" {
		return "-"
	}
	return v
}

func counted(n int64) string {
	if n == 0 {
		return "-"
	}
	return strconv.FormatInt(n, 10)
}

// loggedKey is a key as it stands in an address.
func loggedKey(key string) string { return strings.ReplaceAll(url.PathEscape(key), "%2F", "/") }

// plain keeps what clients send from ending its field or its line.
func plain(v string) string {
	if !strings.ContainsFunc(v, breaks) {
		return v
	}
	var b strings.Builder
	for i := range len(v) {
		if breaks(rune(v[i])) {
			fmt.Fprintf(&b, "%%%02X", v[i])
		} else {
			b.WriteByte(v[i])
		}
	}
	return b.String()
}

func breaks(r rune) bool { return r < ' ' || r == '"' || r == 0x7f }

// fields are the record as CloudWatch Logs vends it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/sal-cw-log-format.html
func (r *accessRecord) fields(arn string) map[string]any {
	text := func(v string) any {
		if v == "" {
			return nil
		}
		return v
	}
	return map[string]any{
		"schema_version_id": "V_1_0", "bucket_arn": arn, "bucket_name": r.Bucket, "request_time": r.At.UTC().Format("2006-01-02T15:04:05.000Z"),
		"bucket_owner_id": r.Owner, "remote_ip": text(r.IP), "requester": text(r.Requester), "request_id": r.ID, "operation": r.Operation, "key_name": text(r.Key),
		"request_uri": text(r.Request), "http_status": r.Status, "error_code": text(r.Code), "bytes_sent_size": r.Sent, "object_size": r.Size,
		"total_duration": r.Total, "turn_around_duration": r.Turn, "referer": text(r.Referer), "user_agent": text(r.Agent), "version_id": text(r.Version),
		"host_id": r.HostID, "signature_version": text(r.Signature), "cipher_suite": text(r.Cipher), "authentication_type": text(r.Auth),
		"host_header": text(r.Host), "tls_version": text(r.TLS), "access_point_arn": nil, "acl_required": nil, "source_region": nil, // as in the line: not known
	}
}
