package cloudtrail

import (
	"cmp"
	"context"
	"net/netip"
	"regexp"
	"strings"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/store"
)

// trail is what is delivered of an account's events, and where to. Its row lies in its account, under its home region and name.
type trail struct {
	Name, Home     string
	Bucket, Prefix string
	Global         bool                        `json:",omitempty"` // services without regions too
	Multi          bool                        `json:",omitempty"` // all regions
	Validate       bool                        `json:",omitempty"` // digests are written
	LogGroup, Role string                      `json:",omitempty"` // CloudWatch Logs
	Basic          []api.EventSelector         `json:",omitempty"`
	Advanced       []api.AdvancedEventSelector `json:",omitempty"`
	Insights       []string                    `json:",omitempty"` // which unusual activity it looks for
	Created        time.Time
	Org            string `json:",omitempty"` // the organization whose accounts' events it delivers
	Owner          string `json:",omitempty"` // of a trail of an organization, its management account
	collects       string // of an event data store of insight events, its id

	Logging          bool      `json:",omitempty"`
	Started, Stopped time.Time `json:",omitzero"`
	Gone             bool      `json:",omitempty"` // deleted, and there is still something to deliver
	Files            feed      // to S3
	Lines            feed      // to CloudWatch Logs
	Digests          digests
}

// feed is how far a trail was delivered to one place.
type feed struct {
	Spans     []span    `json:",omitempty"` // what is to be delivered
	Flight    *flight   `json:",omitempty"` // what is being delivered
	Latest    time.Time `json:",omitzero"`
	Attempted time.Time `json:",omitzero"`
	Error     string    `json:",omitempty"` // of the latest attempt
	Failed    int       `json:",omitempty"` // attempts since the last success
}

// span is a stretch of the journal while the trail was logging: behind entry From, up to entry To.
type span struct {
	From  uint64
	To    uint64    `json:",omitempty"` // 0: it is logging
	Stop  string    `json:",omitempty"` // the request that ended it, which stands in the trail too
	Ended time.Time `json:",omitzero"`
	As    *former   `json:",omitempty"` // an event data store that was another's then
}

// former is whose events an event data store took before.
type former struct {
	Org   string
	Epoch int
}

// flight is a stretch that is being delivered: one file for each region in which something happened; of an organization's trail one for each
// account and region, which are named together.
type flight struct {
	From, To uint64
	Regions  []string
	At       time.Time // stands in the names
}

func trailKey(region, name string) string { return store.Key(region, name) }

func (t *trail) key() string { return trailKey(t.Home, t.Name) }

func (s *Service) arn(account string, t *trail) string {
	return "arn:" + s.k.Partition + ":cloudtrail:" + t.Home + ":" + cmp.Or(t.Owner, account) + ":trail/" + t.Name
}

// find looks a trail up by name, in the region that is asked, or by ARN, in any. Another account's is none.
func (s *Service) find(tx *store.Tx, name string) (t trail, err error) {
	c := tx.Call()
	region := c.Region
	if strings.HasPrefix(name, "arn:") {
		a, err := arn.Parse(name)
		if err != nil || a.Service != "cloudtrail" || !strings.HasPrefix(a.Resource, "trail/") {
			return t, api.NewCloudTrailARNInvalidException("Invalid trail ARN: %s", name)
		}
		if a.Account != c.Account {
			return s.findOrganizations(tx, name, func(other *trail) bool { return s.arn(a.Account, other) == name })
		}
		region, name = a.Region, strings.TrimPrefix(a.Resource, "trail/")
	}
	if err := checkName(name); err != nil {
		return t, err
	}
	t, ok := s.trails.Get(tx, trailKey(region, name))
	if !ok { // the shadow of a trail of all regions
		for _, other := range s.trails.From(tx, "") {
			if other.Name == name && other.Multi && !other.Gone {
				return other, nil
			}
		}
	}
	if !ok || t.Gone {
		return s.findOrganizations(tx, name, func(other *trail) bool { return other.Name == name && (other.Multi || other.Home == c.Region) })
	}
	return t, nil
}

func unknown(name string) error {
	return api.NewTrailNotFoundException("Unknown trail: %s for the user", name)
}

// change finds a trail, which must be of the region that is asked, and puts what fn makes of it.
func (s *Service) change(ctx context.Context, name string, fn func(tx *store.Tx, t *trail) error) (t trail, err error) {
	ctx = s.asOwner(ctx, name)
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if t, err = s.find(tx, name); err != nil {
			return err
		}
		if err := foreign(ctx, &t); err != nil {
			return err
		}
		if t.Home != call.From(ctx).Region {
			return api.NewInvalidHomeRegionException("Trail %s can only be updated from its home region: %s", t.Name, t.Home)
		}
		if err := fn(tx, &t); err != nil {
			return err
		}
		s.trails.Put(tx, t.key(), t)
		tx.After(s.look)
		return nil
	})
	return t, err
}

var trailName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9]|[._-][A-Za-z0-9])*$`)

// checkName holds a trail's name to AWS's rules.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
func checkName(name string) error {
	switch _, err := netip.ParseAddr(name); {
	case len(name) < 3 || len(name) > 128:
		return api.NewInvalidTrailNameException("Trail name must be 3-128 characters: %s", name)
	case !trailName.MatchString(name):
		return api.NewInvalidTrailNameException("Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_), must start with a letter or number, and must not have adjacent periods, hyphens or underscores: %s", name)
	case err == nil:
		return api.NewInvalidTrailNameException("Trail name must not be in IP address format: %s", name)
	}
	return nil
}

// show is a trail as the API shows it.
func (s *Service) show(account string, t *trail) *api.Trail {
	return &api.Trail{
		Name: &t.Name, S3BucketName: &t.Bucket, S3KeyPrefix: optional(t.Prefix), IncludeGlobalServiceEvents: &t.Global, IsMultiRegionTrail: &t.Multi,
		HomeRegion: &t.Home, TrailARN: new(s.arn(account, t)), LogFileValidationEnabled: &t.Validate, CloudWatchLogsLogGroupArn: optional(t.LogGroup),
		CloudWatchLogsRoleArn: optional(t.Role), HasCustomEventSelectors: new(len(t.Basic)+len(t.Advanced) > 0), HasInsightSelectors: new(len(t.Insights) > 0), IsOrganizationTrail: new(t.Org != ""),
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
