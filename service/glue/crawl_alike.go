package glue

import (
	"crypto/sha256"
	"strconv"

	"unyo/engine/classify"
)

// tried is how many kinds are tried for more tables that are like them, once there is one of which enough are.
const tried = 100

// most are the tables that are like one of them, of that for which these are most; nil if there are fewer than least.
//
// There may be many, and each may be unlike all others: those that are equal are compared once, and one of which it is clear that too few
// can be like it is not compared any further.
func (g grouping) most(ones []found, least float64) (best []found) {
	kinds, of := g.kinds(ones)
	share := map[string]int{} // by column: how many tables have it
	for _, k := range kinds {
		for _, c := range k.format.Columns {
			share[c.Name] += k.count
		}
	}
	at, most := -1, 0
	var like []bool
	for i, k := range kinds {
		if at >= 0 && (most == len(ones) || i >= tried) {
			break
		}
		if !g.combine && !k.hopeful(share, least) {
			continue
		}
		is := g.like(k.found)
		alike, count, left := make([]bool, len(kinds)), 0, len(ones)
		for j := range kinds {
			if float64(count+left) < least {
				break
			}
			if left -= kinds[j].count; is(kinds[j].found) {
				alike[j] = true
				count += kinds[j].count
			}
		}
		if float64(count) >= least && count > most {
			at, most, like = i, count, alike
		}
	}
	if at < 0 {
		return nil
	}
	for j := range ones {
		if like[of[j]] {
			best = append(best, ones[j])
		}
	}
	return best
}

// kind is tables that are equal but for where they lie.
type kind struct {
	*found
	count int
}

// kinds are the kinds of tables in the order of their first ones, and of which each is.
func (g grouping) kinds(ones []found) (kinds []kind, of []int) {
	known := map[string]int{}
	for i := range ones {
		key := strconv.Itoa(len(ones[i].levels)) + "\x00" + ones[i].format.Key()
		n, ok := known[key]
		if !ok {
			n = len(kinds)
			known[key] = n
			kinds = append(kinds, kind{found: &ones[i]})
		}
		kinds[n].count++
		of = append(of, n)
	}
	return kinds, of
}

// hopeful tells whether at least so many tables can be similar: each of them has most of its columns, by name.
func (k *kind) hopeful(share map[string]int, least float64) bool {
	all := 0
	for _, c := range k.format.Columns {
		all += share[c.Name]
	}
	return float64(all) >= 0.99*classify.Alike*least*float64(len(k.format.Columns)) // less than exact, for rounding's sake
}

// shared keeps once in memory what many folders say alike.
type shared struct {
	formats map[[sha256.Size]byte]classify.Format
	columns int
}

func newShared() *shared { return &shared{formats: map[[sha256.Size]byte]classify.Format{}} }

// of is the same list, whose columns are those of the ones before that are equal.
func (s *shared) of(list []held) []held {
	for i := range list {
		is := &list[i].Is
		key := sha256.Sum256([]byte(is.Key()))
		was, ok := s.formats[key]
		if !ok {
			was = *is
			s.formats[key] = was
			s.columns += len(was.Columns)
		}
		is.Columns = was.Columns
	}
	return list
}
