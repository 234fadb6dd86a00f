package serde

import (
	"context"
	"errors"
	"fmt"
	"io"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// mostRecords is how large one of CloudTrail's files may be, unpacked.
const mostRecords = 512 << 20

// cloudTrail reads files of {"Records":[…]}: a row for each record. Text columns take objects as they stand.
// https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
type cloudTrail struct {
	object io.Closer
	stored *Counted
	in     io.Reader
	rows   *jsonRows
	batch  vector.Batch
	begun  bool
	done   bool
}

func openCloudTrail(t *Table, o Object, columns []int, _ []*vector.Domain) (vector.Reader, error) {
	rows, err := t.json(columns, false)
	if err != nil {
		return nil, err
	}
	rows.texts = true
	object, err := o.reader(0)
	if err != nil {
		return nil, err
	}
	c := &cloudTrail{object: object, stored: &Counted{R: object}, rows: rows}
	if c.in, err = unpack(o.Name, c.stored); err != nil {
		return nil, closing(object, err)
	}
	for _, column := range columns {
		c.batch.Columns = append(c.batch.Columns, columnar.NewVector(t.Columns[column].Type))
	}
	return c, nil
}

func (c *cloudTrail) Scanned() int64 { return c.stored.N }

func (c *cloudTrail) Close() error { return c.object.Close() }

func (c *cloudTrail) Next(ctx context.Context) (*vector.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := &c.rows.scan
	if !c.begun {
		b, err := io.ReadAll(io.LimitReader(c.in, mostRecords+1))
		if err != nil {
			return nil, err
		}
		if len(b) > mostRecords {
			return nil, &BadDataError{Why: fmt.Sprintf("a CloudTrail file of more than %d MiB", mostRecords>>20)}
		}
		c.begun = true
		s.b, s.at = b, 0
		if c.done, err = c.find(); err != nil {
			return nil, c.rows.malformed(err)
		}
	}
	for _, v := range c.batch.Columns {
		v.Reset()
	}
	c.batch.Len = 0
	for !c.done && c.batch.Len < vector.BatchRows {
		if s.peek() != '{' {
			return nil, c.rows.malformed(s.fail("A record is no object"))
		}
		c.rows.value.Elems = c.batch.Columns
		if err := c.rows.object(c.rows.row, &c.rows.value); err != nil {
			return nil, c.rows.malformed(err)
		}
		c.batch.Len++
		switch s.peek() {
		case ',':
			s.at++
		case ']':
			c.done = true
		default:
			return nil, c.rows.malformed(s.fail("Expected a ',' or ']'"))
		}
	}
	if c.batch.Len == 0 {
		return nil, io.EOF
	}
	return &c.batch, nil
}

// errFound ends the search for the records.
var errFound = errors.New("found")

// find goes to the first record; without any, the file is done.
func (c *cloudTrail) find() (done bool, err error) {
	s := &c.rows.scan
	if s.peek() == 0 && s.at == len(s.b) {
		return true, nil
	}
	err = s.each('{', '}', func() error {
		key, err := s.key()
		if err != nil {
			return err
		}
		if string(key) != "Records" || s.peek() != '[' {
			return s.skip()
		}
		s.at++
		return errFound
	})
	if err == errFound {
		return s.peek() == ']', nil
	}
	return true, err
}
