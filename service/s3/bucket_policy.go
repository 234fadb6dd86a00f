package s3

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// maxPolicy is how long a bucket policy may be, in bytes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
const maxPolicy = 20 << 10

// PutBucketPolicy replaces a bucket's policy.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
func (s *Service) PutBucketPolicy(ctx context.Context, in *api.PutBucketPolicyInput) (*api.PutBucketPolicyOutput, error) {
	name, text := rt.Val(in.Bucket), rt.Val(in.Policy)
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.openOwn(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		if err := s.checkPolicy(name, text); err != nil {
			return err
		}
		if b.Public != nil && b.Public.BlockPolicy && publicPolicy(text) {
			return awserr.New(http.StatusForbidden, "AccessDenied", "%s", refusedPublic(tx.Call(), s.bucketARN(name)))
		}
		if err := s.putPolicy(tx, name, text); err != nil {
			return err
		}
		s.changed(tx, &b, name, "PutBucketPolicy", &b, &b)
		return nil
	})
	if err != nil {
		return nil, mapError(err)
	}
	return &api.PutBucketPolicyOutput{}, nil
}

// openOwn opens a bucket for its own account only: a policy is no one else's, whoever it lets in.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html (405 Method Not Allowed)
func (s *Service) openOwn(tx *store.Tx, name, owner *string) (bucket, error) {
	b, err := s.open(tx, name, owner)
	if c := tx.Call(); err == nil && c != nil && c.Principal.Kind != call.AWSService && c.Principal.Account != b.Account {
		return b, awserr.New(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.").With("ResourceType", "BUCKETPOLICY")
	}
	return b, err
}

func refusedPublic(c *call.Call, arn string) string {
	who := ""
	if c != nil {
		who = c.Principal.ARN
	}
	return "User: " + who + " is not authorized to perform: s3:PutBucketPolicy on resource: \"" + arn + "\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
}

// checkPolicy holds a policy to the grammar, and to this bucket.
func (s *Service) checkPolicy(name, text string) error {
	if text == "" {
		return missingBody()
	}
	if len(text) > maxPolicy {
		return malformedPolicy("Policy exceeds the maximum allowed document size.")
	}
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		return malformedPolicy("Policies must be valid JSON and the first byte must be '{'")
	}
	_, err := policy.Parse(policy.Resource, s.bucketARN(name), text)
	var m *policy.MalformedError
	if errors.As(err, &m) {
		return malformedPolicy("%s", m.Reason)
	}
	if err != nil {
		return err
	}
	for _, st := range statementsOf(text) {
		for _, a := range append(st.Action, st.NotAction...) {
			if !validAction(a) {
				return malformedPolicy("Policy has invalid action")
			}
		}
		for _, r := range append(st.Resource, st.NotResource...) {
			if !s.within(name, r) {
				return malformedPolicy("Policy has invalid resource")
			}
		}
		if err := st.checkReach(); err != nil {
			return err
		}
		if err := st.checkConditions(); err != nil {
			return err
		}
	}
	return nil
}

func malformedPolicy(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "MalformedPolicy", format, args...)
}

// validAction reports whether an action of a bucket policy is one of S3's, or a pattern that is met by one.
func validAction(a string) bool {
	if a == "*" {
		return true
	}
	service, name, _ := strings.Cut(a, ":")
	if !strings.EqualFold(service, "s3") {
		return false
	}
	for i := range api.Model.Authz.Actions {
		if wild(strings.ToLower(name), strings.ToLower(api.Model.Authz.Actions[i].Name)) {
			return true
		}
	}
	return false
}

// within reports whether a resource of a policy lies in the bucket: *, or the bucket's ARN with what follows it.
func (s *Service) within(name, resource string) bool {
	if resource == "*" {
		return true
	}
	_, rest, ok := strings.Cut(resource, ":s3:::")
	if !ok {
		return false
	}
	b, _, _ := strings.Cut(rest, "/")
	return b == name || strings.ContainsAny(b, "*?$") && wild(b, name)
}

// wild matches s against a pattern with * and ?.
func wild(pattern, s string) bool {
	for pattern != "" {
		switch {
		case pattern[0] == '*':
			for i := len(s); i >= 0; i-- {
				if wild(pattern[1:], s[i:]) {
					return true
				}
			}
			return false
		case s == "" || pattern[0] != '?' && pattern[0] != s[0]:
			return false
		}
		pattern, s = pattern[1:], s[1:]
	}
	return s == ""
}

// GetBucketPolicy reads it as it was written, but for whom it names who is no more.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
func (s *Service) GetBucketPolicy(ctx context.Context, in *api.GetBucketPolicyInput) (*api.GetBucketPolicyOutput, error) {
	text, err := s.policyText(ctx, in.Bucket, in.ExpectedBucketOwner, s.openOwn)
	return &api.GetBucketPolicyOutput{Policy: new(text)}, err
}

