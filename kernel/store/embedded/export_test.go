package embedded

import "context"

// Reserve is how many bytes the ballast has.
const Reserve = reserve

// Margin is how many bytes must be free beside it.
const Margin = margin

// Tidy writes what is in memory to files and merges them, as Pebble does on its own when there is more.
func (e *Engine) Tidy() error {
	if err := e.db.Flush(); err != nil {
		return err
	}
	return e.db.Compact(context.Background(), []byte{0}, []byte{0xFF}, false)
}
