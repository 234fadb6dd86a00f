package cloudtrail

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/base/awserr"
	"unyo/kernel"
	"unyo/kernel/store"
)

const importRole = "arn:aws:iam::111111111111:role/import"

// past puts log files of four days into the bucket: an event each, and two on the last; and what is no log file.
func (o *outside) past(t testing.TB) {
	t.Helper()
	put := func(key string, names ...string) {
		var records []string
		for i, name := range names {
			day := strings.Split(key[strings.LastIndexByte(key, '/')+1:], "_")[3]
			records = append(records, fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"ann","arn":"arn:aws:iam::111111111111:user/ann"},"eventTime":"2026-02-%sT08:00:0%dZ","eventSource":"s3.amazonaws.com",
				"eventName":%q,"awsRegion":"eu-central-1","sourceIPAddress":"192.0.2.1","requestParameters":{"bucketName":"b"},"responseElements":null,"requestID":"r","eventID":"id-%s","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"111111111111","eventCategory":"Management"}`,
				day[6:8], i, name, name))
		}
		text, err := pack([]byte(`{"Records":[` + strings.Join(records, ",") + `]}`))
		ok(t, err)
		o.objects[key] = string(text)
	}
	for day := 20; day < 24; day++ {
		names := []string{fmt.Sprint("Day", day)}
		if day == 23 {
			names = append(names, "Late")
		}
		put(fmt.Sprintf("old/AWSLogs/111111111111/CloudTrail/eu-central-1/2026/02/%d/111111111111_CloudTrail_eu-central-1_202602%dT0805Z_x.json.gz", day, day), names...)
		put(fmt.Sprintf("old/AWSLogs/111111111111/CloudTrail-Digest/eu-central-1/2026/02/%d/111111111111_CloudTrail-Digest_eu-central-1_202602%dT0805Z.json.gz", day, day), "Digest")
		put(fmt.Sprintf("old/AWSLogs/111111111111/Config/eu-central-1/111111111111_Config_eu-central-1_202602%dT0805Z_x.json.gz", day), "Config")
	}
}

func importOf(id string, change func(*api.StartImportInput)) *api.StartImportInput {
	in := &api.StartImportInput{Destinations: []string{"arn:aws:cloudtrail:eu-central-1:111111111111:eventdatastore/" + id},
		ImportSource: &api.ImportSource{S3: &api.S3ImportSource{S3BucketAccessRoleArn: new(importRole), S3BucketRegion: new(here), S3LocationUri: new("s3://archive/old/")}}}
	if change != nil {
		change(in)
	}
	return in
}

func (s *Service) imported(t testing.TB, ctx context.Context, id *string) string {
	t.Helper()
	out, err := s.GetImport(ctx, &api.GetImportInput{ImportId: id})
	ok(t, err)
	n := out.ImportStatistics
	return fmt.Sprintf("%s folders %d/%d files %d events %d failed %d", *out.ImportStatus, *n.PrefixesCompleted, *n.PrefixesFound, *n.FilesCompleted, *n.EventsCompleted, *n.FailedEntries)
}

const namesOf = "SELECT eventName FROM EDS WHERE eventSource = 's3.amazonaws.com' ORDER BY eventTime, eventName"

// Log files of a trail are copied into an event data store, and nothing else that lies there; once, and beside what happens.
func TestImport(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	id := s.makeStore(t, ctx(), nil)
	out.past(t)
	happens(t, k, mine, "Own")
	m, err := s.StartImport(ctx(), importOf(id, nil))
	ok(t, err)
	if *m.ImportStatus != api.ImportStatusInitializing {
		t.Error(*m.ImportStatus)
	}
	_, err = s.StartImport(ctx(), importOf(id, nil))
	if awserr.Code(err) != "AccountHasOngoingImportException" {
		t.Error(err)
	}
	advance(t, k, 10*time.Minute)
	if got := s.imported(t, ctx(), m.ImportId); got != "COMPLETED folders 4/4 files 4 events 5 failed 0" {
		t.Error(got)
	}
	if got := s.asks(t, k, id, namesOf); got != "Day20; Day21; Day22; Day23; Late" {
		t.Error(got)
	}
	if got := s.asks(t, k, id, "SELECT eventName FROM EDS WHERE eventName = 'Own'"); got != "Own" {
		t.Error(got)
	}
	if got := s.asks(t, k, id, "SELECT userIdentity.userName, element_at(requestParameters, 'bucketName'), eventTime FROM EDS WHERE eventName = 'Late'"); got != "ann|b|2026-02-23 08:00:01.000" {
		t.Error(got)
	}
	list, err := s.ListImports(ctx(), &api.ListImportsInput{ImportStatus: new(api.ImportStatusCompleted)})
	if err != nil || len(list.Imports) != 1 || *list.Imports[0].ImportId != *m.ImportId {
		t.Errorf("%+v %v", list, err)
	}
	// A time range takes files by their names and events by their time.
	again, err := s.StartImport(ctx(), importOf(id, func(in *api.StartImportInput) {
		in.StartEventTime, in.EndEventTime = new(time.Date(2026, 2, 21, 0, 0, 0, 0, time.UTC)), new(time.Date(2026, 2, 23, 8, 0, 0, 0, time.UTC))
	}))
	ok(t, err)
	advance(t, k, time.Minute)
	if got := s.imported(t, ctx(), again.ImportId); got != "COMPLETED folders 3/3 files 3 events 3 failed 0" {
		t.Error(got)
	}
	// What is imported outlives its time as what has happened does.
	advance(t, k, 370*24*time.Hour)
	if got := s.asks(t, k, id, "SELECT count(*) FROM EDS"); got != "0" {
		t.Error(got)
	}
	ok(t, s.k.View(ctx(), func(tx *store.Tx) error {
		for _, x := range s.segments.Prefix(tx, store.Key(id, ""), "") {
			t.Errorf("left %+v", x)
		}
		return nil
	}))
}

