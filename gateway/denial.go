package gateway

import (
	"encoding/json"
	"slices"
	"strings"

	"unyo/api/rt"
	"unyo/engine/policy"
	"unyo/kernel/journal"
)

// denial is why a call was refused.
type denial struct {
	set     *policy.Set
	request *policy.Request
	verdict policy.Verdict
}

// refused words a denial and notes for the journal what decided; EC2's callers get it whole, sealed.
func (g *Gateway) refused(c *Exchange, d *denial) error {
	v := d.verdict
	c.denied = &journal.Denial{Action: d.request.Action, Resource: d.request.Resource, Explicit: v.Explicit, Kind: string(v.Kind), Policy: v.Document, Statement: v.Statement}
	sentence := v.Sentence(d.request)
	if c.protocol == rt.EC2 {
		text, err := json.Marshal(d.decoded())
		if err != nil {
			return err
		}
		sentence += " Encoded authorization failure message: " + g.seal.Seal("authorization", text)
	}
	return refusal(c, sentence)
}

// decoded is what DecodeAuthorizationMessage shows: the verdict, the statements that made it, and the context.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
type decoded struct {
	Allowed           bool           `json:"allowed"`
	ExplicitDeny      bool           `json:"explicitDeny"`
	MatchedStatements items[matched] `json:"matchedStatements"`
	Failures          items[any]     `json:"failures"`
	Context           decodedContext `json:"context"`
}

type items[T any] struct {
	Items []T `json:"items"`
}

type matched struct {
	StatementID string `json:"statementId"`
	Effect      string `json:"effect"`
	Policy      string `json:"policy"`
	PolicyType  string `json:"policyType"`
}

type decodedContext struct {
	Principal  decodedPrincipal      `json:"principal"`
	Action     string                `json:"action"`
	Resource   string                `json:"resource"`
	Conditions items[decodedContent] `json:"conditions"`
}

type decodedPrincipal struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	ARN  string `json:"arn"`
}

type decodedContent struct {
	Key    string              `json:"key"`
	Values items[decodedValue] `json:"values"`
}

type decodedValue struct {
	Value string `json:"value"`
}

// decoded looks once more, at every statement: the conditions shown are those that the policies asked for.
func (d *denial) decoded() decoded {
	keys := map[string][]string{}
	r := *d.request
	r.Keys = func(key string) ([]string, bool) {
		v, ok := d.request.Keys(key)
		if ok {
			keys[key] = v
		}
		return v, ok
	}
	x := policy.Explain(d.set, &r)
	p := r.Principal
	out := decoded{ExplicitDeny: x.Verdict.Explicit, MatchedStatements: items[matched]{[]matched{}}, Failures: items[any]{[]any{}},
		Context: decodedContext{Principal: decodedPrincipal{p.ID, p.Name, p.ARN}, Action: r.Action, Resource: r.Resource, Conditions: items[decodedContent]{[]decodedContent{}}}}
	for _, m := range x.Matched {
		effect := "ALLOW"
		if x.Verdict.Explicit {
			effect = "DENY"
		}
		out.MatchedStatements.Items = append(out.MatchedStatements.Items, matched{m.Statement, effect, m.Document.Name, string(m.Document.Kind)})
	}
	for key, values := range keys {
		content := decodedContent{Key: key}
		for _, v := range values {
			content.Values.Items = append(content.Values.Items, decodedValue{v})
		}
		out.Context.Conditions.Items = append(out.Context.Conditions.Items, content)
	}
	slices.SortFunc(out.Context.Conditions.Items, func(a, b decodedContent) int { return strings.Compare(a.Key, b.Key) })
	return out
}
