package serde

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// endless is a text that is made as it is read.
type endless struct {
	piece []byte
	left  int
}

func (e *endless) Read(b []byte) (n int, err error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	for n < len(b) && e.left > 0 {
		c := copy(b[n:], e.piece[:min(len(e.piece), e.left)])
		n, e.left = n+c, e.left-c
	}
	return n, nil
}
func (e *endless) Close() error { return nil }

func manyColumns(n int) (list []string) {
	for i := range n {
		list = append(list, "c"+strconv.Itoa(i)+" string")
	}
	return list
}

// What is stored to do harm is refused as bad data, or read, soon and without much memory.
func TestHostileTexts(t *testing.T) {
	mapping := map[string]string{}
	for i := range 200 {
		mapping["mapping.c"+strconv.Itoa(i)] = "x"
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = io.Copy(z, &endless{make([]byte, 1<<20), 1 << 30})
	_ = z.Close()
	line := func(n int) io.ReadCloser { return &endless{bytes.Repeat([]byte("a"), 1<<20), n} }
	for name, c := range map[string]struct {
		table Table
		file  string
		in    func() io.ReadCloser
	}{
		"a line of two gigabytes": {table(t, lazyClass, nil, "a string"), "x", func() io.ReadCloser { return line(2 << 30) }},
		"a bomb of zeros":         {table(t, lazyClass, nil, "a string"), "x.gz", func() io.ReadCloser { return io.NopCloser(bytes.NewReader(bomb.Bytes())) }},
		"a quote that is not closed": {table(t, csvClass, nil, "a string", "b string"), "x", func() io.ReadCloser {
			return &endless{append([]byte(`"`), bytes.Repeat([]byte("a"), 1<<20)...), 1 << 30}
		}},
		"a long footer": {table(t, lazyClass, map[string]string{"skip.footer.line.count": "10000"}, "a string"), "x", func() io.ReadCloser {
			return &endless{append(bytes.Repeat([]byte("a"), 1<<20), '\n'), 2 << 30}
		}},
		"groups within groups": {table(t, "org.apache.hadoop.hive.serde2.RegexSerDe", map[string]string{"input.regex": strings.Repeat("(", 200) + ".*" + strings.Repeat(")", 200)}, manyColumns(200)...), "x",
			func() io.ReadCloser { return line(60 << 20) }},
		"many columns of one key": {table(t, openXClass, mapping, manyColumns(200)...), "x", func() io.ReadCloser {
			return struct {
				io.Reader
				io.Closer
			}{io.MultiReader(strings.NewReader(`{"x":"`), line(60<<20), strings.NewReader(`"}`)), io.NopCloser(nil)}
		}},
		"a pattern of many steps": {table(t, "org.apache.hadoop.hive.serde2.RegexSerDe", map[string]string{"input.regex": "(((a|b|c){1,30}){1,30}d)"}, "a string"), "x", func() io.ReadCloser { return line(60 << 20) }},
		"Grok without end": {table(t, "com.amazonaws.glue.serde.GrokSerDe", map[string]string{"input.format": "%{A:a}", "input.grokCustomPatterns": "A %{B}%{B}%{B}\nB %{A}%{A}%{A}"}, "a string"), "x",
			func() io.ReadCloser { return line(1 << 20) }},
		"JSON of many levels": {table(t, openXClass, nil, "a string"), "x", func() io.ReadCloser { return &endless{[]byte(`{"a":`), 40 << 20} }},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		begun := time.Now()
		var columns []int
		for i := range c.table.Columns {
			columns = append(columns, i)
		}
		r, err := Open(c.table, Object{Name: c.file, Size: 1 << 31, Stream: func(int64) (io.ReadCloser, error) { return c.in(), nil }}, columns, nil)
		for err == nil {
			_, err = r.Next(context.Background())
		}
		if r != nil {
			_ = r.Close()
		}
		runtime.ReadMemStats(&after)
		var bad *BadDataError
		if !errors.As(err, &bad) && !errors.Is(err, ErrProperty) {
			t.Errorf("%s: %v", name, err)
		}
		if took, room := time.Since(begun), (after.TotalAlloc-before.TotalAlloc)>>20; took > 2*time.Minute || room > 1024 {
			t.Errorf("%s: took %v and %d MiB", name, took, room)
		} else {
			t.Logf("%s: %v, %d MiB: %v", name, took.Round(time.Millisecond), room, err)
		}
	}
}

// A query that has ended reads no further, also within a batch of lines that take long.
func TestEndedWithinBatch(t *testing.T) {
	tbl := table(t, "org.apache.hadoop.hive.serde2.RegexSerDe", map[string]string{"input.regex": "((a|b|c|(aa)*)*d)"}, "a string")
	in := &endless{append(bytes.Repeat([]byte("a"), 1<<20), '\n'), 1 << 30}
	r, err := Open(tbl, Object{Name: "x", Size: 1 << 30, Stream: func(int64) (io.ReadCloser, error) { return in, nil }}, []int{0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	begun := time.Now()
	if _, err := r.Next(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > time.Minute {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}
