package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// PolicyType is what the document is checked as, in Access Analyzer's words.
type PolicyType string

const (
	Identity        PolicyType = "IDENTITY_POLICY"
	Resource        PolicyType = "RESOURCE_POLICY"
	ServiceControl  PolicyType = "SERVICE_CONTROL_POLICY"
	ResourceControl PolicyType = "RESOURCE_CONTROL_POLICY"
)

// Finding is one thing that is wrong.
type Finding struct {
	Severity                 Severity
	Code, Details, LearnMore string
	Locations                []Location
}

// Location is where it stands.
type Location struct {
	Path       []Element
	Start, End Position
}

// Check says what is wrong with a document, in the order in which it stands there. trust says that it is a role's trust policy.
func Check(text string, kind PolicyType, trust bool) []Finding {
	l := &linter{text: text, kind: kind, trust: trust}
	root, err := parse(text)
	if err != nil {
		at := offsetOf(err)
		p := position(text, at)
		l.found("JSON_SYNTAX_ERROR", &node{start: at, end: at}, fmt.Sprintf("at index %d line %d column %d", p.Offset, p.Line, p.Column))
		return l.findings
	}
	l.document(root)
	return l.findings
}

type linter struct {
	text     string
	kind     PolicyType
	trust    bool
	vars     bool // variables are variables
	findings []Finding
}

// found adds a finding at n; words fill the {} of AWS's text.
func (l *linter) found(code string, n *node, words ...string) {
	issue := issues[code]
	text := issue.text
	for _, w := range words {
		text = strings.Replace(text, "{}", w, 1)
	}
	l.findings = append(l.findings, Finding{issue.severity, code, text, link(issue.severity, code),
		[]Location{{n.path, position(l.text, n.start), position(l.text, n.end)}}})
}

func (l *linter) document(root *node) {
	if root.kind != object {
		l.found("DATA_TYPE_MISMATCH", root, "OBJECT")
		return
	}
	l.size(root)
	for _, m := range root.members {
		if !slices.Contains([]string{"Version", "Id", "Statement"}, m.name) || m.name == "Id" && l.kind != Resource {
			l.found("INVALID_POLICY_ELEMENT", m.key, m.name)
		}
	}
	switch v := root.get("Version"); {
	case v == nil:
		l.found("MISSING_VERSION", root)
	case v.kind != str:
		l.found("DATA_TYPE_MISMATCH", v, "STRING")
	case v.text != "2012-10-17" && v.text != "2008-10-17":
		l.found("INVALID_VERSION", v, v.text)
	default:
		l.vars = v.text == "2012-10-17"
	}
	statements := root.get("Statement")
	if statements == nil || statements.kind == array && len(statements.items) == 0 {
		l.found("MISSING_STATEMENT", root)
		return
	}
	for _, s := range statements.list() {
		if s.kind != object {
			l.found("DATA_TYPE_MISMATCH", s, "OBJECT")
			continue
		}
		l.statement(s)
	}
	l.sids(statements.list())
	l.repeated(statements.list())
}

// size counts without white space, as IAM does; SCPs are counted whole.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (l *linter) size(root *node) {
	n := 0
	for _, c := range l.text {
		if l.kind == ServiceControl || !unicode.IsSpace(c) {
			n++
		}
	}
	switch {
	case l.kind == ServiceControl && n > 5120:
		l.found("POLICY_SIZE_EXCEEDS_SCP_QUOTA", root, strconv.Itoa(n))
	case l.kind == Identity && n > 6144:
		l.found("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", root, strconv.Itoa(n))
	}
}

// sids demands that statements' ids differ where they must, and advises it elsewhere.
func (l *linter) sids(statements []*node) {
	seen := map[string]bool{}
	for _, s := range statements {
		sid := s.get("Sid")
		if sid == nil || sid.text == "" {
			continue
		}
		if seen[sid.text] {
			if l.kind == Resource && !l.trust {
				l.found("UNIQUE_SIDS_RECOMMENDED", sid)
			} else {
				l.found("UNIQUE_SIDS_REQUIRED", sid)
			}
		}
		seen[sid.text] = true
	}
}

// repeated finds statements that say what another says.
func (l *linter) repeated(statements []*node) {
	seen := map[string]bool{}
	for _, s := range statements {
		said := s.said()
		if seen[said] {
			l.found("REDUNDANT_STATEMENT", s)
		}
		seen[said] = true
	}
}

// said writes a statement without its id, names and lists in order.
func (n *node) said() string {
	var parts []string
	switch n.kind {
	case object:
		for _, m := range n.members {
			if m.name != "Sid" {
				parts = append(parts, m.name+"="+m.node.said())
			}
		}
	case array:
		for _, item := range n.items {
			parts = append(parts, item.said())
		}
		if len(parts) == 1 {
			return parts[0]
		}
	default:
		return strconv.Quote(n.text)
	}
	slices.Sort(parts)
	return "(" + strings.Join(parts, ",") + ")"
}
