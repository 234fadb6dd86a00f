package gateway

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/partition"
	"unyo/engine/policy"
)

// asked answers the condition keys of one decision, lazily: most policies ask for none.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
type asked struct {
	g    *Gateway
	ctx  context.Context
	c    *Exchange
	need rt.Need
	r    *policy.Request

	service map[string][]string // the called service's own keys, once they were asked for
	known   bool
	err     error
}

func (a *asked) key(key string) ([]string, bool) {
	for k, v := range a.need.Keys {
		if strings.EqualFold(k, key) {
			return v, true
		}
	}
	name, global := strings.CutPrefix(key, "aws:")
	if !global || strings.HasPrefix(name, "resourcetag/") { // the service may know whose tags an ARN bears
		if v, ok := a.serviceKeys()[key]; ok {
			return v, true
		}
	}
	if tag, ok := strings.CutPrefix(key, "iam:resourcetag/"); ok { // other services ask about roles, too
		return a.tag("resourcetag", tag)
	}
	if !global {
		v, ok := a.c.call.Principal.Vouched[key]
		return v, ok
	}
	if family, tag, ok := strings.Cut(name, "/"); ok {
		return a.tag(family, tag)
	}
	switch name {
	case "tagkeys":
		keys := tagKeys(a.c.in)
		return keys, len(keys) > 0
	case "resourceaccount":
		return one(a.r.Owner)
	case "referer":
		if a.c.r == nil { // a service asks
			return nil, false
		}
		return one(a.c.r.Referer())
	}
	if strings.Contains(name, "org") {
		return a.orgKey(name)
	}
	return callKey(a.c.call, name)
}

// serviceKeys asks the called service for its own condition keys.
func (a *asked) serviceKeys() map[string][]string {
	if a.known {
		return a.service
	}
	a.known = true
	if s, ok := a.c.table.Service.(Conditions); ok {
		a.service, a.err = s.Conditions(a.ctx, a.c.op.Name, a.c.in, a.r.Resource)
	}
	return a.service
}

func one(s string) ([]string, bool) { return []string{s}, s != "" }

// callKey answers what the call itself tells. Keys of networks have no value here: there are none.
func callKey(k *call.Call, name string) ([]string, bool) {
	if v, ok := principalKey(&k.Principal, name, k.At); ok {
		return v, true
	}
	switch name {
	case "sourceip":
		// A service that asks has a name and no address, and one that forwards does not pass the address on.
		if net.ParseIP(k.SourceIP) == nil || len(k.Forwarded) > 0 || k.VPCE != "" {
			return nil, false
		}
		return one(k.SourceIP)
	case "sourcearn":
		return one(k.SourceARN)
	case "sourceaccount":
		return one(k.SourceAccount)
	case "sourcevpce":
		return one(k.VPCE)
	case "useragent":
		return one(k.UserAgent)
	case "currenttime":
		return one(k.At.UTC().Format(time.RFC3339))
	case "epochtime":
		return one(strconv.FormatInt(k.At.Unix(), 10))
	case "securetransport":
		return one(strconv.FormatBool(k.Secure))
	case "requestedregion":
		if k.Region == "" {
			return one(partition.Home(k.Partition))
		}
		return one(k.Region)
	}
	return viaKey(k.Forwarded, k.Principal.Kind, name)
}

// viaKey answers who forwarded the call: services that ask with the principal's own credentials, not those that act by
// themselves or in a role of their own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-calledvia
func viaKey(via []string, kind call.Kind, name string) ([]string, bool) {
	if kind == call.AWSService {
		via = nil
	}
	switch name {
	case "viaawsservice":
		return one(strconv.FormatBool(len(via) > 0))
	case "calledvia":
		return via, len(via) > 0
	case "calledviafirst":
		if len(via) > 0 {
			return one(via[0])
		}
	case "calledvialast":
		if len(via) > 0 {
			return one(via[len(via)-1])
		}
	}
	return nil, false
}
