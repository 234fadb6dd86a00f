package victorialogs

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// client speaks VictoriaLogs' HTTP API.
// https://docs.victoriametrics.com/victorialogs/data-ingestion/#json-stream-api
// https://docs.victoriametrics.com/victorialogs/querying/#http-api
type client struct {
	base string // http://host:port
	http *http.Client
}

// patience is how long VictoriaLogs may take before it begins to answer.
const patience = time.Minute

func newClient(base string) *client {
	return &client{strings.TrimRight(base, "/"), &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16, ResponseHeaderTimeout: patience, IdleConnTimeout: patience}}}
}

// insert sends lines of JSON. That they were taken says nothing about each of them.
func (c *client) insert(ctx context.Context, lines []byte) error {
	body, err := c.post(ctx, "/insert/jsonline?_stream_fields=unyo,group,part&_time_field=_time&_msg_field=_msg", "application/stream+json", bytes.NewReader(lines))
	if err != nil {
		return err
	}
	return body.Close()
}

// query hands the rows that LogsQL text selects to row, in no order, until it says no.
func (c *client) query(ctx context.Context, text string, row func(line []byte) (bool, error)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // an answer that is not read to its end need not be found
	body, err := c.form(ctx, "/select/logsql/query", url.Values{"query": {text}})
	if err != nil {
		return err
	}
	defer body.Close()
	lines := bufio.NewReaderSize(body, 64<<10)
	var long []byte
	for {
		part, err := lines.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			long = append(long, part...)
			continue
		}
		if err == io.EOF && len(part)+len(long) == 0 {
			return nil
		}
		if err != nil {
			return fmt.Errorf("VictoriaLogs' answer ends early: %w", err)
		}
		if len(long) > 0 {
			part = append(long, part...)
		}
		more, err := row(part)
		if err != nil || !more {
			return err
		}
		long = long[:0]
	}
}

// count runs a query that gives one row with the number n.
func (c *client) count(ctx context.Context, text string) (n int64, err error) {
	err = c.query(ctx, text, func(line []byte) (bool, error) {
		var r struct{ N string }
		if err := json.Unmarshal(line, &r); err != nil {
			return false, fmt.Errorf("cannot read VictoriaLogs' count: %w", err)
		}
		n, err = strconv.ParseInt(r.N, 10, 64)
		return true, err
	})
	return n, err
}

// flush lets queries see what was inserted before.
func (c *client) flush(ctx context.Context) error {
	body, err := c.form(ctx, "/internal/force_flush", nil)
	if err != nil {
		return err
	}
	return body.Close()
}

// remove has rows deleted, some time later.
func (c *client) remove(ctx context.Context, filter string) error {
	body, err := c.form(ctx, "/delete/run_task", url.Values{"filter": {filter}})
	if err != nil {
		return err
	}
	return body.Close()
}

func (c *client) form(ctx context.Context, path string, values url.Values) (io.ReadCloser, error) {
	return c.post(ctx, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

func (c *client) post(ctx context.Context, path, kind string, body io.Reader) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, "POST", c.base+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("cannot ask VictoriaLogs: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		why, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		resp.Body.Close()
		return nil, fmt.Errorf("VictoriaLogs answers %s to %s: %s", resp.Status, path, bytes.TrimSpace(why))
	}
	return resp.Body, nil
}
