package cloudtrail

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/engine/columnar"
)

// wants tells whether a key is a log file that the import is to take: one in a folder CloudTrail, or, where the location names a prefix, any
// that lies in no folder AWSLogs; and by its name of the time that is asked.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-copy-trail-to-lake.html
func (m *lakeImport) wants(key string) bool {
	if !strings.HasSuffix(key, ".json.gz") && !strings.HasSuffix(key, ".json") {
		return false
	}
	folders := strings.Split(key, "/")
	name := folders[len(folders)-1]
	if folders = folders[:len(folders)-1]; !slices.Contains(folders, "CloudTrail") && (m.Prefix == "" || slices.Contains(folders, "AWSLogs")) {
		return false
	}
	if parts := strings.Split(name, "_"); len(parts) == 5 {
		if at, err := time.Parse("20060102T1504Z", parts[3]); err == nil {
			// a file holds what happened some minutes before its time; so much, and more, is left to the events themselves
			return (m.From.IsZero() || !at.Before(m.From.Add(-disorder))) && (m.To.IsZero() || !at.After(m.To.Add(24*time.Hour)))
		}
	}
	return true
}

// imported is an event of a file.
type imported struct {
	at  time.Time
	row []columnar.Value
}

// importMost is how large a file may be, unpacked: one of CloudTrail's has a few megabytes.
const importMost = 256 << 20

// importFile reads the events of a file that an event data store would still keep; n is how large it is. One event that is none spoils the file.
func (s *Service) importFile(ctx context.Context, d *dataStore, m *lakeImport, key string) (list []imported, n int, err error) {
	out, err := s.peers.S3.GetObject(s.asImport(ctx, m), &s3api.GetObjectInput{Bucket: &m.Bucket, Key: &key})
	if err != nil {
		return nil, 0, err
	}
	var text []byte
	if text, err = io.ReadAll(io.LimitReader(out.Body, importMost+1)); err == nil && bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(text)); err == nil {
			text, err = io.ReadAll(io.LimitReader(z, importMost+1))
		}
	}
	if c, ok := out.Body.(io.Closer); ok {
		_ = c.Close() // it was read
	}
	if err != nil || len(text) > importMost {
		return nil, 0, awserr.New(400, "InvalidFile", "The file cannot be unpacked, or is larger than CloudTrail's are.")
	}
	var file struct{ Records []json.RawMessage }
	if err := json.Unmarshal(text, &file); err != nil || file.Records == nil {
		return nil, 0, awserr.New(400, "InvalidFile", "The file is no log file of CloudTrail.")
	}
	kept := d.kept(s.k.Clock.Now())
	for _, raw := range file.Records {
		var r record
		at := time.Time{}
		err := json.Unmarshal(raw, &r)
		if err == nil {
			at, err = time.Parse(time.RFC3339, r.EventTime)
		}
		if err != nil || r.EventName == "" || r.EventSource == "" || r.EventID == "" {
			return nil, 0, awserr.New(400, "InvalidRecord", "The file holds what is no record of CloudTrail.")
		}
		if at.Before(kept) || !m.From.IsZero() && at.Before(m.From) || !m.To.IsZero() && at.After(m.To) {
			continue
		}
		var whole bytes.Buffer
		if err := json.Compact(&whole, raw); err != nil {
			return nil, 0, err
		}
		list = append(list, imported{at, lakeRecord(&r, at, whole.String())})
	}
	return list, len(text), nil
}
