package insights

import (
	"fmt"
	"time"

	"unyo/base/regex"
)

// Span is where something stands in the text of a query, in characters.
type Span struct{ Start, End int }

// Error is a query that is refused, and where.
type Error struct {
	Span
	Message string
}

func (e *Error) Error() string { return e.Message }

func fault(at Span, format string, args ...any) *Error {
	return &Error{at, fmt.Sprintf(format, args...)}
}

// Query is a parsed query.
type Query struct {
	Text     string
	Source   *Source // nil: the caller names the groups
	Commands []Command
}

// Source is the SOURCE command: which groups are asked.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html
type Source struct {
	Span
	Prefixes []string // of names
	Class    string
	Accounts []string
}

// Command is one of a query's commands.
type Command interface{ span() Span }

func (s Span) span() Span { return s }

// Item is an expression and the name of its column.
type Item struct {
	Expr Expr
	Name string
	As   bool // the name was given
}

type (
	// Fields is fields, and Display is display.
	Fields struct {
		Span
		Items []Item
	}
	Display struct {
		Span
		Items []Item
	}
	// Filter is filter, and filterIndex, which wants its field to be there.
	Filter struct {
		Span
		Cond  Expr
		Index bool
	}
	// Extract is parse.
	Extract struct {
		Span
		From  Expr
		Regex *regex.Regexp // a glob is turned into one as well, to be matched where Glob cannot
		Glob  []string      // the texts around the stars; nil: a regular expression
		Names []string
	}
	// Stats is stats.
	Stats struct {
		Span
		Items []Item
		By    []Item
	}
	// Sort is sort.
	Sort struct {
		Span
		Keys []SortKey
	}
	// Limit is limit.
	Limit struct {
		Span
		N int
	}
	// Dedup is dedup.
	Dedup struct {
		Span
		Keys []Item
	}
	// Pattern is pattern.
	Pattern struct {
		Span
		Of Expr
	}
	// Diff is diff.
	Diff struct {
		Span
		Against string // "", previousDay, previousWeek, previousMonth
	}
	// Unnest is unnest.
	Unnest struct {
		Span
		Of   Expr
		Name string
	}
)

// SortKey is one of the keys of a sort.
type SortKey struct {
	Expr Expr
	Desc bool
}

// Expr is an expression.
type Expr interface{ span() Span }

type (
	// Number is 1.5.
	Number struct {
		Span
		Value float64
	}
	// Text is "abc".
	Text struct {
		Span
		Value string
	}
	// Period is 5m.
	Period struct {
		Span
		N    int
		Unit string // ms, s, m, h, d, w, mo, q, y
	}
	// Star is the * of count(*).
	Star struct{ Span }
	// Name is a field: the text of its path, and its parts.
	Name struct {
		Span
		Path  string
		Parts []string
	}
	// Call is a function and its arguments.
	Call struct {
		Span
		Func string // in lower case
		Args []Expr
	}
	// Unary is -x and not x.
	Unary struct {
		Span
		Op string
		X  Expr
	}
	// Binary is a + b, and so on.
	Binary struct {
		Span
		Op   string
		X, Y Expr
	}
	// In is x in [a, b].
	In struct {
		Span
		X    Expr
		List []Expr
		Not  bool
	}
	// Like is x like "text", and x =~ /regex/.
	Like struct {
		Span
		X     Expr
		Sub   Expr          // a text is searched for
		Regex *regex.Regexp // otherwise
		Text  string        // of Regex
		Not   bool
	}
)

// units are the periods' units, and how long those are that are always the same.
var units = map[string]time.Duration{
	"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "mo": 0, "q": 0, "y": 0,
}

// unitNames are all that a unit may be called; an s may stand behind those with more than one character.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
var unitNames = map[string]string{
	"millisecond": "ms", "ms": "ms", "msec": "ms", "second": "s", "s": "s", "sec": "s", "minute": "m", "m": "m", "min": "m", "hour": "h", "h": "h", "hr": "h",
	"day": "d", "d": "d", "week": "w", "w": "w", "month": "mo", "mo": "mo", "mon": "mo", "quarter": "q", "q": "q", "qtr": "q", "year": "y", "y": "y", "yr": "y",
}
