package insights_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"unyo/engine/insights"
	"unyo/engine/shaped"
)

// takenApart is lines as a store might keep them: some of their tokens with a digit are fields, by chance.
type takenApart struct {
	lines  []string
	shapes []shaped.Shape
	ids    []uint32
	fields [][]string // by column
	whole  int        // lines that were asked for
}

func takeApart(r *rand.Rand, lines []string) *takenApart {
	b := &takenApart{lines: lines}
	known, columns := map[string]uint32{}, map[string]uint32{}
	often, apart := r.IntN(4), r.IntN(2) == 0
	for _, l := range lines {
		var s shaped.Shape
		var fields []string
		for i := 0; i < len(l); {
			from := i
			kinds := uint8(0)
			for ; i < len(l) && shaped.KindOf[l[i]] != 0; i++ {
				kinds |= shaped.KindOf[l[i]]
			}
			switch {
			case i == from:
				s.Text = append(s.Text, l[i])
				i++
			case kinds&shaped.Digit == 0 || r.IntN(4) < often && r.IntN(8) > 0:
				s.Text = append(s.Text, l[from:i]...)
			default:
				s.Fields = append(s.Fields, shaped.Field{At: uint32(len(s.Text)), Kinds: kinds})
				fields = append(fields, l[from:i])
			}
		}
		key := string(s.Text)
		for _, f := range s.Fields {
			key += string(binary.AppendUvarint(nil, uint64(f.At))) + "\x00"
		}
		id, ok := known[key]
		if !ok {
			id = uint32(len(b.shapes))
			known[key], b.shapes = id, append(b.shapes, s)
			for i := range s.Fields {
				name := fmt.Sprint(i)
				if apart {
					name = fmt.Sprint(i, id)
				}
				c, ok := columns[name]
				if !ok {
					c = uint32(len(b.fields))
					columns[name], b.fields = c, append(b.fields, nil)
				}
				b.shapes[id].Fields[i].Column = c
			}
		}
		b.ids = append(b.ids, id)
		for i, f := range fields {
			c := b.shapes[id].Fields[i].Column
			b.fields[c] = append(b.fields[c], f)
		}
	}
	for i := range b.shapes {
		for j := range b.shapes[i].Fields {
			f := &b.shapes[i].Fields[j]
			for _, t := range b.fields[f.Column] {
				for _, c := range []byte(t) {
					f.Kinds |= shaped.KindOf[c]
				}
			}
		}
	}
	return b
}

func (b *takenApart) Shapes() []shaped.Shape { return b.shapes }
func (b *takenApart) Lines() []uint32        { return b.ids }
func (b *takenApart) Columns() int           { return len(b.fields) }
func (b *takenApart) Append(dst []byte, column uint32, n int) []byte {
	return append(dst, b.fields[column][n]...)
}
func (b *takenApart) Message(line int) ([]byte, error) {
	b.whole++
	return []byte(b.lines[line]), nil
}

// group is one whose lines are handed out in two blocks, apart or whole.
type group struct {
	lambda bool
	lines  []string
	blocks []*takenApart // nil: whole
}

func (g *group) Groups() []*insights.Group {
	return []*insights.Group{{Label: "1:g", Streams: map[uint64]string{}, Lambda: g.lambda, Pointer: func(e *insights.Event) string { return fmt.Sprint(e.Seq) }}}
}
func (g *group) Workers() int { return 2 }

