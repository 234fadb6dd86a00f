package victorialogs

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"unyo/engine/logstore"
)

// Options of a store.
type Options struct {
	FS       logstore.FS // nil is logstore.Disk
	Key      [32]byte    // of the logs, as in logstore.Options
	LogBytes int64       // size at which a log is full; 0 is logstore's default
	// Settle is how long after a log was sent VictoriaLogs is asked whether it has all of it. It must be longer than rows and the
	// index of streams may stay in VictoriaLogs' memory: a second and twice its -inmemoryDataFlushInterval (5 s). 0 is 30 s.
	Settle time.Duration
	Linger time.Duration // what comes within it is sent together; 0 is 100 ms
	// Failed hears of background work that went wrong and will be tried again. Nil ignores it.
	Failed func(error)
}

const (
	defaultSettle = 30 * time.Second
	defaultLinger = 100 * time.Millisecond
)

// Store is a logstore.Engine.
type Store struct {
	wal *logstore.Store
	vl  *client
	dir string
	o   Options

	durable func() error
	ctx     context.Context // ends with the store
	cancel  context.CancelFunc
	work    sync.WaitGroup
	sends   chan struct{} // as many as may send at once

	mu      sync.Mutex
	shelves map[string]*shelf
}

var _ logstore.Engine = (*Store)(nil)

// Open opens the store whose logs are in walDir, what else it must know in dir, and whose events are in the VictoriaLogs at address, which
// need not be there yet. The address may end in ?settle=DURATION.
func Open(walDir, dir, address string, o Options) (*Store, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("%q is not the URL of a VictoriaLogs", address)
	}
	if settle := u.Query().Get("settle"); settle != "" {
		if o.Settle, err = time.ParseDuration(settle); err != nil || o.Settle <= 0 {
			return nil, fmt.Errorf("cannot read settle of %q: it is a duration such as 30s", address)
		}
	}
	u.RawQuery = ""
	if o.FS == nil {
		o.FS = logstore.Disk
	}
	if o.Settle == 0 {
		o.Settle = defaultSettle
	}
	if o.Linger == 0 {
		o.Linger = defaultLinger
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	s := &Store{vl: newClient(u.String()), dir: dir, o: o, sends: make(chan struct{}, 4), shelves: map[string]*shelf{}}
	if err := s.o.FS.MkdirAll(s.ledgers()); err != nil {
		return nil, fmt.Errorf("cannot open the log store: %w", err)
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.wal = logstore.Open(walDir, logstore.Options{FS: o.FS, Key: o.Key, LogBytes: o.LogBytes, Raw: true, Failed: o.Failed})
	return s, nil
}

// ledgers is the folder of the groups' ledgers. It says whether an estate keeps its events in a VictoriaLogs.
func (s *Store) ledgers() string { return filepath.Join(s.dir, "ledger") }

// shelf is what is known of a group.
type shelf struct {
	name string

	mu      sync.Mutex
	ledger  *ledger
	gone    bool // dropped
	working bool // somebody sends
	again   bool // and has something new to look at

	// of the one who sends
	sent     uint64 // batches up to it were sent; 0: not known yet
	sendings []sending
}

// sending says when batches up to a sequence had been sent.
type sending struct {
	seq uint64
	at  time.Time
}

// shelf returns a group's, reading its ledger when it is first asked for.
func (s *Store) shelf(group string) (*shelf, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.shelves[group]
	if h == nil {
		l, err := openLedger(s.o.FS, filepath.Join(s.ledgers(), url.PathEscape(group)))
		if err != nil {
			return nil, fmt.Errorf("cannot read the ledger of log group %s: %w", group, err)
		}
		h = &shelf{name: group, ledger: l}
		s.shelves[group] = h
	}
	return h, nil
}

// held is what VictoriaLogs surely has of the group.
func (h *shelf) held() []logstore.Log {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ledger.logs
}

// begin returns the mark under which the group is sent; "" when the group is gone.
func (h *shelf) begin() (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone {
		return "", nil
	}
	err := h.ledger.begin()
	return h.ledger.mark, err
}

// where is the beginning of every query: the group's rows.
func (h *shelf) where() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return marked(h.ledger.mark)
}

// marked selects the rows under some marks.
func marked(marks ...string) string {
	return `{unyo in ("` + strings.Join(marks, `","`) + `")}`
}

// Committed is handed on to the logs; durable is asked before a batch is sent.
func (s *Store) Committed(f func(ctx context.Context, group string, stream uint64) (uint64, error), durable func() error) {
	s.durable = durable
	s.wal.Committed(f, durable)
}

// Stage writes a batch into the group's log.
func (s *Store) Stage(ctx context.Context, b *logstore.Batch) (logstore.Ref, error) {
	return s.wal.Stage(ctx, b)
}

// Publish makes a batch visible, and has it sent.
func (s *Store) Publish(r logstore.Ref) {
	s.wal.Publish(r)
	s.wake(r.Group())
}

// Discard forgets a batch.
func (s *Store) Discard(r logstore.Ref) {
	s.wal.Discard(r)
	s.wake(r.Group())
}

// Head is the log's.
func (s *Store) Head(ctx context.Context, group string) (uint64, error) {
	return s.wal.Head(ctx, group)
}

// Stats adds up the logs and the ledger.
func (s *Store) Stats(ctx context.Context, group string) (logstore.Stats, error) {
	h, err := s.shelf(group)
	if err != nil {
		return logstore.Stats{}, err
	}
	h.mu.Lock() // no log is moved meanwhile
	defer h.mu.Unlock()
	st, err := s.wal.Stats(ctx, group)
	if err != nil {
		return st, err
	}
	for _, l := range h.ledger.logs {
		st.Events, st.Bytes = st.Events+l.Events, st.Bytes+l.Bytes
		st.Oldest, st.Newest = min(st.Oldest, l.Oldest), max(st.Newest, l.Newest)
	}
	return st, nil
}

// Close stops sending. What was not sent is in the logs.
func (s *Store) Close() error {
	s.cancel()
	s.work.Wait()
	return s.wal.Close()
}
