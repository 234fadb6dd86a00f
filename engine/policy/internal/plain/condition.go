package plain

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"net/netip"
	"strings"
	"time"
)

// holds decides one operator on one key.
func holds(operator, key string, values []string, context map[string]Value, version string) bool {
	set := ""
	if before, after, ok := strings.Cut(operator, ":"); ok {
		set, operator = before, after
	}
	have, present := lookup(context, key)
	if operator == "Null" {
		for _, v := range values {
			if (strings.ToLower(v) == "true") == !present {
				return true
			}
		}
		return false
	}
	operator, ifExists := strings.CutSuffix(operator, "IfExists")
	if !present && ifExists {
		return true
	}
	base, negated := positive(operator)
	one := func(value string) bool {
		for _, v := range values {
			if compare(base, v, value, context, version) {
				return !negated
			}
		}
		return negated
	}
	empty := !present || len(have) == 1 && have[0] == ""
	switch set {
	case "ForAllValues":
		if empty {
			return true
		}
		for _, value := range have {
			if !one(value) {
				return false
			}
		}
		return true
	case "ForAnyValue":
		if empty {
			return false
		}
		for _, value := range have {
			if one(value) {
				return true
			}
		}
		return false
	}
	if !present {
		return negated
	}
	return one(have[0])
}

// positive names the operator that a negated one negates.
func positive(operator string) (string, bool) {
	switch operator {
	case "StringNotEquals":
		return "StringEquals", true
	case "StringNotEqualsIgnoreCase":
		return "StringEqualsIgnoreCase", true
	case "StringNotLike":
		return "StringLike", true
	case "NumericNotEquals":
		return "NumericEquals", true
	case "DateNotEquals":
		return "DateEquals", true
	case "NotIpAddress":
		return "IpAddress", true
	case "ArnNotEquals", "ArnNotLike":
		return "ArnLike", true
	case "ArnEquals":
		return "ArnLike", false
	}
	return operator, false
}

func compare(operator, policy, request string, context map[string]Value, version string) bool {
	switch {
	case strings.HasPrefix(operator, "String"), operator == "ArnLike":
		pattern, ok := expand(policy, context, version)
		if !ok {
			return false
		}
		switch operator {
		case "StringEquals":
			return text(pattern) == request
		case "StringEqualsIgnoreCase":
			return strings.ToLower(text(pattern)) == strings.ToLower(request)
		case "StringLike":
			return glob(pattern, request)
		}
		return arnLike(pattern, request)
	case operator == "Bool":
		p, q := strings.ToLower(policy), strings.ToLower(request)
		return p == q && (p == "true" || p == "false")
	case operator == "BinaryEquals":
		p, err1 := base64.StdEncoding.DecodeString(policy)
		q, err2 := base64.StdEncoding.DecodeString(request)
		return err1 == nil && err2 == nil && bytes.Equal(p, q)
	case operator == "IpAddress":
		return inRange(policy, request)
	}
	if kind, ok := strings.CutPrefix(operator, "Numeric"); ok {
		p, ok1 := new(big.Rat).SetString(policy)
		q, ok2 := new(big.Rat).SetString(request)
		return ok1 && ok2 && ordered(kind, q.Cmp(p))
	}
	if kind, ok := strings.CutPrefix(operator, "Date"); ok {
		p, ok1 := moment(policy)
		q, ok2 := moment(request)
		return ok1 && ok2 && ordered(kind, q.Compare(p))
	}
	return false
}

// ordered holds the comparison of the request's value with the policy's against the operator.
func ordered(kind string, compared int) bool {
	switch kind {
	case "Equals":
		return compared == 0
	case "LessThan":
		return compared < 0
	case "LessThanEquals":
		return compared <= 0
	case "GreaterThan":
		return compared > 0
	case "GreaterThanEquals":
		return compared >= 0
	}
	return false
}

// moment reads the formats of https://www.w3.org/TR/NOTE-datetime and seconds since 1970.
func moment(s string) (time.Time, bool) {
	for _, layout := range []string{"2006", "2006-01", "2006-01-02", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	if seconds, ok := new(big.Int).SetString(s, 10); ok && seconds.IsInt64() {
		return time.Unix(seconds.Int64(), 0), true
	}
	return time.Time{}, false
}

func inRange(policy, request string) bool {
	address, err := netip.ParseAddr(request)
	if err != nil {
		return false
	}
	if single, err := netip.ParseAddr(policy); err == nil {
		return single == address
	}
	prefix, err := netip.ParsePrefix(policy)
	return err == nil && prefix.Contains(address)
}

// arnLike compares the six parts one by one.
func arnLike(pattern []symbol, request string) bool {
	want := [][]symbol{{}}
	for _, s := range pattern {
		if s == (symbol{':', false}) && len(want) < 6 {
			want = append(want, nil)
			continue
		}
		want[len(want)-1] = append(want[len(want)-1], s)
	}
	have := strings.SplitN(request, ":", 6)
	if len(want) != 6 || len(have) != 6 {
		return false
	}
	for i := range want {
		if !glob(want[i], have[i]) {
			return false
		}
	}
	return true
}
