// Package logs rehearses the log architecture: three systems whose logs are collected, filtered, archived, and kept for as long as each
// deserves. See story.md.
package logs

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/athena"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"unyo/rehearse/estate"
	"unyo/rehearse/query"
	"unyo/rehearse/report"
)

//go:embed story.md
var story string

// Options of a rehearsal.
type Options struct {
	Binary  string // that serves
	Dir     string // of the estate; it must not be there yet
	Days    int    // of the estate's time
	Lines   int    // that all systems write in a shift
	Sources Sources
}

const (
	host   = "i-0a1b2c3d4e5f" // the machine whose stream lines go to
	shifts = 4                // of six hours, each day
	shift  = 24 * time.Hour / shifts
	lag    = 10 * time.Minute // after the beginning of a shift the agent ships what was written in the last minutes
)

// play is one rehearsal under way.
type play struct {
	o        Options
	estate   *estate.Estate
	s3       *s3.Client
	iam      *iam.Client
	logs     *cloudwatchlogs.Client
	firehose *firehose.Client
	metrics  *cloudwatch.Client
	athena   *query.Athena
	begin    time.Time
	report   *report.Report

	written  int                // lines so far
	days     []day              // what happened each day
	shipped  map[string][]event // by log group: what was shipped
	requests []request          // that the load balancer has answered
	flows    []flow             // that the network has seen
	network  []stored           // objects of the network's logs
	now      time.Time          // when questions are asked
	asked    []asked
	sampled  report.Section       // AWS's queries
	objects  map[string]*archived // by key: what has been seen in the archive
	jobs     int                  // done while time was moved
	lastJump time.Duration        // how long the last took, by the wall
	crashed  string               // when the server was killed
}

// event is a shipped line.
type event struct {
	at   time.Time
	line string
}

// day is what happened on one day, by system; what was shipped by log group.
type day struct {
	shipped, bytes   map[string]int
	wanted, archived map[string]int
	counted          map[string]int // by the metric filter
	objectBytes      map[string]int // that lie in the archive by class at the end of the day
}

// Play builds the architecture in a new estate, lives through its days, and checks what has come of them.
func Play(ctx context.Context, o Options) (*report.Report, error) {
	e, err := estate.Serve(ctx, o.Binary, o.Dir)
	if err != nil {
		return nil, err
	}
	p := &play{o: o, estate: e, shipped: map[string][]event{}, objects: map[string]*archived{}, report: &report.Report{Title: "Rehearsal: logs", Story: story},
		athena: &query.Athena{Name: "logs", Database: database, WorkGroup: "operators"}}
	if err := p.run(ctx); err != nil {
		e.Kill()
		return nil, err
	}
	return p.report, e.Stop()
}

func (p *play) run(ctx context.Context) (err error) {
	p.connect()
	if p.begin, err = p.estate.Now(ctx); err != nil {
		return err
	}
	if err := p.build(ctx); err != nil {
		return fmt.Errorf("cannot build: %w", err)
	}
	if err := p.move(ctx, p.begin.Add(lag)); err != nil {
		return err
	}
	for d := range p.o.Days {
		if err := p.live(ctx, d); err != nil {
			return fmt.Errorf("day %d: %w", d+1, err)
		}
	}
	if err := p.ask(ctx); err != nil {
		return fmt.Errorf("cannot ask: %w", err)
	}
	if err := p.check(ctx); err != nil {
		return fmt.Errorf("cannot check: %w", err)
	}
	if err := p.tell(ctx); err != nil {
		return err
	}
	p.report.Hash, err = p.estate.Hash(ctx)
	return err
}

// connect makes the clients, anew when the server has another address.
func (p *play) connect() {
	c := p.estate.Config()
	p.s3 = s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true })
	p.iam, p.logs, p.firehose = iam.NewFromConfig(c), cloudwatchlogs.NewFromConfig(c), firehose.NewFromConfig(c)
	p.metrics, p.athena.Client = cloudwatch.NewFromConfig(c), athena.NewFromConfig(c)
}

// live lives through one day: lines are written and shipped, time passes, and what has come to the archive is looked at. In the middle
// of the days the server is killed while time is being moved.
func (p *play) live(ctx context.Context, n int) error {
	p.days = append(p.days, day{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}})
	for i := range shifts {
		now := p.begin.Add(time.Duration(n)*24*time.Hour + time.Duration(i)*shift + lag)
		for s := range systems {
			if err := p.ship(ctx, &systems[s], now); err != nil {
				return err
			}
		}
		if err := p.vend(ctx, now); err != nil {
			return fmt.Errorf("the network's logs: %w", err)
		}
		move := p.move
		if n == p.o.Days/2 && i == shifts-1 {
			move = p.crash
		}
		if err := move(ctx, now.Add(shift)); err != nil {
			return err
		}
	}
	if err := p.addFlowDay(ctx, p.begin.AddDate(0, 0, n)); err != nil {
		return err
	}
	return p.look(ctx)
}

// ship is the agent: it sends what a system has written in the last minutes.
func (p *play) ship(ctx context.Context, s *system, now time.Time) error {
	share := p.o.Lines / len(systems)
	today := &p.days[len(p.days)-1]
	var events []event
	for i := range share {
		at := now.Add(time.Duration(i-share) * time.Second)
		line := p.o.Sources.line(s, p.written, at)
		p.written++
		events = append(events, event{at, line})
		if s.wanted(line) {
			today.wanted[s.name]++
		}
	}
	return p.putEvents(ctx, s.group(), events, today)
}

// putEvents ships lines to a group.
func (p *play) putEvents(ctx context.Context, group string, events []event, today *day) error {
	in := &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(group), LogStreamName: aws.String(host)}
	for _, e := range events {
		in.LogEvents = append(in.LogEvents, logstypes.InputLogEvent{Timestamp: aws.Int64(e.at.UnixMilli()), Message: aws.String(e.line)})
		today.bytes[group] += len(e.line) + 26 // as AWS counts
	}
	today.shipped[group] += len(events)
	p.shipped[group] = append(p.shipped[group], events...)
	out, err := p.logs.PutLogEvents(ctx, in)
	if err == nil && out.RejectedLogEventsInfo != nil {
		err = fmt.Errorf("%s: events were rejected", group)
	}
	return err
}

// move moves time.
func (p *play) move(ctx context.Context, to time.Time) error {
	began := time.Now()
	ran, err := p.estate.Until(ctx, to)
	p.jobs += ran
	p.lastJump = time.Since(began)
	return err
}

// crash moves time, kills the server in the middle of that, serves the estate again, and has it go on.
func (p *play) crash(ctx context.Context, to time.Time) error {
	dead := make(chan error, 1)
	go func() {
		_, err := p.estate.Until(ctx, to)
		dead <- err
	}()
	time.Sleep(p.lastJump / 2)
	p.estate.Kill()
	cut := <-dead != nil
	if err := p.estate.Start(ctx); err != nil {
		return err
	}
	p.connect()
	now, err := p.estate.Now(ctx)
	if err != nil {
		return err
	}
	p.crashed = fmt.Sprintf("on day %d, while time was moved (the call was cut off: %t)", len(p.days), cut)
	if now.Before(to) {
		return p.move(ctx, to)
	}
	return nil
}
