package recordstore_test

import (
	"iter"
	"testing"

	"unyo/engine/blob"
	"unyo/engine/recordstore"
	"unyo/engine/recordstore/recordstoretest"
)

func TestContract(t *testing.T) {
	recordstoretest.Run(t, recordstoretest.Subject{Open: func(t *testing.T, dir string, committed iter.Seq2[blob.Ref, error]) recordstoretest.Opened {
		store, err := blob.Open(dir, committed, blob.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return recordstoretest.Opened{Engine: recordstore.Blobs{Store: store}, Sweep: store.Sweep, Stop: func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		}}
	}})
}
