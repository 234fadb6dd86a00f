package jq

import (
	"fmt"
	"strings"

	"github.com/itchyny/gojq"
)

// available are the builtins that a query may use, as name/arguments. What they make of a weighed value is larger by a small factor at most,
// or takes a step for every part. Missing are: what reaches outside (input, env, now, localtime, input_filename, halt, debug …), what makes
// much in one step (setpath, ltrimstr of paths, combinations, transpose, add/1 …), and what the standard does not have.
var available = set(`
	length/0 utf8bytelength/0 not/0 keys/0 keys_unsorted/0 values/0 nulls/0 booleans/0 numbers/0 strings/0 arrays/0 objects/0
	iterables/0 scalars/0 has/1 in/1 map/1 map_values/1 path/1 paths/0 paths/1 leaf_paths/0 del/1 to_entries/0 from_entries/0
	with_entries/1 select/1 empty/0 error/0 error/1 recurse/0 recurse/1 recurse/2 tostring/0 tonumber/0 type/0 infinite/0 nan/0 isinfinite/0
	isnan/0 isnormal/0 isvalid/1 sort/0 sort_by/1 group_by/1 min/0 max/0 min_by/1 max_by/1 unique/0 unique_by/1 reverse/0
	startswith/1 endswith/1 ltrimstr/1 rtrimstr/1 explode/0 implode/0 split/1 ascii_downcase/0 ascii_upcase/0 ascii/0
	floor/0 ceil/0 round/0 sqrt/0 fabs/0 pow/2 log/0 log2/0 log10/0 exp/0 exp2/0 exp10/0 trunc/0 add/0 any/0 any/1 any/2 all/0 all/1 all/2
	flatten/0 flatten/1 range/1 range/2 range/3 first/0 first/1 last/0 last/1 nth/1 nth/2 limit/2 until/2 while/2 repeat/1
	isempty/1 tojson/0 fromjson/0 getpath/1 todate/0 fromdate/0 date/0 fromdateiso8601/0 todateiso8601/0
	dateadd/2 datesub/2 gmtime/0 mktime/0 strftime/1 strptime/1 trim/0 ltrim/0 rtrim/0 abs/0 toarray/0`)

// Further builtins, with what is put before them.
var (
	searching = set(`test/1 test/2 match/1 match/2 capture/1 capture/2 scan/1 scan/2 split/2 splits/1 splits/2`) // weighed as texts
	comparing = set(`contains/1 inside/1 index/1 rindex/1 indices/1`)                                            // weighed with their argument
	replacing = set(`sub/2 sub/3 gsub/2 gsub/3 join/1`)                                                          // with a short plain text only
)

// shortText is the longest text that replaces or joins.
const shortText = 64

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// builtins are all names that the language has: none of them may be given another meaning, or the list could be got round.
var builtins = func() map[string]bool {
	q, err := gojq.Parse("builtins")
	if err != nil {
		panic(err)
	}
	m := map[string]bool{"empty/0": true, "error/0": true, "not/0": true, "path/1": true, "now/0": true, "env/0": true, "input/0": true, "add/0": true}
	v, _ := q.Run(nil).Next()
	for _, name := range v.([]any) {
		m[name.(string)] = true
	}
	return m
}()

func refused(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRefused}, args...)...)
}

func isSearch(name string) bool  { return searching[name] }
func isCompare(name string) bool { return comparing[name] }
