package sts

import (
	"net/http"

	"unyo/base/awserr"
)

func validation(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "ValidationError", format, args...)
}

func denied(format string, args ...any) error {
	return awserr.New(http.StatusForbidden, "AccessDenied", format, args...)
}

// asBig refuses to make a token bigger than it is.
func asBig(size *int32) error {
	if size != nil {
		return awserr.New(http.StatusNotImplemented, "NotImplemented", "MinimumSessionTokenSize is not supported by this estate.")
	}
	return nil
}
