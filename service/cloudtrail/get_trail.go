package cloudtrail

import (
	"context"
	"slices"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// GetTrail shows a trail.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrail.html
func (s *Service) GetTrail(ctx context.Context, in *api.GetTrailInput) (*api.GetTrailOutput, error) {
	t, err := s.get(ctx, *in.Name)
	if err != nil {
		return nil, err
	}
	return &api.GetTrailOutput{Trail: s.show(call.From(ctx).Account, &t)}, nil
}

func (s *Service) get(ctx context.Context, name string) (t trail, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		t, err = s.find(tx, name)
		return err
	})
	return t, err
}

// DescribeTrails shows the trails of the region that is asked: its own, and the shadows of those of all regions. Names that are not there
// are passed over.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
func (s *Service) DescribeTrails(ctx context.Context, in *api.DescribeTrailsInput) (*api.DescribeTrailsOutput, error) {
	c := call.From(ctx)
	shadows := in.IncludeShadowTrails == nil || *in.IncludeShadowTrails
	out := &api.DescribeTrailsOutput{TrailList: []api.Trail{}}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		out.TrailList = out.TrailList[:0]
		show := func(t trail) bool {
			id := s.arn(c.Account, &t)
			named := len(in.TrailNameList) == 0 || slices.Contains(in.TrailNameList, t.Name) || slices.Contains(in.TrailNameList, id)
			here := t.Home == c.Region || t.Multi && shadows || slices.Contains(in.TrailNameList, id)
			if named && here && !t.Gone {
				out.TrailList = append(out.TrailList, *s.show(c.Account, &t))
			}
			return true
		}
		for _, t := range s.trails.From(tx, "") {
			show(t)
		}
		s.organizationTrails(tx, show)
		return nil
	})
	return out, err
}

const trailsPerPage = 100

// ListTrails names the trails of all regions.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTrails.html
func (s *Service) ListTrails(ctx context.Context, in *api.ListTrailsInput) (*api.ListTrailsOutput, error) {
	c := call.From(ctx)
	after, err := page.After("trails", rt.Val(in.NextToken))
	if err != nil {
		return nil, unsupported("NextToken of another list")
	}
	out := &api.ListTrailsOutput{}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		out.Trails, out.NextToken = page.Collect("trails", trailsPerPage, s.trails.From(tx, after), func(_ string, t trail) (api.TrailInfo, bool) {
			return api.TrailInfo{Name: new(t.Name), HomeRegion: new(t.Home), TrailARN: new(s.arn(c.Account, &t))}, !t.Gone
		})
		if out.NextToken == nil {
			s.organizationTrails(tx, func(t trail) bool {
				out.Trails = append(out.Trails, api.TrailInfo{Name: new(t.Name), HomeRegion: new(t.Home), TrailARN: new(s.arn(c.Account, &t))})
				return true
			})
		}
		return nil
	})
	return out, err
}
