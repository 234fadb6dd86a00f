package athena

import (
	"context"
	"strconv"
	"strings"

	"unyo/engine/sql"
	"unyo/engine/sql/syntax"
)

// showFunctions does SHOW FUNCTIONS [LIKE pattern]: a line for each signature, with the columns of Trino's but its description.
// https://trino.io/docs/current/sql/show-functions.html
func (q *query) showFunctions(ctx context.Context, stmt *syntax.Show) error {
	columns := make([]column, 0, 5)
	for _, name := range []string{"Function", "Return Type", "Argument Types", "Function Type", "Deterministic"} {
		columns = append(columns, column{Name: name, Type: "varchar", Precision: maxPrecision, CaseSensitive: true})
	}
	var lines []string
	for _, f := range sql.Functions() {
		if stmt.Pattern == nil || hiveLike(strings.ReplaceAll(*stmt.Pattern, "%", "*"), f.Name) {
			lines = append(lines, strings.Join([]string{f.Name, f.Result, f.Args, f.Kind, strconv.FormatBool(f.Fixed)}, "\t"))
		}
	}
	return q.putLines(ctx, columns, lines)
}
