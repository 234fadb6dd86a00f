package logs

import (
	"context"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/journal"
	"unyo/kernel/resource"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

const (
	classStandard   = "STANDARD"
	classInfrequent = "INFREQUENT_ACCESS"
	groupType       = "AWS::Logs::LogGroup"
)

// CreateLogGroup makes an empty group.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
func (s *Service) CreateLogGroup(ctx context.Context, in *api.CreateLogGroupInput) (*api.CreateLogGroupOutput, error) {
	name := *in.LogGroupName
	if strings.HasPrefix(name, "aws/") {
		return nil, invalid("Log groups starting with AWS/ are reserved for AWS.")
	}
	if in.KmsKeyId != nil {
		return nil, invalid("The specified KMS key does not exist or is not allowed to be used: this estate has no KMS keys yet, so kmsKeyId must be absent.")
	}
	class := classStandard
	if in.LogGroupClass != nil {
		class = *in.LogGroupClass
	}
	if class != classStandard && class != classInfrequent {
		return nil, invalid("The log group class %s is not supported.", class)
	}
	scope := call.ScopeOf(ctx)
	arn := s.groupARN(scope, name)
	id := s.k.Entropy.Hex(ctx, 16)
	now := s.k.Clock.Now()
	if err := s.clear(ctx, name, folder(scope, id)); err != nil {
		return nil, err
	}
	return &api.CreateLogGroupOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		if s.groups.Has(tx, name) {
			return groupExists()
		}
		s.groups.Put(tx, name, group{ID: id, Created: now.UnixMilli(), Class: class, Protected: rt.Val(in.DeletionProtectionEnabled)})
		s.k.Resources.Put(tx, resource.Resource{ARN: arn, Type: groupType, Name: name, Service: "logs", Account: scope.Account, Region: scope.Region, Created: now})
		s.k.Journal.Change(tx, journal.Change{ARN: arn, Type: groupType, Event: "Created"})
		return mapTags(s.k.Tags.Set(tx, arn, tags.Sorted(in.Tags)...), arn)
	})
}

// clear removes what a group of another life may have left under the id: ids come again when a seeded estate is reset, or begins
// earlier after a crash.
func (s *Service) clear(ctx context.Context, name, folder string) error {
	err := s.k.View(ctx, func(tx *store.Tx) error {
		if s.groups.Has(tx, name) { // perhaps under this very id: a job has asked again
			return groupExists()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.store.Drop(folder)
}
