package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

const athenaColumns = "id bigint, at timestamp, region string, status int, customer bigint, path string, latency double, request string"

// athenaTables are the forms that the same rows are put into.
var athenaTables = map[string]string{
	"parquet":   "(" + athenaColumns + ") STORED AS PARQUET",
	"one":       "(" + athenaColumns + ") STORED AS PARQUET",
	"csv":       "(" + athenaColumns + ") ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
	"text":      "(" + athenaColumns + ") ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
	"json":      "(" + athenaColumns + ") ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
	"days":      "(" + athenaColumns + ") PARTITIONED BY (day int) STORED AS PARQUET",
	"customers": "(customer bigint, segment string) STORED AS PARQUET",
}

// athenaQuestions are put to Athena and to DuckDB in the same words; %s is the table.
var athenaQuestions = []struct {
	name, text string
	forms      []string
}{
	{"group by", "SELECT region, status, count(*), sum(latency) FROM %s GROUP BY region, status", []string{"one", "parquet", "csv", "text", "json"}},
	{"filter", "SELECT count(*), avg(latency) FROM %s WHERE id BETWEEN 1000 AND 21000 AND status = 200", []string{"parquet", "csv", "json"}},
	{"filter, few rows", "SELECT count(*), sum(latency), max(path) FROM %s WHERE customer = 4711", []string{"parquet", "csv", "json"}},
	{"join", "SELECT segment, count(*), avg(latency) FROM %s t JOIN customers c ON t.customer = c.customer GROUP BY segment", []string{"parquet", "csv", "json"}},
	{"top 10", "SELECT id, path, latency FROM %s ORDER BY latency DESC, id LIMIT 10", []string{"parquet", "csv", "json"}},
	{"count distinct", "SELECT count(DISTINCT path) FROM %s", []string{"one", "parquet", "csv", "json"}},
	{"one partition of four", "SELECT status, count(*), avg(latency) FROM %s WHERE day = 2 GROUP BY status", []string{"days"}},
}

// athena: the same rows as Parquet, gzip CSV and JSON lines in the served S3, asked through Athena, and DuckDB over the same files.
func athena(ctx context.Context, b *bench) error {
	return b.withAthena(ctx, func(a *athenaClient, files string) error {
		peer, err := startDuck(ctx, b.python, files)
		if err != nil {
			return err
		}
		defer peer.end()
		for _, q := range athenaQuestions {
			for _, form := range q.forms {
				if err := a.beside(ctx, peer, q.name, form, fmt.Sprintf(q.text, form)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// withAthena makes the files, and serves an Athena that has them.
func (b *bench) withAthena(ctx context.Context, run func(a *athenaClient, files string) error) error {
	if b.python == "" {
		fmt.Println("left out: -python names no python3 that has duckdb")
		return nil
	}
	files, err := os.MkdirTemp(b.dir, "athena")
	if err != nil {
		return err
	}
	defer os.RemoveAll(files)
	if out, err := exec.CommandContext(ctx, b.python, "athena.py", "make", files, strconv.Itoa(b.rows)).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	s, err := b.fresh()
	if err != nil {
		return err
	}
	defer s.end()
	a := &athenaClient{client: newClient(32), server: s}
	if err := a.fill(ctx, files); err != nil {
		return err
	}
	for _, form := range slices.Sorted(maps.Keys(athenaTables)) {
		if err := tell(files, form); err != nil {
			return err
		}
	}
	return run(a, files)
}

// tell says how large the files of a form are.
func tell(files, form string) error {
	n, bytes := 0, int64(0)
	err := filepath.Walk(filepath.Join(files, form), func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			n, bytes = n+1, bytes+info.Size()
		}
		return err
	})
	fmt.Printf("%s: %d files, %.0f MB\n", form, n, float64(bytes)/1e6)
	return err
}

// rounds is how often each question is put to each side: the middle of the CPU times is told, since others use the machine as well.
const rounds = 3

// beside puts one question to both, whose answers must be the same.
func (a *athenaClient) beside(ctx context.Context, peer *duck, name, form, text string) error {
	var own, other []cost
	var scanned int64
	a.server.forgetPeak()
	for range rounds {
		var rows, theirs [][]string
		c, err := measured(a.server, func() (_ int, err error) {
			rows, scanned, err = a.query(ctx, text, 5*time.Millisecond)
			return len(rows), err
		})
		if err != nil {
			return err
		}
		own = append(own, c)
		if c, theirs, err = peer.ask(text); err != nil {
			return err
		}
		other = append(other, c)
		if err := sameAnswer(text, rows, theirs); err != nil {
			return err
		}
	}
	o, t := middle(own), middle(other)
	fmt.Printf("%-21s %-8s unyo %s   duckdb %s   CPU %5.2f of DuckDB's, wall %5.2f   %6.1f MB read, memory %.0f MiB\n",
		name, form, o, t, o.cpu.Seconds()/max(t.cpu.Seconds(), 1e-3), o.wall.Seconds()/max(t.wall.Seconds(), 1e-3), float64(scanned)/1e6, a.server.peak())
	return nil
}

// middle is the cost in the middle, by its CPU time, with the wall time in the middle.
func middle(all []cost) cost {
	slices.SortFunc(all, func(a, b cost) int { return int(a.wall - b.wall) })
	wall := all[len(all)/2].wall
	slices.SortFunc(all, func(a, b cost) int { return int(a.cpu - b.cpu) })
	c := all[len(all)/2]
	c.wall = wall
	return c
}
