package logs

import (
	"context"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// maxQueryDefinitions is how many an account may have in a region.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
const maxQueryDefinitions = 1000

// queryDefinition is the row of a saved query.
type queryDefinition struct {
	Name, Text, Language string
	Groups               []string             `json:",omitempty"`
	Parameters           []api.QueryParameter `json:",omitempty"`
	Modified             int64                // ms
}

// PutQueryDefinition saves a query, or replaces all of one.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
func (s *Service) PutQueryDefinition(ctx context.Context, in *api.PutQueryDefinitionInput) (*api.PutQueryDefinitionOutput, error) {
	id := rt.Val(in.QueryDefinitionId)
	if id == "" {
		id = s.k.Entropy.UUID(ctx)
	}
	row := queryDefinition{Name: *in.Name, Text: *in.QueryString, Language: rt.Val(in.QueryLanguage), Groups: in.LogGroupNames, Parameters: in.Parameters, Modified: s.nowMs()}
	if row.Language == "" {
		row.Language = api.QueryLanguageCwli
	}
	return &api.PutQueryDefinitionOutput{QueryDefinitionId: &id}, s.k.Update(ctx, func(tx *store.Tx) error {
		if in.QueryDefinitionId != nil && !s.queries.Has(tx, id) {
			return noQueryDefinition()
		}
		if in.QueryDefinitionId == nil {
			n := 0
			for range s.queries.Prefix(tx, "", "") {
				n++
			}
			if n >= maxQueryDefinitions {
				return api.NewLimitExceededException("Resource limit exceeded.")
			}
		}
		s.queries.Put(tx, id, row)
		return nil
	})
}

// DeleteQueryDefinition forgets a saved query.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteQueryDefinition.html
func (s *Service) DeleteQueryDefinition(ctx context.Context, in *api.DeleteQueryDefinitionInput) (*api.DeleteQueryDefinitionOutput, error) {
	return &api.DeleteQueryDefinitionOutput{Success: new(true)}, s.k.Update(ctx, func(tx *store.Tx) error {
		if !s.queries.Has(tx, *in.QueryDefinitionId) {
			return noQueryDefinition()
		}
		s.queries.Delete(tx, *in.QueryDefinitionId)
		return nil
	})
}

// DescribeQueryDefinitions lists saved queries.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeQueryDefinitions.html
func (s *Service) DescribeQueryDefinitions(ctx context.Context, in *api.DescribeQueryDefinitionsInput) (*api.DescribeQueryDefinitionsOutput, error) {
	sum := "queries\x00" + rt.Val(in.QueryDefinitionNamePrefix) + "\x00" + rt.Val(in.QueryLanguage)
	after, err := page.After(sum, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("The specified nextToken is invalid.")
	}
	limit := maxQueryDefinitions
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	out := &api.DescribeQueryDefinitionsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		out.QueryDefinitions, out.NextToken = []api.QueryDefinition{}, nil
		for id, q := range s.queries.Prefix(tx, "", after) {
			if !strings.HasPrefix(q.Name, rt.Val(in.QueryDefinitionNamePrefix)) || in.QueryLanguage != nil && q.Language != *in.QueryLanguage {
				continue
			}
			if n := len(out.QueryDefinitions); n == limit {
				out.NextToken = new(page.Token(sum, *out.QueryDefinitions[n-1].QueryDefinitionId))
				break
			}
			out.QueryDefinitions = append(out.QueryDefinitions, api.QueryDefinition{
				QueryDefinitionId: new(id), Name: new(q.Name), QueryString: new(q.Text), QueryLanguage: new(q.Language), LogGroupNames: q.Groups, Parameters: q.Parameters, LastModified: new(q.Modified),
			})
		}
		return nil
	})
}

func noQueryDefinition() error {
	return api.NewResourceNotFoundException("The specified query definition does not exist.")
}
