package accounts

import (
	"context"
	"encoding/json"
	"strings"
)

// entry is what the journal tells of a call.
type entry struct {
	RequestID, Account, ErrorCode string
	Service, Operation            string
	Principal                     struct{ ARN, Kind string }
	Denied                        *struct{ Kind, Policy, Statement string }
}

// readJournal finds every attempt again.
func (p *play) readJournal(ctx context.Context) error {
	calls := map[string]*entry{}
	err := p.estate.Rows(ctx, "@journal/entry", func(_ string, row json.RawMessage) error {
		var e struct{ Call *entry }
		if err := json.Unmarshal(row, &e); err != nil {
			return err
		}
		if e.Call != nil {
			calls[requestKey(e.Call.RequestID)] = e.Call
		}
		return nil
	})
	if err != nil {
		return err
	}
	found, nobody, truly, reasons := 0, 0, 0, 0
	for i := range p.attempts {
		a := &p.attempts[i]
		a.found = calls[requestKey(a.request)]
		switch {
		case a.principal == "":
			nobody++
			if a.found == nil {
				found, truly, reasons = found+1, truly+1, reasons+1
			}
			continue
		case a.found == nil:
			continue
		}
		found++
		outcome := allowed
		if a.found.ErrorCode != "" {
			outcome = a.found.ErrorCode
		}
		if a.found.Principal.ARN == a.principal && outcome == a.got {
			truly++
		}
		if denied := strings.HasPrefix(a.got, "AccessDenied"); denied == (a.found.Denied != nil) {
			reasons++
		}
	}
	p.report.Check("attempts found in the journal, those of nobody aside", len(p.attempts), found)
	p.report.Check("of them with their true principal and outcome", len(p.attempts), truly)
	p.report.Check("denials in the journal name what decided", len(p.attempts), reasons)
	p.report.Check("attempts with an ended session", 1, nobody)
	return nil
}

// requestKey is what the services' ways to write a request's id have in common: S3's are the first 16 digits.
func requestKey(id string) string {
	key := strings.ToLower(strings.ReplaceAll(id, "-", ""))
	return key[:min(16, len(key))]
}
