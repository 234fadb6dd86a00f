package audit

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"unyo/rehearse/estate"
	"unyo/rehearse/report"
)

// gather writes what an auditor wants to the evidence folder: integrity, events, retention, encryption, access.
func (p *play) gather(ctx context.Context) error {
	if p.o.Evidence == "" {
		return nil
	}
	if err := os.MkdirAll(p.o.Evidence, 0o755); err != nil {
		return err
	}
	keeping, err := p.keeping(ctx)
	if err != nil {
		return err
	}
	access, err := p.access(ctx)
	if err != nil {
		return err
	}
	policy, err := p.archivePolicy(ctx)
	if err != nil {
		return err
	}
	events := [][]string{{"time", "user", "key", "call", "from", "refused"}}
	for _, e := range p.history {
		events = append(events, e.row())
	}
	return firstOf(
		os.WriteFile(filepath.Join(p.o.Evidence, "integrity.txt"), []byte(strings.Join(p.integrity, "\n")+"\n"), 0o644),
		os.WriteFile(filepath.Join(p.o.Evidence, "retention-and-encryption.txt"), []byte(strings.Join(keeping, "\n")+"\n"), 0o644),
		os.WriteFile(filepath.Join(p.o.Evidence, "archive-policy.json"), []byte(policy+"\n"), 0o644),
		writeCSV(filepath.Join(p.o.Evidence, "events.csv"), events),
		writeCSV(filepath.Join(p.o.Evidence, "access.csv"), access),
	)
}

func firstOf(faults ...error) error {
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

func writeCSV(name string, rows [][]string) error {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(b.String()), 0o644)
}

// keeping is how the trail and its archive are kept.
func (p *play) keeping(ctx context.Context) (lines []string, err error) {
	t, err := p.trails(nil, estate.Region).GetTrail(ctx, &cloudtrail.GetTrailInput{Name: aws.String(trail)})
	if err != nil {
		return nil, err
	}
	v, err := p.s3(nil).GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: aws.String(archive)})
	if err != nil {
		return nil, err
	}
	e, err := p.s3(nil).GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: aws.String(archive)})
	if err != nil {
		return nil, err
	}
	expiry, err := p.expiry(ctx)
	if err != nil {
		return nil, err
	}
	closed, err := p.closed(ctx)
	if err != nil {
		return nil, err
	}
	lines = append(lines,
		fmt.Sprintf("trail %s: all regions %t, validated %t", aws.ToString(t.Trail.TrailARN), aws.ToBool(t.Trail.IsMultiRegionTrail), aws.ToBool(t.Trail.LogFileValidationEnabled)),
		"event history: 90 days", fmt.Sprintf("archive %s: versioning %s, %s", archive, v.Status, expiry), fmt.Sprintf("archive %s: %s", archive, closed))
	for _, r := range e.ServerSideEncryptionConfiguration.Rules {
		lines = append(lines, fmt.Sprintf("archive %s: encrypted at rest with %s", archive, r.ApplyServerSideEncryptionByDefault.SSEAlgorithm))
	}
	return lines, nil
}

// expiry is what the archive's lifecycle takes away, and whether a lock forbids that.
func (p *play) expiry(ctx context.Context) (string, error) {
	words := "no lifecycle, nothing expires"
	l, err := p.s3(nil).GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String(archive)})
	switch {
	case err == nil:
		words = fmt.Sprintf("%d lifecycle rules", len(l.Rules))
	case code(err) != "NoSuchLifecycleConfiguration":
		return "", err
	}
	lock, err := p.s3(nil).GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: aws.String(archive)})
	switch {
	case err == nil && lock.ObjectLockConfiguration != nil:
		return words + ", object lock " + string(lock.ObjectLockConfiguration.ObjectLockEnabled), nil
	case err == nil || code(err) == "ObjectLockConfigurationNotFoundError":
		return words + ", no object lock: whoever may delete versions can delete the archive", nil
	}
	return "", err
}

// closed is whether the archive can be opened to everybody.
func (p *play) closed(ctx context.Context) (string, error) {
	b, err := p.s3(nil).GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: aws.String(archive)})
	if code(err) == "NoSuchPublicAccessBlockConfiguration" {
		return "no public access block", nil
	}
	if err != nil {
		return "", err
	}
	c := b.PublicAccessBlockConfiguration
	return fmt.Sprintf("public access lists blocked %t and ignored %t, public policies blocked %t and restricted %t",
		aws.ToBool(c.BlockPublicAcls), aws.ToBool(c.IgnorePublicAcls), aws.ToBool(c.BlockPublicPolicy), aws.ToBool(c.RestrictPublicBuckets)), nil
}

func code(err error) string {
	var known smithy.APIError
	if errors.As(err, &known) {
		return known.ErrorCode()
	}
	return ""
}

// archivePolicy is whom the archive's own policy lets in.
func (p *play) archivePolicy(ctx context.Context) (string, error) {
	out, err := p.s3(nil).GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: aws.String(archive)})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Policy), nil
}

// tell adds what was found to the report.
func (p *play) tell() {
	var rows [][]string
	for _, e := range p.history {
		rows = append(rows, e.row())
	}
	p.report.Add(report.Section{Title: "What was done with the two keys", Head: []string{"time", "user", "key", "call", "from", "refused"}, Rows: rows})
	rows = nil
	for _, line := range p.integrity {
		rows = append(rows, []string{line})
	}
	p.report.Add(report.Section{Title: "Integrity of the archive", Head: []string{"by the digests"}, Rows: rows})
}
