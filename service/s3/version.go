package s3

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"unyo/engine/blob"
	"unyo/kernel/store"
)

// Versions of one key are numbered from 1. The newest is the row in table objects, unless it is a delete marker; all
// others, and every delete marker, are in table versions under the complement of their number, so that a scan
// meets the newest first. A bucket that was never versioned has rows in objects only.
//
// A version id is 24 bytes in base64: the number, hidden under the first random bytes, then 16 random bytes. So a version is
// found by its id without an index.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html

const (
	enabled   = "Enabled"
	suspended = "Suspended"
	nullID    = "null"
)

var versionText = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._").WithPadding(base64.NoPadding)

// versionID makes the id of version seq from 16 random bytes.
func versionID(seq uint64, random []byte) string {
	b := binary.BigEndian.AppendUint64(nil, seq^binary.BigEndian.Uint64(random))
	return versionText.EncodeToString(append(b, random[:16]...))
}

// sequenceOf undoes versionID; false for what never was an id.
func sequenceOf(id string) (uint64, bool) {
	b, err := versionText.DecodeString(id)
	if err != nil || len(b) != 24 {
		return 0, false
	}
	return binary.BigEndian.Uint64(b) ^ binary.BigEndian.Uint64(b[8:]), true
}

// shown is the version id as responses name it.
func (o *object) shown() string {
	if o.ID == "" {
		return nullID
	}
	return o.ID
}

func (o *object) null() bool { return o.ID == "" }

// place is where a version lies among those of its key.
func place(name, key string, seq uint64) string {
	return store.Key(name, key, string(binary.BigEndian.AppendUint64(nil, ^seq)))
}

// newest returns the newest version of a key, which may be a delete marker.
func (s *Service) newest(tx *store.Tx, b *bucket, name, key string) (object, bool) {
	if o, ok := s.objects.Get(tx, store.Key(name, key)); ok || b.Versioning == "" {
		return o, ok
	}
	_, o, ok := s.versions.First(tx, store.Key(name, key, ""))
	return o, ok
}

// version finds the version with an id.
func (s *Service) version(tx *store.Tx, name, key, id string) (object, bool, error) {
	seq, ok := sequenceOf(id)
	if !ok && id != nullID {
		return object{}, false, invalidArgument("versionId", id, "Invalid version id specified")
	}
	if o, ok := s.objects.Get(tx, store.Key(name, key)); ok && o.shown() == id {
		return o, true, nil
	}
	if id == nullID {
		if seq, ok = s.nulls.Get(tx, store.Key(name, key)); !ok {
			return object{}, false, nil
		}
	}
	o, ok := s.versions.Get(tx, place(name, key, seq))
	return o, ok && o.shown() == id, nil
}

// add makes o the newest version of a key, as the bucket's versioning wants it, and returns it as it was stored.
// random makes its id.
func (s *Service) add(tx *store.Tx, b *bucket, name, key string, o object, random []byte) object {
	at := store.Key(name, key)
	old, has := s.objects.Get(tx, at)
	top := old
	if !has {
		top, _ = s.newest(tx, b, name, key)
	}
	o.Seq = top.Seq + 1
	if b.Versioning == enabled {
		o.ID = versionID(o.Seq, random)
	}
	replaced := false
	switch {
	case has && (b.Versioning == enabled || b.Versioning == suspended && !old.null()):
		replaced, old.Since = true, o.Modified
		s.plan(tx, b, name, key, &old, noncurrent)
		s.shelve(tx, name, key, old)
	case has:
		s.drop(tx, b, name, key, &old)
	case top.Marker && (b.Versioning == enabled || !top.null()): // a delete marker comes to lie under the new version
		replaced, top.Since = true, o.Modified
		s.plan(tx, b, name, key, &top, noncurrent)
		s.shelve(tx, name, key, top)
	}
	if b.Versioning == suspended {
		s.dropShelvedNull(tx, b, name, key)
	}
	if o.Marker {
		s.objects.Delete(tx, at)
		if _, _, under := s.versions.First(tx, store.Key(name, key, "")); !under {
			s.plan(tx, b, name, key, &o, alone)
		}
		s.shelve(tx, name, key, o)
	} else {
		s.plan(tx, b, name, key, &o, current)
		s.objects.Put(tx, at, o)
		s.stored(tx, b, name, &o, 1)
	}
	if replaced && b.Rules != 0 {
		s.replanOutgrown(tx, b, name, key)
	}
	return o
}

// shelve puts a version among the older ones.
func (s *Service) shelve(tx *store.Tx, name, key string, o object) {
	s.versions.Put(tx, place(name, key, o.Seq), o)
	if o.null() {
		s.nulls.Put(tx, store.Key(name, key), o.Seq)
	}
}

// unshelve takes a version's row from among the older ones.
func (s *Service) unshelve(tx *store.Tx, name, key string, o *object) {
	s.versions.Delete(tx, place(name, key, o.Seq))
	if o.null() {
		s.nulls.Delete(tx, store.Key(name, key))
	}
}

func (s *Service) dropShelvedNull(tx *store.Tx, b *bucket, name, key string) {
	seq, ok := s.nulls.Get(tx, store.Key(name, key))
	if !ok {
		return
	}
	if o, ok := s.versions.Get(tx, place(name, key, seq)); ok {
		s.unshelve(tx, name, key, &o)
		s.drop(tx, b, name, key, &o)
	}
}

// remove deletes one version for good. If it was the newest, the one before becomes it.
func (s *Service) remove(tx *store.Tx, b *bucket, name, key string, o *object) {
	at := store.Key(name, key)
	if cur, ok := s.objects.Get(tx, at); ok && cur.Seq == o.Seq {
		s.objects.Delete(tx, at)
	} else {
		s.unshelve(tx, name, key, o)
	}
	s.drop(tx, b, name, key, o)
	if b.Versioning == "" {
		return
	}
	if _, ok := s.objects.Get(tx, at); ok {
		return
	}
	if _, next, ok := s.versions.First(tx, store.Key(name, key, "")); ok && !next.Marker {
		s.unshelve(tx, name, key, &next)
		next.Since = time.Time{}
		s.plan(tx, b, name, key, &next, current)
		s.objects.Put(tx, at, next)
		return
	}
	s.replanTop(tx, b, name, key)
}

// drop gives back what a version held; its row is gone or about to be overwritten.
func (s *Service) drop(tx *store.Tx, b *bucket, name, key string, o *object) {
	s.unplan(tx, name, key, o)
	if o.Marker {
		return
	}
	s.leave(tx, b, name, o)
	refs := []blob.Ref{o.Blob}
	if o.Upload != "" {
		lo := store.Key(o.Upload, "")
		for _, ps := range s.extents.Prefix(tx, lo, "") {
			for _, p := range ps {
				refs = append(refs, p.Blob)
			}
		}
		s.extents.Erase(tx, lo, successor(lo))
	}
	tx.After(func() { s.blobs.Free(refs...) })
}

// successor is the first key behind every key that begins with prefix; "" when there is none.
func successor(prefix string) string {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xFF {
			return prefix[:i] + string([]byte{prefix[i] + 1})
		}
	}
	return ""
}
