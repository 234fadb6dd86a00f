package glue

import (
	"strings"
	"testing"
	"time"

	api "unyo/api/glue"
)

// https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html
func TestSearchTables(t *testing.T) {
	f := setUp(t)
	for _, db := range []string{"web", "shop"} {
		f.createDatabase(db)
	}
	for _, n := range []string{"customer-link", "xx-link-yy", "xxlinkyy"} {
		f.createTable("web", n)
	}
	f.advance(time.Hour)
	in := definition("orders")
	in.Parameters, in.Description = map[string]string{"classification": "parquet"}, new("what was bought")
	ok[*api.CreateTableOutput](t)(f.s.CreateTable(f.call(), &api.CreateTableInput{DatabaseName: new("shop"), TableInput: in}))

	is := func(key, comparator, value string) []api.PropertyPredicate {
		p := api.PropertyPredicate{Key: &key, Value: &value}
		if comparator != "" {
			p.Comparator = &comparator
		}
		return []api.PropertyPredicate{p}
	}
	by := func(field, sort string) []api.SortCriterion {
		return []api.SortCriterion{{FieldName: &field, Sort: &sort}}
	}
	for _, c := range []struct {
		in   api.SearchTablesInput
		want string
	}{
		{api.SearchTablesInput{}, "orders customer-link xx-link-yy xxlinkyy"},
		{api.SearchTablesInput{Filters: is("Name", "", "link")}, "customer-link xx-link-yy"},
		{api.SearchTablesInput{Filters: is("DatabaseName", "", "SHOP")}, "orders"},
		{api.SearchTablesInput{Filters: is("classification", "", "parquet")}, "orders"},
		{api.SearchTablesInput{Filters: is("CreateTime", api.ComparatorGreaterThan, "2026-03-01T12:30:00Z")}, "orders"},
		{api.SearchTablesInput{Filters: is("CreateTime", api.ComparatorLessThanEquals, "1772366400")}, "customer-link xx-link-yy xxlinkyy"},
		{api.SearchTablesInput{SearchText: new("bought")}, "orders"},
		{api.SearchTablesInput{SearchText: new("link web")}, "customer-link xx-link-yy"},
		{api.SearchTablesInput{SearchText: new(`"what was"`)}, ""},
		{api.SearchTablesInput{SearchText: new(`"what was bought"`)}, "orders"},
		{api.SearchTablesInput{SortCriteria: by("Name", api.SortDesc)}, "xxlinkyy xx-link-yy orders customer-link"},
		{api.SearchTablesInput{SortCriteria: by("CreateTime", api.SortDesc)}, "orders customer-link xx-link-yy xxlinkyy"},
		{api.SearchTablesInput{ResourceShareType: new(api.ResourceShareTypeForeign)}, ""},
	} {
		c.in.MaxResults = new(int32(2)) // page after page
		var got []string
		for {
			out := ok[*api.SearchTablesOutput](t)(f.s.SearchTables(f.call(), &c.in))
			for _, table := range out.TableList {
				got = append(got, *table.Name)
			}
			if c.in.NextToken = out.NextToken; out.NextToken == nil {
				break
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %q, want %q", c.in, got, c.want)
		}
	}
	_, err := f.s.SearchTables(f.call(), &api.SearchTablesInput{Filters: is("CreateTime", "", "soon")})
	wantCode(t, err, "InvalidInputException")
	_, err = f.s.SearchTables(f.call(), &api.SearchTablesInput{NextToken: new("x")})
	wantCode(t, err, "InvalidInputException")
}
