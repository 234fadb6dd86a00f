package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// victoria starts a VictoriaLogs over an empty folder.
func (b *bench) startVictoria() (*server, error) {
	dir, err := os.MkdirTemp(b.dir, "victorialogs")
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	s := &server{url: "http://" + address, dir: filepath.Join(dir, "data")}
	s.cmd = exec.Command(b.victoria, "-httpListenAddr="+address, "-storageDataPath="+s.dir, "-retentionPeriod=100y", "-futureRetention=100y", "-delete.enable", "-search.maxQueryDuration=10m", "-loggerLevel=ERROR")
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for range 2000 {
		if r, err := http.Get(s.url + "/health"); err == nil {
			r.Body.Close()
			return s, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil, fmt.Errorf("%s does not answer", b.victoria)
}

// insert sends lines by VictoriaLogs' own API.
func (c *client) insert(ctx context.Context, s *server, lines []byte) error {
	r, err := http.NewRequestWithContext(ctx, "POST", s.url+"/insert/jsonline?_stream_fields=stream", bytes.NewReader(lines))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/stream+json")
	_, err = c.answer(r)
	return err
}

func (c *client) answer(r *http.Request) ([]byte, error) {
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s: %s", r.URL, resp.Status, b)
	}
	return b, err
}

// ask posts a form to VictoriaLogs.
func (c *client) ask(ctx context.Context, s *server, path string, form url.Values) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, "POST", s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.answer(r)
}

// logsQL counts the rows of an answer.
func (c *client) logsQL(ctx context.Context, s *server, query string) (int, error) {
	out, err := c.ask(ctx, s, "/select/logsql/query", url.Values{"query": {query}, "timeout": {"10m"}})
	return bytes.Count(out, []byte("\n")), err
}

// deleteAll has VictoriaLogs delete everything and waits until it has.
func (c *client) deleteAll(ctx context.Context, s *server) error {
	if _, err := c.ask(ctx, s, "/delete/run_task", url.Values{"filter": {"*"}}); err != nil {
		return err
	}
	for {
		out, err := c.ask(ctx, s, "/delete/active_tasks", nil)
		if err != nil {
			return err
		}
		var tasks []json.RawMessage
		if err := json.Unmarshal(out, &tasks); err != nil || len(tasks) == 0 {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
