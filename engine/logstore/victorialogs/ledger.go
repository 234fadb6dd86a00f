package victorialogs

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"unyo/base/must"
	"unyo/engine/logstore"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ledger is which logs of a group VictoriaLogs surely has, in order of their sequences. Its file begins with the mark under which the
// group's rows are sent, for its name may come again in another life; then comes a line for each log. A line is a checksum and
// JSON. The file ends where a line is not whole.
type ledger struct {
	fs   logstore.FS
	path string
	size int64
	mark string         // "": there is no file, and nothing was sent
	logs []logstore.Log // replaced, never changed
}

func openLedger(fsys logstore.FS, path string) (*ledger, error) {
	l := &ledger{fs: fsys, path: path}
	f, size, err := fsys.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buf := make([]byte, size)
	if _, err := f.ReadAt(buf, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for {
		line, rest, whole := bytes.Cut(buf, []byte("\n"))
		if !whole || !l.read(line) {
			return l, nil
		}
		l.size, buf = l.size+int64(len(line)+1), rest
	}
}

// read takes a line of the file.
func (l *ledger) read(line []byte) bool {
	sum, text, _ := bytes.Cut(line, []byte(" "))
	if string(sum) != fmt.Sprintf("%08x", crc32.Checksum(text, castagnoli)) {
		return false
	}
	if l.mark == "" {
		return json.Unmarshal(text, &l.mark) == nil
	}
	var log logstore.Log
	if json.Unmarshal(text, &log) != nil {
		return false
	}
	l.logs = append(l.logs, log)
	return true
}

func appendLine(dst []byte, v any) []byte {
	text := must.Do(json.Marshal(v))
	return fmt.Appendf(dst, "%08x %s\n", crc32.Checksum(text, castagnoli), text)
}

// begin gives the group a mark, durably, unless it has one.
func (l *ledger) begin() error {
	if l.mark != "" {
		return nil
	}
	l.mark = strings.ToLower(rand.Text())
	err := l.keep(nil)
	if err != nil {
		l.mark = ""
	}
	return err
}

// add writes down, durably, that VictoriaLogs has log.
func (l *ledger) add(log logstore.Log) error {
	f, _, err := l.fs.Open(l.path)
	if err != nil {
		return err
	}
	defer f.Close()
	line := appendLine(nil, log)
	if err := f.Truncate(l.size); err != nil { // what a failed attempt may have left
		return err
	}
	if _, err := f.WriteAt(line, l.size); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	l.logs, l.size = append(slices.Clip(l.logs), log), l.size+int64(len(line))
	return nil
}

// keep strikes out all but logs, durably.
func (l *ledger) keep(logs []logstore.Log) error {
	text := appendLine(nil, l.mark)
	for _, log := range logs {
		text = appendLine(text, log)
	}
	tmp := l.path + ".tmp"
	if err := ignoreMissing(l.fs.Remove(tmp)); err != nil {
		return err
	}
	f, err := l.fs.Create(tmp)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(text, 0); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := l.fs.Rename(tmp, l.path); err != nil {
		return err
	}
	l.logs, l.size = logs, int64(len(text))
	return l.fs.SyncDir(filepath.Dir(l.path))
}

// erase removes the file, durably.
func (l *ledger) erase() error {
	if err := ignoreMissing(l.fs.Remove(l.path)); err != nil {
		return err
	}
	l.mark, l.logs, l.size = "", nil, 0
	return l.fs.SyncDir(filepath.Dir(l.path))
}

// has reports whether the ledger names the log of a batch.
func has(logs []logstore.Log, seq uint64) bool {
	i := sort.Search(len(logs), func(i int) bool { return logs[i].Last >= seq })
	return i < len(logs) && logs[i].Base <= seq
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
