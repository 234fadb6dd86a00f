package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"unyo/wire"
)

// door is the estate's door beside the AWS API.
type door struct {
	endpoint string
	client   *http.Client
}

// openDoor parses the flags that every verb but serve has.
func openDoor(name string, args []string) (door, []string, error) {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fallback := os.Getenv("AWS_ENDPOINT_URL")
	if fallback == "" {
		fallback = "http://127.0.0.1:4566"
	}
	endpoint := fs.String("endpoint", fallback, "URL of the running estate")
	ca := fs.String("ca", os.Getenv("AWS_CA_BUNDLE"), "certificate authority to trust, for an estate served with -tls: DATA/tls/ca.pem")
	args, err := parseAnywhere(fs, args)
	if err != nil {
		return door{}, nil, err
	}
	d := door{strings.TrimSuffix(*endpoint, "/"), http.DefaultClient}
	if *ca != "" && strings.HasPrefix(d.endpoint, "https:") {
		client, err := trusting(*ca)
		if err != nil {
			return d, nil, err
		}
		d.client = client
	}
	return d, args, nil
}

// parseAnywhere parses flags before, between and behind the words, and returns the words.
func parseAnywhere(fs *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return words, nil
		}
		words, args = append(words, fs.Arg(0)), fs.Args()[1:]
	}
}

// trusting makes a client that trusts the authority in a PEM file.
func trusting(file string) (*http.Client, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the certificate authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}, nil
}

// ask sends body (nil: GET) and hands each line of the answer to line as it comes.
func (d door) ask(ctx context.Context, path string, body any, line func([]byte) error) error {
	method, text := http.MethodGet, []byte(nil)
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		method, text = http.MethodPost, b
	}
	r, err := http.NewRequestWithContext(ctx, method, d.endpoint+"/_unyo/"+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	if id := os.Getenv("UNYO_ROOT_ACCESS_KEY_ID"); id != "" { // an estate that others can reach lets only its root in here
		wire.Sign(r, text, id, os.Getenv("UNYO_ROOT_SECRET_ACCESS_KEY"), "us-east-1", "unyo", time.Now())
	}
	r.Header.Set("Accept", "application/x-ndjson")
	resp, err := d.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
		return fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(text))
	}
	dec := json.NewDecoder(resp.Body)
	for {
		var m json.RawMessage
		if err := dec.Decode(&m); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("cannot read the answer: %w", err)
		}
		if err := line(m); err != nil {
			return err
		}
	}
}
