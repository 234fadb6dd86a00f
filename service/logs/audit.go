package logs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	api "unyo/api/logs"
	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/engine/sensitive"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
	"unyo/kernel/vend"
)

// Audit findings: of each event that a data protection policy finds something in, a report goes to the policy's destinations. A job looks at
// what has come in, moves its place and hands the reports over in one transaction; from there they go as vended logs do.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data-audit-findings.html

// auditTarget is where a policy's findings go.
type auditTarget struct{ Kind, Target string }

// audited is how far a group has been looked at.
type audited struct {
	Seq  uint64 // last batch that was looked at whole
	Part uint64 `json:",omitempty"` // a batch of which the first Done events were
	Done int    `json:",omitempty"`
}

type auditArg struct{ Name, Group string }

const (
	auditKind    = "DATA_PROTECTION_AUDIT"
	auditReports = 100  // in a row
	auditPass    = 2000 // reports of one pass, at most: what they take fits into a transaction
)

// auditLog says how findings are written. Its folder and names are ours: AWS's page does not tell.
var auditLog = vendedLog{service: "logs", kind: auditKind, folder: "CloudWatchLogs", suffix: "{region}/{yyyy}/{MM}/{dd}"}

// auditSoon sees that what tx adds to a group is looked at, if a policy wants findings of it.
func (s *Service) auditSoon(tx *store.Tx, name string, g *group, ref logstore.Ref) {
	if !g.Audited && (g.Class == classInfrequent || !s.accountAudit.Has(tx, "now")) {
		return
	}
	if !s.audits.Has(tx, g.ID) {
		from := outsetOf(ref)
		s.audits.Put(tx, g.ID, audited{Seq: from.before()}) // what lies behind it and was not audited, the history tells
	}
	if !s.auditing.Has(tx, g.ID) {
		s.auditing.Put(tx, g.ID, none{})
		s.audit.Soon(tx, auditArg{name, g.ID})
	}
}

// auditor is one pass over a group's events.
type auditor struct {
	from, to       audited
	more           bool
	arn            string
	at             time.Time
	group, account auditHistory
	found          map[auditTarget][]string // reports
	order          []auditTarget
	reports        int
}

// auditHistory is what was audited from when on, as masker's is.
type auditHistory struct {
	from    []uint64
	kinds   [][]*sensitive.Kind
	targets [][]auditTarget
}

func (h *auditHistory) add(from uint64, document string) error {
	var kinds []*sensitive.Kind
	var targets []auditTarget
	if document != "" {
		var err error
		if kinds, targets, err = auditOf(document); err != nil {
			return err
		}
	}
	h.from, h.kinds, h.targets = append(h.from, from), append(h.kinds, kinds), append(h.targets, targets)
	return nil
}

// before is the last chapter that begins before x.
func (h *auditHistory) before(x uint64) ([]*sensitive.Kind, []auditTarget) {
	for i := len(h.from) - 1; i >= 0; i-- {
		if h.from[i] < x {
			return h.kinds[i], h.targets[i]
		}
	}
	return nil, nil
}

