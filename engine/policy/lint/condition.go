package lint

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// operators are the condition operators with the type they compare.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
var operators = map[string]string{
	"stringequals": "String", "stringnotequals": "String", "stringequalsignorecase": "String", "stringnotequalsignorecase": "String", "stringlike": "String", "stringnotlike": "String",
	"numericequals": "Numeric", "numericnotequals": "Numeric", "numericlessthan": "Numeric", "numericlessthanequals": "Numeric", "numericgreaterthan": "Numeric", "numericgreaterthanequals": "Numeric",
	"dateequals": "Date", "datenotequals": "Date", "datelessthan": "Date", "datelessthanequals": "Date", "dategreaterthan": "Date", "dategreaterthanequals": "Date",
	"bool": "Bool", "binaryequals": "Binary", "ipaddress": "IPAddress", "notipaddress": "IPAddress",
	"arnequals": "ARN", "arnlike": "ARN", "arnnotequals": "ARN", "arnnotlike": "ARN", "null": "Null",
}

// operator is one as it is written, taken apart.
type operator struct {
	name     string // as written
	set      string
	base     string // in lower case
	ifExists bool
	typ      string
}

func (l *linter) conditions(c *node) {
	if c.kind != object {
		l.found("DATA_TYPE_MISMATCH", c, "OBJECT")
		return
	}
	if len(c.members) == 0 {
		l.found("EMPTY_OBJECT_CONDITION", c)
	}
	for _, m := range c.members {
		o := operator{name: m.name, base: strings.ToLower(m.name)}
		if set, rest, ok := strings.Cut(o.base, ":"); ok {
			o.set, o.base = set, rest
		}
		o.base, o.ifExists = strings.CutSuffix(o.base, "ifexists")
		o.typ = operators[o.base]
		switch {
		case o.typ == "" || o.set != "" && o.set != "forallvalues" && o.set != "foranyvalue":
			l.found("INVALID_CONDITION_OPERATOR", m.key, m.name)
			continue
		case m.kind != object:
			l.found("DATA_TYPE_MISMATCH", m.node, "OBJECT")
			continue
		case o.base == "null" && o.ifExists:
			l.found("NULL_WITH_IF_EXISTS", m.key)
		case o.base == "null" && o.set != "":
			l.found("NULL_WITH_QUALIFIER", m.key)
		}
		if len(m.members) == 0 {
			l.found("EMPTY_OBJECT_CONDITION", m.node)
		}
		seen := map[string]string{}
		for _, k := range m.members {
			folded := strings.ToLower(k.name)
			if other, twice := seen[folded]; twice && other != k.name {
				l.found("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", k.key, k.name)
			}
			seen[folded] = k.name
			l.condition(&o, &k, m.node)
		}
	}
}

// condition checks one key under an operator.
func (l *linter) condition(o *operator, k *member, block *node) {
	l.key(o, k)
	if strings.EqualFold(k.name, "aws:VpcSourceIp") && block.getFold("aws:sourcevpc") == nil {
		l.found("MISSING_PAIRED_CONDITION_KEYS", k.key, k.name)
	}
	values := k.list()
	if k.kind == array && len(values) == 0 {
		code := "EMPTY_ARRAY_CONDITION"
		switch {
		case o.set != "":
			code += "_" + strings.ToUpper(o.set)
		case o.ifExists:
			code += "_IFEXISTS"
		}
		l.found(code, k.node, k.name)
	}
	if o.typ == "Bool" && len(values) > 1 {
		l.found("INVALID_CONDITION_MULTIPLE_BOOLEAN", k.node, k.name)
	}
	if o.typ == "Numeric" && len(values) > 1 && strings.Contains(o.base, "than") {
		l.found("REDUNDANT_CONDITION_VALUE_NUM", k.node, o.name, k.name)
	}
	for _, v := range values {
		switch {
		case v.kind == object || v.kind == array || v.kind == null:
			l.found("DATA_TYPE_MISMATCH", v, "STRING")
		case strings.Contains(v.text, "${") && o.typ != "String" && o.typ != "ARN":
			l.found("INVALID_VARIABLE_FOR_OPERATOR", v)
		default:
			l.variables(v)
			l.value(o, v)
		}
	}
	if strings.EqualFold(k.name, "aws:SourceIp") && o.typ == "IPAddress" {
		l.private(o, k.node)
	}
}

func (n *node) getFold(name string) *node {
	for _, m := range n.members {
		if strings.EqualFold(m.name, name) {
			return m.node
		}
	}
	return nil
}