func (g *group) Sweep(_ context.Context, _ insights.Wanted, yield insights.Yield) (n insights.Swept, err error) {
	half := len(g.lines) / 2
	for i, part := range [][]string{g.lines[:half], g.lines[half:]} {
		var events []insights.Event
		for k, l := range part {
			e := insights.Event{Timestamp: start + int64(i*half+k)*700, Seq: uint64(i*half + k)}
			if g.blocks == nil {
				e.Message = []byte(l)
			}
			events = append(events, e)
			n.Events++
			n.Bytes += int64(len(l))
		}
		if g.blocks == nil {
			err = yield(i, 0, events, nil)
		} else {
			err = yield(i, 0, events, g.blocks[i])
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// line is one of few shapes.
func (g generator) line() string {
	id := func() string { return fmt.Sprintf("%x", g.Uint64N(1<<(1+g.IntN(60)))) }
	n := func() string { return fmt.Sprint(g.IntN(1 << g.IntN(12))) }
	v := func() string {
		return g.one(n(), n(), `"`+id()+`"`, `"`+n()+`"`, "-"+n()+"."+n(), n()+"e1", "1e"+n()+"z", id(), "true", "null", `""`, `"x`+n()+`"`, `"say \"`+id()+`\" \u00e9 \n`+n()+`"`, `"\`+id()+`"`, `"ü`+n()+"\xff\"", `"`+n()+"\x00"+id()+`"`,
			`[`+n()+`,"`+id()+`"]`, `{"list":[`+n()+`],"e":`+n()+`}`)
	}
	switch g.IntN(16) {
	case 0:
		return fmt.Sprintf(`{"a":%s,"k%s":%s,"b":%s}`, v(), n(), v(), v())
	case 1:
		return fmt.Sprintf(`{"%s":1,"a%s" : %s , "d":{"e":%s,"list":[%s]},"c":%s`, id(), n(), v(), v(), v(), v())
	case 2:
		return fmt.Sprintf(` {"b": %s , "a":%s}%s`, v(), v(), n())
	case 3:
		return fmt.Sprintf(`%s{"a":%s}`, g.one(n(), id()+" ", "INFO "), v())
	case 4, 5:
		return fmt.Sprintf(`10.0.%s.%s - "%s /p/%s/word HTTP/1.1" %s %s x%s`, n(), n(), g.one("GET", "POST", "G3T", id()), g.one(n(), id(), "x"), n(), n(), id())
	case 6:
		return fmt.Sprintf("2 %s eni-%s 10.0.0.%s 10.0.0.%s %s %s 6 %s %s %s %s ACCEPT %s", n(), id(), n(), n(), n(), g.one(n(), "-"), n(), n(), n(), n(), g.one("OK", "NODATA", n()))
	case 11:
		return fmt.Sprintf("1.0 2026-01-01T00:00:%sZ Z%s a%s.example.com %s NOERROR UDP %s %s -", n(), id(), n(), g.one("A", "AAAA", id()), id(), g.one("-", id()))
	case 13:
		return fmt.Sprintf("2026-%sZ\t%08x-%04x-4%03x-8%03x-%012x\tINFO %s", n(), g.Uint32(), g.IntN(1<<16), g.IntN(1<<12), g.IntN(1<<12), g.Uint64N(1<<48), n())
	case 12:
		return g.one("", "START", "ST4RT", "1.0", "2"+n()) + g.one("\t", " ", " RequestId: ") + fmt.Sprintf("%s %s\t%s-%s", id(), n(), id(), n())
	case 7:
		return fmt.Sprintf("REPORT RequestId: %s\tDuration: %s.%s ms\tBilled Duration: %s ms\tMemory Size: %s MB", id(), n(), n(), n(), n())
	case 8:
		return g.event()
	}
	return fmt.Sprintf(`{"t":"p%s","a":%s,"b":"%s","c":%s,"d":{"e":%s},"word":"word %s x"}`, n(), v(), id(), v(), n(), n())
}

// about is a query that asks lines for what their shapes may tell.
func (g generator) about() string {
	var list []string
	for range g.IntN(3) {
		list = append(list, g.one(
			`parse @message /"(?<m>[A-Z]+) (?<p>\S+) HTTP/`, `parse @message /"b":"(?<b>[0-9a-f]+)"/`, `parse @message /(?<n>[0-9]+) (?<x>x\w+)/`, `parse @message /"d":\{"e":(?<de>[^}]*)/`,
			`parse @message / (?<two>\d{2}) /`, `parse @message /(?<any>.+)word/`, `parse @message /RequestId: (?<id>\S+)\s+Duration: (?<ms>[0-9.]+)/`, `parse @message /x(?<h>[0-9a-f]{1,3})/`, `parse @message / (?<h>\d{1,3})/`,
			`parse @message "* - *" as ip, rest`, `parse @message "\"b\":\"*\"" as b`, `parse @message "GET /p/*/" as p`, `parse @message "*,\"*\":*" as p, q, s`, `parse @message "1*" as one`, `parse @message "word*" as tail`,
			`filter @message like "GET"`, `filter @message not like "word"`, `filter @message like /"a":[0-9]+,/`, `filter @message like "1"`, `filter strcontains(@message, "\"d\":{") or a = 7`, `filter @message like "abc"`,
			"filter a > 5", "filter b like \"1\"", "fields @message as @message | filter @message like \"x\"", "fields concat(a, @message) as ca", "filter bytes > 2 or action = \"ACCEPT\"", "unnest d.list.0 into u"))
	}
	list = append(list, g.one("stats count(*) as n by a, b", "stats count(*), max(c), pct(d.e, 50) by t", "stats sum(strlen(@message)) as s, latest(a) by bin(10s)", "fields @timestamp, a, b, c, d.e, d.list.0, t, word, m, p, q, n", "sort b desc | limit 5",
		"fields a | sort a, @timestamp desc | limit 9", "dedup a, b", "stats count(*) by p, m", "stats count(*) by de, n, x, two, any, id, ms, h", "stats count(*) by ip, rest, b, p, q, s, one, tail", "stats avg(@duration), max(bytes) by dstPort, @requestId", "stats count(*), max(bytes), sum(packets) by srcAddr, action, logStatus", "stats count(*) by @requestId, @type", "stats count(*) by queryType, queryName, protocol, resolverIp", "pattern @message",
		"display unmask(a), b", "fields k17, a1, a2, @message"))
	return strings.Join(list, " | ")
}

// What is asked of lines apart is answered as of whole ones, whatever is a field of them, and however they are asked.
func TestApart(t *testing.T) {
	asked, whole := 0, 0
	for seed := range uint64(6000) {
		g := generator{rand.New(rand.NewPCG(seed, 11))}
		var lines []string
		for range g.IntN(40) {
			lines = append(lines, g.line())
		}
		text := g.about()
		if g.IntN(4) == 0 {
			text = g.query()
		}
		q, fault := insights.Parse(text)
		if fault != nil {
			t.Fatalf("%s: %v", text, fault)
		}
		p, fault := insights.Compile(q, insights.Options{Started: start})
		if fault != nil {
			continue
		}
		x := &group{lambda: g.IntN(4) == 0, lines: lines}
		want, err := p.Run(t.Context(), x, 0, start+1e9)
		if err != nil {
			t.Fatal(err)
		}
		x.blocks = []*takenApart{takeApart(g.Rand, lines[:len(lines)/2]), takeApart(g.Rand, lines[len(lines)/2:])}
		got, err := p.Run(t.Context(), x, 0, start+1e9)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: %s\n got %q\nwant %q\nlines %q", seed, text, fmt.Sprint(got), fmt.Sprint(want), lines)
		}
		asked += len(lines)
		for _, b := range x.blocks {
			whole += b.whole
		}
	}
	if whole*10 > asked*9 {
		t.Errorf("%d of %d lines were put together", whole, asked)
	}
}
