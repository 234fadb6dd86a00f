package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"unyo/world"
)

// settings are the flags of serve.
type settings struct {
	data, key            string
	listen, clock, start string
	seed                 uint64
	management, accounts string
	logs, kinesis, sql   string
	tls, syncReads       bool
}

func parseSettings(args []string) (settings, error) {
	var s settings
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.StringVar(&s.data, "data", "data", "folder that holds the whole estate")
	fs.StringVar(&s.key, "key-file", os.Getenv("UNYO_KEY_FILE"), "file with the key that the estate is encrypted under, made if it is not there; also UNYO_KEY_FILE. Default: -data with .key behind its name")
	fs.StringVar(&s.listen, "listen", "127.0.0.1:4566", "addresses to serve, comma-separated; other than loopback demands a root key")
	fs.StringVar(&s.clock, "clock", "", "wall: time runs; held: it stands still until it is advanced. Default: as the estate was left, wall for a new one")
	fs.StringVar(&s.start, "start", "", "first instant of a new held estate, RFC 3339. Default: now; with -seed 2026-01-01T00:00:00Z")
	fs.Uint64Var(&s.seed, "seed", 0, "not 0: ids and keys follow from it, so that the same calls give the same estate")
	fs.StringVar(&s.management, "management", "000000000000", "id of the management account")
	fs.StringVar(&s.accounts, "accounts", "", "ids of further accounts, comma-separated")
	fs.StringVar(&s.sql, "sql", "", "who runs Athena's queries, for more than one machine can: trino=http://host:8080?catalog=hive. Default: this process")
	fs.StringVar(&s.logs, "logs", "", "where log events are kept, for more than one machine holds: victorialogs=URL. Default: in -data")
	fs.StringVar(&s.kinesis, "kinesis", "", "where the records of Kinesis streams are kept, for more than one machine holds: kafka=HOST:PORT[,HOST:PORT][?partitions=N&replicas=N&tls=true&sasl=plain]. Default: in -data")
	fs.BoolVar(&s.syncReads, "sync-reads", false, "the record of a call that only reads is on the disk before the answer, as that of others is: not even a power failure takes one. Costs three reads in ten")
	fs.BoolVar(&s.tls, "tls", false, "serve HTTPS with a certificate of the estate's own authority (DATA/tls/ca.pem)")
	if err := fs.Parse(args); err != nil {
		return s, err
	}
	if s.key == "" {
		s.key = filepath.Clean(s.data) + ".key"
	}
	if fs.NArg() > 0 || (s.clock != "" && s.clock != "wall" && s.clock != "held") {
		return s, errUsage
	}
	return s, nil
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// options turns flags and environment into what world opens.
func (s settings) options() (world.Options, error) {
	o := world.Options{Dir: s.data, KeyFile: s.key, Seed: s.seed, Clock: s.clock, Management: s.management, Logs: s.logs, Kinesis: s.kinesis, SQL: s.sql, SyncReads: s.syncReads, Loopback: true, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if s.accounts != "" {
		o.Accounts = strings.Split(s.accounts, ",")
	}
	for _, id := range append([]string{s.management}, o.Accounts...) {
		if !accountID.MatchString(id) {
			return o, fmt.Errorf("account id %q is not 12 digits", id)
		}
	}
	if s.start != "" {
		t, err := time.Parse(time.RFC3339, s.start)
		if err != nil {
			return o, fmt.Errorf("cannot read -start: %w", err)
		}
		o.Start = t
	}
	for a := range strings.SplitSeq(s.listen, ",") {
		ok, err := loopback(a)
		if err != nil {
			return o, err
		}
		o.Loopback = o.Loopback && ok
	}
	o.RootID, o.RootSecret = os.Getenv("UNYO_ROOT_ACCESS_KEY_ID"), os.Getenv("UNYO_ROOT_SECRET_ACCESS_KEY")
	switch {
	case (o.RootID == "") != (o.RootSecret == ""):
		return o, errors.New("UNYO_ROOT_ACCESS_KEY_ID and UNYO_ROOT_SECRET_ACCESS_KEY must be set together")
	case o.RootID == "" && !o.Loopback:
		return o, fmt.Errorf("%s is reachable from elsewhere: set UNYO_ROOT_ACCESS_KEY_ID and UNYO_ROOT_SECRET_ACCESS_KEY, the key test/test is for loopback only", s.listen)
	case o.RootID == "":
		o.RootID, o.RootSecret = "test", "test"
	}
	if !o.Loopback && o.Seed != 0 {
		return o, fmt.Errorf("%s is reachable from elsewhere: whoever guesses -seed can forge every key of the estate", s.listen)
	}
	return o, nil
}

// loopback reports whether address can be reached from this machine only.
func loopback(address string) (bool, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false, fmt.Errorf("cannot read -listen: %w", err)
	}
	if host == "localhost" {
		return true, nil
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback(), nil
}

// collectBeyond is how many bytes the process may take before it collects what is no longer used more eagerly: otherwise queries that hold the four
// gigabytes they may hold together would have it grow to twice as many. GOMEMLIMIT says otherwise.
const collectBeyond = 6 << 30

// collectAt is by how many percent what is held grows before it is collected. An estate holds some ten megabytes, and a call of PutLogEvents takes three:
// by Go's own measure, 100, every tenth call would have all of it looked at. What lies about is given back at rest (rest.go).
const collectAt = 200

// How long a client may take for its headers, and how long shutdown waits for calls in flight.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 10 * time.Second
)

// serve opens the estate and answers until it is told to stop.
func serve(ctx context.Context, args []string) error {
	s, err := parseSettings(args)
	if err != nil {
		return err
	}
	o, err := s.options()
	if err != nil {
		return err
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(collectBeyond)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	syscall.Umask(0o077) // the estate holds keys: its files are nobody else's to read
	listeners, err := s.listeners(o)
	if err != nil {
		return err
	}
	w, err := world.Open(ctx, o)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: resting(w.Handler()), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug)}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		o.Log.Info("serving", "address", l.Addr().String(), "tls", s.tls, "data", s.data, "account", s.management)
		go func() { failed <- server.Serve(l) }()
	}
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	w.Stop() // long polls and streams end now
	if e := server.Shutdown(drain); e != nil {
		server.Close()
	}
	return errors.Join(err, w.Close())
}

func (s settings) listeners(o world.Options) ([]net.Listener, error) {
	var config *tls.Config
	if s.tls {
		var hosts []string
		for a := range strings.SplitSeq(s.listen, ",") {
			host, _, _ := net.SplitHostPort(a)
			hosts = append(hosts, host)
		}
		c, err := serverCertificate(filepath.Join(s.data, "tls"), hosts, time.Now())
		if err != nil {
			return nil, err
		}
		config = &tls.Config{Certificates: []tls.Certificate{c}, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12}
	}
	var list []net.Listener
	for a := range strings.SplitSeq(s.listen, ",") {
		l, err := net.Listen("tcp", a)
		if err != nil {
			return nil, err
		}
		if config != nil {
			l = tls.NewListener(l, config)
		}
		list = append(list, l)
	}
	return list, nil
}
