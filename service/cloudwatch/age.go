package cloudwatch

import (
	"context"
	"encoding/binary"

	"unyo/base/must"
	"unyo/engine/statistic"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// atOnce is how many points one transaction writes.
const atOnce = 300

// ageDue moves the points that have reached the age to the next resolution, metric by metric, each in transactions of its own. A repeat
// goes on where the first run ended.
func (s *Service) ageDue(ctx context.Context, _ none) error {
	now := s.now()
	for more := true; more; {
		if err := s.k.Update(ctx, func(tx *store.Tx) error {
			at, _, ok := s.dues.First(tx, "")
			if more = ok && dueOf(at)*hour <= now; more {
				s.ageMetric(tx, at[4:], now)
				return nil
			}
			if ok {
				s.age.AtKey(tx, "age", utc(dueOf(at)*hour), none{})
			}
			jobs.Settle(ctx, tx)
			return nil
		}, store.Relaxed); err != nil {
			return err
		}
	}
	return nil
}

func dueOf(key string) int64 { return int64(binary.BigEndian.Uint32([]byte(key[:4]))) }

// ageMetric moves as many points of one metric as go into a transaction. When all have moved it notes when the next are due;
// a metric without points is forgotten.
func (s *Service) ageMetric(tx *store.Tx, key string, now int64) {
	row, ok := s.metrics.Get(tx, key)
	must.Hold(ok, "no metric of which points are due: %q", key)
	sum := key[len(key)-16:]
	room, next := atOnce, int64(0)
	for _, unit := range row.Units {
		for n := len(levels) - 1; n >= 0; n-- { // the coarser first, for what is moved comes behind it
			first := s.move(tx, sum, unit, n, now, &room)
			if room <= 0 {
				return // still due: the next transaction goes on
			}
			next = sooner(next, first)
		}
	}
	s.reschedule(tx, key, &row, next)
	if next == 0 {
		s.metrics.Delete(tx, key)
		return
	}
	s.metrics.Put(tx, key, row)
}

// move takes the points of one level that count as coarser ones where they belong. It returns when the first of them, or of those that stay, is due next.
func (s *Service) move(tx *store.Tx, sum string, unit byte, n int, now int64, room *int) (due int64) {
	lo := pointKey(sum, unit, n, 0)
	var into []statistic.Set
	var keys []string
	hi := lo
	for key, raw := range s.points.Between(tx, lo, pointKey(sum, unit, n, endOfTime)) {
		to, at := rank(n, timeOf(key), now)
		if to == n {
			due = sooner(due, max(dueHour(n, timeOf(key)), now/hour+1))
			break
		}
		if to != gone {
			target := pointKey(sum, unit, to, at)
			set := decode(raw)
			if last := len(keys) - 1; last >= 0 && keys[last] == target { // points ascend, and so do their targets
				into[last].Merge(&set)
			} else if *room--; *room <= 0 {
				break
			} else {
				keys, into = append(keys, target), append(into, set)
				due = sooner(due, max(dueHour(to, at), now/hour+1))
			}
		}
		hi = key + "\x00"
	}
	if hi != lo {
		s.points.Erase(tx, lo, hi)
	}
	for i := range into {
		s.merge(tx, keys[i], &into[i])
	}
	return due
}

// sooner is the earlier of two hours, of which 0 is never.
func sooner(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
