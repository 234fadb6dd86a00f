package firehose

import (
	"errors"

	api "unyo/api/firehose"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/tags"
)

func noStream(c *call.Call, name string) error {
	return api.NewResourceNotFoundException("Firehose %s under account %s not found.", name, c.Account)
}

func invalid(format string, args ...any) error {
	return api.NewInvalidArgumentException(format, args...)
}

// unsupported refuses a configuration that has no behaviour here.
func unsupported(what string) error {
	return awserr.New(501, "NotImplemented", "firehose: %s is not implemented.", what)
}

// mapTags words what kernel/tags refuses.
func mapTags(err error) error {
	switch {
	case errors.Is(err, tags.ErrTooMany):
		return api.NewLimitExceededException("A delivery stream can have at most 50 tags.")
	case errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue), errors.Is(err, tags.ErrReserved), errors.Is(err, tags.ErrRepeated):
		return invalid("%v", err)
	}
	return err
}
