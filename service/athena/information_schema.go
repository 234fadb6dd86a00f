package athena

import (
	"context"
	"io"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	"unyo/engine/sql"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// information makes a table of a catalog's information_schema: what Glue knows, as Trino tells it. Of another account's that is what it lets this one see.
// https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html
func (c *catalog) information(ctx context.Context, id *string, in, name string) (*sql.Table, error) {
	text := func(names ...string) (out []sql.Column) {
		for _, n := range names {
			out = append(out, sql.Column{Name: n, Type: types.Text})
		}
		return out
	}
	if in = strings.ToLower(in); in == "" {
		in = catalogLower
	}
	t := &sql.Table{}
	var fill func(m *memory, d map[int]sql.Domain) error
	switch name {
	case "schemata":
		t.Columns = text("catalog_name", "schema_name")
		fill = func(m *memory, _ map[int]sql.Domain) error { return c.schemata(ctx, id, in, m) }
	case "tables":
		t.Columns = text("table_catalog", "table_schema", "table_name", "table_type")
		fill = func(m *memory, d map[int]sql.Domain) error {
			return c.eachIn(ctx, id, d, func(t *glueapi.Table) {
				kind := "BASE TABLE"
				if rt.Val(t.TableType) == "VIRTUAL_VIEW" {
					kind = "VIEW"
				}
				m.add(in, *t.DatabaseName, *t.Name, kind)
			})
		}
	case "views":
		t.Columns = text("table_catalog", "table_schema", "table_name", "view_definition")
		fill = func(m *memory, d map[int]sql.Domain) error {
			return c.eachIn(ctx, id, d, func(t *glueapi.Table) {
				if v, err := readView(t); err == nil && rt.Val(t.TableType) == "VIRTUAL_VIEW" {
					m.add(in, *t.DatabaseName, *t.Name, v.SQL)
				}
			})
		}
	case "columns":
		t.Columns = text("table_catalog", "table_schema", "table_name", "column_name", "ordinal_position", "column_default", "is_nullable", "data_type", "comment", "extra_info")
		t.Columns[4].Type = types.Big
		fill = func(m *memory, d map[int]sql.Domain) error {
			return c.eachIn(ctx, id, d, func(t *glueapi.Table) { m.addColumns(in, t) })
		}
	default:
		return nil, nil
	}
	t.Scan = func(_ context.Context, want sql.Scan) ([]vector.Reader, error) {
		m := &memory{want: want.Columns}
		for _, c := range t.Columns {
			m.columns = append(m.columns, c.Type.New())
		}
		return []vector.Reader{m}, fill(m, want.Domains)
	}
	return t, nil
}

var catalogLower = strings.ToLower(awsDataCatalog)

func (c *catalog) schemata(ctx context.Context, id *string, in string, m *memory) error {
	names, err := c.q.databases(ctx, id, nil)
	for _, n := range names {
		m.add(in, n)
	}
	return err
}

// eachIn visits the tables of all databases that column 1, the schema, may name.
func (c *catalog) eachIn(ctx context.Context, id *string, d map[int]sql.Domain, do func(t *glueapi.Table)) error {
	names, err := c.q.databases(ctx, id, nil)
	if err != nil {
		return err
	}
	for _, n := range names {
		v := vector.New(vector.Bytes)
		v.AppendText([]byte(n))
		if domain, ok := d[1]; ok && !domain.Has(v, 0) {
			continue
		}
		if err := c.q.eachTable(ctx, id, n, do); err != nil {
			return err
		}
	}
	return nil
}

// memory is a few rows that are made up as they are asked for.
type memory struct {
	want    []int
	columns []*vector.Vector
	rows    int
	done    bool
}

// add appends a row of texts; "" at the end of a column of another kind, and what is missing, is null.
func (m *memory) add(values ...string) {
	for i, c := range m.columns {
		if i < len(values) && c.Kind == vector.Bytes {
			c.AppendText([]byte(values[i]))
		} else {
			c.AppendNull()
		}
	}
	m.rows++
}

func (m *memory) addColumns(in string, t *glueapi.Table) {
	for i, list := range [][]glueapi.Column{columnsOf(t), t.PartitionKeys} {
		for _, c := range list {
			typ := rt.Val(c.Type)
			if parsed, err := sql.TypeOfHive(typ); err == nil {
				typ = parsed.String()
			}
			extra := ""
			if i == 1 {
				extra = "partition key"
			}
			m.add(in, *t.DatabaseName, *t.Name, *c.Name, "", "", "YES", typ, rt.Val(c.Comment), extra)
			m.number(m.position(*t.Name))
		}
	}
}

// position counts the columns of the table in the last row.
func (m *memory) position(table string) (n int64) {
	names, schemas := m.columns[2], m.columns[1]
	last := m.rows - 1
	for i := last; i >= 0 && string(names.Text(i)) == table && string(schemas.Text(i)) == string(schemas.Text(last)); i-- {
		n++
	}
	return n
}

// number sets the ordinal position of the last row.
func (m *memory) number(n int64) {
	v := m.columns[4]
	v.Ints[m.rows-1] = n
	if at := m.rows - 1; at>>6 < len(v.Nulls) {
		v.Nulls[at>>6] &^= 1 << (at & 63)
	}
}

// Next gives all rows at once.
func (m *memory) Next(context.Context) (*vector.Batch, error) {
	if m.done || m.rows == 0 {
		return nil, io.EOF
	}
	m.done = true
	b := &vector.Batch{Len: m.rows}
	for _, c := range m.want {
		b.Columns = append(b.Columns, m.columns[c])
	}
	return b, nil
}

// Scanned is nothing: nothing is read from S3.
func (m *memory) Scanned() int64 { return 0 }

// Close does nothing.
func (m *memory) Close() error { return nil }
