package athena

import (
	"errors"

	api "unyo/api/athena"
	"unyo/base/awserr"
	"unyo/kernel/tags"
)

func invalid(format string, args ...any) error {
	e := api.NewInvalidRequestException(format, args...)
	e.AthenaErrorCode = new("INVALID_INPUT")
	return e
}

// unsupported refuses what has no behaviour here.
func unsupported(what string) error {
	return awserr.New(501, "NotImplemented", "athena: %s is not implemented.", what)
}

type member struct {
	name  string
	given bool
}

// refuse names the first member that was given and has no behaviour.
func refuse(members ...member) error {
	for _, m := range members {
		if m.given {
			return unsupported(m.name)
		}
	}
	return nil
}

// mapTags words what kernel/tags refuses.
func mapTags(err error) error {
	switch {
	case errors.Is(err, tags.ErrTooMany):
		return invalid("A resource can have at most %d tags.", tags.MaxTags)
	case errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue), errors.Is(err, tags.ErrReserved), errors.Is(err, tags.ErrRepeated):
		return invalid("%v", err)
	}
	return err
}

// reason is the code and the message of an error, as a batch tells them of one of its parts.
func reason(err error) (code, message *string) {
	var e awserr.Error
	if !errors.As(err, &e) {
		return new("InternalServerException"), new(err.Error())
	}
	if r := (*api.InvalidRequestException)(nil); errors.As(err, &r) {
		return r.AthenaErrorCode, r.Message
	}
	return new(e.ErrorCode()), new(e.ErrorMessage())
}
