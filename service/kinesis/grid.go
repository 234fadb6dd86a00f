package kinesis

import (
	"slices"
	"time"

	"unyo/kernel/store"
)

// grid is the shards of a stream while they are being changed: open ones in the order of their hash keys, which they
// divide up without gap. Nothing is written before save.
type grid struct {
	s       *Service
	row     *stream
	now     time.Time
	open    []*shard
	changed []*shard
}

// gridOf begins with the open shards among list.
func (s *Service) gridOf(list []shard, row *stream) *grid {
	g := &grid{s: s, row: row, now: s.k.Clock.Now()}
	for i := range list {
		if list[i].open() {
			g.open = append(g.open, &list[i])
			g.now = maxTime(g.now, list[i].OpenedAt) // children come after their parents, whatever the wall says
		}
	}
	slices.SortFunc(g.open, func(a, b *shard) int {
		if a.From < b.From {
			return -1
		}
		return 1
	})
	return g
}

// make opens a shard; its caller gives it its place among the open ones.
func (g *grid) make(from, to hashKey, parents ...int) *shard {
	sh := &shard{Number: g.row.Shards, From: from, To: to, Parents: parents, OpenedAt: g.now}
	g.row.Shards++
	g.changed = append(g.changed, sh)
	return sh
}

// add opens a shard above all others.
func (g *grid) add(from, to hashKey) { g.open = append(g.open, g.make(from, to)) }

// split closes the i-th open shard for two, of which the second begins at key.
func (g *grid) split(i int, key hashKey) {
	old := g.open[i]
	g.shut(old)
	g.open = slices.Replace(g.open, i, i+1, g.make(old.From, key.before(), old.Number), g.make(key, old.To, old.Number))
}

// merge closes the i-th and the next open shard for one. first is the number of the one that is named as parent.
func (g *grid) merge(i, first int) {
	a, b := g.open[i], g.open[i+1]
	g.shut(a)
	g.shut(b)
	parents := []int{a.Number, b.Number}
	if b.Number == first {
		slices.Reverse(parents)
	}
	g.open = slices.Replace(g.open, i, i+2, g.make(a.From, b.To, parents...))
}

func (g *grid) shut(sh *shard) {
	sh.ClosedAt = g.now
	if !slices.Contains(g.changed, sh) {
		g.changed = append(g.changed, sh)
	}
}

// even brings the stream to n shards of the same size: shards are split at the new borders, and what lies between two
// of them is merged.
func (g *grid) even(n int) {
	for i := range n {
		from := border(i, n)
		at := slices.IndexFunc(g.open, func(sh *shard) bool { return sh.From <= from && from <= sh.To })
		if g.open[at].From != from {
			g.split(at, from)
		}
	}
	for i := range n {
		to := lastHash
		if i+1 < n {
			to = border(i+1, n).before()
		}
		for g.open[i].To != to {
			g.merge(i, g.open[i].Number)
		}
	}
}

// find returns the place among the open shards of the shard of that number; -1 when it is not open.
func (g *grid) find(number int) int {
	return slices.IndexFunc(g.open, func(sh *shard) bool { return sh.Number == number })
}

// save writes what has changed, counts the open shards, and has the closed ones expire. row is the caller's to write.
func (g *grid) save(tx *store.Tx) {
	for _, sh := range g.changed {
		if !sh.open() {
			sh.EndPosition = g.s.head(tx, g.row.Name, sh.Number).Next
		}
		g.s.shards.Put(tx, shardKey(g.row.Name, sh.Number), *sh)
	}
	g.row.Open, g.row.Layout = len(g.open), layoutOf(g.open)
	g.s.levels(tx, g.row)
	if slices.ContainsFunc(g.changed, func(sh *shard) bool { return !sh.open() }) {
		g.s.expireLater(tx, g.row, g.now)
	}
}
