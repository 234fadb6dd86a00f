package world

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"unyo/engine/blob"
	"unyo/engine/collector"
	"unyo/engine/logstore"
	"unyo/engine/logstore/victorialogs"
	"unyo/engine/oidc"
	"unyo/engine/recordstore"
	"unyo/engine/sql/trino"
	"unyo/kernel"
	"unyo/kernel/store"
	"unyo/service/cloudtrail"
	"unyo/service/firehose"
	"unyo/service/kinesis"
	"unyo/service/s3"
)

// engines do the bulk work; each has a folder of its own below the estate's.
type engines struct {
	dir   string // of all engines
	temp  bool   // dir is ours to remove
	blobs *blob.Store
	stock *s3.Stock // what rows say is in blobs
	logs  logstore.Engine

	records recordstore.Engine // of Kinesis

	collector *collector.Client
	issuers   *oidc.Client
	trino     *trino.Client // nil: queries are run here
}

// stateDir is where the rows lie.
func (o Options) stateDir() string {
	if o.Dir == "" {
		return ""
	}
	return filepath.Join(o.Dir, "state")
}

// openEngines opens every engine, telling it what rows refer to. An estate in memory keeps its bulk in a
// folder that goes with it.
func (w *World) openEngines() error {
	e := &w.engines
	e.dir = w.options.Dir
	if e.dir == "" {
		dir, err := os.MkdirTemp("", "unyo")
		if err != nil {
			return err
		}
		e.dir, e.temp = dir, true
	}
	e.collector = collector.New(collector.Options{Loopback: w.options.Loopback})
	e.issuers = oidc.New(oidc.Options{Loopback: w.options.Loopback})
	var err error
	if e.trino, err = openTrino(w.options.SQL); err != nil {
		return err
	}
	return e.open(w.Kernel, w.options.Logs, w.options.Kinesis)
}

func (e *engines) open(k *kernel.Kernel, logs, records string) (err error) {
	if err := e.openRecords(k, records); err != nil {
		return err
	}
	e.stock = s3.NewStock(k.For("s3"))
	refs := []iter.Seq2[blob.Ref, error]{e.stock.Refs(), firehose.Blobs(k.For("firehose")), cloudtrail.Blobs(k.For("cloudtrail"))}
	if e.records == nil {
		refs = append(refs, kinesis.Refs(k.For("kinesis")))
	}
	e.blobs, err = blob.Open(filepath.Join(e.dir, "blob"), together(refs...), blob.Options{Durable: k.Store.Sync, Later: store.IsDeferred, Key: k.BulkKey("blob")})
	if err != nil {
		return err
	}
	k.Store.Precede(e.blobs.Flush)
	if e.records == nil {
		e.records = recordstore.Blobs{Store: e.blobs}
	}
	return e.openLogs(k, logs)
}

// openRecords opens the store of Kinesis' records that where names, kafka=HOST:PORT,…, if it names one: "" is the blobs.
func (e *engines) openRecords(k *kernel.Kernel, where string) (err error) {
	far := filepath.Join(e.dir, "kafka")
	kind, address, _ := strings.Cut(where, "=")
	switch _, err := os.Stat(far); {
	case where == "" && err == nil:
		return errors.New("this estate's Kinesis records lie in a Kafka: start it with -kinesis kafka=HOST:PORT")
	case where == "":
		return nil
	case kind != "kafka":
		return fmt.Errorf("unknown store of records %q: it is kafka=HOST:PORT[,HOST:PORT]", where)
	}
	e.records, err = openKafka(far, address, kinesis.Refs(k.For("kinesis")), k.Store.Sync, func(err error) { k.Log.Error("store of records", "error", err) }, e.temp)
	return err
}

// openTrino is the Trino that where names, trino=http://host:8080?catalog=hive, or nil for "".
func openTrino(where string) (*trino.Client, error) {
	kind, address, _ := strings.Cut(where, "=")
	u, err := url.Parse(address)
	switch {
	case where == "":
		return nil, nil
	case kind != "trino" || err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("unknown SQL engine %q: it is trino=http://host:8080?catalog=hive", where)
	}
	c := &trino.Client{Catalog: cmp.Or(u.Query().Get("catalog"), "hive"), URL: u, HTTP: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	u.RawQuery = ""
	return c, nil
}

// openLogs opens the log engine that where names: "" is the one on this disk, victorialogs=URL one whose events move on to there.
func (e *engines) openLogs(k *kernel.Kernel, where string) (err error) {
	dir, far := filepath.Join(e.dir, "log"), filepath.Join(e.dir, "victorialogs")
	failed := func(err error) { k.Log.Error("log store", "error", err) }
	kind, address, _ := strings.Cut(where, "=")
	key := k.BulkKey("log")
	switch {
	case kind == "victorialogs":
		e.logs, err = victorialogs.Open(dir, far, address, victorialogs.Options{Failed: failed, Key: key})
		return err
	case where != "":
		return fmt.Errorf("unknown log store %q: it is victorialogs=URL", where)
	}
	if _, err := os.Stat(far); err == nil {
		return errors.New("this estate's log events lie in a VictoriaLogs: start it with -logs victorialogs=URL")
	}
	e.logs = logstore.Open(dir, logstore.Options{Failed: failed, Key: key})
	return nil
}

// together yields all refs of all services that keep blobs.
func together(lists ...iter.Seq2[blob.Ref, error]) iter.Seq2[blob.Ref, error] {
	return func(yield func(blob.Ref, error) bool) {
		for _, list := range lists {
			for ref, err := range list {
				if !yield(ref, err) {
					return
				}
			}
		}
	}
}

func (e *engines) close() error {
	var err error
	if e.records != nil {
		err = e.records.Close()
	}
	if e.blobs == nil {
		return err
	}
	err = errors.Join(err, e.blobs.Close())
	e.collector.Close()
	if e.logs != nil {
		err = errors.Join(err, e.logs.Close())
	}
	if e.temp {
		err = errors.Join(err, os.RemoveAll(e.dir))
	}
	return err
}
