package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

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
	if _, _, err := a.query(ctx, "CREATE DATABASE bench", time.Millisecond); err != nil {
		return err
	}
	for name, form := range athenaTables {
		if _, _, err := a.query(ctx, fmt.Sprintf("CREATE EXTERNAL TABLE %s %s LOCATION 's3://bench-athena/%s/'", name, form, name), time.Millisecond); err != nil {
			return err
		}
	}
	_, _, err = a.query(ctx, "MSCK REPAIR TABLE days", time.Millisecond)
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

// query runs a statement to its end and fetches its first page; it tells its rows, and what it read.
func (a *athenaClient) query(ctx context.Context, text string, pause time.Duration) (rows [][]string, scanned int64, err error) {
	id := struct{ QueryExecutionId string }{}
	if err := a.call(ctx, "StartQueryExecution", map[string]any{
		"QueryString": text, "QueryExecutionContext": map[string]string{"Database": "bench"},
		"ResultConfiguration": map[string]string{"OutputLocation": "s3://bench-athena/results/"},
	}, &id); err != nil {
		return nil, 0, err
	}
	for {
		var got struct {
			QueryExecution struct {
				Status     struct{ State, StateChangeReason string }
				Statistics struct{ DataScannedInBytes int64 }
			}
		}
		if err := a.call(ctx, "GetQueryExecution", id, &got); err != nil {
			return nil, 0, err
		}
		scanned = got.QueryExecution.Statistics.DataScannedInBytes
		switch status := got.QueryExecution.Status; status.State {
		case "QUEUED", "RUNNING":
			time.Sleep(pause)
			continue
		case "SUCCEEDED":
			rows, err = a.rows(ctx, id)
			return rows, scanned, err
		default:
			return nil, 0, fmt.Errorf("%s: %s: %s", text, status.State, status.StateChangeReason)
		}
	}
}

// null stands for a value that is not there, in answers as they are compared.
const null = "\x00"

// rows is the first page of a result, without the names before it.
func (a *athenaClient) rows(ctx context.Context, id any) (rows [][]string, err error) {
	var page struct {
		ResultSet struct {
			Rows []struct {
				Data []struct{ VarCharValue *string }
			}
		}
	}
	if err := a.call(ctx, "GetQueryResults", id, &page); err != nil {
		return nil, err
	}
	for _, r := range page.ResultSet.Rows[min(1, len(page.ResultSet.Rows)):] {
		row := make([]string, len(r.Data))
		for i, v := range r.Data {
			if row[i] = null; v.VarCharValue != nil {
				row[i] = *v.VarCharValue
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
