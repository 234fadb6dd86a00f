package logs

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"unyo/rehearse/query"
)

// asked is a question with both answers.
type asked struct {
	*question
	insights, athena *query.Answer
	known            [][]string
	off              [2]string // in what Athena and Insights answer otherwise
	raw              int64     // bytes of the lines that it is about
	forgotten        bool      // the group does not have all of them any more
}

// ask asks all questions, of both.
func (p *play) ask(ctx context.Context) (err error) {
	if p.now, err = p.estate.Now(ctx); err != nil {
		return err
	}
	if err := p.findDays(ctx); err != nil {
		return err
	}
	for i := range questions {
		a, err := p.askBoth(ctx, &questions[i])
		if err != nil {
			return fmt.Errorf("%s: %w", questions[i].what, err)
		}
		p.asked = append(p.asked, a)
	}
	if err := p.askSamples(ctx); err != nil {
		return err
	}
	return p.askArchive(ctx)
}

// askBoth asks one question and compares what is answered with what is known, and bytes read with bytes written.
func (p *play) askBoth(ctx context.Context, q *question) (a asked, err error) {
	to := p.now.Truncate(24 * time.Hour)
	from := to.AddDate(0, 0, -q.days)
	if q.days == always || from.Before(p.begin) {
		from = p.begin.Truncate(24 * time.Hour)
	}
	a.question = q
	if a.athena, err = p.athena.Ask(ctx, dated(q.sql, from, to)); err != nil {
		return a, err
	}
	if a.insights, err = query.Insights(ctx, p.logs, q.group, q.insights, from, to); err != nil {
		return a, err
	}
	kept := from
	if horizon := p.now.AddDate(0, 0, -int(p.retention(q.group))); horizon.After(from) {
		kept, a.forgotten = horizon.Add(time.Millisecond), true
	}
	want := int64(0)
	for _, e := range p.shipped[q.group] {
		if !e.at.Before(from) && e.at.Before(to) {
			a.raw += int64(len(e.line))
			if !e.at.Before(kept) {
				want += int64(len(e.line))
			}
		}
	}
	a.known = q.known(p, from, to)
	a.off[0] = p.compare(q.what+": Athena", a.known, a.athena.Rows)
	a.off[1] = p.compare(q.what+": Insights", q.known(p, kept, to), a.insights.Rows)
	p.report.Check(q.what+": bytes that Athena reads, of the objects of these days", p.objectBytes(q.table, from, to), a.athena.Bytes)
	p.report.Check(q.what+": bytes that Insights reads, of the lines of this time", want, a.insights.Bytes)
	return a, nil
}

// dated puts the first and last day of a time into SQL, as %y and %z, or %Y and %Z with slashes.
func dated(sql string, from, to time.Time) string {
	last := to.Add(-time.Second)
	for _, r := range [][2]string{{"'%Y'", from.Format("2006/01/02")}, {"'%Z'", last.Format("2006/01/02")}, {"'%y'", from.Format(time.DateOnly)}, {"'%z'", last.Format(time.DateOnly)}} {
		sql = strings.ReplaceAll(sql, r[0], "'"+r[1]+"'")
	}
	return sql
}

// retention is how many days a group keeps lines.
func (p *play) retention(group string) int32 {
	for i := range systems {
		if systems[i].group() == group {
			return systems[i].retention
		}
	}
	return networkRetention[group]
}

// objectBytes are the bytes of a table's objects of some days that can be read.
func (p *play) objectBytes(table string, from, to time.Time) (n int64) {
	within := func(day string) bool { return day >= from.Format(time.DateOnly) && day < to.Format(time.DateOnly) }
	for _, o := range p.network {
		if o.table == table && within(o.day) {
			n += int64(o.size)
		}
	}
	for key, o := range p.objects {
		if o.system.table() == table && within(dayOf(key)) && o.readable(p.now) {
			n += int64(o.size)
		}
	}
	return n
}

// readable tells whether Athena can read an object.
// https://docs.aws.amazon.com/athena/latest/ug/querying-glacier.html
func (a *archived) readable(now time.Time) bool {
	return !a.gone(now) && a.class(now) != string(s3types.ObjectStorageClassGlacier)
}

// gone tells whether an object has been deleted by its age.
func (a *archived) gone(now time.Time) bool { return a.class(now) == "" }

// compare checks an answer, row by row, and words the first that is off.
func (p *play) compare(who string, want, got [][]string) (off string) {
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || !sameRow(want[i], got[i]) {
			off = fmt.Sprintf(", but row %d is %v, not %v", i+1, at(got, i), at(want, i))
			break
		}
	}
	p.report.Check(who+" answers what is known", fmt.Sprint(len(want), " rows"), fmt.Sprint(len(got), " rows", off))
	return off
}

func at(rows [][]string, i int) []string {
	if i < len(rows) {
		return rows[i]
	}
	return nil
}

func sameRow(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !same(a[i], b[i]) {
			return false
		}
	}
	return true
}

// same tells whether two cells say the same. Insights writes four decimals.
func same(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || errX == nil && errY == nil && math.Abs(x-y) <= 0.00005000001
}

// askArchive: Athena passes over what has moved to GLACIER.
func (p *play) askArchive(ctx context.Context) error {
	for i := range systems {
		s := &systems[i]
		want := 0
		for _, o := range p.objects {
			if o.system == s && o.readable(p.now) {
				want += len(o.lines)
			}
		}
		got, err := p.athena.Ask(ctx, "SELECT count(*) FROM "+s.table())
		if err != nil {
			return err
		}
		p.report.Check(s.table()+": lines that Athena sees, without those in GLACIER", fmt.Sprint([][]string{{fmt.Sprint(want)}}), fmt.Sprint(got.Rows))
	}
	for _, t := range []struct {
		name  string
		lines int
	}{{balancerTable, len(p.requests)}, {flowTable, len(p.flows)}} {
		got, err := p.athena.Ask(ctx, "SELECT count(*) FROM "+t.name)
		if err != nil {
			return err
		}
		p.report.Check(t.name+": lines that Athena sees", fmt.Sprint([][]string{{fmt.Sprint(t.lines)}}), fmt.Sprint(got.Rows))
	}
	return nil
}
