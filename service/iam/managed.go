package iam

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base32"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"unyo/base/must"
)

// packedPolicies is what gen made of AWS's managed policies: path, name, default version, when it was made and changed
// last, and the document of the default version, one a line and in the order of path and name. Older versions are not there.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
//
//go:embed managed.zst
var packedPolicies []byte

// awsPolicy is a policy that AWS itself manages.
type awsPolicy struct {
	name, path, document string
	version              int
	created, updated     time.Time
}

// awsPolicies unpacks them when they are asked for first.
var awsPolicies = sync.OnceValue(unpackPolicies)

func unpackPolicies() *catalogue {
	r := must.Do(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1)))
	defer r.Close()
	text := string(must.Do(r.DecodeAll(packedPolicies, nil)))
	c := &catalogue{at: map[string]int{}}
	for line := range strings.Lines(text) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 6)
		p := awsPolicy{
			path: f[0], name: f[1], version: must.Do(strconv.Atoi(strings.TrimPrefix(f[2], "v"))),
			created: must.Do(time.Parse(time.RFC3339, f[3])).UTC(), updated: must.Do(time.Parse(time.RFC3339, f[4])).UTC(), document: f[5],
		}
		c.at[p.path[1:]+p.name] = len(c.list)
		c.list = append(c.list, p)
	}
	return c
}

// catalogue is all of them, in the order of their ARNs, and where each stands by path and name.
type catalogue struct {
	list []awsPolicy
	at   map[string]int
}

// awsManaged finds one by ARN: arn:aws:iam::aws:policy/AdministratorAccess.
func awsManaged(arn string) (awsPolicy, bool) {
	_, name, ok := strings.Cut(arn, ":iam::aws:policy/")
	if !ok {
		return awsPolicy{}, false
	}
	if task, ok := strings.CutPrefix(name, rootTaskPath[1:]); ok {
		return rootTask(task)
	}
	c := awsPolicies()
	i, ok := c.at[name]
	if !ok {
		return awsPolicy{}, false
	}
	return c.list[i], true
}

// id stands in for the id that AWS has given the policy: the documentation does not tell it. It is always the same.
func (p *awsPolicy) id() string {
	sum := sha256.Sum256([]byte(p.path + p.name))
	return "ANPA" + base32.StdEncoding.EncodeToString(sum[:])[:17]
}

// linked tells that only a service's own role may bear the policy.
func (p *awsPolicy) linked() bool { return p.path == linkedPath }
