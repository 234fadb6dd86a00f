package cloudtrail

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"

	api "unyo/api/cloudtrail"
	logsapi "unyo/api/logs"
	organizationsapi "unyo/api/organizations"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
)

// outside is S3 and CloudWatch Logs, as far as trails ask them.
type outside struct {
	mu        sync.Mutex
	objects   map[string]string
	meta      map[string]map[string]string
	lines     []string
	streams   map[string]bool
	fault     error           // of every put
	asked     []string        // who put what, on behalf of which resource
	at        func()          // called before and after an object is written
	org       map[string]bool // members
	delegated map[string]bool
}

func newOutside() *outside {
	return &outside{objects: map[string]string{}, meta: map[string]map[string]string{}, streams: map[string]bool{}}
}

func (o *outside) peers() Peers {
	return Peers{S3: s3api.Client{Invoker: o}, Logs: logsapi.Client{Invoker: o}, Organizations: organizationsapi.Client{Invoker: o}}
}

// Membership says that members are in one organization, of which mine is the management account.
func (o *outside) Membership(_ context.Context, account string) (*policy.Membership, error) {
	if !o.org[account] {
		return &policy.Membership{}, nil
	}
	return &policy.Membership{Organization: "o-exampleorg", Management: mine}, nil
}

func (o *outside) Administers(_ context.Context, account, service string) (bool, error) {
	return o.delegated[account] && service == principal, nil
}

func (o *outside) Invoke(ctx context.Context, _ *rt.Model, _ *rt.Operation, in any) (any, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch in := in.(type) {
	case *s3api.GetBucketAclInput:
		if *in.Bucket != "archive" {
			return nil, awserr.New(404, "NoSuchBucket", "")
		}
		return &s3api.GetBucketAclOutput{}, o.fault
	case *s3api.PutObjectInput:
		role, _ := call.ServiceOf(ctx)
		o.asked = append(o.asked, role.Service+" "+role.SourceARN+" "+*in.Key)
		if o.fault != nil {
			return nil, o.fault
		}
		if o.at != nil {
			o.at()
			defer o.at()
		}
		text, err := io.ReadAll(in.Body)
		o.objects[*in.Key], o.meta[*in.Key] = string(text), in.Metadata
		return &s3api.PutObjectOutput{}, err
	case *s3api.ListObjectsV2Input:
		if *in.Bucket != "archive" {
			return nil, awserr.New(404, "NoSuchBucket", "")
		}
		list := &s3api.ListObjectsV2Output{}
		for _, key := range slices.Sorted(maps.Keys(o.objects)) {
			if strings.HasPrefix(key, rt.Val(in.Prefix)) && key > rt.Val(in.StartAfter) {
				list.Contents = append(list.Contents, s3api.Object{Key: &key, LastModified: new(begin)})
			}
		}
		return list, o.fault
	case *s3api.GetObjectInput:
		if o.at != nil {
			o.at()
			defer o.at()
		}
		return &s3api.GetObjectOutput{Body: strings.NewReader(o.objects[*in.Key])}, o.fault
	case *organizationsapi.DescribeOrganizationInput:
		if !o.org[call.From(ctx).Account] {
			return nil, awserr.New(400, "AWSOrganizationsNotInUseException", "")
		}
		return &organizationsapi.DescribeOrganizationOutput{Organization: &organizationsapi.Organization{Id: new("o-exampleorg"), MasterAccountId: new(mine), FeatureSet: new("ALL")}}, nil
	case *organizationsapi.ListAWSServiceAccessForOrganizationInput:
		return &organizationsapi.ListAWSServiceAccessForOrganizationOutput{EnabledServicePrincipals: []organizationsapi.EnabledServicePrincipal{{ServicePrincipal: new(principal)}}}, nil
	case *logsapi.CreateLogStreamInput:
		if *in.LogGroupName != "trail" {
			return nil, awserr.New(400, "ResourceNotFoundException", "")
		}
		o.streams[*in.LogStreamName] = true
		return &logsapi.CreateLogStreamOutput{}, nil
	case *logsapi.PutLogEventsInput:
		if !o.streams[*in.LogStreamName] {
			return nil, awserr.New(400, "ResourceNotFoundException", "")
		}
		for _, e := range in.LogEvents {
			var r record
			if err := json.Unmarshal([]byte(*e.Message), &r); err != nil {
				return nil, err
			}
			o.lines = append(o.lines, *in.LogStreamName+" "+r.EventName)
		}
		return &logsapi.PutLogEventsOutput{}, nil
	}
	return nil, fmt.Errorf("asked for %T", in)
}

// unpacked is the text of an object.
func (o *outside) unpacked(t testing.TB, key string) []byte {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(o.objects[key]))
	ok(t, err)
	text, err := io.ReadAll(z)
	ok(t, err)
	return text
}

// delivered is what lies in the bucket, as FILE: EVENT EVENT, in order of names without their unique part.
func (o *outside) delivered(t testing.TB) (list []string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(o.objects)) {
		if !strings.Contains(key, "/CloudTrail/") || strings.HasSuffix(key, "/") {
			continue
		}
		var file struct{ Records []record }
		dec := json.NewDecoder(bytes.NewReader(o.unpacked(t, key)))
		ok(t, dec.Decode(&file))
		line := key[:strings.LastIndexByte(key, '_')] + ":"
		for _, r := range file.Records {
			line += " " + r.EventName
		}
		list = append(list, line)
	}
	return list
}

// makeTrail creates a trail by the name of main and has it log.
func (s *Service) makeTrail(t testing.TB, ctx func() context.Context, change func(*api.CreateTrailInput)) {
	t.Helper()
	in := &api.CreateTrailInput{Name: new("main"), S3BucketName: new("archive")}
	if change != nil {
		change(in)
	}
	_, err := s.CreateTrail(ctx(), in)
	ok(t, err)
	_, err = s.StartLogging(ctx(), &api.StartLoggingInput{Name: new("main")})
	ok(t, err)
}

func (s *Service) status(t testing.TB, ctx context.Context) *api.GetTrailStatusOutput {
	t.Helper()
	out, err := s.GetTrailStatus(ctx, &api.GetTrailStatusInput{Name: new("main")})
	ok(t, err)
	return out
}
