package s3

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
)

// Access control lists. A row without grants has the list that everything begins with: FULL_CONTROL to the owner. Where a bucket's
// ownership is BucketOwnerEnforced, lists are neither taken nor heeded.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html

// grant is an entry of a list.
type grant struct {
	To  string `json:"to"`  // canonical user id, or the URI of a group
	May string `json:"may"` // READ, WRITE, READ_ACP, WRITE_ACP, FULL_CONTROL
}

const (
	allUsers      = "http://acs.amazonaws.com/groups/global/AllUsers"
	authenticated = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
	logDelivery   = "http://acs.amazonaws.com/groups/s3/LogDelivery"
	maxGrants     = 100
)

var canonicalID = regexp.MustCompile(`^[0-9a-f]{64}$`)

// askedACL is what a request says of a list: in one word, in headers, or as a document.
type askedACL struct {
	canned                               *string
	full, read, write, readACP, writeACP *string
	document                             *api.AccessControlPolicy
}

func (a *askedACL) headers() bool { return granted(a.full, a.read, a.write, a.readACP, a.writeACP) }

func (a *askedACL) none() bool { return a.canned == nil && !a.headers() && a.document == nil }

func granted(grants ...*string) bool {
	return slices.ContainsFunc(grants, func(g *string) bool { return g != nil })
}

// grants reads the list that is asked for; nil is the one that everything begins with. owner owns what the list is of, host the
// bucket that it lies in.
func (s *Service) grants(a askedACL, owner, host string) ([]grant, error) {
	switch {
	case a.canned != nil && a.headers():
		return nil, invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
	case a.document != nil && (a.canned != nil || a.headers()):
		return nil, awserr.New(http.StatusBadRequest, "UnexpectedContent", "This request does not support content")
	case a.document != nil:
		return s.documentGrants(a.document, owner)
	case a.headers():
		return headerGrants(&a)
	}
	return s.cannedGrants(rt.Val(a.canned), owner, host)
}

// cannedGrants spells out a canned ACL.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
func (s *Service) cannedGrants(canned, owner, host string) ([]grant, error) {
	own := grant{s.canonical(owner), "FULL_CONTROL"}
	switch canned {
	case "", "private":
		return nil, nil
	case "public-read":
		return []grant{own, {allUsers, "READ"}}, nil
	case "public-read-write":
		return []grant{own, {allUsers, "READ"}, {allUsers, "WRITE"}}, nil
	case "authenticated-read":
		return []grant{own, {authenticated, "READ"}}, nil
	case "log-delivery-write":
		return []grant{own, {logDelivery, "WRITE"}, {logDelivery, "READ_ACP"}}, nil
	case "bucket-owner-read", "bucket-owner-full-control":
		if owner == host {
			return nil, nil
		}
		may := "READ"
		if canned == "bucket-owner-full-control" {
			may = "FULL_CONTROL"
		}
		return []grant{own, {s.canonical(host), may}}, nil
	case "aws-exec-read": // Amazon EC2 reads machine images so; there are none
		return nil, notImplemented("x-amz-acl")
	}
	return nil, invalidArgument("x-amz-acl", canned, "")
}

// headerGrants reads the x-amz-grant-* headers: kind="value", several divided by commas.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html (Access Permissions)
func headerGrants(a *askedACL) ([]grant, error) {
	var list []grant
	for _, h := range []struct {
		value     *string
		name, may string
	}{{a.full, "full-control", "FULL_CONTROL"}, {a.read, "read", "READ"}, {a.write, "write", "WRITE"}, {a.readACP, "read-acp", "READ_ACP"}, {a.writeACP, "write-acp", "WRITE_ACP"}} {
		if h.value == nil {
			continue
		}
		header := "x-amz-grant-" + h.name
		for entry := range strings.SplitSeq(*h.value, ",") {
			kind, value, ok := strings.Cut(strings.TrimSpace(entry), "=")
			if !ok {
				return nil, invalidArgument(header, *h.value, "Argument format not recognized")
			}
			to, err := grantee(header, strings.ToLower(kind), strings.Trim(value, `"`))
			if err != nil {
				return nil, err
			}
			list = append(list, grant{to, h.may})
		}
	}
	return list, fewEnough(list)
}

