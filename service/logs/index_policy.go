package logs

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// Limits of an index policy.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs-Field-Indexing-Syntax.html
const (
	maxIndexed     = 20
	maxIndexedName = 100
)

// indexPolicy is the row of the fields that queries of a group will look up. A query finds the same without: it only reads more.
type indexPolicy struct {
	Document string
	Updated  int64 // ms
}

// PutIndexPolicy names the fields of a group's events that queries will look up.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutIndexPolicy.html
func (s *Service) PutIndexPolicy(ctx context.Context, in *api.PutIndexPolicyInput) (*api.PutIndexPolicyOutput, error) {
	name, err := identified(ctx, *in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if err := checkIndexPolicy(*in.PolicyDocument); err != nil {
		return nil, err
	}
	row := indexPolicy{Document: *in.PolicyDocument, Updated: s.nowMs()}
	return &api.PutIndexPolicyOutput{IndexPolicy: row.shown(*in.LogGroupIdentifier)}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		if g.Class == classInfrequent {
			return api.NewInvalidOperationException("Log groups of the class %s do not support field index policies.", classInfrequent)
		}
		s.indexes.Put(tx, g.ID, row)
		return nil
	})
}

// DeleteIndexPolicy forgets them.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteIndexPolicy.html
func (s *Service) DeleteIndexPolicy(ctx context.Context, in *api.DeleteIndexPolicyInput) (*api.DeleteIndexPolicyOutput, error) {
	name, err := identified(ctx, *in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	return &api.DeleteIndexPolicyOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		if !s.indexes.Has(tx, g.ID) {
			return api.NewResourceNotFoundException("The specified log group has no index policy.")
		}
		s.indexes.Delete(tx, g.ID)
		return nil
	})
}

// DescribeIndexPolicies shows the policies of groups, of those that have one.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeIndexPolicies.html
func (s *Service) DescribeIndexPolicies(ctx context.Context, in *api.DescribeIndexPoliciesInput) (*api.DescribeIndexPoliciesOutput, error) {
	if in.NextToken != nil { // there are never more than a page
		return nil, invalid("The specified nextToken is invalid.")
	}
	out := &api.DescribeIndexPoliciesOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.IndexPolicies = []api.IndexPolicy{}
		for _, identifier := range in.LogGroupIdentifiers {
			name, err := identified(ctx, identifier)
			if err != nil {
				return err
			}
			g, err := s.groupNamed(tx, name)
			if err != nil {
				return err
			}
			if row, own, ok := s.indexOf(tx, name, &g); ok {
				p := row.shown(identifier)
				if !own {
					p.Source = new(api.IndexSourceAccount)
				}
				out.IndexPolicies = append(out.IndexPolicies, *p)
			}
		}
		return nil
	})
}

func (p *indexPolicy) shown(identifier string) *api.IndexPolicy {
	return &api.IndexPolicy{LogGroupIdentifier: &identifier, PolicyDocument: &p.Document, LastUpdateTime: &p.Updated, Source: new(api.IndexSourceLogGroup)}
}

// checkIndexPolicy holds a policy to its grammar; facets are not known here.
func checkIndexPolicy(text string) error {
	var p struct{ Fields []string }
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil || d.More() {
		return invalid("The index policy is not valid: it must be a JSON object with the member Fields.")
	}
	if n := len(p.Fields); n == 0 || n > maxIndexed {
		return invalid("The index policy is not valid: it must name 1 to %d fields.", maxIndexed)
	}
	for i, name := range p.Fields {
		if name == "" || len(name) > maxIndexedName || slices.Contains(p.Fields[:i], name) {
			return invalid("The index policy is not valid: names of fields must have 1 to %d characters and be there once.", maxIndexedName)
		}
	}
	return nil
}

// indexNeeds names what index policies are asked by.
func (s *Service) indexNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	var identifiers []string
	switch in := in.(type) {
	case *api.PutIndexPolicyInput:
		identifiers = []string{rt.Val(in.LogGroupIdentifier)}
	case *api.DeleteIndexPolicyInput:
		identifiers = []string{rt.Val(in.LogGroupIdentifier)}
	case *api.DescribeFieldIndexesInput:
		identifiers = in.LogGroupIdentifiers
	case *api.DescribeIndexPoliciesInput:
		identifiers = in.LogGroupIdentifiers
	default:
		return nil, false
	}
	var needs []rt.Need
	for i := range identifiers {
		needs = append(needs, s.need(ctx, op, nil, &identifiers[i], ":log-stream:")...)
	}
	return needs, true
}
