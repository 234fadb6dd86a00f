package cloudwatch

import (
	"context"
	"encoding/binary"

	"unyo/base/must"
	"unyo/engine/statistic"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// atOnce is how many rows one transaction writes, about: points that are moved and those they become, metrics and when they are due.
const atOnce = 300

// ageDue moves the points that have reached the age to the next resolution, some metrics at a time. A repeat goes on where the first run ended. Each
// transaction begins behind the metrics that are dealt with: rows that are deleted still have to be passed over for a while, and there may be many.
func (s *Service) ageDue(ctx context.Context, _ none) error {
	now := s.now()
	for from, done := "", false; !done; {
		var reached string
		if err := s.k.Update(ctx, func(tx *store.Tx) error {
			reached, done = "", false
			for room := atOnce; room > 0; {
				at, ok := s.dueFrom(tx, max(from, reached))
				if !ok || dueOf(at)*hour > now {
					break
				}
				reached = at
				s.ageMetric(tx, at[4:], now, &room)
			}
			if reached != "" {
				return nil
			}
			at, ok := s.dueFrom(tx, "")
			if ok && dueOf(at)*hour <= now { // put meanwhile
				return nil
			}
			if done = true; ok {
				s.age.AtKey(tx, "age", utc(dueOf(at)*hour), none{})
			}
			jobs.Settle(ctx, tx)
			return nil
		}, store.Relaxed); err != nil {
			return err
		}
		from = reached
	}
	return nil
}

// dueFrom is the first metric that is due, from one on.
func (s *Service) dueFrom(tx *store.Tx, from string) (key string, ok bool) {
	for key := range s.dues.Between(tx, from, "") {
		return key, true
	}
	return "", false
}

func dueOf(key string) int64 { return int64(binary.BigEndian.Uint32([]byte(key[:4]))) }

// ageMetric moves as many points of one metric as there is room for in the transaction. When all have moved it notes when the next are due;
// a metric without points is forgotten.
func (s *Service) ageMetric(tx *store.Tx, key string, now int64, room *int) {
	row, ok := s.metrics.Get(tx, key)
	must.Hold(ok, "no metric of which points are due: %q", key)
	sum := key[len(key)-16:]
	next := int64(0)
	*room -= 3 // the metric, and when it was and will be due
	for _, unit := range row.Units {
		for n := len(levels) - 1; n >= 0; n-- { // the coarser first, for what is moved comes behind it
			first := s.move(tx, sum, unit, n, now, room)
			if *room <= 0 {
				return // still due: the next transaction goes on
			}
			next = sooner(next, first)
		}
	}
	s.markDue(tx, key, &row, next)
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
	var keys, moved []string
	for key, raw := range s.points.Between(tx, lo, pointKey(sum, unit, n, endOfTime)) {
		to, at := rank(n, timeOf(key), now)
		if to == n {
			due = sooner(due, max(dueHour(n, timeOf(key)), now/hour+1))
			break
		}
		if *room--; *room <= 0 {
			break
		}
		if moved = append(moved, key); to == gone {
			continue
		}
		target := pointKey(sum, unit, to, at)
		set := decode(raw)
		if last := len(keys) - 1; last >= 0 && keys[last] == target { // points ascend, and so do their targets
			into[last].Merge(&set)
			continue
		}
		*room--
		keys, into = append(keys, target), append(into, set)
		due = sooner(due, max(dueHour(to, at), now/hour+1))
	}
	for _, key := range moved { // not erased as a range: thousands of ranges, of a metric each, would slow down all that reads
		s.points.Delete(tx, key)
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
