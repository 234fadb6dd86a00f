package s3

import (
	"encoding/json"
	"slices"

	"unyo/base/call"
	"unyo/kernel/store"
)

// How lists decide: what they grant to the caller is put into the words of a policy, as AWS's table does it, and evaluated
// as one together with the bucket's policy. A grant to an account delegates: identity policies there must allow too.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping

// bucketActions and objectActions are what a permission in the list of a bucket or an object allows. Lists of objects speak
// for the newest version only: who may read older ones, a policy says.
var (
	bucketActions = map[string][]string{
		"READ":      {"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"},
		"READ_ACP":  {"s3:GetBucketAcl"},
		"WRITE_ACP": {"s3:PutBucketAcl"},
	}
	objectActions = map[string][]string{
		"READ":      {"s3:GetObject"},
		"READ_ACP":  {"s3:GetObjectAcl"},
		"WRITE_ACP": {"s3:PutObjectAcl"},
	}
)

// clause is a statement of a policy.
type clause struct {
	Effect    string
	Principal any
	Action    []string
	Resource  string
}

// grantedTo returns the permissions that a list gives to the caller, each once, and whether everybody has them.
func (s *Service) grantedTo(c *call.Call, list []grant, ignorePublic bool) map[string]any {
	out := map[string]any{}
	for _, g := range list {
		var to any
		switch {
		case ignorePublic && public([]grant{g}):
			continue
		case g.To == allUsers:
			to = "*"
		case g.To == logDelivery && c.Principal.Kind == call.AWSService && c.Principal.Service == accessLogger:
			to = map[string]string{"Service": accessLogger}
		case c.Principal.Kind == call.AWSService, c.Principal.Account == "":
			continue
		case g.To == authenticated, g.To == s.canonical(c.Principal.Account):
			to = map[string]string{"AWS": c.Principal.Account}
		default:
			continue
		}
		mays := []string{g.May}
		if g.May == "FULL_CONTROL" {
			mays = []string{"READ", "WRITE", "READ_ACP", "WRITE_ACP"}
		}
		for _, may := range mays {
			if out[may] != "*" {
				out[may] = to
			}
		}
	}
	return out
}

// listClauses are what the lists of a bucket, and of the object that arn names, if it does, allow the caller.
func (s *Service) listClauses(tx *store.Tx, c *call.Call, b *bucket, name, key string) []clause {
	if c == nil || b.Ownership == ownerEnforced {
		return nil
	}
	var list []clause
	ignore := b.Public != nil && b.Public.IgnoreACLs
	add := func(grants map[string]any, actions map[string][]string, arn string) {
		for _, may := range []string{"READ", "READ_ACP", "WRITE_ACP"} {
			if to := grants[may]; to != nil {
				list = append(list, clause{"Allow", to, actions[may], arn})
			}
		}
	}
	onBucket := s.grantedTo(c, b.Grants, ignore)
	if key == "" {
		add(onBucket, bucketActions, s.bucketARN(name))
		return list
	}
	o, has := s.newest(tx, b, name, key)
	if to := onBucket["WRITE"]; to != nil {
		may := []string{"s3:PutObject"}
		if c.Principal.Kind != call.Anonymous { // who initiates no uploads ends none
			may = append(may, "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
		}
		if !has || o.Owner == accountOf(c) { // objects of others can be written over, but not deleted
			may = append(may, "s3:DeleteObject")
		}
		list = append(list, clause{"Allow", to, may, s.objectARN(name, key)})
	}
	if has {
		add(s.grantedTo(c, o.Grants, ignore), objectActions, s.objectARN(name, key))
	}
	return list
}

// accountOf is who a caller is where objects are owned.
func accountOf(c *call.Call) string {
	if c.Principal.Kind == call.Anonymous {
		return nobody
	}
	return c.Principal.Account
}

// withClauses is the text of a policy, which may be empty, with further statements.
func withClauses(text string, more []clause) (string, error) {
	if len(more) == 0 {
		return text, nil
	}
	doc := map[string]json.RawMessage{"Version": json.RawMessage(`"2012-10-17"`)}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			return "", err
		}
	}
	var all []json.RawMessage
	if st, ok := doc["Statement"]; ok && json.Unmarshal(st, &all) != nil {
		all = []json.RawMessage{st}
	}
	for _, c := range more {
		st, err := json.Marshal(c)
		if err != nil {
			return "", err
		}
		all = append(slices.Clip(all), st)
	}
	st, err := json.Marshal(all)
	if err != nil {
		return "", err
	}
	doc["Statement"] = st
	out, err := json.Marshal(doc)
	return string(out), err
}

// inObject are operations on an object that is there, which its owner decides about, whoever owns the bucket.
var inObject = []string{"GetObject", "HeadObject", "GetObjectAcl", "PutObjectAcl", "GetObjectAttributes", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging"}
