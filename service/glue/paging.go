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
func listed[T, E any](query string, token *string, most int, rows func(after string) iter.Seq2[string, T], keep func(key string, v T) (E, bool, error)) (items []E, next *string, err error) {
	after, err := page.After(query, rt.Val(token))
	if err != nil {
		return nil, nil, invalid("Invalid NextToken.")
	}
	items = []E{}
	last, seen := "", 0
	for key, v := range rows(after) {
		if len(items) == most || seen == scanAtOnce {
			return items, new(page.Token(query, last)), nil
		}
		e, ok, err := keep(key, v)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			items = append(items, e)
		}
		last = key
		seen++
	}
	return items, nil, nil
}

// limitOf is a page's size, where the caller may lower it.
func limitOf(given *int32, most int) int {
	if given == nil {
		return most
	}
	return int(*given)
}