func (s *Service) policyText(ctx context.Context, name, owner *string, open func(tx *store.Tx, name, owner *string) (bucket, error)) (text string, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := open(tx, name, owner); err != nil {
			return err
		}
		var ok bool
		if text, ok = s.policyOf(tx, *name); !ok {
			return awserr.New(http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist").With("BucketName", *name)
		}
		return nil
	})
	return text, err
}

// DeleteBucketPolicy removes it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
func (s *Service) DeleteBucketPolicy(ctx context.Context, in *api.DeleteBucketPolicyInput) (*api.DeleteBucketPolicyOutput, error) {
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.openOwn(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		s.dropPolicy(tx, *in.Bucket)
		s.changed(tx, &b, *in.Bucket, "DeleteBucketPolicy", &b, &b)
		return nil
	})
	if err != nil {
		return nil, mapError(err)
	}
	return &api.DeleteBucketPolicyOutput{}, nil
}

// GetBucketPolicyStatus tells whether the policy makes the bucket public.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html
func (s *Service) GetBucketPolicyStatus(ctx context.Context, in *api.GetBucketPolicyStatusInput) (*api.GetBucketPolicyStatusOutput, error) {
	text, err := s.policyText(ctx, in.Bucket, in.ExpectedBucketOwner, s.open)
	if err != nil {
		return nil, err
	}
	return &api.GetBucketPolicyStatusOutput{PolicyStatus: &api.PolicyStatus{IsPublic: new(publicPolicy(text))}}, nil
}

// statement is what is asked of a policy here beside what it allows.
type statement struct {
	Effect                                   string
	Principal, NotPrincipal                  json.RawMessage
	Action, NotAction, Resource, NotResource strings1
	Condition                                map[string]map[string]strings1
}

// strings1 is a string or a list of strings.
type strings1 []string

func (l *strings1) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]string)(l))
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	text, _ := v.(string) // booleans and numbers name nobody
	*l = strings1{text}
	return nil
}

// statementsOf reads a policy that Parse has accepted.
func statementsOf(text string) []statement {
	var top struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(text), &top) != nil {
		return nil
	}
	var many []statement
	if json.Unmarshal(top.Statement, &many) == nil {
		return many
	}
	var one statement
	if json.Unmarshal(top.Statement, &one) == nil {
		return []statement{one}
	}
	return nil
}

// publicPolicy reports whether a policy allows something to everybody.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
func publicPolicy(text string) bool {
	list := statementsOf(text)
	for _, st := range list {
		if st.Effect == "Allow" && (everybody(st.Principal) || st.NotPrincipal != nil) && !st.narrowed() {
			return true
		}
	}
	return len(list) == 0 // what cannot be read is not trusted
}

func everybody(principal json.RawMessage) bool {
	var all string
	if json.Unmarshal(principal, &all) == nil {
		return all == "*"
	}
	var byKind map[string]strings1
	if json.Unmarshal(principal, &byKind) != nil {
		return false
	}
	for _, v := range byKind["AWS"] {
		if v == "*" {
			return true
		}
	}
	return false
}

// narrowing are condition keys that, with fixed values, leave nobody unknown in.
var narrowing = []string{
	"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce",
	"aws:sourceowner", "aws:sourceip", "aws:userid", "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
}

func (st *statement) narrowed() bool {
	for operator, keys := range st.Condition {
		op := strings.ToLower(operator)
		if strings.Contains(op, "not") || strings.HasSuffix(op, "ifexists") || op == "null" {
			continue
		}
		for key, values := range keys {
			for _, n := range narrowing {
				if strings.EqualFold(key, n) && fixed(n, values) {
					return true
				}
			}
		}
	}
	return false
}

// fixed reports whether none of values is a pattern that anybody could meet.
func fixed(key string, values strings1) bool {
	for _, v := range values {
		switch {
		case key == "aws:sourceip":
			_, bits, ok := strings.Cut(v, "/")
			if ok && (bits == "0" || len(bits) == 1 && bits < "8") {
				return false
			}
		case key == "aws:sourcearn" || key == "aws:principalarn": // an account or a name must be fixed
			if p := strings.SplitN(v, ":", 6); len(p) < 6 || strings.ContainsAny(p[4], "*?") && strings.Trim(p[5], "*?") == "" || p[4] == "*" {
				return false
			}
		case strings.ContainsAny(v, "*?") || strings.Contains(v, "${"):
			return false
		}
	}
	return len(values) > 0
}
