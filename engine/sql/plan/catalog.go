package plan

import (
	"context"
	"time"

	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Catalog knows the tables.
type Catalog interface {
	// Table is the table of this name, or nil when there is none. An error of package fault reaches the caller as it is.
	Table(ctx context.Context, catalog, schema, table string) (*Table, error)
}

// Column is a column of a table.
type Column struct {
	Name      string // lower case
	Type      *types.Type
	Partition bool // its value is the partition's; constraints on it can save whole partitions
	Hidden    bool // not part of *: "$path"
}

// Table is a table, or a view when View is set.
type Table struct {
	Columns []Column
	View    *View
	// Scan gives readers of the table's pieces, files for instance, in an order that is always the same. A reader opens
	// what it reads when it is first asked; readers are read at the same time as each other, and each is closed.
	Scan func(ctx context.Context, want Scan) ([]vector.Reader, error)
}

// View is the text of a view and where the names in it are looked up.
type View struct {
	Text            string
	Catalog, Schema string
	// Own is what its text calls the catalog it is in, where Catalog is what others call that. It can name no other.
	Own string
}

// Scan says what of a table is wanted.
type Scan struct {
	// Columns are places in Table.Columns; a batch has exactly these, in this order. It may be empty: only Len counts.
	Columns []int
	// Domains are, by place in Table.Columns, what a row must have to be of use. Rows that have not may still be given:
	// the query looks again. A null is of no use where there is a domain, unless it says so.
	Domains map[int]Domain
	// Limit, unless 0, is how many rows are enough.
	Limit int
	// Hold, unless nil, is told how many bytes more, or fewer, a reader holds. An error ends the query, which would hold too much; what a reader has held is given
	// back when it is closed.
	Hold func(bytes int64) error
}

// Domain is what values of a column are of use: one of Values, or what lies between Low and High.
// All are flat vectors of the column's kind, Low and High of one value.
type Domain struct {
	Type      *types.Type
	Values    *vector.Vector // ascending; nil when it is a range
	Low, High *vector.Vector // nil where it is open
	LowOpen   bool           // Low itself is not of use
	HighOpen  bool
	Null      bool         // null is of use too
	Found     bool         // the query does not say so, but has found it in another table
	Live      *vector.Live // unless nil: what is of no use any more when it is read
}

// Advice is the domain as readers of files take it.
func (d Domain) Advice() *vector.Domain {
	scalar := func(v *vector.Vector, i int) *vector.Scalar {
		if v == nil {
			return nil
		}
		one, ok := v.Scalar(i)
		if !ok {
			return nil
		}
		return &one
	}
	out := &vector.Domain{Null: d.Null, Live: d.Live}
	if d.Values == nil {
		out.Ranges = []vector.Range{{Low: scalar(d.Low, 0), High: scalar(d.High, 0), LowOpen: d.LowOpen, HighOpen: d.HighOpen}}
		return out
	}
	for i := range d.Values.Len {
		one := scalar(d.Values, i)
		out.Ranges = append(out.Ranges, vector.Range{Low: one, High: one})
	}
	return out
}

// Has tells whether value i of v is of use.
func (d Domain) Has(v *vector.Vector, i int) bool {
	if v.IsNull(i) {
		return d.Null
	}
	return d.Overlaps(v, v, i)
}

// Overlaps tells whether any value from low's to high's value i may be of use: what a row group's statistics or a partition say.
func (d Domain) Overlaps(low, high *vector.Vector, i int) bool {
	if d.Values != nil {
		for j := range d.Values.Len {
			if types.Compare(d.Type, d.Values, j, low, i) >= 0 && types.Compare(d.Type, d.Values, j, high, i) <= 0 {
				return true
			}
		}
		return false
	}
	if d.Low != nil {
		if c := types.Compare(d.Type, high, i, d.Low, 0); c < 0 || c == 0 && d.LowOpen {
			return false
		}
	}
	if d.High != nil {
		if c := types.Compare(d.Type, low, i, d.High, 0); c > 0 || c == 0 && d.HighOpen {
			return false
		}
	}
	return true
}

// Session is in what circumstances a query is run.
type Session struct {
	Catalog, Schema string // of names that do not say
	User            string
	Now             time.Time      // the one time of the query
	Zone            *time.Location // nil is UTC
	Seed            uint64         // of random, shuffle, uuid, TABLESAMPLE
	Memory          int64          // bytes that the query may hold; 0 is 1 GiB
	TextTimes       bool           // a constant text that is compared with a timestamp is one, as in CloudTrail Lake
	Workers         int            // how many pieces of a table are read at once; 0 is 2. The order of rows may depend on it
}
