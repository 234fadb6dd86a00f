package journal

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"iter"
	"slices"
	"time"

	"unyo/base/must"
	"unyo/kernel/store"
)

// Index finds entries by words. Chapters of 256 entries are indexed when somebody asks (Extend): what a chapter says follows from its
// entries alone, so it does not matter who writes it, or when. Behind the last chapter the entries themselves are read.
type Index struct {
	journal *Journal
	words   func(*Entry) []string
}

// chapter is the index of 256 entries: the number of different words, their sums in order, where the places of each end, and the places.
type chapter []byte

// So many entries, each with so many words of its own, fit the row of a chapter.
const (
	chapterLen = 256
	maxWords   = 20
)

// Index makes the journal's index: words are what an entry
// can be found by; the first 20 count. There is one, and it is made before the kernel is started.
func (j *Journal) Index(words func(*Entry) []string) *Index {
	must.Hold(!j.indexed, "the journal has one index")
	j.indexed = true
	return &Index{j, func(e *Entry) []string {
		list := words(e)
		return list[:min(len(list), maxWords)]
	}}
}

func chapterKey(n uint64) string { return seqKey(n) }

// Extend indexes the whole chapters that are not indexed yet, each in a transaction of its own.
func (x *Index) Extend(ctx context.Context) error {
	for more := true; more; {
		err := x.journal.store.Update(ctx, func(tx *store.Tx) error {
			more = x.extend(tx)
			return nil
		}, store.Relaxed)
		if err != nil {
			return fmt.Errorf("cannot index the journal: %w", err)
		}
	}
	return nil
}

// extend indexes the next chapter, if it is whole.
func (x *Index) extend(tx *store.Tx) bool {
	n, ok := x.next(tx)
	if !ok || !x.journal.entries.Has(tx, seqKey((n+1)*chapterLen)) {
		return false
	}
	places := map[uint32][]uint16{}
	for k, e := range x.journal.entries.Between(tx, seqKey(n*chapterLen+1), seqKey((n+1)*chapterLen+1)) {
		e.Seq = number(k)
		for _, w := range x.words(&e) {
			at, h := uint16(e.Seq-n*chapterLen-1), sum(w)
			if p := places[h]; len(p) == 0 || p[len(p)-1] != at {
				places[h] = append(p, at)
			}
		}
	}
	x.journal.chapters.Put(tx, chapterKey(n), bind(places))
	return true
}

// next is the number of the first chapter that is not indexed; chapter n begins behind entry n*chapterLen.
func (x *Index) next(tx *store.Tx) (uint64, bool) {
	if k, ok := x.journal.lastChapter(tx); ok {
		return number(k) + 1, true
	}
	for k := range x.journal.entries.Between(tx, "", "") {
		return (number(k) - 1) / chapterLen, true
	}
	return 0, false
}

func (j *Journal) lastChapter(tx *store.Tx) (string, bool) {
	k, _, ok := j.chapters.Last(tx, "")
	return k, ok
}

// Before visits the entries with a word and a number below before, from the latest to the first; 0 begins at the end. Words are found
// by a sum: the caller looks whether the entry really is what it seeks.
func (x *Index) Before(tx *store.Tx, word string, before uint64) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		edge := ""
		if before > 0 {
			edge = seqKey(before)
		}
		next, _ := x.next(tx)
		for k, e := range x.journal.entries.Back(tx, seqKey(next*chapterLen+1), edge) {
			if e.Seq = number(k); slices.Contains(x.words(&e), word) && !yield(e) {
				return
			}
		}
		if before > 0 {
			edge = chapterKey((before-1)/chapterLen + 1)
		}
		for k, c := range x.journal.chapters.Back(tx, "", edge) {
			for _, place := range slices.Backward(c.find(sum(word))) {
				seq := number(k)*chapterLen + 1 + uint64(place)
				if before > 0 && seq >= before {
					continue
				}
				if e, ok := x.journal.Entry(tx, seq); ok && !yield(e) {
					return
				}
			}
		}
	}
}

// After visits the entries with a word and a number above after, in order.
func (x *Index) After(tx *store.Tx, word string, after uint64) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		next, _ := x.next(tx)
		for k, c := range x.journal.chapters.Between(tx, chapterKey(after/chapterLen), "") {
			for _, place := range c.find(sum(word)) {
				seq := number(k)*chapterLen + 1 + uint64(place)
				if seq <= after {
					continue
				}
				if e, ok := x.journal.Entry(tx, seq); ok && !yield(e) {
					return
				}
			}
		}
		for k, e := range x.journal.entries.Between(tx, seqKey(max(after, next*chapterLen)+1), "") {
			if e.Seq = number(k); slices.Contains(x.words(&e), word) && !yield(e) {
				return
			}
		}
	}
}

// Entry returns the entry of a number.
func (j *Journal) Entry(tx *store.Tx, seq uint64) (Entry, bool) {
	e, ok := j.entries.Get(tx, seqKey(seq))
	e.Seq = seq
	return e, ok
}

// Last is the number of the latest entry, 0 in an empty journal.
func (j *Journal) Last(tx *store.Tx) uint64 {
	for k := range j.entries.Back(tx, "", "") {
		return number(k)
	}
	return 0
}

// Near is the number of the first entry at or after t, if entries lay in order of time; they nearly do.
func (j *Journal) Near(tx *store.Tx, t time.Time) uint64 {
	key, _, ok := j.entries.First(tx, "")
	if !ok {
		return 0
	}
	lo, hi := number(key), j.Last(tx)+1
	for lo < hi {
		mid := lo + (hi-lo)/2
		if e, ok := j.Entry(tx, mid); ok && !e.Time.Before(t) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

func sum(word string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(word))
	return h.Sum32()
}

func bind(places map[uint32][]uint16) chapter {
	sums := make([]uint32, 0, len(places))
	for h := range places {
		sums = append(sums, h)
	}
	slices.Sort(sums)
	c := binary.BigEndian.AppendUint16(nil, uint16(len(sums)))
	for _, h := range sums {
		c = binary.BigEndian.AppendUint32(c, h)
	}
	end := 0
	for _, h := range sums {
		end += len(places[h])
		c = binary.BigEndian.AppendUint16(c, uint16(end))
	}
	for _, h := range sums {
		for _, p := range places[h] {
			c = binary.BigEndian.AppendUint16(c, p)
		}
	}
	return c
}

// find returns the places of the word with sum h, in order.
func (c chapter) find(h uint32) []uint16 {
	n := int(binary.BigEndian.Uint16(c))
	sums, ends, places := c[2:2+4*n], c[2+4*n:2+6*n], c[2+6*n:]
	lo, hi := 0, n
	for lo < hi {
		if mid := (lo + hi) / 2; binary.BigEndian.Uint32(sums[4*mid:]) < h {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == n || binary.BigEndian.Uint32(sums[4*lo:]) != h {
		return nil
	}
	from := 0
	if lo > 0 {
		from = int(binary.BigEndian.Uint16(ends[2*lo-2:]))
	}
	var list []uint16
	for i := from; i < int(binary.BigEndian.Uint16(ends[2*lo:])); i++ {
		list = append(list, binary.BigEndian.Uint16(places[2*i:]))
	}
	return list
}

// Quick fulfils store.Quick: a search may read thousands of chapters.
func (c *chapter) Quick(json []byte) bool {
	if len(json) < 2 || json[0] != '"' {
		return false
	}
	b := make([]byte, base64.StdEncoding.DecodedLen(len(json)-2))
	n, err := base64.StdEncoding.Decode(b, json[1:len(json)-1])
	*c = b[:n]
	return err == nil
}
