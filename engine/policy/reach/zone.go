package reach

import (
	"slices"
	"strings"

	"unyo/engine/policy"
)

// Zone is who is trusted: the accounts, and the organisation they are where that is the zone.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html
type Zone struct {
	Accounts     []string
	Organization string // o-…, "" where the zone is an account
	Canonical    []string
}

func (z *Zone) has(account string) bool { return slices.Contains(z.Accounts, account) }

// inside says that whoever the entry names is in the zone. Services act for the account that has set them to work: what they may do for
// others is told by aws:SourceAccount and its like, which is not a matter of who is outside.
func (z *Zone) inside(p policy.PrincipalEntry) bool {
	switch p.Kind {
	case "Service":
		return true
	case "CanonicalUser":
		return slices.Contains(z.Canonical, p.Value)
	case "AWS":
		return z.has(accountOf(p.Value))
	}
	return false
}

// accountOf is the account of an ARN or of an account's number; "" where it is not certain.
func accountOf(v string) string {
	parts := strings.SplitN(v, ":", 6)
	if len(parts) == 6 && !strings.ContainsAny(strings.Join(parts[:5], ""), "*?$") {
		v = parts[4]
	}
	if len(v) != 12 || strings.Trim(v, "0123456789") != "" {
		return ""
	}
	return v
}

// holds says that the condition keeps whoever meets it inside the zone.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html lists the keys that tell who asks.
func (z *Zone) holds(c *condition) bool {
	if !c.demands() || len(c.Values) == 0 {
		return false
	}
	inside := func(string) bool { return false }
	switch strings.ToLower(c.Key) {
	case "aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "kms:calleraccount", "s3:dataaccesspointaccount", "aws:principalarn", "aws:sourcearn",
		"s3:dataaccesspointarn":
		inside = func(v string) bool { return z.has(accountOf(v)) }
	case "aws:principalorgid", "aws:sourceorgid":
		inside = func(v string) bool { return z.Organization != "" && v == z.Organization }
	case "aws:principalorgpaths", "aws:sourceorgpaths":
		inside = func(v string) bool { return z.Organization != "" && strings.HasPrefix(v, z.Organization+"/") }
	case "aws:principalisawsservice":
		return c.Operator == "bool" && !slices.ContainsFunc(c.Values, func(v string) bool { return !strings.EqualFold(v, "true") })
	}
	if c.Operator != "stringequals" && c.Operator != "stringlike" && c.Operator != "arnlike" && c.Operator != "stringequalsignorecase" {
		return false
	}
	return !slices.ContainsFunc(c.Values, func(v string) bool { return !inside(v) })
}

// fixed are the keys whose conditions, with values that are certain, keep a policy from being public.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
var fixed = map[string]bool{
	"aws:principalaccount": true, "aws:principalarn": true, "aws:principalorgid": true, "aws:principalorgpaths": true, "aws:sourceaccount": true,
	"aws:sourcearn": true, "aws:sourceowner": true, "aws:sourceorgid": true, "aws:sourceorgpaths": true, "aws:sourcevpc": true, "aws:sourcevpce": true,
	"aws:userid": true, "aws:principalisawsservice": true, "s3:dataaccesspointarn": true, "s3:dataaccesspointaccount": true,
	"s3:x-amz-server-side-encryption-aws-kms-key-id": true, "kms:calleraccount": true, "aws:sourceip": true,
}

// limits says that the condition keeps the public out.
func (c *condition) limits() bool {
	key := strings.ToLower(c.Key)
	if !fixed[key] || !c.demands() || len(c.Values) == 0 || strings.HasSuffix(c.Operator, "(not)") {
		return false
	}
	for _, v := range c.Values {
		switch {
		case c.Operator == "ipaddress":
			// "broad IP ranges, wider than /8 for IPv4 and /32 for IPv6, are considered public", same page
			if r := rangeOf(v); r.Addr().Is4() && r.Bits() < 8 || !r.Addr().Is4() && r.Bits() < 32 {
				return false
			}
		case strings.HasSuffix(key, "arn"):
			if accountOf(v) == "" && strings.ContainsAny(v, "*?$") {
				return false
			}
		case key == "aws:userid" && (c.Operator != "stringlike" || !strings.Contains(v, "${")):
			if strings.HasPrefix(v, "*") || strings.HasPrefix(v, "?") {
				return false
			}
		case key == "aws:principalorgpaths" || key == "aws:sourceorgpaths":
			if !strings.HasPrefix(v, "o-") || strings.ContainsAny(v[:strings.IndexByte(v+"/", '/')], "*?$") {
				return false
			}
		case strings.ContainsAny(v, "*?$"):
			return false
		}
	}
	return true
}
