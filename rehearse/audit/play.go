// Package audit rehearses an intrusion and its audit: a leaked key, reconnaissance, escalation, theft, and tampering with the trail; and what an
// auditor finds of it with event history, Athena, CloudTrail Lake and the digests. See story.md.
package audit

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
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
	Binary   string // that serves
	Dir      string // of the estate; it must not be there yet
	Evidence string // folder that the evidence goes to; "": nowhere
}

const (
	archive = "audit-archive"
	payroll = "payroll"
	results = "audit-results"
	trail   = "everything"
)

// play is one rehearsal under way.
type play struct {
	o      Options
	estate *estate.Estate
	report *report.Report

	begin, night, morning time.Time
	leaked, own           *key // the deployment user's, and what the intruder gave himself
	refused               []string
	touched               map[string]string // files of the archive that the intruder touched → what is wrong with them
	history, lines, sql   []event           // what event history, Athena and CloudTrail Lake know of him
	lake                  string            // id of the event data store
	athena                *query.Athena
	integrity             []string // what the digests said, line by line
}

// key is an access key.
type key struct{ id, secret string }

// Play builds the estate, lets the intruder in, and audits.
func Play(ctx context.Context, o Options) (*report.Report, error) {
	e, err := estate.Serve(ctx, o.Binary, o.Dir)
	if err != nil {
		return nil, err
	}
	p := &play{o: o, estate: e, report: &report.Report{Title: "Rehearsal: audit", Story: story}, touched: map[string]string{}}
	if err := p.run(ctx); err != nil {
		e.Kill()
		return nil, err
	}
	return p.report, e.Stop()
}

func (p *play) run(ctx context.Context) (err error) {
	for _, act := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"build", p.build}, {"work", p.work}, {"break in", p.intrude}, {"cover the tracks", p.tamper}, {"wake up", p.wake},
		{"verify the files", p.verify}, {"ask event history", p.askHistory}, {"ask Athena", p.askAthena}, {"ask CloudTrail Lake", p.askLake}, {"compare", p.compare}, {"gather evidence", p.gather},
	} {
		if err := act.do(ctx); err != nil {
			return fmt.Errorf("cannot %s: %w", act.name, err)
		}
	}
	p.tell()
	p.report.Hash, err = p.estate.Hash(ctx)
	return err
}

// as is a configuration with a key; nil is root's.
func (p *play) as(k *key, region string) aws.Config {
	c := p.estate.Config()
	c.Region = region
	// The trail keeps what clients call themselves; the SDK's own words differ by release.
	c.HTTPClient = &http.Client{Transport: plain{c.HTTPClient.(*http.Client).Transport}}
	if k != nil {
		c.Credentials = credentials.NewStaticCredentialsProvider(k.id, k.secret, "")
	}
	return c
}

type plain struct{ next http.RoundTripper }

func (t plain) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", "rehearsal")
	return t.next.RoundTrip(r)
}

func (p *play) s3(k *key) *s3.Client {
	return s3.NewFromConfig(p.as(k, estate.Region), func(o *s3.Options) { o.UsePathStyle = true })
}

func (p *play) iam(k *key) *iam.Client { return iam.NewFromConfig(p.as(k, estate.Region)) }

func (p *play) trails(k *key, region string) *cloudtrail.Client {
	return cloudtrail.NewFromConfig(p.as(k, region))
}

// move moves time by d, and tells the time then.
func (p *play) move(ctx context.Context, d time.Duration) (time.Time, error) {
	now, err := p.estate.Now(ctx)
	if err != nil {
		return now, err
	}
	_, err = p.estate.Until(ctx, now.Add(d))
	return now.Add(d), err
}
