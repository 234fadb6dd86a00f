package serde

import (
	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// openParquet finds columns by name, unless the table says otherwise.
// https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html#index-access
func openParquet(t *Table, o Object, columns []int, domains []*vector.Domain) (vector.Reader, error) {
	p := t.projection(o, columns, domains)
	if t.flag("parquet.column.index.access", false) {
		p.Places = columns
	}
	return columnar.ScanParquet(o.At, o.Size, p)
}

// openORC finds columns by place, unless the table says otherwise.
func openORC(t *Table, o Object, columns []int, domains []*vector.Domain) (vector.Reader, error) {
	p := t.projection(o, columns, domains)
	if t.flag("orc.column.index.access", true) {
		p.Places = columns
	}
	return columnar.ScanORC(o.At, o.Size, p)
}

func (t *Table) projection(o Object, columns []int, domains []*vector.Domain) columnar.Projection {
	p := columnar.Projection{Columns: columnar.Schema{}, Domains: domains, From: o.From, To: o.To, Hold: o.Hold}
	for _, c := range columns {
		p.Columns = append(p.Columns, t.Columns[c])
	}
	return p
}
