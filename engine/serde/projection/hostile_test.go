package projection

import (
	"errors"
	"strings"
	"testing"
)

// A table's properties make no more partitions and no longer locations than can be of use, whatever they say.
func TestHostileProperties(t *testing.T) {
	many := strings.TrimSuffix(strings.Repeat("v,", 2000), ",")
	for what, properties := range map[string]map[string]string{
		"a trillion": {
			"projection.a.type": "integer", "projection.a.range": "1,1000000", "projection.b.type": "integer", "projection.b.range": "1,1000000",
		},
		"values that name each other": {
			"projection.a.type": "enum", "projection.a.values": strings.Repeat("${b}", 1000), "projection.b.type": "enum", "projection.b.values": strings.Repeat("x", 100_000),
			"storage.location.template": "s3://b/" + strings.Repeat("${a}", 1000) + "${b}",
		},
		"long locations": {
			"projection.a.type": "enum", "projection.a.values": many, "projection.b.type": "enum", "projection.b.values": strings.TrimSuffix(strings.Repeat("v,", 450), ","),
			"storage.location.template": "s3://b/" + strings.Repeat("x", 4000) + "${a}${b}",
		},
	} {
		p, err := Parse(properties, []string{"a", "b"}, "s3://b/t")
		if err == nil {
			err = p.Each(all, now, func([]string, string) error { return nil })
		}
		if !errors.Is(err, ErrTooMany) && !errors.Is(err, ErrProperty) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