// grantee judges whom a grant is to.
func grantee(header, kind, value string) (string, error) {
	switch kind {
	case "id":
		if !canonicalID.MatchString(value) {
			return "", invalidArgument(header, value, "Invalid id")
		}
	case "uri":
		if value != allUsers && value != authenticated && value != logDelivery {
			return "", invalidArgument(header, value, "Invalid group uri")
		}
	case "emailaddress": // https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee: no longer taken
		return "", awserr.New(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	default:
		return "", invalidArgument(header, kind, "Argument format not recognized")
	}
	return value, nil
}

// documentGrants reads an AccessControlPolicy.
func (s *Service) documentGrants(p *api.AccessControlPolicy, owner string) ([]grant, error) {
	if p.Owner == nil || rt.Val(p.Owner.ID) == "" {
		return nil, malformedACL()
	}
	list := make([]grant, 0, len(p.Grants))
	for _, g := range p.Grants {
		may := rt.Val(g.Permission)
		if g.Grantee == nil || !slices.Contains([]string{"READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"}, may) {
			return nil, malformedACL()
		}
		kind, value := "", ""
		switch rt.Val(g.Grantee.Type) {
		case "CanonicalUser":
			kind, value = "id", rt.Val(g.Grantee.ID)
		case "Group":
			kind, value = "uri", rt.Val(g.Grantee.URI)
		case "AmazonCustomerByEmail":
			kind, value = "emailaddress", rt.Val(g.Grantee.EmailAddress)
		}
		if value == "" {
			return nil, malformedACL()
		}
		to, err := grantee("CanonicalUser/ID", kind, value)
		if err != nil {
			return nil, err
		}
		list = append(list, grant{to, may})
	}
	if *p.Owner.ID != s.canonical(owner) {
		return nil, accessDenied()
	}
	return list, fewEnough(list)
}

// fewEnough refuses lists that are longer than S3 keeps.
func fewEnough(list []grant) error {
	if len(list) > maxGrants {
		return malformedACL()
	}
	return nil
}

func malformedACL() error {
	return awserr.New(http.StatusBadRequest, "MalformedACLError", "The XML you provided was not well-formed or did not validate against our published schema")
}

func aclNotSupported() error {
	return awserr.New(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs")
}

// public reports whether a list lets everybody, or every account, in.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
func public(list []grant) bool {
	return slices.ContainsFunc(list, func(g grant) bool { return g.To == allUsers || g.To == authenticated })
}

// admits refuses a list that is public where the bucket blocks that.
func (b *bucket) admits(list []grant) error {
	if b.Public != nil && b.Public.BlockACLs && public(list) {
		return accessDenied()
	}
	return nil
}

// objectACL judges and spells out the list that an object of account is to be stored with.
func (s *Service) objectACL(b *bucket, a askedACL, account string) ([]grant, error) {
	if b.Ownership == ownerEnforced {
		if acl := rt.Val(a.canned); a.headers() || acl != "" && acl != "bucket-owner-full-control" {
			return nil, aclNotSupported()
		}
		return nil, nil
	}
	list, err := s.grants(a, account, b.Account)
	if err != nil {
		return nil, err
	}
	return list, b.admits(list)
}

// nobody is the account that owns what was written without a signature, and its canonical id.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
const (
	nobody   = "anonymous"
	nobodyID = "65a011a29cdf8ec533ec3d1ccaae921c"
)

// ownerOf is the account that owns a new object.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
func (b *bucket) ownerOf(c *call.Call, acl *string) string {
	switch {
	case b.Ownership == ownerEnforced || c == nil, b.Ownership == ownerPreferred && rt.Val(acl) == "bucket-owner-full-control":
		return b.Account
	case c.Principal.Kind == call.Anonymous:
		return nobody
	case c.Principal.Account == "":
		return b.Account
	}
	return c.Principal.Account
}
