package serde

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

const (
	lineRoom = 1 << 20
	mostLine = 64 << 20 // a line that is longer is none
	mostRow  = 1 << 30  // nor is one that could be larger than this if each column took all of it
)

// lines cuts a text into lines: they end with LF, CR LF or CR, as Hadoop's do, or with a byte of the table's.
type lines struct {
	in    io.Reader
	buf   []byte
	base  int64 // of the text, where buf begins
	at    int   // of buf, where the next line begins
	end   byte
	plain bool  // lines end with LF or CR
	err   error // of the reader, once buf is used up

	// No byte is looked at twice, whatever the lines are like.
	found  int // where end stands next, if that is at or behind at
	seen   int // before it nothing else ends a line, but for found
	seenCR int
}

func newLines(in io.Reader) lines { return lines{in: in, end: '\n', plain: true, found: -1} }

// next is the next line, valid until the next call.
func (l *lines) next() ([]byte, error) {
	for {
		if l.found < l.at {
			from := max(l.at, l.seen)
			l.seen = len(l.buf)
			if n := bytes.IndexByte(l.buf[from:], l.end); n >= 0 {
				l.found = from + n
				l.seen = l.found + 1
			}
		}
		if l.plain {
			if line, ok := l.carriage(); ok {
				return line, nil
			}
		}
		switch {
		case l.found >= l.at:
			return l.take(l.found, l.found+1), nil
		case l.err == nil:
			if err := l.fill(); err != nil {
				return nil, err
			}
		case l.err == io.EOF && l.at < len(l.buf): // the last line needs no end
			return l.take(len(l.buf), len(l.buf)), nil
		default:
			return nil, l.err
		}
	}
}

// place is where in the text the next line begins.
func (l *lines) place() int64 { return l.base + int64(l.at) }

// take is the line up to a place; the next begins at another.
func (l *lines) take(to, next int) []byte {
	line := l.buf[l.at:to]
	l.at = next
	return line
}

// carriage is the line that a CR ends, if one stands before the next LF.
func (l *lines) carriage() ([]byte, bool) {
	limit := len(l.buf)
	if l.found >= l.at {
		limit = l.found
	}
	from := max(l.at, l.seenCR)
	l.seenCR = limit
	n := bytes.IndexByte(l.buf[from:limit], '\r')
	if n < 0 {
		return nil, false
	}
	cr := from + n
	switch l.seenCR = cr; {
	case cr == l.found-1:
		return l.take(cr, l.found+1), true
	case cr < len(l.buf)-1 || l.err != nil:
		return l.take(cr, cr+1), true
	}
	return nil, false // an LF may follow
}

// fill reads more behind what is left.
func (l *lines) fill() error {
	rest := l.buf[l.at:]
	if len(rest) > mostLine {
		return &BadDataError{Why: "a line is longer than " + strconv.Itoa(mostLine>>20) + " MiB"}
	}
	if room := lineRoom + 2*len(rest); cap(l.buf) < len(rest)+lineRoom/2 {
		l.buf = append(make([]byte, 0, room), rest...)
	} else {
		l.buf = l.buf[:copy(l.buf[:cap(l.buf)], rest)]
	}
	l.base += int64(l.at)
	l.seen, l.seenCR, l.found, l.at = l.seen-l.at, l.seenCR-l.at, -1, 0
	for tries := 0; ; tries++ {
		n, err := l.in.Read(l.buf[len(l.buf):cap(l.buf)])
		l.buf = l.buf[:len(l.buf)+n]
		if err != nil {
			l.err = err
		} else if n == 0 && tries < 100 {
			continue
		} else if n == 0 {
			l.err = io.ErrNoProgress
		}
		return nil
	}
}

// parser makes a row of a line: it appends one value to each vector. With skip there is no row.
type parser interface {
	parse(line []byte, out []*vector.Vector) (skip bool, err error)
}

// textReader reads a text line by line.
type textReader struct {
	object io.Closer
	stored *Counted
	ahead  *ahead // if it is compressed
	lines  lines
	parser parser
	batch  vector.Batch
	header int // lines still to be passed over
	footer int // lines at the end that are none
	held   [][]byte
	bytes  int // of held

	hold func(int64) error
	told int64 // to hold

	window int64 // what its decompressor keeps

	from, to int64 // lines that begin there are read; from 0 to 0 all
	began    int64 // where the first of them does
}

