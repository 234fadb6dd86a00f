package athena

import (
	"errors"
	"math"
	"strings"

	"unyo/api/rt"
	"unyo/engine/columnar"
	"unyo/engine/serde"
	"unyo/engine/serde/projection"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/vector"
)

// project computes the partitions that may hold rows of use; Glue is not asked for them.
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
func (s *source) project(want sql.Scan) (out []piece, err error) {
	keys := make([]string, len(s.table.PartitionKeys))
	for i, c := range s.table.PartitionKeys {
		keys[i] = strings.ToLower(*c.Name)
	}
	storage := s.table.StorageDescriptor
	t, err := projection.Parse(s.table.Parameters, keys, rt.Val(storage.Location))
	if err != nil {
		return nil, fault.New("INVALID_TABLE_PROPERTY", "%v", err)
	}
	err = t.Each(&pins{s, want}, s.q.is.Started, func(texts []string, location string) error {
		values, err := s.values(texts)
		out = append(out, piece{values: values, location: location, storage: storage})
		return err
	})
	switch {
	case errors.Is(err, projection.ErrUnbound):
		_, name, _ := strings.Cut(err.Error(), ": ")
		return nil, fault.New("CONSTRAINT_VIOLATION", "For the injected projected partition column %s, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.", name)
	case errors.Is(err, projection.ErrProperty):
		return nil, fault.New("INVALID_TABLE_PROPERTY", "%v", err)
	case errors.Is(err, projection.ErrTooMany):
		return nil, fault.New("HIVE_EXCEEDED_PARTITION_LIMIT", "Query over table '%s' can potentially read more than %d partitions", *s.table.Name, projection.MaxPartitions)
	}
	return out, err
}

// pins is what a query wants of a table's partition keys.
type pins struct {
	s    *source
	want sql.Scan
}

func (p *pins) domain(at int) (sql.Domain, bool) {
	d, ok := p.want.Domains[p.s.data+at]
	return d, ok
}

// Has tells whether a key's value may be of use. What is no value of its type is for the scan to refuse.
func (p *pins) Has(at int, text string) bool {
	d, ok := p.domain(at)
	if !ok {
		return true
	}
	t, err := columnar.ParseType(rt.Val(p.s.table.PartitionKeys[at].Type))
	if err != nil {
		return true
	}
	v, ok := serde.Value(t, text)
	return !ok || d.Has(v, 0)
}

// Points are the values of an equality or of IN. Those that a join has found are none: a value is there "without reading any data".
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection-dynamic-id-partitioning.html
func (p *pins) Points(at int) (texts []string, ok bool) {
	d, ok := p.domain(at)
	if !ok || d.Found {
		return nil, false
	}
	list := d.Values
	if list == nil && d.Low != nil && d.High != nil && !d.LowOpen && !d.HighOpen {
		if low, high := sql.Text(d.Type, d.Low, 0), sql.Text(d.Type, d.High, 0); low == high {
			list = d.Low
		}
	}
	if list == nil {
		return nil, false
	}
	for i := range list.Len {
		texts = append(texts, sql.Text(d.Type, list, i))
	}
	return texts, true
}

// Bounds are the ends of what is wanted of an integer key; a key that is a text has none.
func (p *pins) Bounds(at int) (low, high int64) {
	low, high = math.MinInt64, math.MaxInt64
	d, ok := p.domain(at)
	if !ok || !d.Type.IsInteger() {
		return low, high
	}
	end := func(v *vector.Vector, i int, otherwise int64) int64 {
		if v == nil || v.Len == 0 {
			return otherwise
		}
		return v.Flat().Ints[i]
	}
	if d.Values != nil {
		return end(d.Values, 0, low), end(d.Values, d.Values.Len-1, high)
	}
	return end(d.Low, 0, low), end(d.High, 0, high)
}
