package athena

import (
	"context"
	"iter"
	"time"

	api "unyo/api/athena"
	"unyo/api/rt"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// primary is the work group that every account has in every region, and that cannot be deleted.
// https://docs.aws.amazon.com/athena/latest/ug/workgroups-manage-queries-control-costs.html
const primary = "primary"

// maxWorkGroups is the quota of an account and region.
// https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
const maxWorkGroups = 1000

// workGroup is a group of queries with settings of their own.
type workGroup struct {
	Description *string `json:",omitempty"`
	Disabled    bool    `json:",omitempty"`
	CreatedAt   time.Time
	Is          api.WorkGroupConfiguration
}

func (row *workGroup) state() *string {
	if row.Disabled {
		return new(api.WorkGroupStateDisabled)
	}
	return new(api.WorkGroupStateEnabled)
}

// workGroup finds a group that must be there. Nobody has created the primary one.
func (s *Service) workGroup(tx *store.Tx, name string) (workGroup, error) {
	row, ok := s.workGroups.Get(tx, name)
	if !ok && name == primary {
		no := false
		return workGroup{Is: defaults(api.WorkGroupConfiguration{EnforceWorkGroupConfiguration: &no, PublishCloudWatchMetricsEnabled: &no})}, nil
	}
	if !ok {
		return row, invalid("WorkGroup %s is not found.", name)
	}
	return row, nil
}

// groupOf is the work group that a call names; without a name it is the primary one.
func groupOf(name *string) string {
	if name == nil {
		return primary
	}
	return *name
}

// CreateWorkGroup makes a work group.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateWorkGroup.html
func (s *Service) CreateWorkGroup(ctx context.Context, in *api.CreateWorkGroupInput) (*api.CreateWorkGroupOutput, error) {
	row := workGroup{Description: in.Description, CreatedAt: s.k.Clock.Now(), Is: defaults(rt.Val(in.Configuration))}
	if err := checkConfiguration(&row.Is); err != nil {
		return nil, err
	}
	return &api.CreateWorkGroupOutput{}, s.update(ctx, func(tx *store.Tx) error {
		if *in.Name == primary || s.workGroups.Has(tx, *in.Name) {
			return invalid("WorkGroup is already created.")
		}
		n := 0
		for range s.workGroups.From(tx, "") {
			n++
		}
		if n >= maxWorkGroups-1 {
			return invalid("You have reached the limit of %d work groups.", maxWorkGroups)
		}
		s.workGroups.Put(tx, *in.Name, row)
		c := tx.Scope()
		arn := s.arn(c, "workgroup/"+*in.Name)
		s.k.Resources.Put(tx, resource.Resource{ARN: arn, Type: "AWS::Athena::WorkGroup", Name: *in.Name, Service: "athena", Account: c.Account, Region: c.Region, Created: row.CreatedAt})
		return mapTags(s.k.Tags.Set(tx, arn, listOf(in.Tags)...))
	})
}

// GetWorkGroup describes a work group.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetWorkGroup.html
func (s *Service) GetWorkGroup(ctx context.Context, in *api.GetWorkGroupInput) (*api.GetWorkGroupOutput, error) {
	out := &api.GetWorkGroupOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, err := s.workGroup(tx, *in.WorkGroup)
		if err != nil {
			return err
		}
		out.WorkGroup = &api.WorkGroup{Name: in.WorkGroup, Description: row.Description, State: row.state(), Configuration: &row.Is}
		if !row.CreatedAt.IsZero() {
			out.WorkGroup.CreationTime = &row.CreatedAt
		}
		return nil
	})
}

// ListWorkGroups lists the work groups by name.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListWorkGroups.html
func (s *Service) ListWorkGroups(ctx context.Context, in *api.ListWorkGroupsInput) (*api.ListWorkGroupsOutput, error) {
	out := &api.ListWorkGroupsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, workGroup] { return s.withPrimary(tx, after) }
		out.WorkGroups, out.NextToken, err = listed("workgroups", in.NextToken, limitOf(in.MaxResults, 50), rows, func(name string, row workGroup) api.WorkGroupSummary {
			sum := api.WorkGroupSummary{Name: &name, Description: row.Description, State: row.state(), EngineVersion: row.Is.EngineVersion}
			if !row.CreatedAt.IsZero() {
				sum.CreationTime = &row.CreatedAt
			}
			return sum
		})
		return err
	})
}

// withPrimary is the groups behind after, with the primary one in its place also when it is no row.
func (s *Service) withPrimary(tx *store.Tx, after string) iter.Seq2[string, workGroup] {
	return func(yield func(string, workGroup) bool) {
		due := after < primary && !s.workGroups.Has(tx, primary)
		first := func() bool {
			due = false
			row, _ := s.workGroup(tx, primary)
			return yield(primary, row)
		}
		for name, row := range s.workGroups.From(tx, after) {
			if due && name > primary && !first() {
				return
			}
			if !yield(name, row) {
				return
			}
		}
		if due {
			first()
		}
	}
}

// UpdateWorkGroup changes a work group: what is not given stays.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateWorkGroup.html
func (s *Service) UpdateWorkGroup(ctx context.Context, in *api.UpdateWorkGroupInput) (*api.UpdateWorkGroupOutput, error) {
	return &api.UpdateWorkGroupOutput{}, s.update(ctx, func(tx *store.Tx) error {
		row, err := s.workGroup(tx, *in.WorkGroup)
		if err != nil {
			return err
		}
		if in.Description != nil {
			row.Description = in.Description
		}
		if in.State != nil {
			row.Disabled = *in.State == api.WorkGroupStateDisabled
		}
		if err := change(&row.Is, in.ConfigurationUpdates); err != nil {
			return err
		}
		s.workGroups.Put(tx, *in.WorkGroup, row)
		return nil
	})
}

// DeleteWorkGroup deletes a work group; one that still holds queries only with all of them.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteWorkGroup.html
func (s *Service) DeleteWorkGroup(ctx context.Context, in *api.DeleteWorkGroupInput) (*api.DeleteWorkGroupOutput, error) {
	name := *in.WorkGroup
	return &api.DeleteWorkGroupOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if name == primary {
			return invalid("The primary workgroup cannot be deleted.")
		}
		if _, err := s.workGroup(tx, name); err != nil {
			return err
		}
		if !rt.Val(in.RecursiveDeleteOption) && s.holds(tx, name) {
			return invalid("WorkGroup %s is not empty", name)
		}
		for key := range s.queriesOf.Prefix(tx, store.Key(name, ""), "") {
			id := second(key)
			s.dropText(tx, id)
			s.queries.Delete(tx, id)
			s.queriesOf.Delete(tx, key)
		}
		for key := range s.statements.Prefix(tx, store.Key(name, ""), "") {
			s.dropText(tx, key)
			s.statements.Delete(tx, key)
		}
		s.workGroups.Delete(tx, name)
		arn := s.arn(tx.Scope(), "workgroup/"+name)
		s.k.Tags.Clear(tx, arn)
		s.k.Resources.Delete(tx, arn)
		return nil
	})
}

// holds tells whether a group has named queries or prepared statements. Executions go on being remembered without it.
func (s *Service) holds(tx *store.Tx, group string) bool {
	_, _, query := s.queriesOf.First(tx, store.Key(group, ""))
	_, _, statement := s.statements.First(tx, store.Key(group, ""))
	return query || statement
}

// listOf is tags in the order of their keys.
func listOf(given []api.Tag) []tags.Tag {
	m := map[string]string{}
	for _, t := range given {
		m[rt.Val(t.Key)] = rt.Val(t.Value)
	}
	return tags.Sorted(m)
}
