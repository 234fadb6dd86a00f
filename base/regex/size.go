// Package regex says what a regular expression costs before it is used.
package regex

import "regexp/syntax"

// Size is of how many instructions the program of an expression of Go's is: one match takes at most as many steps for each byte, and cannot be
// interrupted. 0 if it does not compile.
func Size(text string) int {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return 0
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return 0
	}
	return len(prog.Inst)
}
