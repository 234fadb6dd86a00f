package glue

import (
	"iter"

	"unyo/api/rt"
	"unyo/base/page"
)

// scanAtOnce bounds the rows that one call of a filtering list looks at: a page may be short, or empty, and yet have a
// successor, as AWS's may.
const scanAtOnce = 20000

// listed collects one page of at most most rows; keep says which rows belong and turns them into shapes.
func listed[T, E any](query string, token *string, most int, rows func(after string) iter.Seq2[string, T], keep func(key string, v T) (E, bool)) (items []E, next *string, err error) {
	after, err := page.After(query, rt.Val(token))
	if err != nil {
		return nil, nil, invalid("Invalid NextToken.")
	}
	items, next = page.CollectSome(query, most, scanAtOnce, rows(after), keep)
	return items, next, nil
}

// limitOf is a page's size, where the caller may lower it.
func limitOf(given *int32, most int) int {
	if given == nil {
		return most
	}
	return int(*given)
}
