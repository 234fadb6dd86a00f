package lint

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"

	"unyo/base/must"
)

//go:embed services.tsv.gz
var servicesFile []byte

// service is what is known of one: its actions, and the types of its condition keys, in lower case.
type service struct {
	actions []string
	keys    map[string]string
}

// services are read when they are first asked for.
var services = sync.OnceValue(func() map[string]service {
	z, err := gzip.NewReader(bytes.NewReader(servicesFile))
	must.Hold(err == nil, "services.tsv.gz: %v", err)
	text, err := io.ReadAll(z)
	must.Hold(err == nil, "services.tsv.gz: %v", err)
	all := map[string]service{}
	for line := range strings.SplitSeq(string(text), "\n") {
		f := strings.Split(line, "\t")
		s := service{strings.Fields(strings.ToLower(f[1])), map[string]string{}}
		for _, k := range strings.Fields(f[2]) {
			name, typ, _ := strings.Cut(k, "=")
			s.keys[strings.ToLower(name)] = typ
		}
		all[f[0]] = s
	}
	return all
})

// Known says that a service has the action.
func Known(action string) bool {
	prefix, name, _ := strings.Cut(strings.ToLower(action), ":")
	s, found := services()[prefix]
	return found && slices.Contains(s.actions, name)
}

// globals are the keys of every service with their types.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var globals = map[string]string{
	"aws:calledvia": "ArrayOfString", "aws:calledviafirst": "String", "aws:calledvialast": "String", "aws:chatbotsourcearn": "ARN", "aws:currenttime": "Date",
	"aws:ec2instancesourceprivateipv4": "IPAddress", "aws:ec2instancesourcevpc": "String", "aws:epochtime": "Date", "aws:federatedprovider": "String",
	"aws:multifactorauthage": "Numeric", "aws:multifactorauthpresent": "Bool", "aws:principalaccount": "String", "aws:principalarn": "ARN",
	"aws:principalisawsservice": "Bool", "aws:principalorgid": "String", "aws:principalorgpaths": "ArrayOfString", "aws:principalservicename": "String",
	"aws:principalservicenameslist": "ArrayOfString", "aws:principaltype": "String", "aws:referer": "String", "aws:requestedregion": "String",
	"aws:resourceaccount": "String", "aws:resourceorgid": "String", "aws:resourceorgpaths": "ArrayOfString", "aws:securetransport": "Bool", "aws:sourceaccount": "String",
	"aws:sourcearn": "ARN", "aws:sourceidentity": "String", "aws:sourceip": "IPAddress", "aws:sourceorgid": "String", "aws:sourceorgpaths": "ArrayOfString",
	"aws:sourcevpc": "String", "aws:sourcevpcarn": "ARN", "aws:sourcevpce": "String", "aws:tagkeys": "ArrayOfString", "aws:tokenissuetime": "Date", "aws:useragent": "String",
	"aws:userid": "String", "aws:username": "String", "aws:viaawsservice": "Bool", "aws:vpceaccount": "String", "aws:vpceorgid": "String", "aws:vpceorgpaths": "ArrayOfString",
	"aws:vpcsourceip": "IPAddress", "aws:assumedroot": "Bool", "aws:signinsessionarn": "ARN", "aws:ismcpserviceaction": "Bool", "aws:viaawsmcpservice": "Bool",
}

// tagged are the keys that name a tag behind a slash.
var tagged = []string{"aws:principaltag", "aws:requesttag", "aws:resourcetag"}

// typeOf is the type of a key; known=false where there is none of that name, sure=false where nothing tells.
func typeOf(key string) (typ string, known, sure bool) {
	key = strings.ToLower(key)
	prefix, _, _ := strings.Cut(key, ":")
	if prefix == "aws" {
		for _, t := range tagged {
			if strings.HasPrefix(key, t+"/") {
				return "String", true, true
			}
		}
		typ, known = globals[key]
		return typ, known, true
	}
	s, found := services()[prefix]
	if !found || len(s.keys) == 0 {
		return "", false, false
	}
	if typ, known = s.keys[key]; known {
		return typ, true, true
	}
	for name, typ := range s.keys { // s3:ExistingObjectTag/<key>, iam:ResourceTag/${TagKey}
		if i := strings.IndexAny(name, "$<"); i > 0 && strings.HasPrefix(key, name[:i]) {
			return typ, true, true
		}
	}
	return "", false, true
}
