package glue

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// SearchTables lists the tables of all databases of which the text and the filters are true, by name or as they are to be sorted. A text
// is split "on certain punctuation characters"; each of the words that are looked for must be one of its words, and one in quotes must be
// all of it. Nothing is shared with an account here, so only its own tables are found.
// https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html
func (s *Service) SearchTables(ctx context.Context, in *api.SearchTablesInput) (*api.SearchTablesOutput, error) {
	if err := refuse(member{"IncludeStatusDetails", rt.Val(in.IncludeStatusDetails)}); err != nil {
		return nil, err
	}
	out := &api.SearchTablesOutput{TableList: []api.Table{}}
	find, query, err := finderOf(in)
	if err != nil {
		return nil, err
	}
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, invalid("Invalid NextToken.")
	}
	most := limitOf(in.MaxResults, 100)
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) error {
		out.TableList, out.NextToken = []api.Table{}, nil
		if t := rt.Val(in.ResourceShareType); t != "" && t != api.ResourceShareTypeAll {
			return nil
		}
		list := find.best(s.tables.From(tx, ""), after, most+1)
		if len(list) > most {
			list = list[:most]
			out.NextToken = new(page.Token(query, list[most-1].place))
		}
		for _, f := range list {
			out.TableList = append(out.TableList, *f.row.shape(tx.Scope(), f.db))
		}
		return nil
	})
}

// finder is what is looked for, and in which order.
type finder struct {
	words, whole []string // of the text, in lower case
	filters      []api.PropertyPredicate
	sort         string
	descending   bool
}

// hit is a table that was found, and its place in the order.
type hit struct {
	place, db string
	row       table
}

func finderOf(in *api.SearchTablesInput) (f finder, query string, err error) {
	text := strings.ToLower(strings.TrimSpace(rt.Val(in.SearchText)))
	query = "search\x00" + text + "\x00" + rt.Val(in.ResourceShareType)
	if plain, ok := strings.CutPrefix(text, `"`); ok && strings.HasSuffix(plain, `"`) {
		f.whole = []string{strings.TrimSuffix(plain, `"`)}
	} else {
		f.words = wordsOf(text)
	}
	for _, p := range in.Filters {
		if rt.Val(p.Key) == "" {
			return f, "", invalid("A filter must have a key.")
		}
		if timed[strings.ToLower(*p.Key)] {
			if _, err := instantOf(rt.Val(p.Value)); err != nil {
				return f, "", err
			}
		}
		query += "\x00" + *p.Key + "\x00" + rt.Val(p.Comparator) + "\x00" + rt.Val(p.Value)
	}
	f.filters = in.Filters
	if len(in.SortCriteria) > 1 {
		return f, "", invalid("At most one sort criterion can be given.")
	}
	for _, c := range in.SortCriteria {
		f.sort, f.descending = rt.Val(c.FieldName), rt.Val(c.Sort) == api.SortDesc
		query += "\x00" + f.sort + "\x00" + rt.Val(c.Sort)
	}
	return f, query, nil
}

// best are the first tables behind a place, in order.
func (f *finder) best(rows iter.Seq2[string, table], after string, most int) (list []hit) {
	order := func(a, b string) int {
		va, ka, _ := strings.Cut(a, "\x00\x00")
		vb, kb, _ := strings.Cut(b, "\x00\x00")
		c := cmp.Compare(va, vb)
		if f.descending {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(ka, kb))
	}
	for key, row := range rows {
		parts, _ := store.Split(key, 2)
		place := ""
		if f.sort != "" {
			place = strings.ToLower(property(parts[0], &row, f.sort))
		}
		if place += "\x00\x00" + key; after != "" && order(place, after) <= 0 || len(list) == most && order(place, list[most-1].place) >= 0 || !f.holds(parts[0], &row) {
			continue
		}
		at, _ := slices.BinarySearchFunc(list, place, func(h hit, p string) int { return order(h.place, p) })
		if list = slices.Insert(list, at, hit{place, parts[0], row}); len(list) > most {
			list = list[:most]
		}
	}
	return list
}

