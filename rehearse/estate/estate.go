// Package estate serves an estate from the built binary, under a held clock, for a rehearsal.
package estate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Account and Region are where a rehearsal plays.
const (
	Account = "000000000000"
	Region  = "eu-central-1"
)

// Estate is a served estate; its clock is held and its chance follows from seed 1.
type Estate struct {
	binary, dir, url string
	process          *exec.Cmd
	ended            chan struct{} // closed when the process has nothing more to say
}

// Serve begins a new estate in dir.
func Serve(ctx context.Context, binary, dir string) (*Estate, error) {
	e := &Estate{binary: binary, dir: dir}
	return e, e.Start(ctx)
}

// Config is the AWS SDK's, with the key of the account's root. A call is tried once: what fails shows.
func (e *Estate) Config() aws.Config {
	return aws.Config{
		Region: Region, BaseEndpoint: aws.String(e.url), RetryMaxAttempts: 1, HTTPClient: &http.Client{Transport: copier{}},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

// copier sends a copy of each request's body. The SDK (smithy-go 1.28) closes a body as soon as the answer begins, and the closed body's WriteTo says io.EOF
// where a reader at its end says nil: the transport, which may only then look whether the body has ended, takes it for a request it could not write, and
// closes the connection under whoever reads the answer.
type copier struct{}

func (copier) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(r)
}

// moved is what the clock's door says at the end of a jump.
type moved struct {
	Now    time.Time
	Ran    int
	Failed int
}

// Now is the estate's time.
func (e *Estate) Now(ctx context.Context) (time.Time, error) {
	m, err := e.clock(ctx, nil)
	return m.Now, err
}

// Until moves time to t and does all that falls due on the way. ran is the number of jobs done; work that could not be done is an error.
func (e *Estate) Until(ctx context.Context, t time.Time) (ran int, err error) {
	m, err := e.clock(ctx, map[string]string{"until": t.Format(time.RFC3339Nano)})
	if err == nil && m.Failed > 0 {
		err = fmt.Errorf("%d jobs could not be done", m.Failed)
	}
	return m.Ran, err
}

func (e *Estate) clock(ctx context.Context, body any) (m moved, err error) {
	err = e.ask(ctx, "clock", body, &m)
	return m, err
}

// Hash is the sum over all rows of the estate.
func (e *Estate) Hash(ctx context.Context) (string, error) {
	var v struct{ Hash string }
	err := e.ask(ctx, "hash", nil, &v)
	return v.Hash, err
}

// Rows visits the rows whose path begins with prefix, as JSON.
func (e *Estate) Rows(ctx context.Context, prefix string, visit func(path string, row json.RawMessage) error) error {
	return e.stream(ctx, "doctor/rows?prefix="+url.QueryEscape(prefix), nil, func(line []byte) error {
		var row struct {
			Key   string
			Value json.RawMessage
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return err
		}
		return visit(row.Key, row.Value)
	})
}

// ask asks the door beside the AWS API; body nil is GET. The last line of the answer goes into out.
func (e *Estate) ask(ctx context.Context, what string, body, out any) error {
	var last []byte
	if err := e.stream(ctx, what, body, func(line []byte) error {
		last = append(last[:0], line...)
		return nil
	}); err != nil {
		return err
	}
	return json.Unmarshal(last, out)
}

// maxLine is how long a line of the door's may be: a row has 64 KiB at most.
const maxLine = 1 << 20

// stream asks the door and visits each line of the answer.
func (e *Estate) stream(ctx context.Context, what string, body any, visit func(line []byte) error) error {
	method, content := http.MethodGet, []byte(nil)
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return err
		}
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, e.url+"/_unyo/"+what, bytes.NewReader(content))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s: %s %s", what, resp.Status, text)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if err := visit(lines.Bytes()); err != nil {
			return err
		}
	}
	return lines.Err()
}
