package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bench is what all figures share.
type bench struct {
	binary, dir, moto string
	victoria          string // a VictoriaLogs' binary; "": none
	motoPython        string // one that has moto; "": insightsmoto is left out
	kafka             string // a Kafka's address; "": none
	lines             int    // of logs, for the figures beside it
	python            string // one that has DuckDB; "": athena is left out
	rows              int    // of athena's tables
}

// server is a served estate.
type server struct {
	url, dir string
	cmd      *exec.Cmd
}

// serve starts the binary over dir and returns once it answers.
func (b *bench) serve(dir string, flags ...string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	s := &server{url: "http://" + address, dir: dir}
	s.cmd = exec.Command(b.binary, append([]string{"serve", "-data", dir, "-listen", address}, flags...)...)
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for range 20_000 {
		if r, err := http.Get(s.url + "/_unyo/health"); err == nil {
			r.Body.Close()
			return s, nil
		}
		time.Sleep(time.Millisecond)
	}
	return nil, fmt.Errorf("%s does not answer", s.url)
}

// fresh starts the binary over an empty folder.
func (b *bench) fresh(flags ...string) (*server, error) {
	dir, err := os.MkdirTemp(b.dir, "bench")
	if err != nil {
		return nil, err
	}
	return b.serve(filepath.Join(dir, "data"), flags...)
}

// end stops the server and removes its folder.
func (s *server) end() {
	s.stop(syscall.SIGTERM)
	os.RemoveAll(filepath.Dir(s.dir))
}

func (s *server) stop(sig os.Signal) {
	_ = s.cmd.Process.Signal(sig)
	_ = s.cmd.Wait()
}

// cpu is the processor time that the server has used.
func (s *server) cpu() time.Duration {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/stat")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond // clock ticks of 1/100 s
}

// resident is the server's memory in MiB.
func (s *server) resident() float64 { return s.memory("VmRSS:") }

// peak is the most that it was since forgetPeak.
func (s *server) peak() float64 { return s.memory("VmHWM:") }

func (s *server) forgetPeak() {
	_ = os.WriteFile("/proc/"+strconv.Itoa(s.cmd.Process.Pid)+"/clear_refs", []byte("5"), 0)
}

func (s *server) memory(what string) float64 {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), what)
	kib, _ := strconv.Atoi(strings.Fields(rest)[0])
	return float64(kib) / 1024
}
