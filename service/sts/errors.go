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
