package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// corpus is the same log lines as requests for each server, in files: making them costs as much as taking them.
type corpus struct {
	dir   string
	lines int
	bytes int64  // of lines
	id    string // is in one line
}

const (
	corpusStreams = 8
	batchLines    = 5000
	needle        = "/api/v2/checkout/77/confirm" // is in about one line of 20,000
)

// request is where a request's body lies in a file.
type request struct {
	off, size int64
}

// body is a file of requests.
type body struct {
	file     *os.File
	out      *bufio.Writer
	at       int64
	requests []request
}

func newBody(path string) (*body, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &body{file: f, out: bufio.NewWriterSize(f, 1<<20)}, nil
}

func (b *body) add(text []byte) error {
	_, err := b.out.Write(text)
	b.requests = append(b.requests, request{b.at, int64(len(text))})
	b.at += int64(len(text))
	return err
}

// read returns the i-th request.
func (b *body) read(i int, buf []byte) ([]byte, error) {
	r := b.requests[i]
	if int64(cap(buf)) < r.size {
		buf = make([]byte, r.size)
	}
	buf = buf[:r.size]
	_, err := b.file.ReadAt(buf, r.off)
	return buf, err
}

// makeCorpus writes lines as PutLogEvents and as VictoriaLogs' JSON stream. Half of the lines are a web server's, half are JSON.
func makeCorpus(dir string, lines int) (c corpus, put, insert *body, err error) {
	c = corpus{dir: dir, lines: lines}
	if put, err = newBody(filepath.Join(dir, "put")); err != nil {
		return c, nil, nil, err
	}
	if insert, err = newBody(filepath.Join(dir, "insert")); err != nil {
		return c, nil, nil, err
	}
	r := rand.New(rand.NewPCG(10, 7))
	begin := time.Now().Add(-time.Hour)
	var line, a, b []byte
	for n := 0; n < lines; {
		stream := n / batchLines % corpusStreams
		a = fmt.Appendf(a[:0], `{"logGroupName":"bench","logStreamName":"s%d","logEvents":[`, stream)
		b = b[:0]
		for i := 0; i < batchLines && n < lines; i, n = i+1, n+1 {
			at := begin.Add(time.Duration(n) * 50 * time.Microsecond)
			id := r.Uint64()
			if line = appendLine(line[:0], r, n, id, at); n == lines/2 {
				c.id = fmt.Sprintf("%016x", id)
			}
			c.bytes += int64(len(line))
			if i > 0 {
				a = append(a, ',')
			}
			a = append(a, `{"timestamp":`...)
			a = strconv.AppendInt(a, at.UnixMilli(), 10)
			a = append(a, `,"message":`...)
			a = append(strconv.AppendQuote(a, string(line)), '}')
			b = append(b, `{"stream":"s`...)
			b = append(b, byte('0'+stream))
			b = append(b, `","_time":"`...)
			b = at.UTC().AppendFormat(b, time.RFC3339Nano)
			b = append(b, `","_msg":`...)
			b = append(strconv.AppendQuote(b, string(line)), "}\n"...)
		}
		if err := put.add(append(a, "]}"...)); err != nil {
			return c, nil, nil, err
		}
		if err := insert.add(b); err != nil {
			return c, nil, nil, err
		}
	}
	if err := put.out.Flush(); err != nil {
		return c, nil, nil, err
	}
	return c, put, insert, insert.out.Flush()
}

var (
	methods = []string{"GET", "GET", "GET", "POST", "PUT", "DELETE"}
	paths   = []string{"/", "/index.html", "/api/v1/orders/%d", "/api/v1/cart/%d/items", "/api/v2/checkout/%d/confirm", "/static/app.%d.js", "/login", "/img/product/%d.jpg"}
	status  = []int{200, 200, 200, 200, 200, 201, 204, 301, 304, 400, 403, 404, 500, 502}
	agents  = []string{"Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "curl/8.5.0", "Go-http-client/2.0", "kube-probe/1.31"}
	levels  = []string{"INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"}
)

func appendLine(dst []byte, r *rand.Rand, n int, id uint64, at time.Time) []byte {
	path := paths[r.IntN(len(paths))]
	for i := range path {
		if path[i] == '%' {
			path = fmt.Sprintf(path, r.IntN(2000))
			break
		}
	}
	if n%2 == 0 {
		return fmt.Appendf(dst, `10.%d.%d.%d - - [%s] "%s %s HTTP/1.1" %d %d "-" "%s" %016x`,
			r.IntN(4), r.IntN(256), r.IntN(256), at.Format("02/Jan/2006:15:04:05 -0700"), methods[r.IntN(len(methods))], path, status[r.IntN(len(status))], r.IntN(50_000), agents[r.IntN(len(agents))], id)
	}
	return fmt.Appendf(dst, `{"level":"%s","service":"svc-%d","method":"%s","path":"%s","status":%d,"latencyMs":%d,"user":%d,"requestId":"%016x"}`,
		levels[r.IntN(len(levels))], r.IntN(20), methods[r.IntN(len(methods))], path, status[r.IntN(len(status))], r.IntN(3000), r.IntN(100_000), id)
}
