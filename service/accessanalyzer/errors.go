package accessanalyzer

import (
	"errors"

	api "unyo/api/accessanalyzer"
	"unyo/base/awserr"
	"unyo/kernel/tags"
)

// This file is the only place that turns what an engine or the store refuses into errors of api/accessanalyzer.

func invalid(format string, args ...any) error {
	e := api.NewValidationException(format, args...)
	e.Reason = new(api.ValidationExceptionReasonOther)
	return e
}

func notFound(kind, id, format string, args ...any) error {
	e := api.NewResourceNotFoundException(format, args...)
	e.ResourceType, e.ResourceId = &kind, &id
	return e
}

func conflict(kind, id, format string, args ...any) error {
	e := api.NewConflictException(format, args...)
	e.ResourceType, e.ResourceId = &kind, &id
	return e
}

func exceeded(kind, id, format string, args ...any) error {
	e := api.NewServiceQuotaExceededException(format, args...)
	e.ResourceType, e.ResourceId = &kind, &id
	return e
}

// unsupported refuses what has no behaviour here.
func unsupported(what string) error {
	return awserr.New(501, "NotImplemented", "access-analyzer: %s is not implemented.", what)
}

// mapTags words what kernel/tags refuses.
func mapTags(resource string, err error) error {
	switch {
	case errors.Is(err, tags.ErrTooMany):
		return exceeded("TAG", resource, "A resource can have at most %d tags.", tags.MaxTags)
	case errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue), errors.Is(err, tags.ErrReserved), errors.Is(err, tags.ErrRepeated):
		return invalid("%v", err)
	}
	return err
}
