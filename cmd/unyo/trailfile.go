package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// CloudTrail's files have at most 50 MB unpacked; more than a few times that is no file of CloudTrail's.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
const (
	maxTrailFile = 256 << 20 // bytes, unpacked
	maxTrailPack = 64 << 20  // bytes as they lie there
	maxTrailName = 512       // bytes of a path below the folder
)

// trailFile is a file of CloudTrail's from elsewhere, found good.
type trailFile struct {
	name, path  string // below the folder, with slashes; and where it lies
	records     int
	first, last time.Time
}

// errDigest says that a file is a digest: its signature is of other keys than this estate's, and stays where it is.
var errDigest = errors.New("a digest")

// findTrailFiles looks at everything below dir. What is no file of CloudTrail's is refused, and named.
func findTrailFiles(dir string) (files []trailFile, digests int, err error) {
	root, err := os.OpenRoot(dir) // no link leads out of it
	if err != nil {
		return nil, 0, err
	}
	defer root.Close()
	var refused []error
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := readTrailFile(root, name, d)
		switch {
		case errors.Is(err, errDigest):
			digests++
		case err != nil:
			refused = append(refused, fmt.Errorf("%s: %w", name, err))
		default:
			f.path = filepath.Join(dir, filepath.FromSlash(name))
			files = append(files, f)
		}
		return nil
	})
	slices.SortFunc(files, func(a, b trailFile) int { return strings.Compare(a.name, b.name) })
	return files, digests, errors.Join(err, errors.Join(refused...))
}

func readTrailFile(root *os.Root, name string, d fs.DirEntry) (f trailFile, err error) {
	switch {
	case !d.Type().IsRegular():
		return f, errors.New("is no regular file")
	case len(name) > maxTrailName || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7F }):
		return f, errors.New("has a name that no object should bear")
	case !strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, ".json.gz"):
		return f, errors.New("is named neither .json nor .json.gz")
	}
	in, err := root.Open(name)
	if err != nil {
		return f, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxTrailPack+1))
	if err == nil && len(text) > maxTrailPack {
		err = errors.New("is larger than any file of CloudTrail's")
	}
	if err == nil && strings.HasSuffix(name, ".gz") {
		text, err = unpackTrailFile(text)
	}
	if err != nil {
		return f, err
	}
	f, err = parseTrailFile(text)
	f.name = name
	return f, err
}

func unpackTrailFile(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("is not packed with gzip: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxTrailFile+1))
	if err == nil && len(text) > maxTrailFile {
		err = errors.New("unpacks to more than any file of CloudTrail's")
	}
	return text, err
}

// parseTrailFile reads {"Records":[…]}, and of each record what every one must have.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
func parseTrailFile(text []byte) (f trailFile, err error) {
	if !utf8.Valid(text) {
		return f, errors.New("is not UTF-8")
	}
	var file struct {
		Records        *[]trailRecord
		DigestS3Object string
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return f, fmt.Errorf("is no file of CloudTrail's: %w", err)
	}
	if file.DigestS3Object != "" {
		return f, errDigest
	}
	if file.Records == nil {
		return f, errors.New("has no Records")
	}
	for i, r := range *file.Records {
		at, err := time.Parse(time.RFC3339, r.EventTime)
		if err != nil || r.EventName == "" || r.EventSource == "" || !strings.HasPrefix(r.EventVersion, "1.") || len(r.UserIdentity) < 2 || r.UserIdentity[0] != '{' {
			return f, fmt.Errorf("record %d is none of CloudTrail's", i)
		}
		if f.records == 0 || at.Before(f.first) {
			f.first = at
		}
		if at.After(f.last) {
			f.last = at
		}
		f.records++
	}
	return f, nil
}

type trailRecord struct {
	EventVersion, EventTime, EventName, EventSource string
	UserIdentity                                    json.RawMessage
}
