package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"
)

const (
	motoLines = 100_000
	motoAsked = 20 // times, since an answer of ours takes less than the clock of /proc can tell
)

// startMoto starts a moto_server.
func (b *bench) startMoto(ctx context.Context) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().(*net.TCPAddr)
	l.Close()
	s := &server{url: "http://" + address.String(), dir: "-", cmd: exec.CommandContext(ctx, b.motoPython, "-m", "moto.server", "-H", "127.0.0.1", "-p", strconv.Itoa(address.Port))}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for range 3000 {
		if r, err := http.Get(s.url + "/moto-api/"); err == nil {
			r.Body.Close()
			return s, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.stop(syscall.SIGKILL)
	return nil, fmt.Errorf("%s -m moto.server does not answer", b.motoPython)
}

// insightsMoto: the same 100,000 lines in Unyo and in a moto_server, and of both what moto knows of Logs Insights: fields, sort by time, limit. Whatever else a
// query says it passes over in silence, so what a stats gives is told of both as well.
func insightsMoto(ctx context.Context, b *bench) error {
	if b.motoPython == "" {
		fmt.Println("left out: -motopython names no python3 that has moto[server]")
		return nil
	}
	c := newClient(1)
	unyo, err := b.logEstate(ctx, c, 1)
	if err != nil {
		return err
	}
	defer unyo.end()
	moto, err := b.startMoto(ctx)
	if err != nil {
		return err
	}
	defer moto.stop(syscall.SIGKILL)
	if err := createLogs(ctx, c, moto, 1); err != nil {
		return err
	}
	begin := time.Now().Add(-time.Hour)
	r := rand.New(rand.NewPCG(10, 7))
	for n := 0; n < motoLines; n += batchLines {
		body := fmt.Appendf(nil, `{"logGroupName":"bench","logStreamName":"s0","logEvents":[`)
		for i := n; i < n+batchLines; i++ {
			at := begin.Add(time.Duration(i) * time.Millisecond) // none at the same time: the newest are the same of both
			if i > n {
				body = append(body, ',')
			}
			body = fmt.Appendf(body, `{"timestamp":%d,"message":%s}`, at.UnixMilli(), strconv.AppendQuote(nil, string(appendLine(nil, r, i, r.Uint64(), at))))
		}
		for _, s := range []*server{unyo, moto} {
			if _, err := logsCall(ctx, c, s.url, "PutLogEvents", append(body, "]}"...)); err != nil {
				return err
			}
		}
	}
	for _, text := range []string{"fields @timestamp, @message | sort @timestamp desc | limit 100", "fields @message | sort @timestamp asc | limit 1000"} {
		if err := besideMoto(text, unyo, moto, func(s *server) ([]string, error) { return shown(ctx, c, s, text) }); err != nil {
			return err
		}
	}
	text := `FilterLogEvents "` + needle + `"`
	if err := besideMoto(text, unyo, moto, func(s *server) ([]string, error) {
		n, err := filter(ctx, c, s, `"`+needle+`"`)
		return []string{strconv.Itoa(n)}, err
	}); err != nil {
		return err
	}
	for _, text := range []string{"stats count(*) by bin(5m), status", "filter status = 500 | stats count(*)"} {
		for _, s := range []*server{unyo, moto} {
			rows, err := results(ctx, c, s, "bench", text, 5*time.Millisecond)
			if err != nil {
				return err
			}
			fmt.Printf("%s: %s gives %d rows, the first %s\n", text, map[*server]string{unyo: "unyo", moto: "moto"}[s], len(rows), rows[0])
		}
	}
	return nil
}

// besideMoto puts a question to both, and tells how much longer moto takes.
func besideMoto(text string, unyo, moto *server, ask func(s *server) ([]string, error)) error {
	var costs [2]cost
	var answers [2][]string
	for i, s := range []*server{unyo, moto} {
		var err error
		costs[i], err = measured(s, func() (int, error) {
			for range motoAsked {
				var err error
				if answers[i], err = ask(s); err != nil {
					return 0, err
				}
			}
			return len(answers[i]), nil
		})
		if err != nil {
			return err
		}
		costs[i].wall /= motoAsked
		costs[i].cpu /= motoAsked
	}
	alike := "the same answer"
	if !slices.Equal(answers[0], answers[1]) {
		alike = fmt.Sprintf("other answers: %.200q and %.200q", answers[0], answers[1])
	}
	fmt.Printf("%s\n  unyo %.1f ms, %.1f CPU-ms   moto %.1f ms, %.1f CPU-ms   %.0f times the wall, %.0f times the CPU   %d rows, %s\n", text, ms(costs[0].wall), ms(costs[0].cpu), ms(costs[1].wall), ms(costs[1].cpu),
		float64(costs[1].wall)/float64(costs[0].wall), float64(costs[1].cpu)/float64(max(costs[0].cpu, 1)), costs[0].rows, alike)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// shown is the messages of an answer.
func shown(ctx context.Context, c *client, s *server, text string) (list []string, err error) {
	rows, err := results(ctx, c, s, "bench", text, 5*time.Millisecond)
	for _, r := range rows {
		var fields []struct{ Field, Value string }
		if err := json.Unmarshal(r, &fields); err != nil {
			return nil, err
		}
		for _, f := range fields {
			if f.Field == "@message" {
				list = append(list, f.Value)
			}
		}
	}
	return list, err
}
