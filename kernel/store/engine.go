package store

// Engine keeps rows: bytes under keys, in byte order of the keys. The sequencer in front of it calls
// Commit for one transaction at a time; everything else is called from many goroutines.
// What an engine must do is written as tests in package storetest.
type Engine interface {
	// Snapshot shows what is committed at this moment and goes on showing it until closed.
	Snapshot() Snapshot
	// Commit makes writes visible, all or none, in the order given. It returns wait, which blocks until the writes, and all
	// committed before them, have come as far as asked; nil where there is nothing to wait for.
	// An error of Commit means that nothing was written, and later commits may succeed (ErrDiskFull).
	// An error of wait means that nobody knows: the engine must not be used any more.
	Commit(writes []Write, until Until) (wait func() error, err error)
	// Sync returns when everything committed so far survives power loss.
	Sync() error
	Close() error
}

// Until is how far a commit must have come.
type Until int

const (
	Visible Until = iota // for others
	Written              // it survives the process: the kernel has it
	Synced               // it survives power loss
)

// Snapshot is a fixed view. Slices it hands out are the caller's to keep and must not be changed.
type Snapshot interface {
	Get(key string) (value []byte, ok bool, err error)
	// Scan visits rows with lo <= key < hi, in order, or backwards; hi "" means to the end.
	Scan(lo, hi string, backwards bool) Cursor
	Close()
}

// Cursor walks over rows. It starts before the first.
type Cursor interface {
	Next() bool
	Key() string
	Value() []byte
	// Close ends the walk and returns what made it stop early, if anything did.
	Close() error
}

// Write is one change: a row put, a row deleted (Value nil), or with End every row Key <= k < End deleted.
type Write struct {
	Key   string
	Value []byte
	End   string
}
