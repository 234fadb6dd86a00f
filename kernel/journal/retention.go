package journal

import (
	"context"
	"encoding/binary"
	"time"

	"unyo/base/must"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Retention is how long entries are kept, as CloudTrail's event history is.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
const Retention = 90 * 24 * time.Hour

// expires is the day on which an entry of that instant has outlived its time.
func expires(at time.Time) time.Time {
	return at.Add(Retention + 24*time.Hour).Truncate(24 * time.Hour)
}

// trim drops what has outlived its time. Entries lie nearly in order of time, so the first young one ends the search.
func (j *Journal) trim(ctx context.Context) error {
	cut := j.clock.Now().Add(-Retention)
	return j.store.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		key, _, any := j.entries.First(tx, "")
		if !any {
			return nil
		}
		last, _, _ := j.entries.Last(tx, "")
		lo, hi := number(key), number(last)+1
		for lo < hi {
			mid := lo + (hi-lo)/2
			for k, e := range j.entries.Between(tx, seqKey(mid), "") {
				if e.Time.Before(cut) {
					lo = number(k) + 1
				} else {
					hi = mid
				}
				break
			}
		}
		j.entries.Erase(tx, "", seqKey(lo))
		j.chapters.Erase(tx, "", chapterKey((lo-1)/chapterLen))
		for _, e := range j.entries.Between(tx, seqKey(lo), "") {
			j.expire.Again(tx, expires(e.Time))
			return nil
		}
		return nil
	})
}

func number(key string) uint64 {
	must.Hold(len(key) == 8, "journal key of %d bytes", len(key))
	return binary.BigEndian.Uint64([]byte(key))
}
