package cloudtrail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"unyo/base/call"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// logFile is what a digest says of a log file.
type logFile struct {
	Bucket, Key    string
	Sum            string    // SHA-256 of what is in it, unpacked
	Oldest, Newest time.Time `json:",omitzero"`
}

// events visits what a trail of owner wants of a flight in a place.
func (s *Service) events(tx *store.Tx, t *trail, f *flight, place, owner string, fn func(*journal.Entry)) {
	account, _ := t.at(place, owner)
	for e := range s.index.After(tx, wordOfAccount(account), f.From) {
		if e.Seq > f.To {
			return
		}
		if t.placeOf(e.Call, account, s.regionOf(e.Call)) == place && s.takes(t, e.Call, account) {
			fn(&e)
		}
	}
}

// heard visits the calls behind entry from that stand in a trail of owner, and in whose accounts' stead.
func (s *Service) heard(tx *store.Tx, t *trail, owner string, from uint64) iter.Seq2[journal.Entry, []string] {
	return func(yield func(journal.Entry, []string) bool) {
		if t.Org == "" {
			mine := []string{owner}
			for e := range s.index.After(tx, wordOfAccount(owner), from) {
				if !yield(e, mine) {
					return
				}
			}
			return
		}
		for e := range s.k.Journal.Scan(tx, from) {
			if e.Call == nil {
				continue
			}
			if list := s.recipients(tx.Context(), t, owner, e.Call); len(list) > 0 && !yield(e, list) {
				return
			}
		}
	}
}

// file is a log file of a flight: the same whenever it is made.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
func (s *Service) file(ctx context.Context, t *trail, f *flight, place string) (packed []byte, about logFile, err error) {
	owner := call.From(ctx).Account
	account, _ := t.at(place, owner)
	var text bytes.Buffer
	err = s.k.View(ctx, func(tx *store.Tx) error {
		about = logFile{}
		text.Reset()
		text.WriteString(`{"Records":[`)
		s.events(tx, t, f, place, owner, func(e *journal.Entry) {
			if about.Newest.IsZero() {
				about.Oldest, about.Newest = e.Time, e.Time
			} else {
				text.WriteByte(',')
			}
			if e.Time.Before(about.Oldest) {
				about.Oldest = e.Time
			}
			if e.Time.After(about.Newest) {
				about.Newest = e.Time
			}
			text.WriteString(s.textOf(e, account))
		})
		text.WriteString(`]}`)
		return nil
	})
	if err != nil {
		return nil, about, err
	}
	sum := sha256.Sum256(text.Bytes())
	about.Sum = hex.EncodeToString(sum[:])
	packed, err = pack(text.Bytes())
	return packed, about, err
}

// packers are spared: one has 800 KB, a digest half a kilobyte.
var packers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func pack(text []byte) ([]byte, error) {
	var b bytes.Buffer
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(&b)
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ab"

// fileName is a log file's key: it follows from the flight, so that a file that is put again is put over itself.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
func (s *Service) fileName(ctx context.Context, t *trail, f *flight, place string) string {
	account, region := t.at(place, call.From(ctx).Account)
	unique := s.k.Entropy.Derive("cloudtrail file", 16, s.arn(account, t)+" "+place, f.From, f.To)
	for i := range unique {
		unique[i] = letters[unique[i]%64]
	}
	kind := ""
	if strings.HasSuffix(place, insightPlace) {
		kind = "-Insight"
	}
	return t.folder(account) + kind + "/" + region + f.At.UTC().Format("/2006/01/02/") + account + "_CloudTrail" + kind + "_" + region + f.At.UTC().Format("_20060102T1504Z_") + string(unique) + ".json.gz"
}