// openText reads an object's lines with a parser.
func (t *Table) openText(o Object, columns []int, p parser) (vector.Reader, error) {
	header, err := t.count("skip.header.line.count")
	if err != nil {
		return nil, err
	}
	footer, err := t.count("skip.footer.line.count")
	if err != nil {
		return nil, err
	}
	begin := max(0, o.From-1) // the line that is read before may end there
	object, err := o.reader(begin)
	if err != nil {
		return nil, err
	}
	stored := &Counted{R: object}
	in, err := unpack(o.Name, stored)
	if err != nil {
		return nil, closing(object, err)
	}
	r := &textReader{object: object, stored: stored, parser: p, header: header, footer: footer, hold: o.Hold, from: o.From, to: o.To}
	if o.From > 0 {
		r.header = 0
	}
	if u, ok := in.(*unpacked); ok {
		if r.window = u.window; r.window > 0 {
			if err := r.holds(r.window); err != nil {
				return nil, closing(object, errors.Join(err, r.holds(0)))
			}
		}
		r.ahead = newAhead(u, stored)
		in = r.ahead
	}
	r.lines = newLines(in)
	r.lines.base, r.began = begin, begin
	if d := t.property("line.delim", "\n"); d != "\n" {
		if len(d) != 1 {
			return nil, closing(object, badProperty("line.delim", "%q is not one byte", d))
		}
		r.lines.end, r.lines.plain = d[0], false
	}
	for _, c := range columns {
		r.batch.Columns = append(r.batch.Columns, columnar.NewVector(t.Columns[c].Type))
	}
	return r, nil
}

func closing(c io.Closer, err error) error {
	_ = c.Close() // err says more
	return err
}

func (t *Table) count(name string) (int, error) {
	n, err := strconv.Atoi(t.property(name, "0"))
	if err != nil || n < 0 || n > 10000 {
		return 0, badProperty(name, "no count of lines")
	}
	return n, nil
}

func (r *textReader) Scanned() int64 {
	if r.ahead != nil {
		return r.ahead.scanned()
	}
	if r.to > 0 {
		return r.lines.place() - r.began // what else was read belongs to the parts beside it
	}
	return r.stored.N
}

func (r *textReader) Close() error {
	if r.ahead != nil {
		r.ahead.Close()
	}
	r.lines.buf, r.batch, r.held = nil, vector.Batch{}, nil
	return errors.Join(r.holds(0), r.object.Close())
}

// holds tells how much it holds now.
func (r *textReader) holds(now int64) error {
	more := now - r.told
	if r.hold == nil || more == 0 {
		return nil
	}
	r.told = now
	if err := r.hold(more); more > 0 {
		return err
	}
	return nil
}

// has is how much it holds: what it reads into, and the batch.
func (r *textReader) has() int64 {
	n := int64(cap(r.lines.buf)+r.bytes) + r.window
	for _, c := range r.batch.Columns {
		n += c.Size()
	}
	return n
}

// Limits of a batch of text, in rows and in bytes of lines.
const mostBatch = 32 << 20

// wideLine is from where on a line is counted before it is read.
const wideLine = 1 << 20

func (r *textReader) Next(ctx context.Context) (*vector.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, c := range r.batch.Columns {
		c.Reset()
	}
	r.batch.Len = 0
	for size := 0; r.batch.Len < vector.BatchRows && size < mostBatch; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		line, err := r.line()
		if err == io.EOF && r.batch.Len > 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(line) > mostRow/max(1, len(r.batch.Columns)) {
			return nil, &BadDataError{Why: "a line of " + strconv.Itoa(len(line)) + " bytes is too long for " + strconv.Itoa(len(r.batch.Columns)) + " columns"}
		}
		if len(line) > wideLine { // each column may take all of it
			if err := r.holds(r.has() + int64(len(line)*len(r.batch.Columns))); err != nil {
				return nil, err
			}
		}
		skip, err := r.parser.parse(line, r.batch.Columns)
		if err != nil {
			return nil, err
		}
		if !skip {
			r.batch.Len++
		}
		size += 1 + len(line)
		if r.batch.Len%64 == 0 {
			size = max(size, textBytes(r.batch.Columns)/4)
		}
	}
	return &r.batch, r.holds(r.has())
}

// textBytes is how many bytes of text some columns hold: several may have taken the same.
func textBytes(columns []*vector.Vector) (n int) {
	for _, c := range columns {
		n += len(c.Data)
	}
	return n
}

// line is the next line that is neither header nor footer.
func (r *textReader) line() ([]byte, error) {
	if r.to > 0 {
		return r.lineOfPart()
	}
	for ; r.header > 0; r.header-- {
		if _, err := r.lines.next(); err != nil {
			return nil, err
		}
	}
	if r.footer == 0 {
		return r.lines.next()
	}
	for len(r.held) <= r.footer {
		line, err := r.lines.next()
		if err != nil {
			return nil, err
		}
		if r.bytes += len(line); r.bytes > mostLine {
			return nil, &BadDataError{Why: "the lines of the footer are longer than " + strconv.Itoa(mostLine>>20) + " MiB together"}
		}
		r.held = append(r.held, bytes.Clone(line))
	}
	line := r.held[0]
	r.held[0], r.held = nil, r.held[1:]
	r.bytes -= len(line)
	return line, nil
}

// lineOfPart is the next line that begins within the part that is read.
func (r *textReader) lineOfPart() ([]byte, error) {
	for ; r.header > 0; r.header-- {
		if _, err := r.lines.next(); err != nil {
			return nil, err
		}
	}
	for r.lines.place() < r.from {
		_, err := r.lines.next()
		r.began = r.lines.place()
		if err != nil {
			return nil, err
		}
	}
	if r.lines.place() >= r.to {
		return nil, io.EOF
	}
	return r.lines.next()
}
