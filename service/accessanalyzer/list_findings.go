package accessanalyzer

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// ListFindings lists an analyzer's findings about external access.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListFindings.html
func (s *Service) ListFindings(ctx context.Context, in *api.ListFindingsInput) (*api.ListFindingsOutput, error) {
	out := &api.ListFindingsOutput{Findings: []api.FindingSummary{}}
	list, next, err := s.list(ctx, *in.AnalyzerArn, in.Filter, in.Sort, in.MaxResults, in.NextToken)
	for i := range list {
		if list[i].Type != api.FindingTypeExternalAccess {
			return nil, invalid("Findings about unused access are listed by ListFindingsV2.")
		}
		out.Findings = append(out.Findings, api.FindingSummary(*list[i].shape()))
	}
	out.NextToken = next
	return out, err
}

// ListFindingsV2 lists an analyzer's findings of every kind.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ListFindingsV2.html
func (s *Service) ListFindingsV2(ctx context.Context, in *api.ListFindingsV2Input) (*api.ListFindingsV2Output, error) {
	out := &api.ListFindingsV2Output{Findings: []api.FindingSummaryV2{}}
	list, next, err := s.list(ctx, *in.AnalyzerArn, in.Filter, in.Sort, in.MaxResults, in.NextToken)
	for i := range list {
		f := &list[i]
		out.Findings = append(out.Findings, api.FindingSummaryV2{Id: &f.ID, FindingType: &f.Type, Resource: &f.Resource, ResourceType: &f.ResourceType,
			ResourceOwnerAccount: &f.Owner, Status: &f.Status, Error: text(f.Error), CreatedAt: &f.CreatedAt, AnalyzedAt: &f.AnalyzedAt, UpdatedAt: &f.UpdatedAt})
	}
	out.NextToken = next
	return out, err
}

// list gives one page of the findings that meet a filter, in the order asked for.
func (s *Service) list(ctx context.Context, analyzer string, filter map[string]api.Criterion, order *api.SortCriteria, most *int32, token *string) (list []finding, next *string, err error) {
	if err := checkFilter(filter); err != nil {
		return nil, nil, err
	}
	by := ""
	if order != nil && order.AttributeName != nil {
		by = *order.AttributeName
		if err := checkKey(by); err != nil {
			return nil, nil, err
		}
	}
	asked, _ := json.Marshal([]any{analyzer, filter, order})
	after, err := page.After(string(asked), rt.Val(token))
	from, bad := strconv.Atoi("0" + after)
	if err != nil || bad != nil {
		return nil, nil, invalid("Invalid nextToken.")
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		list = nil
		a, err := s.byARN(tx, analyzer)
		if err != nil {
			return err
		}
		for _, f := range s.findings.Prefix(tx, store.Key(a.Name, ""), "") {
			if f.meets(filter) {
				list = append(list, f)
			}
		}
		return nil
	})
	if by != "" {
		slices.SortStableFunc(list, func(a, b finding) int {
			c := strings.Compare(strings.Join(a.attribute(by), ","), strings.Join(b.attribute(by), ","))
			if rt.Val(order.OrderBy) == api.OrderByDesc {
				return -c
			}
			return c
		})
	}
	list = list[min(from, len(list)):]
	if n := limit(most); len(list) > n {
		list, next = list[:n], new(page.Token(string(asked), strconv.Itoa(from+n)))
	}
	return list, next, err
}

func text(v string) *string {
	if v == "" {
		return nil
	}
	return &v
}
