package world

import (
	"bytes"
	"crypto/aes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"unyo/base/keywrap"
	"unyo/base/must"
)

// The estate is encrypted under a key that is drawn when it begins and lies in its folder, wrapped under the one in the key file. So the key file can be kept
// elsewhere, and told to be the wrong one; docs/keys.md says why it is done like this.

const (
	keyName  = "unyo-key-1 " // begins a key file; the key follows, in hexadecimal
	keyMagic = "unyokey1"    // begins Dir/key; the wrapped key follows
	lostKey  = "cannot open the estate in %s: "
)

// estateKey is the key that the estate is encrypted under, nil without a key file. A new estate, and one from before, gets one.
func (o Options) estateKey() (*[32]byte, error) {
	if o.Dir == "" {
		return nil, nil
	}
	place := filepath.Join(o.Dir, "key")
	kept, err := os.ReadFile(place)
	began := err == nil
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case o.KeyFile == "" && !began:
		return nil, nil
	case o.KeyFile == "":
		return nil, fmt.Errorf(lostKey+"it is encrypted, and no file with its key is named", o.Dir)
	}
	outer, err := readKey(o.KeyFile)
	switch {
	case errors.Is(err, fs.ErrNotExist) && began:
		return nil, fmt.Errorf(lostKey+"the file with its key, %s, is not there. Bring it back, or name it by -key-file: without it nothing can be read", o.Dir, o.KeyFile)
	case errors.Is(err, fs.ErrNotExist):
		outer, err = makeKey(o.KeyFile)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the estate's key: %w", err)
	}
	under := must.Do(aes.NewCipher(outer[:]))
	if !began {
		inner, wrapped := keywrap.Draw(under)
		if err := writeOnce(place, append([]byte(keyMagic), wrapped[:]...)); err != nil {
			return nil, fmt.Errorf("cannot keep the estate's key: %w", err)
		}
		return &inner, nil
	}
	if !bytes.HasPrefix(kept, []byte(keyMagic)) || len(kept) != len(keyMagic)+keywrap.Size {
		return nil, fmt.Errorf(lostKey+"%s is damaged. Bring it back from a copy: it belongs to %s", o.Dir, place, o.KeyFile)
	}
	inner, ok := keywrap.Unwrap(under, [keywrap.Size]byte(kept[len(keyMagic):]))
	if !ok {
		return nil, fmt.Errorf(lostKey+"the key in %s is not its key, or %s is damaged", o.Dir, o.KeyFile, place)
	}
	return &inner, nil
}

func draw() (key [32]byte) {
	_, _ = rand.Read(key[:]) // never fails
	return key
}

// readKey reads a key file.
func readKey(name string) (key [32]byte, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return key, err
	}
	digits, ok := strings.CutPrefix(strings.TrimSpace(string(text)), keyName)
	b, err := hex.DecodeString(digits)
	if !ok || err != nil || len(b) != len(key) {
		return key, fmt.Errorf("%s is no key file: it should be %q and 64 hexadecimal digits", name, keyName)
	}
	return [32]byte(b), nil
}

// makeKey makes a key file that nobody else can read.
func makeKey(name string) ([32]byte, error) {
	key := draw()
	if err := writeOnce(name, []byte(keyName+hex.EncodeToString(key[:])+"\n")); err != nil {
		return key, err
	}
	return readKey(name)
}

// writeOnce makes a file with content durable, whole or not at all, and never in the place of another.
func writeOnce(name string, content []byte) (err error) {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".key-*") // 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), name); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
