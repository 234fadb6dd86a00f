// Package accounts rehearses the account architecture: an organisation with guard rails, people who switch into its accounts, what their tags let them
// touch, and what is found of it afterwards. See story.md.
package accounts

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"

	"unyo/rehearse/estate"
	"unyo/rehearse/report"
)

//go:embed story.md
var story string

// Options of a rehearsal.
type Options struct {
	Binary string    // that serves
	Dir    string    // of the estate; it must not be there yet
	Wall   time.Time // when people look at their devices: they know no other clock than the wall's, and both takes must see the same codes
}

// play is one rehearsal under way.
type play struct {
	o        Options
	estate   *estate.Estate
	report   *report.Report
	ear      *ear
	accounts map[string]string // by name
	org      string
	founder  aws.Config
	people   map[string]*person
	attempts []attempt
}

// ear hears the id of the last request.
type ear struct {
	next http.RoundTripper
	last string
}

func (e *ear) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.next.RoundTrip(r)
	if err == nil {
		if e.last = resp.Header.Get("X-Amzn-Requestid"); e.last == "" {
			e.last = resp.Header.Get("X-Amz-Request-Id")
		}
	}
	return resp, err
}

// Play builds the architecture in a new estate, has everybody try what they may and may not, and checks what has come of it.
func Play(ctx context.Context, o Options) (*report.Report, error) {
	e, err := estate.Serve(ctx, o.Binary, o.Dir)
	if err != nil {
		return nil, err
	}
	p := &play{o: o, estate: e, report: &report.Report{Title: "Rehearsal: accounts", Story: story}, accounts: map[string]string{}, people: map[string]*person{}}
	p.ear = &ear{next: e.Config().HTTPClient.(*http.Client).Transport}
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
		{"found the organisation", p.found}, {"set up the guard rails", p.guard}, {"let the people in", p.settle}, {"furnish production", p.furnish},
		{"try the doors", p.tryDoors}, {"try the departments", p.tryDepartments}, {"try the guard rails", p.tryGuards}, {"outlive credentials", p.tryExpiry},
		{"break the glass", p.breakGlass}, {"confuse a deputy", p.confuse}, {"close an account", p.closeStaging}, {"read the journal", p.readJournal},
	} {
		if err := act.do(ctx); err != nil {
			return fmt.Errorf("cannot %s: %w", act.name, err)
		}
	}
	p.tell()
	p.report.Hash, err = p.estate.Hash(ctx)
	return err
}

// as is a configuration with a key; its requests are heard.
func (p *play) as(id, secret, token string) aws.Config {
	c := p.estate.Config()
	c.HTTPClient = &http.Client{Transport: p.ear}
	c.Credentials = credentials.NewStaticCredentialsProvider(id, secret, token)
	return c
}

func (p *play) session(c *ststypes.Credentials) aws.Config {
	return p.as(aws.ToString(c.AccessKeyId), aws.ToString(c.SecretAccessKey), aws.ToString(c.SessionToken))
}

// admin is the founder's session in an account.
func (p *play) admin(ctx context.Context, account string) (aws.Config, error) {
	out, err := sts.NewFromConfig(p.founder).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(p.role(account, "OrganizationAccountAccessRole")), RoleSessionName: aws.String("founder")})
	if err != nil {
		return aws.Config{}, fmt.Errorf("%s: %w", account, err)
	}
	return p.session(out.Credentials), nil
}

func (p *play) role(account, name string) string {
	return "arn:aws:iam::" + p.accounts[account] + ":role/" + name
}

// assumed is the principal that a session of a role is.
func (p *play) assumed(account, role, session string) string {
	return "arn:aws:sts::" + p.accounts[account] + ":assumed-role/" + role + "/" + session
}

// move moves time by d.
func (p *play) move(ctx context.Context, d time.Duration) error {
	now, err := p.estate.Now(ctx)
	if err == nil {
		_, err = p.estate.Until(ctx, now.Add(d))
	}
	return err
}

// signer signs at an instant of its own: codes are compared with the time at which a request was signed.
type signer struct{ at time.Time }

func (s signer) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, sum, service, region string, _ time.Time, opts ...func(*v4.SignerOptions)) error {
	return v4.NewSigner().SignHTTP(ctx, c, r, sum, service, region, s.at, opts...)
}

func bucketOf(c aws.Config) *s3.Client {
	return s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true })
}

func iamOf(c aws.Config) *iam.Client                    { return iam.NewFromConfig(c) }
func organizationOf(c aws.Config) *organizations.Client { return organizations.NewFromConfig(c) }
