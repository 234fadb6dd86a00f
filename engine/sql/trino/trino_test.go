package trino

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// server is a Trino as its documentation tells: it takes a statement, is busy once, knows the columns later, and hands out pages.
// https://trino.io/docs/current/develop/client-protocol.html
type server struct {
	*httptest.Server
	pages   []string // documents without their id and nextUri
	asked   string
	header  http.Header
	busy    int
	stopped bool
}

func newServer(t *testing.T, pages ...string) (*server, *Client) {
	t.Helper()
	s := &server{pages: pages, busy: 1}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("unyo", "secret")
	return s, &Client{URL: u, Catalog: "hive", HTTP: s.Client(), Wait: time.Microsecond}
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.busy > 0 {
		s.busy--
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	n := 0
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v1/statement":
		body, _ := io.ReadAll(r.Body)
		s.asked, s.header = string(body), r.Header
	case r.Method == http.MethodDelete:
		s.stopped = true
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		fmt.Sscanf(r.URL.Path, "/v1/statement/executing/%d", &n)
	}
	doc := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(s.pages[n]), &doc); err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	doc["id"] = json.RawMessage(`"20260301_000000_00001_abcde"`)
	if _, there := doc["nextUri"]; !there && n+1 < len(s.pages) {
		doc["nextUri"] = json.RawMessage(fmt.Sprintf("\"%s/v1/statement/executing/%d\"", s.URL, n+1))
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(doc); err != nil {
		panic(err)
	}
}

const columns = `"columns":[{"name":"n","type":"bigint"},{"name":"s","type":"varchar(3)"},{"name":"d","type":"decimal(38,2)"},{"name":"f","type":"double"},
	{"name":"day","type":"date"},{"name":"at","type":"timestamp(3)"},{"name":"z","type":"timestamp(3) with time zone"},{"name":"b","type":"varbinary"},
	{"name":"m","type":"map(varchar, array(integer))"},{"name":"r","type":"row(a boolean, b real)"},{"name":"ip","type":"ipaddress"}]`

func TestRowsOfEveryType(t *testing.T) {
	s, c := newServer(t,
		`{"stats":{"state":"QUEUED"}}`,
		`{"stats":{"state":"RUNNING","physicalInputBytes":10},`+columns+`}`,
		`{"stats":{"state":"RUNNING","physicalInputBytes":20},`+columns+`,"data":[[9223372036854775807,"abc","-12345678901234567890.50","NaN","2026-03-01","2026-03-01 12:00:00.123",
			"2026-03-01 12:00:00.000 Europe/Berlin","AQI=",{"x":[1,null],"y":null},[true,1.5],"10.0.0.1"]]}`,
		`{"stats":{"state":"RUNNING","physicalInputBytes":30},`+columns+`,"data":[[null,null,null,null,null,null,null,null,null,null,null]]}`,
		`{"stats":{"state":"FINISHED","physicalInputBytes":42},`+columns+`}`,
	)
	q, err := c.Query(t.Context(), Session{User: "ann", Schema: "web"}, "SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	user, password, _ := (&http.Request{Header: s.header}).BasicAuth()
	if s.asked != "SELECT 1" || s.header.Get("X-Trino-User") != "ann" || s.header.Get("X-Trino-Catalog") != "hive" || s.header.Get("X-Trino-Schema") != "web" || user+password != "unyosecret" {
		t.Errorf("asked %q with %v", s.asked, s.header)
	}
	b, err := q.Next(t.Context())
	if err != nil || b.Len != 1 {
		t.Fatal(b, err)
	}
	var got []string
	for i, col := range q.Columns {
		if err := b.Columns[i].Check(); err != nil {
			t.Errorf("%s: %v", col.Name, err)
		}
		got = append(got, types.Format(col.Type, b.Columns[i], 0))
	}
	const want = "9223372036854775807|abc|-12345678901234567890.50|NaN|2026-03-01|2026-03-01 12:00:00.123|2026-03-01 12:00:00.000 Europe/Berlin|01 02|{x=[1, null], y=null}|{a=true, b=1.5}|10.0.0.1"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	if b, err = q.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, col := range q.Columns {
		if !b.Columns[i].IsNull(0) || b.Columns[i].Check() != nil {
			t.Errorf("%s is not null: %v", col.Name, b.Columns[i].Check())
		}
	}
	if _, err = q.Next(t.Context()); err != io.EOF || q.Scanned() != 42 {
		t.Errorf("%v, %d bytes", err, q.Scanned())
	}
	if err := q.Close(); err != nil || s.stopped {
		t.Errorf("%v; stopped: %v", err, s.stopped)
	}
}

func TestFailures(t *testing.T) {
	_, c := newServer(t, `{"error":{"message":"line 1:8: Column 'x' cannot be resolved","errorName":"COLUMN_NOT_FOUND","errorLocation":{"lineNumber":1,"columnNumber":8}}}`)
	_, err := c.Query(t.Context(), Session{}, "SELECT x")
	if !fault.Named(err, fault.ColumnNotFound) || !strings.HasSuffix(err.Error(), "line 1:8: Column 'x' cannot be resolved") {
		t.Error(err)
	}
	for name, pages := range map[string][]string{
		"an address of somebody else": {`{"nextUri":"http://127.0.0.2:1/steal"}`},
		"a type nobody knows":         {`{"columns":[{"name":"g","type":"geometry(9,9)"}]}`},
		"no document":                 {`[]`},
	} {
		_, c := newServer(t, pages...)
		if _, err := c.Query(t.Context(), Session{}, "SELECT 1"); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, row := range map[string]string{"too few": `[]`, "no number": `["x"]`, "no row": `{}`} {
		_, c := newServer(t, `{"columns":[{"name":"n","type":"bigint"}],"data":[`+row+`]}`)
		q, err := c.Query(t.Context(), Session{}, "SELECT 1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.Next(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A query that is not read to its end is stopped, and waiting for a server ends with the caller.
func TestStops(t *testing.T) {
	s, c := newServer(t, `{"columns":[{"name":"n","type":"bigint"}]}`, `{"data":[[1]]}`)
	q, err := c.Query(t.Context(), Session{}, "SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Close(); err != nil || !s.stopped {
		t.Errorf("%v; stopped: %v", err, s.stopped)
	}
	s.busy = 1 << 30
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Query(ctx, Session{}, "SELECT 1"); err == nil {
		t.Error("no error")
	}
}
