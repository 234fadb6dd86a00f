package s3

import (
	"maps"
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

// operators of conditions, in their one spelling.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var operators = []string{
	"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike", "NumericEquals", "NumericNotEquals",
	"NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals",
	"DateGreaterThan", "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
}

// operatorOf takes qualifier and suffix off an operator; false when there is no such operator. Null takes no IfExists.
func operatorOf(s string) (string, bool) {
	for _, set := range []string{"ForAllValues:", "ForAnyValue:"} {
		if rest, ok := strings.CutPrefix(s, set); ok {
			s = rest
			break
		}
	}
	if rest, ok := strings.CutSuffix(s, "IfExists"); ok && rest != "Null" {
		s = rest
	}
	return s, slices.Contains(operators, s)
}

// checkConditions refuses unknown operators, unknown keys, addresses that are none, and keys that an action never has.
func (st *statement) checkConditions() error {
	for _, operator := range slices.Sorted(maps.Keys(st.Condition)) {
		op, ok := operatorOf(operator)
		if !ok {
			return malformedPolicy("Invalid Condition type : %s", operator)
		}
		for _, key := range slices.Sorted(maps.Keys(st.Condition[operator])) {
			values := st.Condition[operator][key]
			if !knownKey(strings.ToLower(key)) {
				return malformedPolicy("Policy has an invalid condition key")
			}
			if (op == "IpAddress" || op == "NotIpAddress") && slices.ContainsFunc(values, func(v string) bool { return !address(v) }) {
				return malformedPolicy("Invalid IP address in Conditions")
			}
			if !st.carries(strings.ToLower(key)) {
				return malformedPolicy("Conditions do not apply to combination of actions and resources in statement")
			}
		}
	}
	return nil
}

// globalKeys are AWS's own condition keys, without aws: and in small letters; those that end in a slash go on with a tag's key.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var globalKeys = strings.Fields(`
	assumedroot calledvia calledviaawsmcp calledviafirst calledvialast chatbotsourcearn currenttime ec2instancesourceprivateipv4 ec2instancesourcevpc epochtime
	federatedprovider multifactorauthage multifactorauthpresent principalaccount principalarn principalisawsservice principalorgid principalorgpaths
	principalservicename principalservicenameslist principaltag/ principaltype referer requestedregion requesttag/ resourceaccount resourceorgid resourceorgpaths
	resourcetag/ securetransport signinsessionarn sourceaccount sourcearn sourceidentity sourceip sourceorgid sourceorgpaths sourceowner sourcevpc sourcevpcarn
	sourcevpce tagkeys tokenissuetime useragent userid username viaawsmcpservice viaawsservice vpceaccount vpceorgid vpceorgpaths vpcsourceip`)

// knownKey reports whether there is a condition key, in small letters: AWS's own and those of S3.
func knownKey(key string) bool {
	service, name, _ := strings.Cut(key, ":")
	switch service {
	case "aws":
		if base, tag, ok := strings.Cut(name, "/"); ok {
			return tag != "" && slices.Contains(globalKeys, base+"/")
		}
		return slices.Contains(globalKeys, name)
	case "s3":
		return slices.ContainsFunc(api.Model.Authz.Keys, func(k rt.ConditionKey) bool { return sameKey(k.Name, key) })
	}
	return true // keys of other services say nothing here, and do no harm
}

// sameKey compares a key of the facts, such as s3:ExistingObjectTag/<key>, with one in small letters.
func sameKey(fact, key string) bool {
	base, _, tagged := strings.Cut(key, "/")
	before, _, ok := strings.Cut(strings.ToLower(fact), "/")
	return before == base && ok == tagged
}

// carries reports whether each action of the statement has requests that carry a key of S3's. AWS's own are carried by all.
func (st *statement) carries(key string) bool {
	if !strings.HasPrefix(key, "s3:") {
		return true
	}
	return !slices.ContainsFunc(st.Action, func(pattern string) bool {
		_, name, _ := strings.Cut(pattern, ":")
		return pattern != "*" && !slices.ContainsFunc(api.Model.Authz.Actions, func(a rt.Action) bool {
			return wild(strings.ToLower(name), strings.ToLower(a.Name)) && slices.ContainsFunc(a.Keys, func(k string) bool { return sameKey(k, key) })
		})
	})
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
