package cloudtrail

import (
	"context"
	"net/url"
	"strings"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/store"
)

// lakeImport is a copy of a trail's files into an event data store: how far it has come. Its row lies under its id.
type lakeImport struct {
	ID, Store          string
	Bucket, Prefix     string
	URI, Region, Role  string
	From, To           time.Time `json:",omitzero"` // events of that time only
	Created, Updated   time.Time
	State              string
	After              string `json:",omitempty"` // the last key that was looked at
	Folder             string `json:",omitempty"` // that of the last file
	Again              bool   `json:",omitempty"` // what has failed is tried once more before it goes on
	Batch              int    // segments so far
	Found, Done        int64  // folders
	Files, Events, Bad int64
}

type importArg struct{ ID string }

// importFailure is a file that could not be imported.
type importFailure struct {
	Key, Type, Message string
	State              string
	At                 time.Time
}

func (m *lakeImport) running() bool {
	return m.State == api.ImportStatusInitializing || m.State == api.ImportStatusInProgress
}

// StartImport begins to copy the files of a trail into an event data store, in a role that may read them, or goes on with what has failed or
// was stopped. An account has one import at a time. Events are taken whatever the event data store selects, but not older than it keeps them.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StartImport.html
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-copy-trail-to-lake.html
func (s *Service) StartImport(ctx context.Context, in *api.StartImportInput) (*api.StartImportOutput, error) {
	var m lakeImport
	var err error
	if in.ImportId == nil {
		m, err = s.newImport(ctx, in)
	} else if len(in.Destinations) > 0 || in.ImportSource != nil || in.StartEventTime != nil || in.EndEventTime != nil {
		err = api.NewInvalidParameterException("An import that is retried takes no other parameters than its ID.")
	}
	if err != nil {
		return nil, err
	}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		row := m
		if in.ImportId != nil {
			var ok bool
			if row, ok = s.imports.Get(tx, *in.ImportId); !ok {
				return noImport(*in.ImportId)
			}
			if row.State == api.ImportStatusCompleted {
				return api.NewInvalidParameterException("The import %s is completed and cannot be retried.", row.ID)
			}
			row.Again, row.State, row.Updated = true, api.ImportStatusInitializing, s.k.Clock.Now()
			s.retry(tx, &row)
		}
		for _, other := range s.imports.From(tx, "") {
			if other.running() {
				return api.NewAccountHasOngoingImportException("The account has an ongoing import: %s", other.ID)
			}
		}
		if _, err := s.importable(tx, row.Store); err != nil {
			return err
		}
		s.imports.Put(tx, row.ID, row)
		s.bring.AtKey(tx, row.ID, s.k.Clock.Now(), importArg{row.ID})
		m = row
		return nil
	})
	if err != nil {
		return nil, err
	}
	v := s.showImport(ctx, &m)
	return &api.StartImportOutput{CreatedTimestamp: v.CreatedTimestamp, Destinations: v.Destinations, EndEventTime: v.EndEventTime, ImportId: v.ImportId, ImportSource: v.ImportSource,
		ImportStatus: v.ImportStatus, StartEventTime: v.StartEventTime, UpdatedTimestamp: v.UpdatedTimestamp}, nil
}

// retry marks the files that have failed. What was wrong with the bucket as a whole is seen anew.
func (s *Service) retry(tx *store.Tx, m *lakeImport) {
	for key, f := range s.failures.Prefix(tx, store.Key(m.ID, ""), "") {
		switch {
		case f.Key == m.Prefix:
			s.failures.Delete(tx, key)
		case f.State == api.ImportFailureStatusFailed:
			f.State = api.ImportFailureStatusRetry
			s.failures.Put(tx, key, f)
		}
	}
}

func noImport(id string) error {
	return api.NewImportNotFoundException("The import was not found: %s", id)
}

// importable is an event data store that takes imports.
func (s *Service) importable(tx *store.Tx, name string) (dataStore, error) {
	d, err := s.dataStoreNamed(tx, name)
	switch {
	case err != nil:
	case !d.Deleted.IsZero():
		err = inactive(&d)
	case d.collects():
		err = noCategory()
	}
	return d, err
}

