package cloudtrail

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/turns"
	"unyo/engine/blob"
	"unyo/engine/columnar"
	"unyo/engine/sql"
	"unyo/engine/vector"
	"unyo/kernel/store"
)

// lake is how a query sees the event data stores of its account and region: sql.Catalog.
type lake struct {
	s     *Service
	now   time.Time
	named []string     // the event data stores that the statement names, as it was judged: no other is there
	turns *turns.Turns // it reads when one of them has come

	scanned, rows atomic.Int64
	pins          []func()
}

// Table is the event data store of an id.
func (l *lake) Table(ctx context.Context, _, _, name string) (*sql.Table, error) {
	if !slices.Contains(l.named, name) {
		return nil, api.NewEventDataStoreARNInvalidException("The event data store ARN is not valid: %s", name)
	}
	var d dataStore
	err := l.s.k.View(ctx, func(tx *store.Tx) (err error) {
		if d, err = l.s.dataStoreNamed(tx, name); err == nil && !d.Deleted.IsZero() {
			err = inactive(&d)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &sql.Table{Columns: d.layout().table, Scan: func(ctx context.Context, want sql.Scan) ([]vector.Reader, error) { return l.scan(ctx, &d, want) }}, nil
}

// scan gives a reader for each segment that may hold rows of use, in order.
func (l *lake) scan(ctx context.Context, d *dataStore, want sql.Scan) (readers []vector.Reader, err error) {
	l.pins = append(l.pins, l.s.blobs.Pin())
	kept := d.kept(l.now)
	err = l.s.k.View(ctx, func(tx *store.Tx) error {
		readers = nil
		for _, x := range l.s.segments.Prefix(tx, store.Key(d.ID, ""), "") {
			if x.Newest.Before(kept) || !d.layout().during(want, &x) {
				continue
			}
			readers = append(readers, &lakeFile{lake: l, layout: d.layout(), is: x, want: want, from: kept})
		}
		return nil
	})
	return readers, err
}

// during tells whether any instant of a segment is of use.
func (l *layout) during(want sql.Scan, x *segment) bool {
	d, asked := want.Domains[l.place(eventTime)]
	if !asked {
		return true
	}
	bounds := vector.New(vector.Int)
	bounds.AppendInt(x.Oldest.UTC().Truncate(time.Second).UnixMicro())
	high := vector.New(vector.Int)
	high.AppendInt(x.Newest.UnixMicro())
	return d.Overlaps(bounds, high, 0)
}

// done lets go of what was read.
func (l *lake) done() {
	for _, release := range l.pins {
		release()
	}
}

// lakeFile reads a segment; it opens it when it is first asked.
type lakeFile struct {
	lake    *lake
	layout  *layout
	is      segment
	want    sql.Scan
	from    time.Time // what is older has outlived its time
	sieves  []vector.Sieve
	sifts   bool // the reader has been told some
	file    blob.Section
	reader  vector.Reader
	counted int64
}

// open begins to read. Behind the columns that are asked for comes the time, where some rows may have outlived theirs.
func (f *lakeFile) open() (err error) {
	if f.file, err = f.lake.s.blobs.At(f.is.Ref); err != nil {
		return err
	}
	p := columnar.Projection{}
	var at []part // where the reader has what each of the columns is made of
	for _, c := range f.want.Columns {
		parts := f.layout.parts[c]
		from := len(p.Columns)
		p.Columns = append(p.Columns, f.layout.schema[parts.from:parts.to]...)
		at = append(at, part{parts.typ, from, len(p.Columns)})
		domains := make([]*vector.Domain, parts.to-parts.from)
		if given, ok := f.want.Domains[c]; ok && len(domains) == 1 {
			domains[0] = given.Advice()
		}
		p.Domains = append(p.Domains, domains...)
	}
	if f.is.Oldest.Before(f.from) {
		at = append(at, part{from: len(p.Columns)})
		p.Columns, p.Domains = append(p.Columns, f.layout.schema[f.layout.parts[f.layout.place(eventTime)].from]), append(p.Domains, nil)
	}
	reader, err := columnar.ScanParquet(f.file, f.is.Ref.Size, p)
	if err != nil {
		return err
	}
	f.reader = reader
	f.tell(reader.(vector.Sifter), at)
	return nil
}

// Next is the next batch of rows that are kept.
func (f *lakeFile) Next(ctx context.Context) (*vector.Batch, error) {
	if f.reader == nil {
		if err := f.open(); err != nil {
			return nil, err
		}
	}
	if err := f.lake.turns.Wait(ctx); err != nil {
		return nil, err
	}
	b, err := f.reader.Next(ctx)
	n := f.reader.Scanned()
	f.lake.scanned.Add(n - f.counted)
	f.counted = n
	if err != nil {
		return nil, err
	}
	if !f.sifts {
		f.lake.rows.Add(int64(b.Len))
	}
	return f.columns(b), nil
}

// columns is a batch as the query wants it.
func (f *lakeFile) columns(b *vector.Batch) *vector.Batch {
	out, rest := &vector.Batch{Len: b.Len}, b.Columns
	for _, c := range f.want.Columns {
		var v *vector.Vector
		v, rest = putTogether(f.layout.parts[c].typ, rest)
		out.Columns = append(out.Columns, v)
	}
	return out
}

// Scanned is how much of the segment was read.
func (f *lakeFile) Scanned() int64 { return f.counted }

// Close ends the reading.
func (f *lakeFile) Close() (err error) {
	if f.reader != nil {
		err = f.reader.Close()
	}
	if f.file != nil {
		if e := f.file.Close(); err == nil {
			err = e
		}
	}
	return err
}
