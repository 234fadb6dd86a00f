package audit

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

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
	events := [][]string{{"time", "user", "key", "call", "from", "refused"}}
	for _, e := range p.history {
		events = append(events, e.row())
	}
	return firstOf(
		os.WriteFile(filepath.Join(p.o.Evidence, "integrity.txt"), []byte(strings.Join(p.integrity, "\n")+"\n"), 0o644),
		os.WriteFile(filepath.Join(p.o.Evidence, "retention-and-encryption.txt"), []byte(strings.Join(keeping, "\n")+"\n"), 0o644),
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
	lines = append(lines,
		fmt.Sprintf("trail %s: all regions %t, validated %t", aws.ToString(t.Trail.TrailARN), aws.ToBool(t.Trail.IsMultiRegionTrail), aws.ToBool(t.Trail.LogFileValidationEnabled)),
		"event history: 90 days", fmt.Sprintf("archive %s: versioning %s, no lifecycle, nothing expires", archive, v.Status))
	for _, r := range e.ServerSideEncryptionConfiguration.Rules {
		lines = append(lines, fmt.Sprintf("archive %s: encrypted at rest with %s", archive, r.ApplyServerSideEncryptionByDefault.SSEAlgorithm))
	}
	return lines, nil
}

// access is who may do what: users, their policies and keys.
func (p *play) access(ctx context.Context) ([][]string, error) {
	rows := [][]string{{"user", "made", "policies", "keys"}}
	c := p.iam(nil)
	users, err := c.ListUsers(ctx, &iam.ListUsersInput{})
	if err != nil {
		return nil, err
	}
	for _, u := range users.Users {
		var policies, keys []string
		attached, err := c.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: u.UserName})
		if err != nil {
			return nil, err
		}
		for _, a := range attached.AttachedPolicies {
			policies = append(policies, aws.ToString(a.PolicyName))
		}
		inline, err := c.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: u.UserName})
		if err != nil {
			return nil, err
		}
		policies = append(policies, inline.PolicyNames...)
		list, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: u.UserName})
		if err != nil {
			return nil, err
		}
		for _, k := range list.AccessKeyMetadata {
			keys = append(keys, aws.ToString(k.AccessKeyId)+" "+string(k.Status))
		}
		rows = append(rows, []string{aws.ToString(u.UserName), aws.ToTime(u.CreateDate).UTC().Format("2006-01-02 15:04"), strings.Join(policies, "; "), strings.Join(keys, "; ")})
	}
	return rows, nil
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