// holds tells whether a table is one that is looked for.
func (f *finder) holds(db string, row *table) bool {
	if len(f.words)+len(f.whole) > 0 && !f.reads(texts(db, row)) {
		return false
	}
	for _, p := range f.filters {
		have := property(db, row, *p.Key)
		if timed[strings.ToLower(*p.Key)] {
			if !compared(have, rt.Val(p.Comparator), rt.Val(p.Value)) {
				return false
			}
			continue
		}
		value := strings.ToLower(rt.Val(p.Value))
		if !strings.EqualFold(have, value) && !slices.Contains(wordsOf(have), value) {
			return false
		}
	}
	return true
}

func (f *finder) reads(list []string) bool {
	words := map[string]bool{}
	for _, text := range list {
		text = strings.ToLower(text)
		if slices.Contains(f.whole, text) {
			return true
		}
		words[text] = true
		for _, w := range wordsOf(text) {
			words[w] = true
		}
	}
	return len(f.whole) == 0 && !slices.ContainsFunc(f.words, func(w string) bool { return !words[w] })
}

// texts are what a text is looked for in: "properties in the table metadata as well as on the parent database".
func texts(db string, row *table) []string {
	is := &row.Is.V
	list := []string{db, *is.Name, rt.Val(is.Description), rt.Val(is.Owner), rt.Val(is.TableType)}
	for _, v := range is.Parameters {
		list = append(list, v)
	}
	columns := is.PartitionKeys
	if is.StorageDescriptor != nil {
		columns = append(columns[:len(columns):len(columns)], is.StorageDescriptor.Columns...)
		list = append(list, rt.Val(is.StorageDescriptor.Location))
	}
	for _, c := range columns {
		list = append(list, rt.Val(c.Name), rt.Val(c.Comment))
	}
	return list
}

// timed are the properties that comparators are for.
var timed = map[string]bool{"createtime": true, "updatetime": true, "lastaccesstime": true, "lastanalyzedtime": true}

// property is a table's property as a text; times are so that they sort. What is none is a parameter's name.
func property(db string, row *table, key string) string {
	is := &row.Is.V
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.UTC().Format("2006-01-02T15:04:05.000000000Z")
	}
	switch strings.ToLower(key) {
	case "name", "tablename":
		return *is.Name
	case "databasename":
		return db
	case "description":
		return rt.Val(is.Description)
	case "owner":
		return rt.Val(is.Owner)
	case "tabletype":
		return rt.Val(is.TableType)
	case "createdby":
		return row.CreatedBy
	case "location":
		if is.StorageDescriptor != nil {
			return rt.Val(is.StorageDescriptor.Location)
		}
		return ""
	case "createtime":
		return at(&row.CreatedAt)
	case "updatetime":
		return at(&row.UpdatedAt)
	case "lastaccesstime":
		return at(is.LastAccessTime)
	case "lastanalyzedtime":
		return at(is.LastAnalyzedTime)
	}
	if v, ok := is.Parameters[key]; ok {
		return v
	}
	return is.Parameters[strings.ToLower(key)]
}

func compared(have, comparator, value string) bool {
	at, err := instantOf(value)
	if err != nil || have == "" {
		return false
	}
	c := cmp.Compare(have, at.UTC().Format("2006-01-02T15:04:05.000000000Z"))
	switch comparator {
	case api.ComparatorGreaterThan:
		return c > 0
	case api.ComparatorGreaterThanEquals:
		return c >= 0
	case api.ComparatorLessThan:
		return c < 0
	case api.ComparatorLessThanEquals:
		return c <= 0
	}
	return c == 0
}

// instantOf reads an instant: seconds since 1970, or as ISO 8601 has it.
func instantOf(text string) (time.Time, error) {
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return time.Unix(0, int64(n*1e9)), nil
	}
	if v, ok := parseTimestamp(text); ok {
		return v.at, nil
	}
	return time.Time{}, invalid("%s is not an instant.", text)
}

// wordsOf splits a text at what is no letter, digit or underscore.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
