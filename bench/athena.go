package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const athenaColumns = "id bigint, at timestamp, region string, status int, customer bigint, path string, latency double, request string"

// athenaTables are the forms that the same rows are put into.
var athenaTables = map[string]string{
	"parquet":   "(" + athenaColumns + ") STORED AS PARQUET",
	"csv":       "(" + athenaColumns + ") ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
	"json":      "(" + athenaColumns + ") ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'",
	"days":      "(" + athenaColumns + ") PARTITIONED BY (day int) STORED AS PARQUET",
	"customers": "(customer bigint, segment string) STORED AS PARQUET",
}

// athenaQuestions are put to Athena and to DuckDB in the same words; %s is the table.
var athenaQuestions = []struct{ name, text string }{
	{"group by", "SELECT region, status, count(*), sum(latency) FROM %s GROUP BY region, status"},
	{"filter", "SELECT count(*), avg(latency) FROM %s WHERE id BETWEEN 1000 AND 21000 AND status = 200"},
	{"join", "SELECT segment, count(*), avg(latency) FROM %s t JOIN customers c ON t.customer = c.customer GROUP BY segment"},
	{"top n", "SELECT id, path, latency FROM %s ORDER BY latency DESC, id LIMIT 10"},
	{"count distinct", "SELECT count(DISTINCT path) FROM %s"},
}

// athena: the same rows as Parquet, gzip CSV and JSON lines in the served S3, asked through Athena, and DuckDB over the same files.
func athena(ctx context.Context, b *bench) error {
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
	peer, err := startDuck(ctx, b.python, files)
	if err != nil {
		return err
	}
	defer peer.end()
	for _, form := range []string{"parquet", "csv", "json"} {
		for _, q := range athenaQuestions {
			if err := a.beside(ctx, peer, form+", "+q.name, fmt.Sprintf(q.text, form)); err != nil {
				return err
			}
		}
	}
	if err := a.beside(ctx, peer, "one partition of four", "SELECT status, count(*), avg(latency) FROM days WHERE day = 2 GROUP BY status"); err != nil {
		return err
	}
	return a.small(ctx)
}

// beside puts one question to both. Both must answer with as many rows.
func (a *athenaClient) beside(ctx context.Context, peer *duck, name, text string) error {
	var scanned int64
	own, err := measured(a.server, func() (rows int, err error) {
		rows, scanned, err = a.query(ctx, text)
		return rows, err
	})
	if err != nil {
		return err
	}
	other, err := peer.ask(text)
	if err != nil {
		return err
	}
	if own.rows != other.rows {
		return fmt.Errorf("%s: %d rows, DuckDB has %d", text, own.rows, other.rows)
	}
	fmt.Printf("%-23s unyo %s, %6.1f MB read   duckdb %s   CPU ratio %5.2f   memory %.0f MiB\n",
		name, own, float64(scanned)/1e6, other, own.cpu.Seconds()/max(other.cpu.Seconds(), 1e-3), a.server.resident())
	return nil
}

// small is how long a question of few rows takes, alone and among twenty.
func (a *athenaClient) small(ctx context.Context) error {
	for _, workers := range []int{1, 20} {
		r, err := load(ctx, workers, 3*time.Second, a.server, func(ctx context.Context, _, _ int) error {
			_, _, err := a.query(ctx, "SELECT count(*) FROM customers WHERE customer < 100")
			return err
		})
		if err != nil {
			return err
		}
		fmt.Printf("small query to its rows, %2d at once  %s   memory %.0f MiB\n", workers, r, a.server.resident())
	}
	return nil
}

// athenaClient asks the real API.
type athenaClient struct {
	client *client
	server *server
}

