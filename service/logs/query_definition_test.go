package logs_test

import (
	"testing"

	api "unyo/api/logs"
)

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
func TestQueryDefinitions(t *testing.T) {
	e := open(t)
	put := func(id *string, name, text string) string {
		t.Helper()
		out, err := e.PutQueryDefinition(e.ctx(), &api.PutQueryDefinitionInput{QueryDefinitionId: id, Name: &name, QueryString: &text, LogGroupNames: []string{"g"}})
		must(t, err)
		return *out.QueryDefinitionId
	}
	list := func(in api.DescribeQueryDefinitionsInput) (names []string, next *string) {
		t.Helper()
		out, err := e.DescribeQueryDefinitions(e.ctx(), &in)
		must(t, err)
		for _, q := range out.QueryDefinitions {
			names = append(names, *q.Name+"="+*q.QueryString+"/"+*q.QueryLanguage)
		}
		return names, out.NextToken
	}
	id := put(nil, "web/errors", "fields @message")
	put(nil, "db", "stats count()")
	want(t, put(&id, "web/slow", "limit 5"), id)
	names, _ := list(api.DescribeQueryDefinitionsInput{QueryDefinitionNamePrefix: new("web")})
	want(t, names, "[web/slow=limit 5/CWLI]")
	first, next := list(api.DescribeQueryDefinitionsInput{MaxResults: new(int32(1))})
	second, end := list(api.DescribeQueryDefinitionsInput{NextToken: next})
	want(t, []any{len(first), len(second), end == nil, first[0] != second[0]}, "[1 1 true true]")
	none, _ := list(api.DescribeQueryDefinitionsInput{QueryLanguage: new("SQL")})
	want(t, len(none), 0)
	_, err := e.PutQueryDefinition(e.ctx(), &api.PutQueryDefinitionInput{QueryDefinitionId: new("none"), Name: new("a"), QueryString: new("b")})
	wantCode(t, err, "ResourceNotFoundException")
	_, err = e.DeleteQueryDefinition(e.ctx(), &api.DeleteQueryDefinitionInput{QueryDefinitionId: &id})
	must(t, err)
	_, err = e.DeleteQueryDefinition(e.ctx(), &api.DeleteQueryDefinitionInput{QueryDefinitionId: &id})
	wantCode(t, err, "ResourceNotFoundException")
}