// Files that cannot be read are named, and taken when they can be; an import that was stopped goes on where it was.
func TestImportFailures(t *testing.T) {
	k, s, out := open(t, kernel.Options{})
	ctx := func() context.Context { return in(k, mine, here) }
	id := s.makeStore(t, ctx(), nil)
	out.past(t)
	broken := "old/AWSLogs/111111111111/CloudTrail/eu-central-1/2026/02/21/111111111111_CloudTrail_eu-central-1_20260221T0805Z_x.json.gz"
	whole := out.objects[broken]
	out.objects[broken] = whole[:40]
	m, err := s.StartImport(ctx(), importOf(id, nil))
	ok(t, err)
	stopped, err := s.StopImport(ctx(), &api.StopImportInput{ImportId: m.ImportId})
	ok(t, err)
	if *stopped.ImportStatus != api.ImportStatusStopped {
		t.Error(*stopped.ImportStatus)
	}
	advance(t, k, time.Minute)
	if got := s.imported(t, ctx(), m.ImportId); got != "STOPPED folders 0/0 files 0 events 0 failed 0" {
		t.Error(got)
	}
	failures := func() string {
		list, err := s.ListImportFailures(ctx(), &api.ListImportFailuresInput{ImportId: m.ImportId})
		ok(t, err)
		text := ""
		for _, f := range list.Failures {
			text += *f.Status + " " + *f.ErrorType + " " + *f.Location + ";"
		}
		return text
	}
	for _, want := range []string{"FAILED InvalidFile s3://archive/" + broken + ";", "SUCCEEDED InvalidFile s3://archive/" + broken + ";"} {
		_, err := s.StartImport(ctx(), &api.StartImportInput{ImportId: m.ImportId})
		ok(t, err)
		advance(t, k, time.Minute)
		if got := failures(); got != want {
			t.Error(got)
		}
		out.objects[broken] = whole
	}
	if got := s.imported(t, ctx(), m.ImportId); got != "COMPLETED folders 4/4 files 4 events 5 failed 0" {
		t.Error(got)
	}
	if got := s.asks(t, k, id, namesOf); got != "Day20; Day21; Day22; Day23; Late" {
		t.Error(got)
	}
	for code, in := range map[string]*api.StartImportInput{
		"InvalidParameterException":         {},
		"ImportNotFoundException":           {ImportId: new("00000000-0000-0000-0000-000000000000")},
		"InvalidImportSourceException":      importOf(id, func(in *api.StartImportInput) { in.ImportSource.S3.S3LocationUri = new("s3://nowhere/") }),
		"EventDataStoreNotFoundException":   importOf("00000000-0000-0000-0000-000000000000", nil),
		"EventDataStoreARNInvalidException": importOf("x", nil),
	} {
		if _, err := s.StartImport(ctx(), in); awserr.Code(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
}

// The process dies around each call of S3's, and at each row: every event is there once.
func TestImportSurvivesDeath(t *testing.T) {
	m := dying(t)
	id := m.s.makeStore(t, m.ctx(), nil)
	m.out.past(t)
	started, err := m.s.StartImport(m.ctx(), importOf(id, nil))
	ok(t, err)
	m.diesAround()
	advance(t, m.k, time.Minute)
	m.dies()
	m.afterEach(12, func(t *testing.T, _ int, k *kernel.Kernel, s *Service, _ *outside) {
		advance(t, k, 10*time.Minute)
		if got := s.imported(t, in(k, mine, here), started.ImportId) + ": " + s.asks(t, k, id, namesOf); got != "COMPLETED folders 4/4 files 4 events 5 failed 0: Day20; Day21; Day22; Day23; Late" {
			t.Error(got)
		}
	})
}
