package lint

import (
	"slices"
	"strings"
)

// resources checks the ARNs of a statement.
func (l *linter) resources(s *node) {
	list, _ := s.either("Resource")
	switch {
	case list == nil && (l.kind == Identity || l.kind == ServiceControl):
		l.found("MISSING_RESOURCE", s)
		return
	case list == nil:
		return
	case list.kind == array && len(list.items) == 0:
		l.found("EMPTY_ARRAY_RESOURCE", list)
	}
	for _, r := range list.list() {
		switch {
		case r.kind != str:
			l.found("DATA_TYPE_MISMATCH", r, "STRING")
		case r.text == "*":
		default:
			l.resource(r)
		}
	}
	l.redundant("REDUNDANT_RESOURCE", list.list(), false)
}

// partitions are those of AWS's regions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
var partitions = []string{"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}

// regionless and ownerless are services whose ARNs leave out a field.
var (
	regionless = map[string]bool{"iam": true, "s3": true, "cloudfront": true, "organizations": true, "route53": true}
	ownerless  = map[string]bool{"s3": true}
)

func (l *linter) resource(r *node) {
	parts := strings.SplitN(r.text, ":", 6)
	wild := func(v string) bool { return strings.ContainsAny(v, "*?$") }
	switch {
	case parts[0] != "arn" && !wild(parts[0]):
		l.found("INVALID_ARN_PREFIX", r)
		return
	case len(parts) < 6 && !strings.HasSuffix(r.text, "*"):
		l.found("MISSING_ARN_FIELD", r)
		return
	case len(parts) < 6:
		return
	}
	partition, service, region, account := parts[1], parts[2], parts[3], parts[4]
	switch {
	case !wild(partition) && !slices.Contains(partitions, partition):
		l.found("INVALID_PARTITION", r, partition)
	case strings.ToLower(service) != service:
		l.found("INVALID_ARN_SERVICE_CASE", r, service)
	case region != "" && region != "*" && regionless[service] && !strings.HasPrefix(parts[5], "accesspoint"):
		l.found("ARN_REGION_NOT_ALLOWED", r, service)
	case account != "" && account != "*" && ownerless[service] && !strings.HasPrefix(parts[5], "accesspoint"):
		l.found("ARN_ACCOUNT_NOT_ALLOWED", r, service)
	case account != "" && account != "aws" && !wild(account) && (len(account) != 12 || strings.Trim(account, "0123456789") != ""):
		l.found("INVALID_ARN_ACCOUNT", r, account)
	}
	l.variables(r)
}

// variables checks the ${…} of a value.
func (l *linter) variables(n *node) {
	_, rest, opened := strings.Cut(n.text, "${")
	if !opened {
		return
	}
	if !l.vars {
		l.found("VARIABLE_UNSUPPORTED_IN_VERSION", n)
		return
	}
	for opened {
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			l.found("MISSING_BRACE_IN_VARIABLE", n)
			return
		}
		key, fallback, has := strings.Cut(name, ",")
		fallback = strings.TrimSpace(fallback)
		switch {
		case strings.TrimSpace(key) == "":
			l.found("EMPTY_VARIABLE", n)
		case has && (len(fallback) < 2 || fallback[0] != '\'' || fallback[len(fallback)-1] != '\''):
			l.found("MISSING_QUOTE_IN_VARIABLE", n)
		}
		_, rest, opened = strings.Cut(after, "${")
	}
}
