package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// logLines: the same lines through Unyo's API, each batch on disk when it is acknowledged, and into VictoriaLogs by its own; then the same
// questions, and what it costs to be rid of them.
func logLines(ctx context.Context, b *bench) error {
	dir, err := os.MkdirTemp(b.dir, "lines")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	lines, put, insert, err := makeCorpus(dir, b.lines)
	if err != nil {
		return err
	}
	fmt.Printf("%d lines, %.0f MB, half a web server's, half JSON\n", lines.lines, float64(lines.bytes)/1e6)
	c := newClient(corpusStreams)
	unyo, err := b.logEstate(ctx, c, corpusStreams)
	if err != nil {
		return err
	}
	defer unyo.end()
	ours, err := ingest(ctx, "unyo", unyo, put, lines, func(body []byte) error {
		_, err := logsCall(ctx, c, unyo.url, "PutLogEvents", body)
		return err
	})
	if err != nil {
		return err
	}
	os.Remove(put.file.Name())
	peer := &server{}
	if b.victoria != "" {
		if peer, err = b.startVictoria(); err != nil {
			return err
		}
		defer peer.end()
		theirs, err := ingest(ctx, "victorialogs", peer, insert, lines, func(body []byte) error { return c.insert(ctx, peer, body) })
		if err != nil {
			return err
		}
		fmt.Printf("  lines per CPU-second: %.2f of VictoriaLogs'\n", float64(theirs)/float64(ours))
	}
	for _, q := range []struct{ name, text, logsQL string }{
		{"substring", needle, fmt.Sprintf("_msg:*%q*", needle)},
		{"substring again", needle, fmt.Sprintf("_msg:*%q*", needle)},
		{"rare id", lines.id, fmt.Sprintf("%q", lines.id)},
		{"rare id again", lines.id, fmt.Sprintf("%q", lines.id)},
		{"part of a rare id", lines.id[1:14], fmt.Sprintf("_msg:*%q*", lines.id[1:14])},
		{"not there", "no such text", fmt.Sprintf("_msg:*%q*", "no such text")},
	} {
		own, err := measured(unyo, func() (int, error) { return filter(ctx, c, unyo, `"`+q.text+`"`) })
		if err != nil {
			return err
		}
		fmt.Printf("%-18s unyo %s", q.name, own)
		if b.victoria != "" {
			other, err := measured(peer, func() (int, error) { return c.logsQL(ctx, peer, q.logsQL) })
			if err != nil {
				return err
			}
			fmt.Printf("   victorialogs %s", other)
		}
		fmt.Println()
	}
	if err := askInsights(ctx, b, c, unyo, peer); err != nil {
		return err
	}
	return logsGo(ctx, b, c, unyo, peer)
}

// logsGo: retention and deletion.
func logsGo(ctx context.Context, b *bench, c *client, unyo, peer *server) error {
	if _, err := logsCall(ctx, c, unyo.url, "PutRetentionPolicy", []byte(`{"logGroupName":"bench","retentionInDays":1}`)); err != nil {
		return err
	}
	own, err := measured(unyo, func() (int, error) {
		r, err := c.http.Post(unyo.url+"/_unyo/clock", "application/json", strings.NewReader(`{"advance":"2d"}`))
		if err != nil {
			return 0, err
		}
		return 0, r.Body.Close()
	})
	if err != nil {
		return err
	}
	fmt.Printf("%-18s unyo %s, %.1f MB are left", "retention", own, float64(size(filepath.Join(unyo.dir, "log")))/1e6)
	if b.victoria != "" {
		other, err := measured(peer, func() (int, error) { return 0, c.deleteAll(ctx, peer) })
		if err != nil {
			return err
		}
		fmt.Printf("   victorialogs, by a delete task %s", other)
	}
	fmt.Println()
	return nil
}

// ingest sends all requests of a body and tells the server's CPU time, its background work included.
func ingest(ctx context.Context, name string, s *server, from *body, lines corpus, send func([]byte) error) (time.Duration, error) {
	var next atomic.Int64
	before, begin := s.cpu(), time.Now()
	done := make(chan error, corpusStreams)
	for range corpusStreams {
		go func() {
			var buf []byte
			for {
				i := int(next.Add(1)) - 1
				if i >= len(from.requests) || ctx.Err() != nil {
					done <- ctx.Err()
					return
				}
				var err error
				if buf, err = from.read(i, buf); err == nil {
					err = send(buf)
				}
				if err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for range corpusStreams {
		if err := <-done; err != nil {
			return 0, err
		}
	}
	wall := time.Since(begin)
	s.quiet()
	cpu := s.cpu() - before
	disk := size(s.dir)
	if logs := filepath.Join(s.dir, "log"); name == "unyo" { // beside it are the rows, the journal of calls among them
		disk = size(logs)
	}
	fmt.Printf("%-14s %8.0f lines/s   %8.0f lines per CPU-second (%.1f s)   disk %.0f MB, 1/%.1f   memory %.0f MiB\n", name,
		float64(lines.lines)/wall.Seconds(), float64(lines.lines)/cpu.Seconds(), cpu.Seconds(), float64(disk)/1e6, float64(lines.bytes)/float64(disk), s.resident())
	return cpu, nil
}

// quiet waits until the server has done nothing for longer than VictoriaLogs keeps rows in memory.
func (s *server) quiet() {
	for still, n := 0, 0; still < 7 && n < 200; n++ {
		before := s.cpu()
		time.Sleep(time.Second)
		if still++; s.cpu()-before > 20*time.Millisecond {
			still = 0
		}
	}
}

// cost is what a question took.
type cost struct {
	wall, cpu time.Duration
	rows      int
}

func (c cost) String() string {
	return fmt.Sprintf("%6.0f ms, %5.2f CPU-s, %d rows", float64(c.wall.Microseconds())/1e3, c.cpu.Seconds(), c.rows)
}

func measured(s *server, what func() (int, error)) (c cost, err error) {
	before, begin := s.cpu(), time.Now()
	c.rows, err = what()
	c.wall, c.cpu = time.Since(begin), s.cpu()-before
	return c, err
}

// filter asks FilterLogEvents for all pages of an answer and counts its events.
func filter(ctx context.Context, c *client, s *server, pattern string) (events int, err error) {
	in := map[string]any{"logGroupName": "bench", "filterPattern": pattern}
	for {
		body, err := json.Marshal(in)
		if err != nil {
			return 0, err
		}
		out, err := logsCall(ctx, c, s.url, "FilterLogEvents", body)
		if err != nil {
			return 0, err
		}
		var page struct {
			Events    []json.RawMessage `json:"events"`
			NextToken string            `json:"nextToken"`
		}
		if err := json.Unmarshal(out, &page); err != nil {
			return 0, err
		}
		if events += len(page.Events); page.NextToken == "" {
			return events, nil
		}
		in["nextToken"] = page.NextToken
	}
}

// size is the bytes of the files below dir.
func size(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if st, err := d.Info(); err == nil {
				n += st.Size()
			}
		}
		return nil // a file that goes meanwhile is not counted
	})
	return n
}
