package plain

// A glyph is one character of a pattern: itself, or a wildcard.
type glyph struct {
	char     rune
	wildcard bool // * or ?
}

// literal reads a pattern in which * and ? are wildcards and nothing is replaced.
func literal(pattern string) []glyph {
	var out []glyph
	for _, c := range pattern {
		out = append(out, glyph{c, c == '*' || c == '?'})
	}
	return out
}

// A reach says how far wildcards go.
type reach string

const (
	anything reach = "anything" // conditions and actions
	// toTheEndOfSegment is for resources: wildcards stand "within the individual segments of an ARN (the parts separated by colons)", but
	// "if the * wildcard is the last character of a resource ARN segment, it can expand to match beyond the colon boundaries":
	// reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards.
	toTheEndOfSegment reach = "to the end of its segment"
)

// like compares a whole text with a whole pattern, one step at a time: which places of the pattern can have been reached after each
// character of the text.
func like(pattern []glyph, text string, far reach) bool {
	reached := pass(pattern, map[int]bool{0: true})
	for _, c := range text {
		next := map[int]bool{}
		for at := range reached {
			if at == len(pattern) {
				continue
			}
			g := pattern[at]
			last := at+1 == len(pattern) || pattern[at+1].char == ':' && !pattern[at+1].wildcard
			crosses := far == anything || c != ':' || g.char == '*' && last
			switch {
			case g.wildcard && g.char == '*' && crosses:
				next[at] = true
			case g.wildcard && g.char == '?' && crosses, !g.wildcard && g.char == c:
				next[at+1] = true
			}
		}
		reached = pass(pattern, next)
	}
	return reached[len(pattern)]
}

// pass adds the places that are reached because a * may stand for nothing.
func pass(pattern []glyph, reached map[int]bool) map[int]bool {
	for at := range len(pattern) {
		if reached[at] && pattern[at].wildcard && pattern[at].char == '*' {
			reached[at+1] = true
		}
	}
	return reached
}
