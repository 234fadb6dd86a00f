package logs

import (
	"context"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/call"
	"unyo/kernel/store"
)

// exportTask is the row of an export, and how far it is.
type exportTask struct {
	ID, Name, Bucket, Prefix string
	Group, GroupID           string // name, and which group bore it
	Streams                  string `json:",omitempty"` // prefix of their names
	From, To                 int64  // ms, From <= time < To
	Created                  int64  // ms
	Completed                int64  `json:",omitempty"` // ms
	Status                   string
	Message                  string  `json:",omitempty"`
	At                       passage `json:",omitzero"`
	Flight                   *passage
	Attempts                 int `json:",omitempty"` // in vain, of the flight
}

func (t *exportTask) active() bool {
	return t.Status == api.ExportTaskStatusCodePending || t.Status == api.ExportTaskStatusCodeRunning
}

// exporter is as whom Logs writes exports.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html
func exporter(region string) string { return "logs." + region + ".amazonaws.com" }

// CreateExportTask has the events of a group that lie between two times written into a bucket, of whose policy, and of whose caller, AWS
// asks that they allow it. A file that anybody may remove shows that writing works.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html
func (s *Service) CreateExportTask(ctx context.Context, in *api.CreateExportTaskInput) (*api.CreateExportTaskOutput, error) {
	t := exportTask{
		ID: s.k.Entropy.UUID(ctx), Name: rt.Val(in.TaskName), Bucket: *in.Destination, Prefix: "exportedlogs", Group: *in.LogGroupName,
		Streams: rt.Val(in.LogStreamNamePrefix), From: *in.From, To: *in.To, Created: s.nowMs(), Status: api.ExportTaskStatusCodePending,
	}
	if in.DestinationPrefix != nil {
		t.Prefix = strings.TrimSuffix(*in.DestinationPrefix, "/")
	}
	if t.From >= t.To {
		return nil, invalid("Invalid time range: from must be before to.")
	}
	err := s.k.View(ctx, func(tx *store.Tx) error { return s.mayExport(tx, &t) })
	if err != nil {
		return nil, err
	}
	if err := s.checkBucket(ctx, &t); err != nil {
		return nil, err
	}
	return &api.CreateExportTaskOutput{TaskId: &t.ID}, s.k.Update(ctx, func(tx *store.Tx) error {
		t := t
		if err := s.mayExport(tx, &t); err != nil {
			return err
		}
		s.exports.Put(tx, t.ID, t)
		s.export.Soon(tx, exportArg{t.ID})
		return nil
	})
}

// mayExport looks at the group, and refuses a second export at a time.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
func (s *Service) mayExport(tx *store.Tx, t *exportTask) error {
	g, err := s.groupNamed(tx, t.Group)
	if err != nil {
		return err
	}
	if g.Class == classInfrequent {
		return api.NewInvalidOperationException("Log groups of the class %s do not support export tasks.", classInfrequent)
	}
	t.GroupID = g.ID
	for _, other := range s.exports.Prefix(tx, "", "") {
		if other.active() {
			return api.NewLimitExceededException("Resource limit exceeded.")
		}
	}
	return nil
}

// checkBucket does what AWS does before it takes on a task.
func (s *Service) checkBucket(ctx context.Context, t *exportTask) error {
	const plea = " call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation."
	at := "arn:" + s.k.Partition + ":s3:::" + t.Bucket + "/" + t.key("*")
	if err := rt.Permit(ctx, rt.Need{Action: "s3:PutObject", Resources: []string{at}, Keys: map[string][]string{"s3:x-amz-acl": {s3api.ObjectCannedACLBucketOwnerFullControl}}}); err != nil {
		return invalid("Please ensure that the CreateExportTask caller has been granted s3:PutObject access to the bucket.")
	}
	if _, err := s.peers.S3.GetBucketAcl(s.asExporter(ctx, t), &s3api.GetBucketAclInput{Bucket: &t.Bucket}); err != nil {
		if isNoBucket(err) {
			return invalid("The given bucket does not exist.")
		}
		return invalid("GetBucketAcl" + plea)
	}
	if err := s.writeFile(ctx, t, t.key("aws-logs-write-test"), []byte("Permission Check Successful"), true); err != nil {
		return invalid("PutObject" + plea)
	}
	return nil
}

// key is the name of an object of the export.
func (t *exportTask) key(parts ...string) string {
	if t.Prefix != "" {
		parts = append([]string{t.Prefix}, parts...)
	}
	return strings.Join(parts, "/")
}

// asExporter makes the next call as the service that exports.
func (s *Service) asExporter(ctx context.Context, t *exportTask) context.Context {
	scope := call.ScopeOf(ctx)
	return call.AsService(ctx, exporter(scope.Region), s.groupARN(scope, t.Group)+":*", scope.Account)
}