// fill puts the files into S3 and defines their tables.
func (a *athenaClient) fill(ctx context.Context, files string) error {
	put := func(path string, body []byte) error {
		_, err := a.client.do(ctx, "PUT", a.server.url+"/bench-athena"+strings.ReplaceAll(path, "=", "%3D"), "s3", nil, body, false)
		return err
	}
	if err := put("", nil); err != nil {
		return err
	}
	names, err := filepath.Glob(files + "/*/*")
	if err != nil {
		return err
	}
	days, err := filepath.Glob(files + "/days/*/*")
	if err != nil {
		return err
	}
	for _, name := range append(names, days...) {
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			continue
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := put(strings.TrimPrefix(name, files), body); err != nil {
			return err
		}
	}
	if _, _, err := a.query(ctx, "CREATE DATABASE bench"); err != nil {
		return err
	}
	for name, form := range athenaTables {
		if _, _, err := a.query(ctx, fmt.Sprintf("CREATE EXTERNAL TABLE %s %s LOCATION 's3://bench-athena/%s/'", name, form, name)); err != nil {
			return err
		}
	}
	_, _, err = a.query(ctx, "MSCK REPAIR TABLE days")
	return err
}

func (a *athenaClient) call(ctx context.Context, operation string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	got, err := a.client.do(ctx, "POST", a.server.url+"/", "athena", map[string]string{"X-Amz-Target": "AmazonAthena." + operation, "Content-Type": "application/x-amz-json-1.1"}, body, true)
	if err != nil {
		return err
	}
	return json.Unmarshal(got, out)
}

// query runs a statement to its end, fetches its first page, and counts its rows and what it read.
func (a *athenaClient) query(ctx context.Context, text string) (rows int, scanned int64, err error) {
	id := struct{ QueryExecutionId string }{}
	if err := a.call(ctx, "StartQueryExecution", map[string]any{
		"QueryString": text, "QueryExecutionContext": map[string]string{"Database": "bench"},
		"ResultConfiguration": map[string]string{"OutputLocation": "s3://bench-athena/results/"},
	}, &id); err != nil {
		return 0, 0, err
	}
	for {
		var got struct {
			QueryExecution struct {
				Status     struct{ State, StateChangeReason string }
				Statistics struct{ DataScannedInBytes int64 }
			}
		}
		if err := a.call(ctx, "GetQueryExecution", id, &got); err != nil {
			return 0, 0, err
		}
		scanned = got.QueryExecution.Statistics.DataScannedInBytes
		switch status := got.QueryExecution.Status; status.State {
		case "QUEUED", "RUNNING":
			time.Sleep(5 * time.Millisecond)
			continue
		case "SUCCEEDED":
		default:
			return 0, 0, fmt.Errorf("%s: %s: %s", text, status.State, status.StateChangeReason)
		}
		var page struct {
			ResultSet struct{ Rows []json.RawMessage }
		}
		err := a.call(ctx, "GetQueryResults", id, &page)
		return len(page.ResultSet.Rows) - 1, scanned, err // the first are the names
	}
}

// duck is a DuckDB in a process of its own.
type duck struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func startDuck(ctx context.Context, python, files string) (*duck, error) {
	d := &duck{cmd: exec.CommandContext(ctx, python, "athena.py", "ask", files)}
	d.cmd.Stderr = os.Stderr
	in, err := d.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	d.in, d.out = in, bufio.NewScanner(out)
	return d, d.cmd.Start()
}

func (d *duck) ask(text string) (c cost, err error) {
	if err := json.NewEncoder(d.in).Encode(map[string]string{"text": text}); err != nil {
		return c, err
	}
	if !d.out.Scan() {
		return c, errors.Join(fmt.Errorf("DuckDB ended at %s", text), d.out.Err())
	}
	var got struct {
		Wall, CPU float64
		Rows      int
	}
	err = json.Unmarshal(d.out.Bytes(), &got)
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return cost{wall: seconds(got.Wall), cpu: seconds(got.CPU), rows: got.Rows}, err
}

func (d *duck) end() {
	d.in.Close()
	_ = d.cmd.Wait()
}