// newImport checks what a new import is asked to do, and looks into the bucket.
func (s *Service) newImport(ctx context.Context, in *api.StartImportInput) (m lakeImport, err error) {
	if len(in.Destinations) == 0 || in.ImportSource == nil {
		return m, api.NewInvalidParameterException("Destinations and ImportSource are required to start a new import.")
	}
	from, now := in.ImportSource.S3, s.k.Clock.Now()
	m = lakeImport{ID: s.k.Entropy.UUID(ctx), URI: *from.S3LocationUri, Region: *from.S3BucketRegion, Role: *from.S3BucketAccessRoleArn,
		Created: now, Updated: now, State: api.ImportStatusInitializing}
	set(&m.From, in.StartEventTime)
	set(&m.To, in.EndEventTime)
	u, err := url.Parse(m.URI)
	if err != nil || u.Scheme != "s3" || !bucketName.MatchString(u.Host) {
		return m, api.NewInvalidImportSourceException("The S3 location URI is not valid: %s", m.URI)
	}
	m.Bucket, m.Prefix = u.Host, strings.TrimPrefix(u.Path, "/")
	if r, err := arn.Parse(m.Role); err != nil || r.Service != "iam" || !strings.HasPrefix(r.Resource, "role/") {
		return m, api.NewInvalidImportSourceException("The role ARN is not valid: %s", m.Role)
	}
	if !m.From.IsZero() && !m.To.IsZero() && m.To.Before(m.From) {
		return m, api.NewInvalidParameterException("Start time must be before end time.")
	}
	if steadOf(s.ofStore(ctx, in.Destinations[0])) != "" {
		return m, api.NewOperationNotPermittedException("Only the management account of the organization can copy trail events to its event data stores.")
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		d, err := s.importable(tx, in.Destinations[0])
		m.Store = d.ID
		return err
	})
	if err != nil {
		return m, err
	}
	_, err = s.peers.S3.ListObjectsV2(s.asImport(ctx, &m), &s3api.ListObjectsV2Input{Bucket: &m.Bucket, Prefix: &m.Prefix, MaxKeys: new(int32(1))})
	switch code := awserr.Code(err); {
	case strings.HasPrefix(code, "AccessDenied"):
		err = api.NewInvalidImportSourceException("Access denied. Check the permissions and the trust relationships of the role %s.", m.Role)
	case code == "NoSuchBucket":
		err = api.NewInvalidImportSourceException("The S3 bucket %s does not exist.", m.Bucket)
	}
	return m, err
}

// asImport is the context in which an import reads: its role's session.
func (s *Service) asImport(ctx context.Context, m *lakeImport) context.Context {
	c := call.From(ctx)
	return call.As(ctx, call.Role{ARN: m.Role, SessionName: "CloudTrail_Lake_Import", Service: principal, SourceARN: s.storeARN(c.Account, &dataStore{ID: m.Store, Home: c.Region}), SourceAccount: c.Account})
}

// StopImport ends an import; what it has brought stays.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopImport.html
func (s *Service) StopImport(ctx context.Context, in *api.StopImportInput) (*api.StopImportOutput, error) {
	var m lakeImport
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		var ok bool
		if m, ok = s.imports.Get(tx, *in.ImportId); !ok {
			return noImport(*in.ImportId)
		}
		if m.running() {
			m.State, m.Updated = api.ImportStatusStopped, s.k.Clock.Now()
			s.imports.Put(tx, m.ID, m)
			s.bring.CancelKey(tx, m.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	v := s.showImport(ctx, &m)
	return (*api.StopImportOutput)(v), nil
}

// GetImport shows an import.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetImport.html
func (s *Service) GetImport(ctx context.Context, in *api.GetImportInput) (*api.GetImportOutput, error) {
	var m lakeImport
	err := s.k.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if m, ok = s.imports.Get(tx, *in.ImportId); !ok {
			return noImport(*in.ImportId)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.showImport(ctx, &m), nil
}

func (s *Service) showImport(ctx context.Context, m *lakeImport) *api.GetImportOutput {
	c := call.From(ctx)
	return &api.GetImportOutput{
		CreatedTimestamp: &m.Created, UpdatedTimestamp: &m.Updated, StartEventTime: instant(m.From), EndEventTime: instant(m.To), ImportId: &m.ID, ImportStatus: &m.State,
		Destinations:     []string{s.storeARN(c.Account, &dataStore{ID: m.Store, Home: c.Region})},
		ImportSource:     &api.ImportSource{S3: &api.S3ImportSource{S3BucketAccessRoleArn: &m.Role, S3BucketRegion: &m.Region, S3LocationUri: &m.URI}},
		ImportStatistics: &api.ImportStatistics{PrefixesFound: &m.Found, PrefixesCompleted: &m.Done, FilesCompleted: &m.Files, EventsCompleted: &m.Events, FailedEntries: &m.Bad},
	}
}

// passingImport is what it takes to have files imported in a role.
func passingImport(in *api.StartImportInput) []rt.Need {
	needs := []rt.Need{{Action: "cloudtrail:StartImport", Resources: []string{"*"}}}
	if in.ImportSource != nil && in.ImportSource.S3 != nil {
		needs = append(needs, passing(in.ImportSource.S3.S3BucketAccessRoleArn)...)
	}
	return needs
}
