package athena

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/api/rt"
	"unyo/engine/sql/trino"
)

// Where a Trino was chosen it runs the queries of those who may read what they ask for, and nobody else's.
func TestTrinoRunsQueries(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Header.Get("X-Trino-User")+": "+string(text))
		fmt.Fprint(w, `{"columns":[{"name":"_col0","type":"bigint"}],"data":[[41]],"stats":{"physicalInputBytes":7}}`)
	}))
	defer server.Close()
	l := newLake()
	f := beside(t, vfs.NewMem(), l)
	defer f.shut()
	f.start("INSERT INTO t VALUES (1, DATE '2026-03-01')") // reads nothing: it is run here
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.s.trino = &trino.Client{URL: u, Catalog: "hive", HTTP: server.Client()}
	if got := f.answer("SELECT sum(n) FROM t"); got != "41" {
		t.Errorf("%s", got)
	}
	if len(asked) != 1 || asked[0] != "ann: SELECT sum(n) FROM t" {
		t.Errorf("asked %q", asked)
	}
	l.denied = true
	id := f.start("SELECT sum(n) FROM t")
	if e := f.execution(id); *e.Status.State != "FAILED" || len(asked) != 1 {
		t.Errorf("%s %s, asked %q", *e.Status.State, rt.Val(e.Status.StateChangeReason), asked)
	}
}
