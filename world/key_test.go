package world

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	s3api "unyo/api/s3"
	"unyo/kernel/store/embedded"
)

// locked is how an estate is opened that has a key file, and the folder that both are in.
func locked(t *testing.T) Options {
	t.Helper()
	dir := t.TempDir()
	return Options{Dir: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "data.key"), Clock: "held", Seed: 3, Management: sourceAccount, Loopback: true, RootID: "test", RootSecret: "test", Log: slog.New(slog.DiscardHandler)}
}

// stocked puts an object into a new estate, or one that is there.
func stocked(t *testing.T, o Options) {
	t.Helper()
	w := openWorld(t, o)
	defer closeWorld(t, w)
	a := w.account(sourceAccount)
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: new("zebra-crossing"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	done[*s3api.PutObjectOutput](t)(a.s3.PutObject(a.ctx(), &s3api.PutObjectInput{Bucket: new("zebra-crossing"), Key: new("k"), Body: strings.NewReader("content")}))
}

// hashOf opens an estate and returns its state hash.
func hashOf(t *testing.T, o Options) string {
	t.Helper()
	w := openWorld(t, o)
	defer closeWorld(t, w)
	return done[string](t)(w.Kernel.Hash(t.Context()))
}

// stockOf opens an estate and reads the object. It returns the state hash before that.
func stockOf(t *testing.T, o Options) string {
	t.Helper()
	w := openWorld(t, o)
	defer closeWorld(t, w)
	hash := done[string](t)(w.Kernel.Hash(t.Context()))
	a := w.account(sourceAccount)
	got := done[*s3api.GetObjectOutput](t)(a.s3.GetObject(a.ctx(), &s3api.GetObjectInput{Bucket: new("zebra-crossing"), Key: new("k")}))
	if text := done[[]byte](t)(io.ReadAll(got.Body)); string(text) != "content" {
		t.Errorf("%q", text)
	}
	return hash
}

func unopened(t *testing.T, o Options, words ...string) {
	t.Helper()
	w, err := Open(t.Context(), o)
	if err == nil {
		t.Fatalf("it opens: %v", w.Close())
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not say %q", err, word)
		}
	}
}

// The key of a new estate is made, for nobody else to read; without it, with another, and with what is none nothing is opened, made or changed.
func TestKeyFile(t *testing.T) {
	o := locked(t)
	stocked(t, o)
	before := hashOf(t, o)
	key := done[[]byte](t)(os.ReadFile(o.KeyFile))
	if info := done[fs.FileInfo](t)(os.Stat(o.KeyFile)); info.Mode().Perm() != 0o600 || !strings.HasPrefix(string(key), keyName) {
		t.Errorf("%v: %q", info.Mode(), key)
	}
	unreadable(t, o.Dir, "zebra-crossing", strings.TrimSpace(strings.TrimPrefix(string(key), keyName)))

	none := o
	none.KeyFile = ""
	unopened(t, none, o.Dir, "no file with its key is named")
	other := o
	other.KeyFile = filepath.Join(t.TempDir(), "missing.key")
	unopened(t, other, o.Dir, other.KeyFile, "-key-file")
	if _, err := os.Stat(other.KeyFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key was made for an estate that has one: %v", err)
	}
	for text, says := range map[string]string{keyName + strings.Repeat("0", 64): "is not its key", "": "no key file", keyName + "zz": "no key file", string(key[:30]): "no key file"} {
		if err := os.WriteFile(other.KeyFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		unopened(t, other, other.KeyFile, says)
	}
	place := filepath.Join(o.Dir, "key")
	inner := done[[]byte](t)(os.ReadFile(place))
	for i := range inner {
		bad := bytes.Clone(inner)
		bad[i] ^= 4
		if err := os.WriteFile(place, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		unopened(t, o, place, "damaged")
	}
	if err := os.Remove(place); err != nil { // as if the folder had been copied without it
		t.Fatal(err)
	}
	w, err := Open(t.Context(), o)
	if !errors.Is(err, embedded.ErrKey) {
		t.Fatal(w, err)
	}
	if err := os.WriteFile(place, inner, 0o600); err != nil {
		t.Fatal(err)
	}
	if after := stockOf(t, o); after != before {
		t.Error("the estate has changed")
	}
}

// The same calls with one seed give the same estate, whatever its key, and without one.
func TestKeyIsNoState(t *testing.T) {
	var hashes []string
	for range 2 {
		o := locked(t)
		stocked(t, o)
		hashes = append(hashes, stockOf(t, o))
	}
	o := locked(t)
	o.KeyFile = ""
	stocked(t, o)
	if hashes = append(hashes, stockOf(t, o)); hashes[0] != hashes[1] || hashes[1] != hashes[2] {
		t.Error(hashes)
	}
}

// An estate from before moves over when it is first opened with a key file, from wherever a start before that was cut off; what has the seed in it goes.
func TestKeyOfEstateFromBefore(t *testing.T) {
	from := locked(t)
	from.KeyFile = ""
	stocked(t, from)
	hash := hashOf(t, from)
	for name, cut := range map[string]func(o Options) error{
		"at first":          func(Options) error { return nil },
		"with the key file": func(o Options) error { _, err := makeKey(o.KeyFile); return err },
		"with a torn file": func(o Options) error {
			return os.WriteFile(filepath.Join(filepath.Dir(o.KeyFile), ".key-1"), []byte(keyName), 0o600)
		},
		"with both keys": func(o Options) error { _, err := o.estateKey(); return err },
		"while rows are": func(o Options) error {
			_, err := o.estateKey()
			return errors.Join(err, os.Mkdir(filepath.Join(o.Dir, "state", "store.new"), 0o700), os.WriteFile(filepath.Join(o.Dir, "state", "store.new", "000001.log"), []byte("half"), 0o600))
		},
		"with a closed door": func(o Options) error { return os.MkdirAll(filepath.Join(o.Dir, "state", "store.new"), 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			o := locked(t)
			if err := errors.Join(os.CopyFS(o.Dir, os.DirFS(from.Dir)), cut(o)); err != nil {
				t.Fatal(err)
			}
			if got := stockOf(t, o); got != hash {
				t.Error("the estate has changed")
			}
			unreadable(t, filepath.Join(o.Dir, "state"), "zebra-crossing")
			stockOf(t, o)
		})
	}
}
