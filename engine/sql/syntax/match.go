package syntax

type (
	// Match is MATCH_RECOGNIZE: patterns that are looked for in rows.
	Match struct {
		Pos
		X         Relation
		Partition []Expr
		OrderBy   []SortItem
		Measures  []Measure
		All       bool   // ALL ROWS PER MATCH
		Rows      string // then "", OMIT EMPTY or WITH UNMATCHED
		Skip      Skip
		Pattern   *Pattern
		Subsets   []Subset
		Defines   []Define
	}
	// Measure is what is told of a match.
	Measure struct {
		Pos
		X    Expr
		Name string
	}
	// Skip is where the search goes on after a match.
	Skip struct {
		Pos
		To    string // PAST LAST ROW, NEXT ROW, FIRST, LAST
		Label string
	}
	// Pattern is a pattern of rows: a variable, or an operation on patterns.
	Pattern struct {
		Pos
		Op       string // LABEL, SEQUENCE, ANY, PERMUTE, REPEAT, EXCLUDE, ^ or $
		Label    string
		Sub      []*Pattern
		Min, Max int // of REPEAT; Max is negative without a bound
		Lazy     bool
	}
	// Subset is a variable that stands for several.
	Subset struct {
		Pos
		Name string
		Of   []string
	}
	// Define tells which rows a variable may stand for.
	Define struct {
		Pos
		Label string
		X     Expr
	}
)

func (*Match) relation() {}
