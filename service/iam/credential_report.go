package iam

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// report is the account's credential report: a table of who has which credentials, as it was when it was made.
type report struct {
	AskedAt time.Time
	MadeAt  time.Time `json:",omitzero"` // zero while it is being made
	Blocks  int
}

const (
	reportKey = "report" // the one key of its table
	// reportAge is how long a report stays the newest there can be.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
	reportAge = 4 * time.Hour
	// reportBlock bounds a row of the report's text, in bytes; rows hold 64 KiB in JSON.
	reportBlock = 40 << 10
)

type reportArg struct{}

// GenerateCredentialReport has a report made, unless there is one that is young enough.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateCredentialReport.html
func (s *Service) GenerateCredentialReport(ctx context.Context, _ *api.GenerateCredentialReportInput) (*api.GenerateCredentialReportOutput, error) {
	now := s.k.Clock.Now()
	out := &api.GenerateCredentialReportOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		*out = api.GenerateCredentialReportOutput{}
		r, asked := s.reports.Get(tx, reportKey)
		switch {
		case asked && r.MadeAt.IsZero():
			out.State = new(api.ReportStateTypeInprogress)
		case asked && now.Sub(r.MadeAt) < reportAge:
			out.State = new(api.ReportStateTypeComplete)
		default:
			out.State, out.Description = new(api.ReportStateTypeStarted), new("No report exists. Starting a new report generation task")
			s.reports.Put(tx, reportKey, report{AskedAt: now, Blocks: r.Blocks})
			s.makeReport.Soon(tx, reportArg{})
		}
		return nil
	})
}

// GetCredentialReport reads it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html
func (s *Service) GetCredentialReport(ctx context.Context, _ *api.GetCredentialReportInput) (*api.GetCredentialReportOutput, error) {
	now := s.k.Clock.Now()
	out := &api.GetCredentialReportOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		r, asked := s.reports.Get(tx, reportKey)
		switch {
		case !asked:
			return api.NewCredentialReportNotPresentException("No report has been generated")
		case r.MadeAt.IsZero():
			return api.NewCredentialReportNotReadyException("The report is still being generated.")
		case now.Sub(r.MadeAt) >= reportAge:
			return api.NewCredentialReportExpiredException("The report has expired. Generate a new report.")
		}
		var text []byte
		for _, block := range s.reportText.From(tx, "") {
			text = append(text, block...)
		}
		out.Content, out.ReportFormat, out.GeneratedTime = text, new(api.ReportFormatTypeTextCsv), new(r.MadeAt)
		return nil
	})
}

// runReport makes the report.
func (s *Service) runReport(ctx context.Context, _ reportArg) error {
	c := call.From(ctx)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		r, _ := s.reports.Get(tx, reportKey)
		before := r.Blocks
		text := strings.Join(reportColumns, ",") + "\n" + s.rootLine(tx, c.Account)
		r.Blocks = 0
		put := func() {
			s.reportText.Put(tx, fmt.Sprintf("%06d", r.Blocks), text)
			r.Blocks, text = r.Blocks+1, ""
		}
		for _, u := range s.users.From(tx, "") {
			if len(text) > reportBlock {
				put()
			}
			text += "\n" + s.userLine(tx, c.Account, &u)
		}
		put()
		for i := r.Blocks; i < before; i++ {
			s.reportText.Delete(tx, fmt.Sprintf("%06d", i))
		}
		r.MadeAt = c.At
		s.reports.Put(tx, reportKey, r)
		return nil
	})
}

// giveUpReport forgets that a report was asked for, so that it can be again.
func (s *Service) giveUpReport(tx *store.Tx, _ reportArg, _ string) {
	if r, ok := s.reports.Get(tx, reportKey); ok && r.MadeAt.IsZero() {
		for i := range r.Blocks {
			s.reportText.Delete(tx, fmt.Sprintf("%06d", i))
		}
		s.reports.Delete(tx, reportKey)
	}
}

// reportColumns are the columns that AWS documents.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html#id_credentials_understanding_the_report_format
var reportColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed", "password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region", "access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region", "access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated", "additional_credentials_info",
}

const notApplicable = "N/A"

func reportTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }

// rootLine is the root's. Its key is not made by an API, so that it has no age.
func (s *Service) rootLine(tx *store.Tx, account string) string {
	id := account
	if account == s.root.Account {
		id = s.root.ID
	}
	f := []string{"<root_account>", s.rootOf(account, "").ARN, notApplicable, "not_supported", "no_information", "not_supported", "not_supported", "false"}
	if a, ok := s.accounts.Get(tx, account); ok {
		f[2] = reportTime(a.CreatedAt)
	}
	f = append(f, s.keyFields(tx, id, s.rootKeys(account) > 0, time.Time{})...)
	f = append(f, noKeyFields...)
	return strings.Join(append(f, "false", notApplicable, "false", notApplicable, notApplicable), ",")
}

func (s *Service) userLine(tx *store.Tx, account string, u *user) string {
	f := []string{u.Name, s.arn(account, "user", u.Path, u.Name), reportTime(u.CreatedAt)}
	f = append(f, s.passwordFields(tx, u)...)
	f = append(f, strconv.FormatBool(len(s.devicesOf(tx, u.Name)) > 0))
	keys := s.keysOf(tx, u.Name)
	for i := range maxKeys {
		if i < len(keys) {
			f = append(f, s.keyFields(tx, keys[i].id, keys[i].Active, keys[i].CreatedAt)...)
		} else {
			f = append(f, noKeyFields...)
		}
	}
	n := 0
	for _, c := range s.signers.Prefix(tx, fold(u.Name)+sep, "") {
		f, n = append(f, strconv.FormatBool(c.Active), reportTime(c.UploadedAt)), n+1
	}
	for ; n < maxSigners; n++ {
		f = append(f, "false", notApplicable)
	}
	return strings.Join(append(f, notApplicable), ",")
}

// passwordFields: enabled, last used (nobody signs in to a console here), last changed, next rotation.
func (s *Service) passwordFields(tx *store.Tx, u *user) []string {
	p, ok := s.logins.Get(tx, fold(u.Name))
	if !ok {
		return []string{"false", notApplicable, notApplicable, notApplicable}
	}
	f := []string{"true", "no_information", reportTime(p.ChangedAt), notApplicable}
	rules, _ := s.passwordRules.Get(tx, passwordPolicyKey)
	if due, expires := rules.dueAt(&p); expires {
		f[3] = reportTime(due)
	}
	return f
}

var noKeyFields = []string{"false", notApplicable, notApplicable, notApplicable, notApplicable}

// keyFields: active, last rotated, last used when, where and for what.
func (s *Service) keyFields(tx *store.Tx, id string, active bool, created time.Time) []string {
	f := slices.Clone(noKeyFields)
	f[0] = strconv.FormatBool(active)
	if !created.IsZero() {
		f[1] = reportTime(created)
	}
	if last, ok := s.lastUseOf(tx, id); ok {
		f[2], f[3], f[4] = reportTime(last.At), last.Region, last.Service
	}
	return f
}

// ownedKey is an access key with its id.
type ownedKey struct {
	id string
	accessKey
}

// keysOf are a user's access keys, the oldest first.
func (s *Service) keysOf(tx *store.Tx, name string) (list []ownedKey) {
	for key := range s.userKeys.Prefix(tx, fold(name)+sep, "") {
		if k, ok := s.keys.Get(tx, tail(key)); ok {
			list = append(list, ownedKey{tail(key), k})
		}
	}
	slices.SortStableFunc(list, func(a, b ownedKey) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return list
}
