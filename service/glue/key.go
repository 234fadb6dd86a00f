package glue

import (
	"cmp"
	"math/big"
	"strings"
	"time"
)

// keyed is a partition key of a type that expressions know: "string, date, timestamp, int, bigint, long, tinyint,
// smallint, decimal".
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
type keyed struct {
	place int
	typ   string
}

// value is one that compares: as a number, an instant, or a text.
type value struct {
	text   string
	number *big.Rat
	at     time.Time
}

// nullPartition is Hive's name for the partition of the rows whose key is null.
const nullPartition = "__HIVE_DEFAULT_PARTITION__"

func keyOf(place int, typ string) (keyed, error) {
	base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(typ)), "(")
	switch base = strings.TrimSpace(base); base {
	case "string", "varchar", "char", "date", "timestamp", "int", "integer", "bigint", "long", "tinyint", "smallint", "decimal":
		return keyed{place, base}, nil
	}
	return keyed{}, invalid("Unsupported expression: a partition key of type %s cannot be compared.", typ)
}

// parse reads a value of the key's type.
func (k keyed) parse(text string) (v value, ok bool) {
	switch k.typ {
	case "string", "varchar", "char":
		return value{text: text}, true
	case "date":
		at, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
		return value{at: at}, err == nil
	case "timestamp":
		return parseTimestamp(strings.TrimSpace(text))
	}
	text = strings.TrimSpace(text)
	if len(text) > 100 || strings.ContainsAny(text, "/eEpPxX_") || k.typ != "decimal" && strings.Contains(text, ".") {
		return v, false
	}
	v.number, ok = new(big.Rat).SetString(text)
	return v, ok
}

func parseTimestamp(text string) (value, bool) {
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return value{at: at}, true
		}
	}
	return value{}, false
}

// of is the key's value in a partition; false when it is null or none of its type.
func (k keyed) of(values []string) (value, bool) {
	if k.place >= len(values) || values[k.place] == nullPartition {
		return value{}, false
	}
	return k.parse(values[k.place])
}

func (v value) cmp(w value) int {
	if v.number != nil && w.number != nil {
		return v.number.Cmp(w.number)
	}
	return cmp.Or(v.at.Compare(w.at), cmp.Compare(v.text, w.text))
}

// compare says how the key compares with v.
func (k keyed) compare(op string, v value) node {
	return func(values []string) truth {
		got, ok := k.of(values)
		if !ok {
			return unknown
		}
		c := got.cmp(v)
		switch op {
		case "=":
			return truthOf(c == 0)
		case "<":
			return truthOf(c < 0)
		case ">":
			return truthOf(c > 0)
		case "<=":
			return truthOf(c <= 0)
		case ">=":
			return truthOf(c >= 0)
		}
		return truthOf(c != 0)
	}
}

// isNull says whether the key is null.
func (k keyed) isNull(negated bool) node {
	return func(values []string) truth {
		return truthOf((k.place >= len(values) || values[k.place] == nullPartition) != negated)
	}
}

// like matches the key's text: % is any text, _ any one character.
func (k keyed) like(pattern []rune) node {
	return func(values []string) truth {
		if k.place >= len(values) || values[k.place] == nullPartition {
			return unknown
		}
		return truthOf(matchLike([]rune(values[k.place]), pattern))
	}
}

// matchLike goes back to the last % only, so its time is at most the product of the lengths.
func matchLike(s, pattern []rune) bool {
	i, j, star, from := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '%':
			star, from = j, i
			j++
		case j < len(pattern) && (pattern[j] == '_' || pattern[j] == s[i]):
			i++
			j++
		case star >= 0:
			from++
			i, j = from, star+1
		default:
			return false
		}
	}
	for j < len(pattern) && pattern[j] == '%' {
		j++
	}
	return j == len(pattern)
}
