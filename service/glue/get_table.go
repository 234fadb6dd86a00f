package glue

import (
	"context"
	"iter"
	"regexp"
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// GetTable describes a table.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetTable.html
func (s *Service) GetTable(ctx context.Context, in *api.GetTableInput) (*api.GetTableOutput, error) {
	err := refuse(member{"QueryAsOfTime", in.QueryAsOfTime != nil}, member{"TransactionId", in.TransactionId != nil}, member{"IncludeStatusDetails", rt.Val(in.IncludeStatusDetails)})
	if err != nil {
		return nil, err
	}
	out := &api.GetTableOutput{}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) error {
		db := fold(in.DatabaseName)
		row, err := s.inTable(tx, db, fold(in.Name))
		if err != nil {
			return err
		}
		out.Table = row.only(tx, db, in.AttributesToGet)
		return nil
	})
}

// GetTables lists a database's tables by name: all, or those whose name matches Expression.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetTables.html
func (s *Service) GetTables(ctx context.Context, in *api.GetTablesInput) (*api.GetTablesOutput, error) {
	err := refuse(member{"QueryAsOfTime", in.QueryAsOfTime != nil}, member{"TransactionId", in.TransactionId != nil}, member{"IncludeStatusDetails", rt.Val(in.IncludeStatusDetails)})
	if err != nil {
		return nil, err
	}
	match, err := namePattern(in.Expression)
	if err != nil {
		return nil, err
	}
	db := fold(in.DatabaseName)
	out := &api.GetTablesOutput{TableList: []api.Table{}}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) (err error) {
		if _, err := s.inDatabase(tx, db); err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, table] { return s.tables.Prefix(tx, store.Key(db, ""), after) }
		query := "tables\x00" + db + "\x00" + rt.Val(in.Expression)
		out.TableList, out.NextToken, err = listed(query, in.NextToken, limitOf(in.MaxResults, 100), rows, func(_ string, row table) (api.Table, bool) {
			if !match(*row.Is.V.Name) {
				return api.Table{}, false
			}
			return *row.only(tx, db, in.AttributesToGet), true
		})
		return err
	})
}

// only is the table's shape, or of it the attributes that are asked for.
func (row *table) only(tx *store.Tx, db string, attributes []string) *api.Table {
	whole := row.shape(tx.Scope(), db)
	if len(attributes) == 0 {
		return whole
	}
	out := &api.Table{Name: whole.Name}
	for _, a := range attributes {
		switch a {
		case api.TableAttributesTableType:
			out.TableType = whole.TableType
		case api.TableAttributesDefault:
			return whole
		}
	}
	return out
}

// namePattern tells which names an expression means. It is Hive's, on which the catalogue is modelled: a regular
// expression for the whole name, in which a star that repeats nothing stands for any text, and | parts alternatives.
func namePattern(expression *string) (func(string) bool, error) {
	if rt.Val(expression) == "" {
		return func(string) bool { return true }, nil
	}
	var b strings.Builder
	b.WriteString("(?is)^(?:")
	for i, r := range *expression {
		if r == '*' && (i == 0 || !strings.ContainsRune(".])*", rune((*expression)[i-1]))) {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	b.WriteString(")$")
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, invalid("%s is no pattern of names.", *expression)
	}
	return re.MatchString, nil
}
