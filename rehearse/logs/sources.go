package logs

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Sources are the lines that the systems write, without their times, which the rehearsal gives them.
type Sources struct {
	web  []webLine
	From string // who wrote the web server's lines
}

// webLine is a line of an access log in the combined format, around its time.
type webLine struct{ before, after string }

// requests is how many requests are recorded; the rehearsal repeats them under new times.
const requests = 600

// Record has nginx, where it is installed, answer real requests and takes its access log; elsewhere the bundled generator writes
// such lines. Both takes of a rehearsal use the same.
func Record(ctx context.Context, dir string) (Sources, error) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		return Sources{generateWeb(), "bundled generator (nginx is not installed)"}, nil
	}
	lines, err := recordNginx(ctx, nginx, dir)
	if err != nil {
		return Sources{}, fmt.Errorf("cannot record nginx: %w", err)
	}
	version, _ := exec.CommandContext(ctx, nginx, "-v").CombinedOutput() // only said
	return Sources{lines, strings.TrimSpace(strings.TrimPrefix(string(version), "nginx version:"))}, nil
}

// recordNginx asks a server of its own some pages, as many browsers would.
func recordNginx(ctx context.Context, nginx, dir string) ([]webLine, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	access := filepath.Join(dir, "access.log")
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
  access_log %[2]s combined; client_body_temp_path %[1]s; proxy_temp_path %[1]s; fastcgi_temp_path %[1]s; uwsgi_temp_path %[1]s; scgi_temp_path %[1]s;
  server {
    listen %[3]s;
    location /broken { return 503; }
    location /missing { return 404; }
    location / { return 200 "shop\n"; }
  }
}`, dir, access, address)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		return nil, err
	}
	server := exec.CommandContext(ctx, nginx, "-c", file, "-p", dir)
	if err := server.Start(); err != nil {
		return nil, err
	}
	err = browse(ctx, "http://"+address)
	_ = server.Process.Signal(os.Interrupt) // it has answered all it was asked
	_ = server.Wait()
	if err != nil {
		return nil, err
	}
	return readAccessLog(access)
}

var (
	pages  = []string{"/", "/cart", "/item/%d", "/search?q=%d", "/missing/%d", "/broken/%d"}
	agents = []string{"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "Mozilla/5.0 (Macintosh) Safari/605.1.15", "curl/8.9.1", "Googlebot/2.1"}
)

// page is the i-th page asked for: most are found, some are broken.
func page(r *rand.Rand, i int) string {
	p := pages[min(r.IntN(9), 5)]
	if strings.Contains(p, "%d") {
		return fmt.Sprintf(p, i)
	}
	return p
}

func browse(ctx context.Context, url string) error {
	r := rand.New(rand.NewPCG(1, 1))
	deadline := time.Now().Add(2 * time.Minute)
	for i := 0; i < requests; {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+page(r, i), nil)
		if err != nil {
			return err
		}
		req.Header.Set("User-Agent", agents[r.IntN(len(agents))])
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			if i == 0 && time.Now().Before(deadline) { // it is still starting
				time.Sleep(20 * time.Millisecond)
				continue
			}
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		if closed := resp.Body.Close(); err != nil || closed != nil {
			return fmt.Errorf("cannot read a page: %v %v", err, closed)
		}
		i++
	}
	return nil
}

// readAccessLog cuts lines around their time: address - user [time] "request" ….
func readAccessLog(path string) ([]webLine, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []webLine
	for line := range strings.Lines(string(b)) {
		before, rest, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "[")
		_, after, closed := strings.Cut(rest, "]")
		if !ok || !closed {
			return nil, fmt.Errorf("no line of an access log: %q", line)
		}
		lines = append(lines, webLine{before + "[", "]" + after})
	}
	if len(lines) != requests {
		return nil, fmt.Errorf("%d lines of %d requests", len(lines), requests)
	}
	return lines, nil
}

// generateWeb writes what nginx would.
func generateWeb() []webLine {
	r := rand.New(rand.NewPCG(1, 1))
	lines := make([]webLine, requests)
	for i := range lines {
		p, status := page(r, i), 200
		switch {
		case strings.HasPrefix(p, "/broken"):
			status = 503
		case strings.HasPrefix(p, "/missing"):
			status = 404
		}
		lines[i] = webLine{fmt.Sprintf("192.0.2.%d - - [", r.IntN(250)), fmt.Sprintf(`] "GET %s HTTP/1.1" %d %d "-" "%s"`, p, status, 100+r.IntN(9000), agents[r.IntN(len(agents))])}
	}
	return lines
}

// line is the n-th line that a system writes, at an instant. No two are the same.
func (s Sources) line(of *system, n int, at time.Time) string {
	r := rand.New(rand.NewPCG(uint64(n), uint64(len(of.name))))
	switch of.name {
	case "web":
		l := s.web[n%len(s.web)]
		return l.before + at.Format("02/Jan/2006:15:04:05 -0700") + l.after
	case "app":
		level, latency := "INFO", r.IntN(1000)
		if r.IntN(12) == 0 {
			level = "ERROR"
		}
		return fmt.Sprintf(`{"time":"%s","level":"%s","order":%d,"latencyMs":%d,"path":"/checkout"}`, at.Format(time.RFC3339Nano), level, n, latency)
	}
	statement := fmt.Sprintf("SELECT * FROM orders WHERE id = %d", n)
	switch r.IntN(10) {
	case 0:
		return fmt.Sprintf(`%s [%d] FATAL:  remaining connection slots are reserved`, at.Format("2006-01-02 15:04:05.000 MST"), n)
	case 1, 2:
		return fmt.Sprintf(`%s [%d] LOG:  duration: %d.%03d ms  statement: %s`, at.Format("2006-01-02 15:04:05.000 MST"), n, 500+r.IntN(4000), r.IntN(1000), statement)
	}
	return fmt.Sprintf(`%s [%d] LOG:  execute: %s`, at.Format("2006-01-02 15:04:05.000 MST"), n, statement)
}
