package s3

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

// maxObjectTags is how many tags an object may have.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
const maxObjectTags = 10

func invalidTag(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "InvalidTag", format, args...)
}

// checkTags holds tags to S3's rules: of an object at most ten.
func checkTags(list []tag, limit int) error {
	if len(list) > limit {
		if limit == maxObjectTags {
			return awserr.New(http.StatusBadRequest, "BadRequest", "Object tags cannot be greater than 10")
		}
		return awserr.New(http.StatusBadRequest, "BadRequest", "Bucket tag count cannot be greater than %d", limit)
	}
	seen := map[string]bool{}
	for _, t := range list {
		switch n := utf8.RuneCountInString(t.Key); {
		case n < 1 || n > tags.MaxKey || !tagText(t.Key):
			return invalidTag("The TagKey you have provided is invalid").(*awserr.Generic).With("TagKey", t.Key)
		case utf8.RuneCountInString(t.Value) > tags.MaxValue || !tagText(t.Value):
			return invalidTag("The TagValue you have provided is invalid").(*awserr.Generic).With("TagKey", t.Key).With("TagValue", t.Value)
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return invalidTag("System tags cannot be added/updated by requester")
		case seen[t.Key]:
			return invalidTag("Cannot provide multiple Tags with the same key").(*awserr.Generic).With("TagKey", t.Key)
		}
		seen[t.Key] = true
	}
	return nil
}

// tagText reports whether s has only characters that tags may have: letters, digits, spaces and + - = . _ : / @.
func tagText(s string) bool {
	for _, r := range s {
		if r < utf8.RuneSelf && !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(" +-=._:/@", r)) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// parseTagging reads the x-amz-tagging header: tags as a query string.
func parseTagging(header *string) ([]tag, error) {
	if header == nil || *header == "" {
		return nil, nil
	}
	var list []tag
	for pair := range strings.SplitSeq(*header, "&") {
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(k)
		value, err2 := url.QueryUnescape(v)
		if err != nil || err2 != nil || key == "" {
			return nil, invalidArgument("x-amz-tagging", *header, "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
		}
		list = append(list, tag{key, value})
	}
	for i := range list {
		if slices.ContainsFunc(list[:i], func(t tag) bool { return t.Key == list[i].Key }) {
			return nil, invalidArgument("x-amz-tagging", *header, "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
		}
	}
	return list, checkTags(list, maxObjectTags)
}

func tagsOf(shapes []api.Tag) []tag {
	out := make([]tag, len(shapes))
	for i, t := range shapes {
		out[i] = tag{rt.Val(t.Key), rt.Val(t.Value)}
	}
	return out
}

func tagShapes(list []tag) []api.Tag {
	out := make([]api.Tag, len(list))
	for i, t := range list {
		out[i] = api.Tag{Key: new(t.Key), Value: new(t.Value)}
	}
	return out
}

// replaceTags gives a bucket exactly these tags; tx is the owner's.
func (s *Service) replaceTags(tx *store.Tx, arn string, given []api.Tag) error {
	list := tagsOf(given)
	if err := checkTags(list, tags.MaxTags); err != nil {
		return err
	}
	out := make([]tags.Tag, len(list))
	for i, t := range list {
		out[i] = tags.Tag{Key: t.Key, Value: t.Value}
	}
	err := s.k.Tags.Replace(tx, arn, out...)
	if errors.Is(err, tags.ErrTooMany) || errors.Is(err, tags.ErrKey) || errors.Is(err, tags.ErrValue) || errors.Is(err, tags.ErrReserved) || errors.Is(err, tags.ErrRepeated) {
		return invalidTag("%s", err.Error())
	}
	return err
}
