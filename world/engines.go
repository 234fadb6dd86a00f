package world

import "path/filepath"

// engines do the bulk work; each has a folder of its own below the estate's.
type engines struct{}

// stateDir is where the rows lie.
func (o Options) stateDir() string {
	if o.Dir == "" {
		return ""
	}
	return filepath.Join(o.Dir, "state")
}

func (w *World) openEngines() error { return nil }

func (e *engines) reset() error { return nil }

func (e *engines) close() error { return nil }
