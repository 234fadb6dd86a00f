package organizations

import (
	"iter"
	"strings"

	api "unyo/api/organizations"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/kernel/store"
)

// pageSize is that of a list whose caller does not say; at most 20 are given.
const pageSize = 20

// listed collects one page: keep says which rows belong and turns them into shapes.
func listed[T, E any](query string, token *string, most *int32, rows func(after string) iter.Seq2[string, T], keep func(key string, v T) (E, bool)) (items []E, next *string, err error) {
	after, err := page.After(query, rt.Val(token))
	if err != nil {
		return nil, nil, invalid(api.InvalidInputExceptionReasonInvalidNextToken, "You specified a NextToken that isn't valid.")
	}
	limit := pageSize
	if most != nil {
		limit = int(*most)
	}
	items, next = page.Collect(query, limit, rows(after), keep)
	return items, next, nil
}

// asking names a list and what shapes it.
func asking(what string, parameters ...string) string {
	return what + "\x00" + strings.Join(parameters, "\x00")
}

// within visits the rows below some parts of a key, by the last part.
func within[T any](table store.Table[T], tx *store.Tx, parts ...string) func(after string) iter.Seq2[string, T] {
	prefix := store.Key(append(parts, "")...)
	return func(after string) iter.Seq2[string, T] {
		return func(yield func(string, T) bool) {
			behind := ""
			if after != "" {
				behind = prefix + after
			}
			for key, v := range table.Prefix(tx, prefix, behind) {
				if !yield(key[len(prefix):], v) {
					return
				}
			}
		}
	}
}
