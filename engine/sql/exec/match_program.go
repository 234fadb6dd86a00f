package exec

import (
	"unyo/engine/sql/fault"
	"unyo/engine/sql/plan"
)

// A pattern becomes steps, which are tried in order of preference: what is tried first is what the pattern prefers.
type step struct {
	op    stepKind
	n     int // the label, the guard, or where to go on
	other int // of fork: where to go on if that fails
}

type stepKind uint8

const (
	stepLabel stepKind = iota // the row is one of the label
	stepFork                  // n, else other
	stepJump
	stepGuard  // fails if nothing was matched since it was here: loops end
	stepMark   // an excluded part begins or ends
	stepBegin  // ^
	stepFinish // $
	stepDone
)

// maxSteps bounds what a pattern is written out to.
const maxSteps = 1 << 16

type program struct {
	steps  []step
	guards int
}

func compile(p *plan.Pattern) (*program, error) {
	out := &program{}
	if !out.add(p) {
		return nil, fault.New(fault.NotSupported, "a pattern of more than %d steps is not supported", maxSteps)
	}
	out.put(step{op: stepDone})
	return out, nil
}

func (g *program) put(s step) int {
	g.steps = append(g.steps, s)
	return len(g.steps) - 1
}

// add writes a pattern; false if it becomes too long.
func (g *program) add(p *plan.Pattern) bool {
	if len(g.steps) > maxSteps {
		return false
	}
	switch p.Op {
	case "LABEL":
		g.put(step{op: stepLabel, n: p.Label})
	case "^":
		g.put(step{op: stepBegin})
	case "$":
		g.put(step{op: stepFinish})
	case "SEQUENCE", "EXCLUDE":
		if p.Op == "EXCLUDE" {
			g.put(step{op: stepMark, n: 1})
			defer func() { g.put(step{op: stepMark, n: -1}) }()
		}
		for _, s := range p.Sub {
			if !g.add(s) {
				return false
			}
		}
	case "ANY":
		return g.any(p.Sub)
	case "REPEAT":
		return g.repeat(p)
	}
	return true
}

func (g *program) any(list []*plan.Pattern) bool {
	var ends []int
	for i, s := range list {
		if i == len(list)-1 {
			if !g.add(s) {
				return false
			}
			break
		}
		fork := g.put(step{op: stepFork, n: len(g.steps) + 1})
		if !g.add(s) {
			return false
		}
		ends = append(ends, g.put(step{op: stepJump}))
		g.steps[fork].other = len(g.steps)
	}
	for _, e := range ends {
		g.steps[e].n = len(g.steps)
	}
	return true
}

// fork goes on behind itself or, when it is lazy, elsewhere first; where that is, is put in by join.
func (g *program) fork() int { return g.put(step{op: stepFork, n: len(g.steps) + 1}) }

func (g *program) join(fork int, lazy bool) {
	g.steps[fork].other = len(g.steps)
	if lazy {
		s := &g.steps[fork]
		s.n, s.other = s.other, s.n
	}
}

func (g *program) repeat(p *plan.Pattern) bool {
	x := p.Sub[0]
	copies := p.Min
	if p.Max < 0 && copies > 0 {
		copies-- // the last one is the loop's
	}
	for range copies {
		if !g.add(x) {
			return false
		}
	}
	switch {
	case p.Max < 0 && p.Min > 0: // x, then perhaps again
		again := len(g.steps)
		if !g.add(x) {
			return false
		}
		g.guard()
		f := g.put(step{op: stepFork, n: again, other: len(g.steps) + 1})
		if p.Lazy {
			g.steps[f].n, g.steps[f].other = len(g.steps), again
		}
	case p.Max < 0:
		again := len(g.steps)
		g.guard()
		f := g.fork()
		if !g.add(x) {
			return false
		}
		g.put(step{op: stepJump, n: again})
		g.join(f, p.Lazy)
	default:
		var forks []int
		for range p.Max - p.Min {
			forks = append(forks, g.fork())
			if !g.add(x) {
				return false
			}
		}
		for _, f := range forks {
			g.join(f, p.Lazy)
		}
	}
	return true
}

func (g *program) guard() {
	g.put(step{op: stepGuard, n: g.guards})
	g.guards++
}