// key checks that there is a key of the name, and that the operator is for its type.
func (l *linter) key(o *operator, k *member) {
	folded := strings.ToLower(k.name)
	typ, known, sure := typeOf(folded)
	switch {
	case !strings.Contains(folded, ":"):
		l.found("INVALID_CONDITION_KEY_FORMAT", k.key)
	case slices.Contains(tagged, strings.TrimSuffix(folded, "/")):
		l.found("MISSING_TAG_KEY_IN_CONDITION", k.key, k.name, strings.TrimSuffix(k.name, "/"))
	case folded == "aws:arn":
		l.found("UNSUPPORTED_GLOBAL_CONDITION_KEY", k.key)
	case !known && strings.HasPrefix(folded, "aws:"):
		l.found("INVALID_GLOBAL_CONDITION_KEY", k.key, k.name)
	case !known && sure:
		l.found("INVALID_SERVICE_CONDITION_KEY", k.key, k.name)
	case !known || o.typ == "Null":
	case strings.HasPrefix(typ, "ArrayOf") && o.set == "":
		l.found("MISSING_QUALIFIER", k.key, k.name)
	case !strings.HasPrefix(typ, "ArrayOf") && o.set == "forallvalues":
		l.found("FORALLVALUES_WITH_SINGLE_VALUED_KEY", k.key, k.name)
	case !suits(strings.TrimPrefix(typ, "ArrayOf"), o.typ):
		l.found("TYPE_MISMATCH", k.key, strings.TrimPrefix(typ, "ArrayOf")+" instead of operator "+o.name)
	}
}

// suits says that an operator's type compares a key's: strings compare anything that is written as one.
func suits(key, op string) bool {
	same := map[string]string{"Long": "Numeric", "Boolean": "Bool", "Arn": "ARN", "IpAddress": "IPAddress"}
	if s, ok := same[key]; ok {
		key = s
	}
	switch key {
	case op, "":
		return true
	case "String":
		return op == "ARN" || op == "Binary"
	case "ARN", "Bool", "Date", "Numeric":
		return op == "String" || key == "Date" && op == "Numeric"
	case "IPAddress":
		return false
	}
	return true
}

// value checks that a value is of the operator's type.
func (l *linter) value(o *operator, v *node) {
	switch o.typ {
	case "Bool", "Null":
		if !strings.EqualFold(v.text, "true") && !strings.EqualFold(v.text, "false") {
			l.found("TYPE_MISMATCH_BOOLEAN", v, o.name)
		}
	case "Numeric":
		if _, err := strconv.ParseFloat(v.text, 64); err != nil {
			l.found("TYPE_MISMATCH_NUMBER", v, o.name)
		}
	case "Date":
		l.date(v)
	case "Binary":
		if _, err := base64.StdEncoding.DecodeString(v.text); err != nil {
			l.found("TYPE_MISMATCH_STRING", v, o.name)
		}
	case "IPAddress":
		p, err := prefix(v.text)
		switch {
		case err != nil:
			l.found("TYPE_MISMATCH_IP_RANGE", v, o.name)
		case p != p.Masked():
			l.found("IMPROVE_IP_RANGE", v, p.Masked().String())
		}
	case "String":
		if strings.Contains(o.base, "equals") && strings.ContainsAny(strings.NewReplacer("${*}", "", "${?}", "").Replace(v.text), "*?") {
			l.found("WILDCARD_WITHOUT_LIKE_OPERATOR", v)
		}
	}
}

func (l *linter) date(v *node) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01", "2006"} {
		if _, err := time.Parse(form, v.text); err == nil {
			return
		}
	}
	if _, err := strconv.ParseInt(v.text, 10, 64); err == nil {
		l.found("INVALID_DATE_VALUE", v, v.text)
		return
	}
	l.found("TYPE_MISMATCH_DATE", v)
}

func prefix(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// private finds addresses that never come from the internet.
func (l *linter) private(o *operator, values *node) {
	private, public := 0, 0
	for _, v := range values.list() {
		if p, err := prefix(v.text); err == nil && p.Addr().IsPrivate() {
			private++
		} else {
			public++
		}
	}
	code := "PRIVATE_IP_ADDRESS"
	if o.base == "notipaddress" {
		code = "PRIVATE_NOT_IP_ADDRESS"
	}
	switch {
	case private > 0 && public == 0:
		l.found(code, values)
	case private > 0:
		l.found(code+"_SUBSET", values)
	}
}
