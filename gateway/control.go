package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"unyo/kernel"
	"unyo/kernel/clock"
	"unyo/kernel/store"
	"unyo/wire"
)

const controlPrefix = "/_unyo/"

// Control is the door beside the AWS API: clock, hash, coverage, reset, and what doctor reads. On loopback
// it needs no signature, but refuses foreign Host and Origin headers, so that no web page can reach it
// through a browser; elsewhere requests are signed by the root key for the service «unyo».
type Control struct {
	Kernel   *kernel.Kernel
	Loopback bool
	RootID   string
	Secret   string
	Wall     func() time.Time
	Log      *slog.Logger
	Coverage func(service string) any
	Reset    func(ctx context.Context) error
}

// maxControlBody bounds what the door reads.
const maxControlBody = 64 << 10

func (d *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			d.Log.Error("panic at the door", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			say(w, http.StatusInternalServerError, "internal failure")
		}
	}()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxControlBody+1))
	if err != nil || len(body) > maxControlBody {
		say(w, http.StatusRequestEntityTooLarge, "the body is too large")
		return
	}
	if why := d.refuse(r, body); why != "" {
		say(w, http.StatusForbidden, why)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, controlPrefix)
	for _, door := range []struct {
		method, path string
		open         func(w http.ResponseWriter, r *http.Request, body []byte) error
	}{
		{http.MethodGet, "health", d.health}, {http.MethodGet, "clock", d.showClock}, {http.MethodPost, "clock", d.moveClock},
		{http.MethodGet, "hash", d.hash}, {http.MethodPost, "reset", d.reset}, {http.MethodGet, "coverage", d.coverage},
		{http.MethodGet, "doctor/rows", d.rows}, {http.MethodGet, "doctor/trace", d.trace},
		{http.MethodGet, "doctor/failed", d.failed}, {http.MethodPost, "doctor/retry", d.retry},
	} {
		if door.path != path {
			continue
		}
		if door.method != r.Method {
			continue
		}
		if err := door.open(w, r, body); err != nil {
			d.fail(w, err)
		}
		return
	}
	say(w, http.StatusNotFound, "there is no such door")
}

// refuse says why the request may not enter, "" when it may.
func (d *Control) refuse(r *http.Request, body []byte) string {
	if !d.Loopback {
		return d.unsigned(r, body)
	}
	if !localName(hostName(r.Host)) {
		return "the Host header names no address of this machine"
	}
	if o := r.Header.Get("Origin"); o != "" {
		u, err := url.Parse(o)
		if err != nil || !localName(u.Hostname()) {
			return "the Origin header names another site"
		}
	}
	return ""
}

func localName(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (d *Control) unsigned(r *http.Request, body []byte) string {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "the query cannot be read"
	}
	sig, err := wire.ParseSignature(r, query)
	if err != nil || sig.AccessKeyID != d.RootID || sig.Service != "unyo" {
		return "sign with the root key for the service unyo"
	}
	if skew := d.Wall().Sub(sig.Time); skew > maxSkew || skew < -maxSkew {
		return "the signature's time is not now"
	}
	if sig.Verify(r, query, d.Secret, sha256Hex(body)) != nil {
		return "the signature does not match"
	}
	return ""
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	writeJSON(w, map[string]string{"error": text})
}

func writeJSON(w io.Writer, v any) {
	_ = json.NewEncoder(w).Encode(v) // a client that went away needs no answer
}

// errRequest is the caller's mistake at this door.
type errRequest struct{ text string }

func (e errRequest) Error() string { return e.text }

func (d *Control) fail(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	var mistake errRequest
	if errors.As(err, &mistake) || errors.Is(err, clock.ErrPast) || errors.Is(err, clock.ErrRate) {
		status = http.StatusBadRequest
	}
	say(w, status, err.Error())
}

func reply(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	writeJSON(w, v)
	return nil
}

func (d *Control) health(w http.ResponseWriter, _ *http.Request, _ []byte) error {
	return reply(w, map[string]string{"status": "ok"})
}

func (d *Control) hash(w http.ResponseWriter, r *http.Request, _ []byte) error {
	h, err := d.Kernel.Hash(r.Context())
	if err != nil {
		return err
	}
	return reply(w, map[string]string{"hash": h})
}

func (d *Control) reset(w http.ResponseWriter, r *http.Request, _ []byte) error {
	if err := d.Reset(r.Context()); err != nil {
		return err
	}
	return reply(w, map[string]string{"status": "empty"})
}

func (d *Control) coverage(w http.ResponseWriter, r *http.Request, _ []byte) error {
	return reply(w, d.Coverage(r.URL.Query().Get("service")))
}

// rows streams rows whose path begins with prefix, a line each.
func (d *Control) rows(w http.ResponseWriter, r *http.Request, _ []byte) error {
	w.Header().Set("Content-Type", "application/x-ndjson")
	return d.Kernel.Store.Cat(r.Context(), r.URL.Query().Get("prefix"), func(row store.Raw) bool {
		value := row.JSON
		if strings.HasPrefix(row.Path(), "@kernel/seed/") { // whoever knows it can forge every key
			value = []byte(`"` + hidden + `"`)
		}
		writeJSON(w, map[string]any{"key": row.Path(), "value": value})
		return r.Context().Err() == nil
	})
}

func (d *Control) trace(w http.ResponseWriter, r *http.Request, _ []byte) error {
	entries, err := d.Kernel.Journal.Trace(r.Context(), r.URL.Query().Get("request"))
	if err != nil {
		return err
	}
	return reply(w, entries)
}

const maxFailures = 1000

func (d *Control) failed(w http.ResponseWriter, r *http.Request, _ []byte) error {
	list, err := d.Kernel.Jobs.Failures(r.Context(), maxFailures)
	if err != nil {
		return err
	}
	return reply(w, list)
}

func (d *Control) retry(w http.ResponseWriter, r *http.Request, body []byte) error {
	var in struct {
		Job string `json:"job"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return errRequest{"the body is no JSON"}
	}
	if err := d.Kernel.Jobs.Again(r.Context(), in.Job); err != nil {
		return errRequest{err.Error()}
	}
	return reply(w, map[string]string{"job": in.Job})
}
