// Package clients drives the built binary, bin/unyo, with clients we did not write: the AWS SDK for Go,
// boto3 and the AWS CLI. It is a module of its own, so that the product depends on none of them.
package clients

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
)

// binary is what make build makes.
const binary = "../../bin/unyo"

// management is the account of the key test/test.
const management = "000000000000"

// estate is a served estate.
type estate struct {
	t       *testing.T
	dir     string
	url     string
	flags   []string
	process *exec.Cmd
	ended   chan struct{} // closed when the process has nothing more to say
	log     *serverLog
	client  *http.Client
}

// serve starts the binary on a free port of loopback over a new folder, and ends it with the test.
func serve(t *testing.T, flags ...string) *estate {
	t.Helper()
	e := &estate{t: t, dir: filepath.Join(t.TempDir(), "data"), flags: flags, client: &http.Client{Transport: copier{http.DefaultTransport}}}
	e.start()
	t.Cleanup(func() {
		e.stop()
		if t.Failed() {
			t.Logf("server log:\n%s", e.log)
		}
	})
	return e
}

// startLimit is how long a server may take until it serves: a crowded machine takes its time.
const startLimit = 2 * time.Minute

// start serves the folder, also one that was served before, on a port that the system chooses, and waits until it does.
func (e *estate) start() {
	e.t.Helper()
	e.log, e.ended = &serverLog{}, make(chan struct{})
	e.process = exec.Command(binary, append([]string{"serve", "-data", e.dir, "-listen", "127.0.0.1:0"}, e.flags...)...)
	stderr, err := e.process.StderrPipe()
	if err == nil {
		err = e.process.Start()
	}
	if err != nil {
		e.t.Fatalf("cannot start %s (make build): %v", binary, err)
	}
	address := make(chan string, 1)
	go func() { defer close(e.ended); e.log.follow(stderr, address) }()
	select {
	case a := <-address:
		e.url = "http://" + a
		if slices.Contains(e.flags, "-tls") {
			e.url = "https://" + a
			e.trust()
		}
	case <-e.ended:
		e.t.Fatalf("the server has ended\n%s", e.log)
	case <-time.After(startLimit):
		e.t.Fatalf("the server does not serve\n%s", e.log)
	}
	resp, err := e.client.Get(e.url + "/_unyo/health")
	if err != nil {
		e.t.Fatalf("the server does not answer: %v\n%s", err, e.log)
	}
	resp.Body.Close()
}

// trust makes the client trust the estate's own authority.
func (e *estate) trust() {
	e.t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ok[[]byte](e.t)(os.ReadFile(filepath.Join(e.dir, "tls", "ca.pem"))))
	e.client = &http.Client{Transport: copier{&http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}}
}

// stop ends the server as an operator would.
func (e *estate) stop() {
	if e.process == nil {
		return
	}
	e.gather()
	e.end(syscall.SIGTERM)
}

// kill ends it as a power failure of the process would.
func (e *estate) kill() { e.end(syscall.SIGKILL) }

func (e *estate) end(s syscall.Signal) {
	_ = e.process.Process.Signal(s)
	<-e.ended // its last word is read
	_ = e.process.Wait()
	e.process = nil
}

// as makes a configuration of the AWS SDK with a key.
func (e *estate) as(id, secret, token string) aws.Config {
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: aws.String(e.url), HTTPClient: e.client, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, token),
	}
}

// root is the management account's root.
func (e *estate) root() aws.Config { return e.as("test", "test", "") }

// door asks the door beside the AWS API; body nil is GET. The answer goes into out.
func (e *estate) door(path string, body, out any) int {
	e.t.Helper()
	method, reader := http.MethodGet, io.Reader(nil)
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			e.t.Fatal(err)
		}
		method, reader = http.MethodPost, bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, e.url+"/_unyo/"+path, reader)
	if err != nil {
		e.t.Fatal(err)
	}
	resp, err := e.client.Do(r)
	if err != nil {
		e.t.Fatal(err)
	}
	defer resp.Body.Close()
	if out != nil {
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
			e.t.Fatalf("%s: %v", path, err)
		}
	}
	return resp.StatusCode
}

// advance moves the clock and fails the test when work could not be done.
func (e *estate) advance(d string) (ran int) {
	e.t.Helper()
	var r struct {
		Ran, Failed int
		Error       string
	}
	if status := e.door("clock", map[string]string{"advance": d}, &r); status != http.StatusOK {
		e.t.Fatalf("advance %s: %d %s", d, status, r.Error)
	}
	return r.Ran
}

// now is the estate's time.
func (e *estate) now() time.Time {
	e.t.Helper()
	var r struct{ Now time.Time }
	e.door("clock", nil, &r)
	return r.Now
}

func (e *estate) hash() string {
	e.t.Helper()
	var r struct{ Hash string }
	e.door("hash", nil, &r)
	if len(r.Hash) != 64 {
		e.t.Fatalf("no state hash: %q", r.Hash)
	}
	return r.Hash
}

// ok fails the test on err and returns v.
func ok[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// code is the AWS error code of err.
func code(err error) string {
	var e smithy.APIError
	if err == nil {
		return ""
	}
	if !asError(err, &e) {
		return fmt.Sprintf("%T", err)
	}
	return e.ErrorCode()
}

func asError(err error, target *smithy.APIError) bool {
	for err != nil {
		if e, ok := err.(smithy.APIError); ok {
			*target = e
			return true
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return false
		}
		err = u.Unwrap()
	}
	return false
}
