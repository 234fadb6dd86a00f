package s3

import (
	"net/netip"
	"slices"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
)

// What S3 asks of a bucket policy beyond the grammar: actions that fit the resources beside them, operators and keys that there are.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html

// checkReach refuses an action that none of the statement's resources can be the object of.
func (st *statement) checkReach() error {
	if len(st.Action) == 0 || len(st.Resource) == 0 {
		return nil
	}
	for _, a := range st.Action {
		if a == "*" {
			continue
		}
		_, name, _ := strings.Cut(a, ":")
		if !slices.ContainsFunc(st.Resource, func(r string) bool { return reaches(name, r) }) {
			return malformedPolicy("Action does not apply to any resource(s) in statement")
		}
	}
	return nil
}

// reaches reports whether an action that the pattern meets applies to resources of the ARN's kind.
func reaches(pattern, resource string) bool {
	_, rest, _ := strings.Cut(resource, ":::")
	object := resource == "*" || strings.ContainsAny(rest, "/")
	bucket := resource == "*" || !strings.Contains(rest, "/") || strings.HasPrefix(rest, "*")
	if !object && strings.HasSuffix(rest, "*") { // bucket* is also bucket/key
		object = true
	}
	for i := range api.Model.Authz.Actions {
		a := &api.Model.Authz.Actions[i]
		if !wild(strings.ToLower(pattern), strings.ToLower(a.Name)) {
			continue
		}
		if object && on(a, "object") || bucket && on(a, "bucket") {
			return true
		}
	}
	return false
}

var operators = []string{
	"stringequals", "stringnotequals", "stringequalsignorecase", "stringnotequalsignorecase", "stringlike", "stringnotlike", "numericequals", "numericnotequals",
	"numericlessthan", "numericlessthanequals", "numericgreaterthan", "numericgreaterthanequals", "dateequals", "datenotequals", "datelessthan", "datelessthanequals",
	"dategreaterthan", "dategreaterthanequals", "bool", "binaryequals", "ipaddress", "notipaddress", "arnequals", "arnlike", "arnnotequals", "arnnotlike", "null",
}

// checkConditions refuses unknown operators, unknown keys and addresses that are none.
func (st *statement) checkConditions() error {
	for operator, keys := range st.Condition {
		op := strings.ToLower(operator)
		for _, set := range []string{"forallvalues:", "foranyvalue:"} {
			op = strings.TrimPrefix(op, set)
		}
		op = strings.TrimSuffix(op, "ifexists")
		if !slices.Contains(operators, op) {
			return malformedPolicy("Invalid Condition type : %s", operator)
		}
		for key, values := range keys {
			if !knownKey(strings.ToLower(key)) {
				return malformedPolicy("Policy has an invalid condition key")
			}
			if (op == "ipaddress" || op == "notipaddress") && slices.ContainsFunc(values, func(v string) bool { return !address(v) }) {
				return malformedPolicy("Invalid IP Address/Range in condition")
			}
		}
	}
	return nil
}

// knownKey reports whether there is a condition key: any of aws:, and those of S3.
func knownKey(key string) bool {
	service, name, _ := strings.Cut(key, ":")
	if service == "aws" {
		return name != ""
	}
	if service != "s3" {
		return true // keys of other services say nothing here, and do no harm
	}
	base, _, tagged := strings.Cut(key, "/")
	for _, k := range api.Model.Authz.Keys {
		known := strings.ToLower(k.Name)
		if before, _, ok := strings.Cut(known, "/"); ok && tagged && before == base || known == key {
			return true
		}
	}
	return false
}

func address(v string) bool {
	if strings.Contains(v, "${") {
		return true
	}
	if _, err := netip.ParsePrefix(v); err == nil {
		return true
	}
	_, err := netip.ParseAddr(v)
	return err == nil
}

// on reports whether an action applies to a type of resource.
func on(a *rt.Action, resource string) bool {
	return slices.ContainsFunc(a.Resources, func(r rt.ActionResource) bool { return r.Name == resource })
}
