package embedded_test

import (
	"fmt"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel/store"
)

// A range goes whole, whether it is deleted row by row or at once, with what is written before it in the same commit and without what is written behind it.
func TestErasedRanges(t *testing.T) {
	for _, n := range []int{0, 1, 255, 256, 257, 1000} {
		e := open(t, "db", vfs.NewMem())
		writes := []store.Write{{Key: "a", Value: []byte("1")}, {Key: "c", Value: []byte("1")}}
		for i := range n {
			writes = append(writes, store.Write{Key: fmt.Sprintf("b%04d", i), Value: []byte("1")})
		}
		commit := func(writes ...store.Write) {
			wait, err := e.Commit(writes, store.Synced)
			ok(t, err)
			ok(t, wait())
		}
		commit(writes...)
		commit(store.Write{Key: "b9", Value: []byte("1")}, store.Write{Key: "b", End: "c"}, store.Write{Key: "b5", Value: []byte("1")})
		snap := e.Snapshot()
		cur := snap.Scan("", "", false)
		var got []string
		for cur.Next() {
			got = append(got, cur.Key())
		}
		ok(t, cur.Close())
		snap.Close()
		if fmt.Sprint(got) != "[a b5 c]" {
			t.Errorf("%d rows in the range: %v are left", n, got)
		}
		ok(t, e.Close())
	}
}

// BenchmarkErase deletes a range of two rows and reads, again and again: the time of one must not grow with how many went before.
func BenchmarkErase(b *testing.B) {
	e := open(b, b.TempDir(), nil)
	for i := 0; b.Loop(); i++ {
		k := fmt.Sprintf("%09d", i)
		_, err := e.Commit([]store.Write{{Key: k + "a", Value: []byte("1")}, {Key: k + "b", Value: []byte("1")}}, store.Visible)
		ok(b, err)
		_, err = e.Commit([]store.Write{{Key: k, End: k + "z"}}, store.Visible)
		ok(b, err)
		snap := e.Snapshot()
		cur := snap.Scan(k, k+"z", false)
		if cur.Next() {
			b.Fatal("a row is left")
		}
		ok(b, cur.Close())
		snap.Close()
	}
	ok(b, e.Close())
}
