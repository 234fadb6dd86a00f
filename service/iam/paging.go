package iam

import (
	"iter"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/page"
)

// IAM's lists: Marker, MaxItems with a default of 100, IsTruncated.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
const defaultItems = 100

// listed collects one page of rows; keep says which rows belong and turns them into shapes.
func listed[T, E any](query string, marker *string, maxItems *int32, rows func(after string) iter.Seq2[string, T], keep func(key string, v T) (E, bool)) (items []E, next *string, err error) {
	after, err := page.After(query, rt.Val(marker))
	if err != nil {
		return nil, nil, api.NewInvalidInputException("Invalid Marker.")
	}
	limit := defaultItems
	if maxItems != nil {
		limit = int(*maxItems)
	}
	items, next = page.Collect(query, limit, rows(after), keep)
	return items, next, nil
}
