package store

import (
	"errors"
	"fmt"
)

// Limits hold on every engine, so that what works on one works on all. More belongs in an engine for bulk.
const (
	MaxKey   = 2 << 10  // bytes of a row's key, without service, table, account, region
	MaxValue = 64 << 10 // bytes of an encoded row
	MaxRows  = 1000     // rows written in one transaction
	MaxBytes = 4 << 20  // keys and values written in one transaction
)

var (
	// ErrTooLarge is a transaction beyond the limits. Nothing of it was written.
	ErrTooLarge = errors.New("transaction too large")
	// ErrDiskFull is a commit for which there is no space. Nothing of it was written; later ones succeed when space returns.
	ErrDiskFull = errors.New("disk full")
	// ErrBroken is a store whose disk failed while writing: what the last commits left behind is not known
	// until it is opened again.
	ErrBroken = errors.New("store is broken until it is reopened")
	// ErrClosed is a store after Close.
	ErrClosed = errors.New("store is closed")
	// ErrCorrupt is a row that cannot be decoded.
	ErrCorrupt = errors.New("row cannot be decoded")

	errConflict = errors.New("conflict")
	errTooOld   = fmt.Errorf("%w: snapshot too old", errConflict)
)

// abort carries an error out of a transaction's function through its callers, to Update or View.
type abort struct{ err error }
