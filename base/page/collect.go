package page

import "iter"

// Collect makes one page of at most most items out of rows, which begin where After has said: keep tells which rows belong, and turns them
// into items. next is the token of the page behind it; nil when no row that belongs is left.
func Collect[T, E any](query string, most int, rows iter.Seq2[string, T], keep func(key string, v T) (E, bool)) (items []E, next *string) {
	return CollectSome(query, most, 0, rows, keep)
}

// CollectSome is Collect of which a page comes of at most looked rows, if that is not 0: it may be short, or empty, and yet have a successor.
func CollectSome[T, E any](query string, most, looked int, rows iter.Seq2[string, T], keep func(key string, v T) (E, bool)) (items []E, next *string) {
	items = []E{}
	last, seen := "", ""
	n := 0
	for key, v := range rows {
		if looked > 0 && n == looked {
			return items, new(Token(query, seen))
		}
		n++
		seen = key
		e, ok := keep(key, v)
		if !ok {
			continue
		}
		if len(items) == most {
			return items, new(Token(query, last))
		}
		items, last = append(items, e), key
	}
	return items, nil
}
