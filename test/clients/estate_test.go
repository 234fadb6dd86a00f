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
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
	log     *bytes.Buffer
	client  *http.Client
}

// serve starts the binary on a free port of loopback over a new folder, and ends it with the test.
func serve(t *testing.T, flags ...string) *estate {
	t.Helper()
	e := &estate{t: t, dir: filepath.Join(t.TempDir(), "data"), flags: flags, client: http.DefaultClient}
	e.start()
	t.Cleanup(func() {
		e.stop()
		if t.Failed() {
			t.Logf("server log:\n%s", e.log)
		}
	})
	return e
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start serves the folder, also one that was served before, and waits until it answers.
func (e *estate) start() {
	e.t.Helper()
	address := freePort(e.t)
	e.url = "http://" + address
	e.log = &bytes.Buffer{}
	e.process = exec.Command(binary, append([]string{"serve", "-data", e.dir, "-listen", address}, e.flags...)...)
	e.process.Stderr = e.log
	if err := e.process.Start(); err != nil {
		e.t.Fatalf("cannot start %s (make build): %v", binary, err)
	}
	for _, f := range e.flags {
		if f == "-tls" {
			e.url = "https://" + address
		}
	}
	deadline := time.Now().Add(20 * time.Second)
	for {
		if strings.HasPrefix(e.url, "https") {
			e.trust()
		}
		resp, err := e.client.Get(e.url + "/_unyo/health")
		if err == nil {
			resp.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			e.t.Fatalf("the server does not answer: %v\n%s", err, e.log)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// trust makes the client trust the estate's own authority, once it is there.
func (e *estate) trust() {
	pem, err := os.ReadFile(filepath.Join(e.dir, "tls", "ca.pem"))
	if err != nil {
		return
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	e.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

// stop ends the server as an operator would.
func (e *estate) stop() {
	if e.process == nil {
		return
	}
	e.gather()
	_ = e.process.Process.Signal(syscall.SIGTERM)
	_ = e.process.Wait()
	e.process = nil
}

// kill ends it as a power failure of the process would.
func (e *estate) kill() {
	_ = e.process.Process.Kill()
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
