package insights

import (
	"fmt"
	"slices"
	"strings"
)

// patternColumns are the fields that pattern gives.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Pattern.html
var patternColumns = []string{"@pattern", "@patternId", "@ratio", "@sampleCount", "@severityLabel"}

// diffColumns are those that diff adds. AWS's pages name them for the console only.
var diffColumns = []string{"@previousSampleCount", "@differenceSampleCount", "@differenceDescription"}

// pattern gathers texts that are alike.
func (x *planner) pattern(cmd *Pattern) *Error {
	of, err := x.expr(cmd.Of)
	if err != nil {
		return err
	}
	return x.patterns(of, cmd.Span)
}

func (x *planner) patterns(of eval, at Span) *Error {
	if !x.events {
		return fault(at, "pattern must stand before commands that gather events %s", where(x.text, at.Start))
	}
	plan := x.plan
	x.gather(func() sink { return &shapes{plan: plan, of: of, shapes: map[string]*shape{}} })
	x.renew(patternColumns)
	return nil
}

// diff has the commands before it done over an earlier period too, and compares the patterns of both.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Diff.html
func (x *planner) diff(cmd *Diff) *Error {
	if x.events {
		if err := x.patterns(x.name(&Name{Path: "@message", Parts: []string{"@message"}}), cmd.Span); err != nil {
			return err
		}
	}
	if _, ok := x.slots["@pattern"]; !ok || x.plan.back != nil || len(x.plan.segments) != 1 || len(x.cur.steps) > 0 || x.order != nil {
		return fault(cmd.Span, "diff must stand behind pattern, or behind commands that look at events %s", where(x.text, cmd.Start))
	}
	x.plan.back = cmd
	x.renew(append(slices.Clone(patternColumns), diffColumns...))
	return nil
}

// shapes counts texts by their shape: what they are when everything that looks like a value is left out.
type shapes struct {
	plan   *Plan
	of     eval
	shapes map[string]*shape
	key    []byte
	cut    []piece
	bytes  int
}

// shape is texts of one shape, in the period that is asked about and in the one before.
type shape struct {
	pieces    []piece
	now, past int64
}

// piece is a word, or what stands between words.
type piece struct {
	text   string
	kind   string // "": as it is; otherwise what it is a value of: Timestamp, IPAddress, UUID, Token
	word   bool
	atHand []byte // text, before it is kept
}

// maxShapes bounds how many shapes are told apart; texts of further ones are counted as one.
const (
	maxShapes = 20_000
	maxPieces = 400
)

func (x *shapes) add(r *row) {
	v := x.of(r)
	if v.Kind == Null {
		return
	}
	x.cut = cutPieces(x.cut[:0], v.bytes(&r.a))
	x.key = x.key[:0]
	for i := range x.cut {
		if p := &x.cut[i]; p.kind != "" {
			x.key = append(append(x.key, 0), p.kind...)
		} else {
			x.key = append(append(x.key, 1), p.atHand...)
		}
	}
	s := x.shapes[string(x.key)]
	if s == nil {
		s = x.open()
	}
	if r.past {
		s.past++
	} else {
		s.now++
	}
}

func (x *shapes) open() *shape {
	s := &shape{pieces: slices.Clone(x.cut)}
	for i := range s.pieces {
		if p := &s.pieces[i]; p.kind == "" {
			p.text = string(p.atHand)
		}
		s.pieces[i].atHand = nil
	}
	x.shapes[string(x.key)] = s
	x.bytes += 2*len(x.key) + 64*len(s.pieces) + 100
	return s
}

func (x *shapes) merge(o sink) {
	y := o.(*shapes)
	x.bytes += y.bytes
	for key, s := range y.shapes {
		if mine := x.shapes[key]; mine != nil {
			mine.now += s.now
			mine.past += s.past
		} else {
			x.shapes[key] = s
		}
	}
}

func (x *shapes) size() int { return x.bytes }

// rows are the patterns, those with most texts first.
func (x *shapes) rows() []*kept {
	all := make([]*shape, 0, len(x.shapes))
	total := int64(0)
	for _, s := range x.shapes {
		all = append(all, s)
		total += s.now
	}
	list := cluster(all)
	columns := patternColumns
	if x.plan.back != nil {
		columns = append(slices.Clone(columns), diffColumns...)
	} else {
		list = slices.DeleteFunc(list, func(s *shape) bool { return s.now == 0 })
	}
	var out []*kept
	for i, s := range list[:min(len(list), maxLimit)] {
		text := s.String()
		cells := []Value{str([]byte(text)), str(fmt.Appendf(nil, "%016x", hash([]byte(text)))), number(float64(s.now) / float64(max(1, total))), number(float64(s.now)), severity(s.pieces),
			number(float64(s.past)), number(float64(s.now - s.past)), str([]byte(s.change()))}
		k := &kept{at: nth(i), born: nth(i), vals: cells[:len(columns)], set: make([]bool, len(columns))}
		for j := range k.set {
			k.set[j] = true
		}
		out = append(out, k)
	}
	return out
}

// String is the pattern, each value as what it is of and which of the pattern's values it is.
func (s *shape) String() string {
	var b strings.Builder
	n := 0
	for i := range s.pieces {
		if p := &s.pieces[i]; p.kind != "" {
			n++
			fmt.Fprintf(&b, "<%s-%d>", p.kind, n)
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

func (s *shape) change() string {
	switch {
	case s.past == 0:
		return "New"
	case s.now == 0:
		return "No longer seen"
	case s.now > s.past:
		return "More frequent"
	case s.now < s.past:
		return "Less frequent"
	}
	return "Unchanged"
}

// severities are the words that say how bad things are. Texts with different ones are never alike.
var severities = map[string]string{
	"fatal": "Error", "critical": "Error", "error": "Error", "err": "Error", "severe": "Error", "warn": "Warning", "warning": "Warning", "info": "Info", "information": "Info", "notice": "Info",
	"debug": "Debug", "trace": "Debug",
}

func severity(pieces []piece) Value {
	for i := range pieces {
		if s := severities[strings.ToLower(pieces[i].text)]; s != "" && pieces[i].word {
			return str([]byte(s))
		}
	}
	return Value{}
}
