package glue

import (
	"regexp"
	"strings"
)

// globOf is an exclude pattern as a matcher of what stands behind the include path: * and ? stay within a folder, ** does not, [ab]
// is a class, {a,b} are alternatives, \ takes a sign as such.
// https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html#crawler-data-stores-exclude
func globOf(text string) (*regexp.Regexp, error) {
	var b strings.Builder
	braces := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			i++
			b.WriteString(regexp.QuoteMeta(text[i : i+1]))
		case strings.HasPrefix(text[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?':
			b.WriteString("[^/]")
		case c == '[':
			end := strings.IndexByte(text[i:], ']')
			if end < 0 {
				return regexp.Compile("[") // its error
			}
			class := strings.ReplaceAll(text[i+1:i+end], `\`, `\\`)
			if rest, ok := strings.CutPrefix(class, "!"); ok {
				class = "^/" + rest
			}
			b.WriteString("[" + class + "]")
			i += end
		case c == '{':
			braces++
			b.WriteString("(?:")
		case c == '}' && braces > 0:
			braces--
			b.WriteByte(')')
		case c == ',' && braces > 0:
			b.WriteByte('|')
		default:
			b.WriteString(regexp.QuoteMeta(text[i : i+1]))
		}
	}
	return regexp.Compile(`(?s)\A(?:` + b.String() + `)\z`)
}
