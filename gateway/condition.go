package gateway

import (
	"context"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/partition"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// serviceKeys asks the called service for its own condition keys.
func (g *Gateway) serviceKeys(ctx context.Context, c *Exchange, resource string) (map[string][]string, error) {
	if s, ok := c.table.Service.(Conditions); ok {
		return s.Conditions(ctx, c.op.Name, c.in, resource)
	}
	return nil, nil
}

// keys answers condition keys of one decision, lazily: most policies ask for none.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func (g *Gateway) keys(c *Exchange, need rt.Need, r *policy.Request, extra map[string][]string) policy.Keys {
	return func(key string) ([]string, bool) {
		if v, ok := extra[key]; ok {
			return v, true
		}
		for k, v := range need.Keys {
			if strings.EqualFold(k, key) {
				return v, true
			}
		}
		name, global := strings.CutPrefix(key, "aws:")
		if !global {
			return nil, false
		}
		if family, tag, ok := strings.Cut(name, "/"); ok {
			return g.tagKey(c, family, tag, r.Resource)
		}
		if name == "tagkeys" {
			var keys []string
			requestTags(c.in, func(k, _ string) { keys = append(keys, k) })
			return append(keys, removedTags(c.in)...), keys != nil || removedTags(c.in) != nil
		}
		if name == "resourceaccount" {
			return one(r.Owner)
		}
		return callKey(c.call, name)
	}
}

func one(s string) ([]string, bool) { return []string{s}, s != "" }

func callKey(k *call.Call, name string) ([]string, bool) {
	if v, ok := principalKey(&k.Principal, name, k.At); ok {
		return v, true
	}
	switch name {
	case "sourceip":
		if net.ParseIP(k.SourceIP) == nil { // a service of the house asks: it has a name and no address
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
	case "viaawsservice":
		return one(strconv.FormatBool(len(k.Via) > 0 && k.Principal.Kind != call.AWSService))
	case "calledvia":
		return k.Via, len(k.Via) > 0
	case "calledviafirst":
		if len(k.Via) > 0 {
			return one(k.Via[0])
		}
	case "calledvialast":
		if len(k.Via) > 0 {
			return one(k.Via[len(k.Via)-1])
		}
	}
	return nil, false
}

func principalKey(p *call.Principal, name string, at time.Time) ([]string, bool) {
	switch name {
	case "principalarn":
		if p.RoleARN != "" {
			return one(p.RoleARN)
		}
		return one(p.ARN)
	case "principalaccount":
		return one(p.Account)
	case "principaltype":
		switch p.Kind {
		case call.Root:
			return one("Account")
		case call.IAMUser:
			return one("User")
		case call.AWSService:
			return nil, false
		}
		return one(string(p.Kind))
	case "principalisawsservice":
		return one(strconv.FormatBool(p.Kind == call.AWSService))
	case "principalservicename":
		if p.Kind == call.AWSService {
			return one(p.Service)
		}
	case "sourceidentity":
		return one(p.SourceIdentity)
	case "userid":
		return one(p.ID)
	case "username":
		if p.Kind == call.IAMUser {
			return one(p.Name)
		}
	case "multifactorauthpresent":
		if !p.IssuedAt.IsZero() { // long-term credentials have no such key
			return one(strconv.FormatBool(p.MFA))
		}
	case "multifactorauthage":
		if p.MFA && !p.IssuedAt.IsZero() {
			return one(strconv.Itoa(int(at.Sub(p.IssuedAt).Seconds())))
		}
	case "tokenissuetime":
		if !p.IssuedAt.IsZero() {
			return one(p.IssuedAt.UTC().Format(time.RFC3339))
		}
	}
	return nil, false
}

// tagKey answers aws:PrincipalTag/…, aws:RequestTag/… and aws:ResourceTag/….
func (g *Gateway) tagKey(c *Exchange, family, tag, resource string) ([]string, bool) {
	switch family {
	case "principaltag":
		for k, v := range c.call.Principal.Tags { // their keys differ in more than case
			if strings.EqualFold(k, tag) {
				return []string{v}, true
			}
		}
	case "requesttag":
		var value []string
		requestTags(c.in, func(k, v string) {
			if strings.EqualFold(k, tag) {
				value = []string{v}
			}
		})
		return value, value != nil
	case "resourcetag":
		return g.resourceTag(resource, tag)
	}
	return nil, false
}

// resourceTag finds a tag of the resource in the one table of tags; keys compare without case.
func (g *Gateway) resourceTag(resource, tag string) (value []string, found bool) {
	err := g.kernel.Store.View(context.Background(), func(tx *store.Tx) error {
		value, found = nil, false
		for _, t := range g.kernel.Tags.List(tx, resource) {
			if strings.EqualFold(t.Key, tag) {
				value, found = []string{t.Value}, true
			}
		}
		return nil
	})
	if err != nil {
		return nil, false
	}
	return value, found
}

// requestTags yields the tags an input brings, whether the API spells them as list or map.
func requestTags(in any, yield func(key, value string)) {
	v := reflect.ValueOf(in).Elem()
	for _, name := range []string{"Tags", "TagSet", "TagList"} {
		f := v.FieldByName(name)
		if !f.IsValid() {
			continue
		}
		switch f.Kind() {
		case reflect.Map:
			keys := f.MapKeys()
			slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
			for _, k := range keys {
				yield(k.String(), f.MapIndex(k).String())
			}
		case reflect.Slice:
			for i := range f.Len() {
				if e := f.Index(i); e.Kind() == reflect.Struct {
					yield(textOf(e.FieldByName("Key")), textOf(e.FieldByName("Value")))
				}
			}
		}
	}
}

// removedTags lists the keys that an input takes away: aws:TagKeys speaks of them, aws:RequestTag does not.
func removedTags(in any) (keys []string) {
	list := reflect.ValueOf(in).Elem().FieldByName("TagKeys")
	if !list.IsValid() || list.Kind() != reflect.Slice {
		return nil
	}
	for i := range list.Len() {
		if k := list.Index(i); k.Kind() == reflect.String {
			keys = append(keys, k.String())
		}
	}
	return keys
}

func textOf(v reflect.Value) string {
	if v.IsValid() && v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() == reflect.String {
		return v.Elem().String()
	}
	return ""
}
