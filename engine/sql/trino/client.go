// Package trino has a Trino server or cluster answer queries, over its client protocol, for those whom one machine does not suffice.
//
// The server needs a catalog of its own over the same tables (its Hive connector, with Glue as metastore and the same S3). It
// reads them with its own credentials: who may ask what is for the caller of this package to decide first.
//
// https://trino.io/docs/current/develop/client-protocol.html
package trino

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// Client speaks to one server.
type Client struct {
	URL     *url.URL // http://trino:8080; a user and a password in it are sent as such
	Catalog string   // the server's name for the catalogue
	HTTP    *http.Client
	// Wait is between two tries of a server that is busy; 0 is 100 ms.
	Wait time.Duration
}

// maxAnswer bounds one document of the protocol.
const maxAnswer = 64 << 20

// answer is what the protocol calls QueryResults.
type answer struct {
	ID      string            `json:"id"`
	NextURI string            `json:"nextUri"`
	Columns []answeredColumn  `json:"columns"`
	Data    []json.RawMessage `json:"data"`
	Error   *answeredError    `json:"error"`
	Stats   struct {
		ProcessedBytes int64 `json:"processedBytes"`
		PhysicalBytes  int64 `json:"physicalInputBytes"`
	} `json:"stats"`
}

type answeredColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type answeredError struct {
	Message  string `json:"message"`
	Name     string `json:"errorName"`
	Location *struct {
		Line   int `json:"lineNumber"`
		Column int `json:"columnNumber"`
	} `json:"errorLocation"`
}

// Column is a column of a result.
type Column struct {
	Name string
	Type *types.Type
}

// Query is a query that a server has taken on. It is a vector.Reader of its rows.
type Query struct {
	Columns []Column

	c       *Client
	last    answer
	scanned int64
}

// Session is in what circumstances a query is run.
type Session struct {
	User, Schema string
	Zone         string // "" is UTC
}

// Query begins a query, and returns once its columns are known.
func (c *Client) Query(ctx context.Context, s Session, text string) (*Query, error) {
	header := http.Header{}
	header.Set("X-Trino-User", s.User)
	header.Set("X-Trino-Source", "unyo")
	header.Set("X-Trino-Catalog", c.Catalog)
	header.Set("X-Trino-Schema", s.Schema)
	header.Set("X-Trino-Time-Zone", s.Zone)
	if s.Zone == "" {
		header.Set("X-Trino-Time-Zone", "UTC")
	}
	q := &Query{c: c}
	if err := q.ask(ctx, http.MethodPost, c.URL.JoinPath("v1/statement").String(), header, text); err != nil {
		return nil, err
	}
	for q.last.Columns == nil && q.last.NextURI != "" {
		if err := q.follow(ctx); err != nil {
			return nil, errors.Join(err, q.Close())
		}
	}
	for _, col := range q.last.Columns {
		t, err := syntax.ParseType(col.Type)
		if err != nil {
			return nil, errors.Join(fault.New(fault.NotSupported, "The type %s of column %s is not known here", col.Type, col.Name), q.Close())
		}
		q.Columns = append(q.Columns, Column{col.Name, t})
	}
	return q, nil
}

func (q *Query) follow(ctx context.Context) error {
	return q.ask(ctx, http.MethodGet, q.last.NextURI, http.Header{}, "")
}

// ask sends one request until the server is not busy, and reads its answer.
func (q *Query) ask(ctx context.Context, method, address string, header http.Header, body string) error {
	if err := q.c.own(address); err != nil {
		return err
	}
	for {
		r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header = header
		if user := q.c.URL.User; user != nil {
			password, _ := user.Password()
			r.SetBasicAuth(user.Username(), password)
		}
		got, err := q.c.HTTP.Do(r)
		if err != nil {
			return fmt.Errorf("cannot reach Trino: %w", err)
		}
		text, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer+1))
		if e := got.Body.Close(); err == nil {
			err = e
		}
		switch {
		case err != nil:
			return fmt.Errorf("cannot read Trino's answer: %w", err)
		case busy(got.StatusCode):
			if err := q.c.pause(ctx); err != nil {
				return err
			}
			continue
		case got.StatusCode != http.StatusOK:
			return fmt.Errorf("Trino answers %s: %.200s", got.Status, text)
		case len(text) > maxAnswer:
			return fault.New(fault.ExceededMemory, "An answer of Trino is longer than %d bytes", maxAnswer)
		}
		return q.read(text)
	}
}

// busy is what a gateway before the server answers for a moment.
func busy(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

func (c *Client) pause(ctx context.Context) error {
	wait := c.Wait
	if wait == 0 {
		wait = 100 * time.Millisecond
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// own refuses an address that is not the server's: its answers tell where to ask next, with the password.
func (c *Client) own(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != c.URL.Scheme || u.Host != c.URL.Host {
		return fmt.Errorf("Trino names an address that is not its own: %.100q", address)
	}
	return nil
}

func (q *Query) read(text []byte) error {
	next := answer{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&next); err != nil {
		return fmt.Errorf("Trino's answer cannot be read: %w", err)
	}
	if next.Columns == nil {
		next.Columns = q.last.Columns
	}
	q.last = next
	q.scanned = max(q.scanned, next.Stats.PhysicalBytes, 0)
	if q.scanned == 0 {
		q.scanned = next.Stats.ProcessedBytes
	}
	if e := next.Error; e != nil {
		q.last.NextURI = ""
		at := fault.Pos{}
		if e.Location != nil {
			at = fault.Pos{Line: e.Location.Line, Column: e.Location.Column}
		}
		return &fault.Error{Name: e.Name, At: at, Message: e.Message}
	}
	return nil
}

// Next is the next batch of rows.
func (q *Query) Next(ctx context.Context) (*vector.Batch, error) {
	for len(q.last.Data) == 0 {
		if q.last.NextURI == "" {
			return nil, io.EOF
		}
		if err := q.follow(ctx); err != nil {
			return nil, err
		}
	}
	rows := q.last.Data
	q.last.Data = nil
	b := &vector.Batch{Len: len(rows)}
	for _, c := range q.Columns {
		b.Columns = append(b.Columns, c.Type.New())
	}
	for _, row := range rows {
		var values []json.RawMessage
		if err := json.Unmarshal(row, &values); err != nil || len(values) != len(q.Columns) {
			return nil, fmt.Errorf("a row of Trino's answer has not %d values: %.100s", len(q.Columns), row)
		}
		for i, v := range values {
			if err := appendValue(b.Columns[i], q.Columns[i].Type, v); err != nil {
				return nil, fmt.Errorf("column %s of Trino's answer: %w", q.Columns[i].Name, err)
			}
		}
	}
	return b, nil
}

// Scanned is how many bytes the server says it has read.
func (q *Query) Scanned() int64 { return q.scanned }

// Close has the server stop, if it has not ended.
func (q *Query) Close() error {
	if q.last.NextURI == "" {
		return nil
	}
	address := q.last.NextURI
	q.last.NextURI = ""
	if err := q.c.own(address); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, address, nil)
	if err != nil {
		return err
	}
	got, err := q.c.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("cannot have Trino stop a query: %w", err)
	}
	return got.Body.Close()
}
