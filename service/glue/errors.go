package glue

import (
	"errors"

	api "unyo/api/glue"
	"unyo/base/awserr"
	"unyo/kernel/tags"
)

func invalid(format string, args ...any) error {
	return api.NewInvalidInputException(format, args...)
}

// unsupported refuses what has no behaviour here.
func unsupported(what string) error {
	return awserr.New(501, "NotImplemented", "glue: %s is not implemented.", what)
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

type member struct {
	name  string
	given bool
}

// detail is an error of one part of a batch; an error that is not the caller's fails the batch.
func detail(err error) (*api.ErrorDetail, error) {
	var e awserr.Error
	if !errors.As(err, &e) {
		return nil, err
	}
	return &api.ErrorDetail{ErrorCode: new(e.ErrorCode()), ErrorMessage: new(e.ErrorMessage())}, nil
}

// mapTags words what kernel/tags refuses.
func mapTags(err error) error {
	switch {
	case errors.Is(err, tags.ErrTooMany):
		return api.NewResourceNumberLimitExceededException("A resource can have at most %d tags.", tags.MaxTags)
	case errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue), errors.Is(err, tags.ErrReserved), errors.Is(err, tags.ErrRepeated):
		return invalid("%v", err)
	}
	return err
}
