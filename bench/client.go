package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// client signs and sends; it does as little else as it can, for it shares the machine with the server.
type client struct {
	http   *http.Client
	signer *v4.Signer
	region string
}

func newClient(connections int) *client {
	return &client{
		region: "us-east-1",
		http:   &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}},
		signer: v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }),
	}
}

var key = aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}

// open sends one signed request.
func (c *client) open(ctx context.Context, method, url, service string, header map[string]string, body []byte, hashed bool) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	payload := "UNSIGNED-PAYLOAD"
	if hashed {
		sum := sha256.Sum256(body)
		payload = hex.EncodeToString(sum[:])
	}
	if service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", payload)
	}
	if err := c.signer.SignHTTP(ctx, key, r, payload, service, c.region, time.Now()); err != nil {
		return nil, err
	}
	return c.http.Do(r)
}

// do sends one signed request and returns its body; any status but 2xx is an error.
func (c *client) do(ctx context.Context, method, url, service string, header map[string]string, body []byte, hashed bool) ([]byte, error) {
	resp, err := c.open(ctx, method, url, service, header, body, hashed)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %s", method, url, resp.Status, b)
	}
	return b, err
}

// load runs fn from workers for a while, or n times when n > 0, and tells rate and latencies.
type result struct {
	calls    int64
	wall     time.Duration
	cpu      time.Duration
	p50, p99 time.Duration
}

func (r result) String() string {
	s := fmt.Sprintf("%9.0f/s   p50 %8s   p99 %8s", float64(r.calls)/r.wall.Seconds(), r.p50.Round(time.Microsecond), r.p99.Round(time.Microsecond))
	if r.cpu > 0 {
		s += fmt.Sprintf("   %9.0f per CPU-second of the server", float64(r.calls)/r.cpu.Seconds())
	}
	return s
}

func load(ctx context.Context, workers int, wall time.Duration, s *server, fn func(ctx context.Context, worker, n int) error) (result, error) {
	var r result
	var first error
	var calls atomic.Int64
	var mu sync.Mutex
	var all []time.Duration
	var wg sync.WaitGroup
	before := time.Duration(0)
	if s != nil {
		before = s.cpu()
	}
	begin := time.Now()
	for w := range workers {
		wg.Go(func() {
			var own []time.Duration
			for n := 0; time.Since(begin) < wall && ctx.Err() == nil; n++ {
				at := time.Now()
				if err := fn(ctx, w, n); err != nil {
					mu.Lock()
					if first == nil {
						first = err
					}
					mu.Unlock()
					return
				}
				own = append(own, time.Since(at))
				calls.Add(1)
			}
			mu.Lock()
			all = append(all, own...)
			mu.Unlock()
		})
	}
	wg.Wait()
	r.wall, r.calls = time.Since(begin), calls.Load()
	if s != nil {
		r.cpu = s.cpu() - before
	}
	slices.Sort(all)
	if len(all) > 0 {
		r.p50, r.p99 = all[len(all)/2], all[len(all)*99/100]
	}
	return r, first
}
