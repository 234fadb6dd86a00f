package insights

import (
	"math"
	"math/bits"
)

// distinct counts different values: by their hashes while there are few, by an estimate with an error of about 0.8 % behind that.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
type distinct struct {
	seen  map[uint64]struct{}
	ranks []uint8 // HyperLogLog; nil while seen is exact
	key   []byte
}

const (
	maxSeen   = 1 << 15
	rankBits  = 14
	rankCount = 1 << rankBits
)

func (d *distinct) add(v *Value, _ *row) {
	d.key = appendKey(d.key[:0], v)
	d.put(hash(d.key))
}

func (d *distinct) put(h uint64) {
	if d.ranks != nil {
		d.estimate(h)
		return
	}
	if d.seen == nil {
		d.seen = map[uint64]struct{}{}
	}
	if d.seen[h] = struct{}{}; len(d.seen) > maxSeen {
		d.widen()
	}
}

func (d *distinct) widen() {
	d.ranks = make([]uint8, rankCount)
	for h := range d.seen {
		d.estimate(h)
	}
	d.seen = nil
}

func (d *distinct) estimate(h uint64) {
	i := h >> (64 - rankBits)
	d.ranks[i] = max(d.ranks[i], uint8(bits.LeadingZeros64(h<<rankBits|1<<(rankBits-1))+1))
}

func (d *distinct) merge(o cell) {
	p := o.(*distinct)
	if p.ranks != nil && d.ranks == nil {
		d.widen()
	}
	if p.ranks == nil {
		for h := range p.seen {
			d.put(h)
		}
		return
	}
	for i, r := range p.ranks {
		d.ranks[i] = max(d.ranks[i], r)
	}
}

func (d *distinct) result() Value {
	if d.ranks == nil {
		return number(float64(len(d.seen)))
	}
	sum, zeros := 0.0, 0
	for _, r := range d.ranks {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			zeros++
		}
	}
	const m = float64(rankCount)
	n := 0.7213 / (1 + 1.079/m) * m * m / sum
	if n <= 2.5*m && zeros > 0 {
		n = m * math.Log(m/float64(zeros))
	}
	return number(math.Round(n))
}

func (d *distinct) size() int { return 24*len(d.seen) + len(d.ranks) }

// hash is FNV-1a, its bits then mixed.
func hash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xFF51AFD7ED558CCD
	h ^= h >> 33
	h *= 0xC4CEB9FE1A85EC53
	return h ^ h>>33
}