// runAudit is the job audit.
func (s *Service) runAudit(ctx context.Context, a auditArg) error {
	p := &auditor{found: map[auditTarget][]string{}, at: s.k.Clock.Now().UTC()}
	scope := call.ScopeOf(ctx)
	p.arn = s.groupARN(scope, a.Name)
	known := false
	err := s.k.Update(ctx, func(tx *store.Tx) (err error) {
		s.auditing.Delete(tx, a.Group)
		p.group, p.account = auditHistory{}, auditHistory{}
		if p.from, known = s.audits.Get(tx, a.Group); !known {
			return nil
		}
		for _, row := range s.protections.Prefix(tx, store.Key(a.Group, ""), "") {
			if err := p.group.add(row.From, row.Document); err != nil {
				return err
			}
		}
		for _, row := range s.accountProtections.Prefix(tx, "", "") {
			if err := p.account.add(uint64(row.Updated), row.Document); err != nil {
				return err
			}
		}
		return nil
	}, store.Relaxed)
	if err != nil || !known {
		return err
	}
	p.to = p.from
	if err := s.store.Batches(ctx, folder(scope, a.Group), p.from.Seq, p.add); err != nil {
		return err
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if at, ok := s.audits.Get(tx, a.Group); ok && at == p.from { // else it is a repeat, or the group has gone
			s.report(tx, p)
			s.audits.Put(tx, a.Group, p.to)
			if p.more {
				s.audit.Soon(tx, a)
			}
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// add looks at a batch; false when there are enough reports.
func (p *auditor) add(b *logstore.Stored) bool {
	first := 0
	if b.Seq == p.from.Part {
		first = p.from.Done
	}
	for i := first; i < len(b.Events); i++ {
		if p.reports >= auditPass {
			p.to.Part, p.to.Done, p.more = b.Seq, i, true
			return false
		}
		e := &b.Events[i]
		kinds, targets := p.group.before(e.Seq)
		p.look(e, kinds, targets)
		kinds, targets = p.account.before(uint64(e.Ingestion) + 1)
		p.look(e, kinds, targets)
	}
	p.to = audited{Seq: b.Seq}
	return true
}

// look reports what is found in an event.
func (p *auditor) look(e *logstore.Event, kinds []*sensitive.Kind, targets []auditTarget) {
	if len(targets) == 0 {
		return
	}
	list := sensitive.Find(e.Message, kinds)
	if len(list) == 0 {
		return
	}
	text := finding(p.arn, p.at, e.Message, kinds, list)
	for _, t := range targets {
		if p.found[t] == nil {
			p.order = append(p.order, t)
		}
		p.found[t] = append(p.found[t], text)
		p.reports++
	}
}

// finding is a report in AWS's form: places are told in characters, from 0, the end exclusive.
func finding(arn string, at time.Time, message []byte, kinds []*sensitive.Kind, list []sensitive.Finding) string {
	type detection struct {
		Start int `json:"start"`
		End   int `json:"end"`
	}
	type identifier struct {
		Name       string      `json:"name"`
		Count      int         `json:"count"`
		Detections []detection `json:"detections"`
	}
	var found []identifier
	for _, k := range kinds {
		id := identifier{Name: k.Name}
		for _, f := range list {
			if f.Kind == k.Name {
				start := utf8.RuneCount(message[:f.Start])
				id.Detections = append(id.Detections, detection{start, start + utf8.RuneCount(message[f.Start:f.End])})
			}
		}
		if id.Count = len(id.Detections); id.Count > 0 {
			found = append(found, id)
		}
	}
	text, err := json.Marshal(struct {
		At    string       `json:"auditTimestamp"`
		ARN   string       `json:"resourceArn"`
		Found []identifier `json:"dataIdentifiers"`
	}{at.Format(time.RFC3339), arn + ":*", found})
	if err != nil { // of strings and numbers never
		return "{}"
	}
	return string(text)
}

// report hands the reports over, many in a row. What carries them to a target comes into being with the first.
func (s *Service) report(tx *store.Tx, p *auditor) {
	for _, t := range p.order {
		sum := sha256.Sum256([]byte(p.arn + "\x00" + t.Kind + "\x00" + t.Target))
		id := "audit" + hex.EncodeToString(sum[:10])
		if !s.auditDeliveries.Has(tx, id) {
			s.auditDeliveries.Put(tx, id, delivery{Kind: t.Kind, Audit: t.Target, Source: p.arn})
			s.k.Vend.Want(tx, p.arn, id, id)
			s.vended.Await(tx, vend.Topic(id), id, vendedArg{ID: id})
		}
		texts := p.found[t]
		for i := 0; i < len(texts); i += auditReports {
			s.k.Vend.Put(tx, p.arn, id, fmt.Sprintf("%016x %08x %06x", p.from.Seq, p.from.Done, i), vend.Record{Time: p.at, Fields: map[string]any{"reports": texts[i:min(len(texts), i+auditReports)]}})
		}
	}
}

// auditOf reads what a policy audits, and for whom.
func auditOf(document string) ([]*sensitive.Kind, []auditTarget, error) {
	kinds, err := parseProtection(document)
	if err != nil {
		return nil, nil, err
	}
	var p protectionPolicy
	if err := json.Unmarshal([]byte(document), &p); err != nil {
		return nil, nil, err
	}
	targets, err := p.targets()
	return kinds, targets, err
}

// targets are the destinations of findings, as ARNs without account and region where a name is all that the policy says.
func (p *protectionPolicy) targets() (list []auditTarget, err error) {
	to := *p.Statement[0].Operation.Audit.FindingsDestination
	for _, d := range []struct{ member, name, kind string }{
		{"CloudWatchLogs", "LogGroup", api.DeliveryDestinationTypeCwl}, {"Firehose", "DeliveryStream", api.DeliveryDestinationTypeFh}, {"S3", "Bucket", api.DeliveryDestinationTypeS3},
	} {
		raw, ok := to[d.member]
		if !ok {
			continue
		}
		delete(to, d.member)
		var one map[string]string
		if json.Unmarshal(raw, &one) != nil || len(one) != 1 || one[d.name] == "" {
			return nil, invalid("Data protection policy is not valid: the FindingsDestination %s must have the member %s.", d.member, d.name)
		}
		list = append(list, auditTarget{d.kind, one[d.name]})
	}
	for name := range to {
		return nil, invalid("Data protection policy is not valid: there is no FindingsDestination %s.", name)
	}
	return list, nil
}

// targetARN is the ARN of what a policy names.
func (s *Service) targetARN(scope call.Scope, t auditTarget) string {
	switch t.Kind {
	case api.DeliveryDestinationTypeCwl:
		return s.groupARN(scope, t.Target)
	case api.DeliveryDestinationTypeFh:
		return "arn:" + scope.Partition + ":firehose:" + scope.Region + ":" + scope.Account + ":deliverystream/" + t.Target
	}
	return "arn:" + scope.Partition + ":s3:::" + t.Target
}

// admitAudit sets up what lets findings into their destinations, which must be there.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html
func (s *Service) admitAudit(ctx context.Context, document string) (any bool, err error) {
	_, targets, err := auditOf(document)
	if err != nil {
		return false, err
	}
	scope := call.ScopeOf(ctx)
	sender := "arn:" + scope.Partition + ":logs:" + scope.Region + ":" + scope.Account + ":*"
	for _, t := range targets {
		if err := s.admit(ctx, sender, &deliveryDestination{Kind: t.Kind, Target: s.targetARN(scope, t)}, &delivery{}); err != nil {
			return false, err
		}
	}
	return len(targets) > 0, nil
}
