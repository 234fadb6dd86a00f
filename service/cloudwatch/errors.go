package cloudwatch

import (
	api "unyo/api/cloudwatch"
	"unyo/base/awserr"
)

// unsupported refuses what has no behaviour here.
func unsupported(what string) error {
	return awserr.New(501, "NotImplemented", "cloudwatch: %s is not implemented.", what)
}

// validation is the error that CloudWatch gives without having it in its model.
func validation(format string, args ...any) error {
	return awserr.New(400, "ValidationError", format, args...)
}

func invalid(format string, args ...any) error {
	return api.NewInvalidParameterValueException(format, args...)
}

func clash(format string, args ...any) error {
	return api.NewInvalidParameterCombinationException(format, args...)
}
