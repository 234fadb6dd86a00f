// Package awserr is the shape of an error a caller can be told: code, message, HTTP status, whose fault.
package awserr

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is what the encoder needs of an error. Generated error shapes implement it; so does *Generic.
// Any other error is the house's own fault and is answered InternalFailure without its text.
type Error interface {
	error
	ErrorCode() string    // ResourceNotFoundException, NoSuchBucket
	ErrorMessage() string // AWS's words
	HTTPStatus() int      // 400 when the model is silent
}

// Generic is an error that the service's model does not name: the common errors of every AWS API,
// and most of S3's.
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
type Generic struct {
	Code    string
	Message string
	Status  int
	// Fields are further elements of the error body in the order given (S3: BucketName, Key, Resource …).
	Fields []Field
	// Header are further response headers (Allow, x-amz-bucket-region).
	Header http.Header
}

// Field is one further element of an error body.
type Field struct{ Name, Value string }

func (e *Generic) Error() string        { return e.Code + ": " + e.Message }
func (e *Generic) ErrorCode() string    { return e.Code }
func (e *Generic) ErrorMessage() string { return e.Message }
func (e *Generic) HTTPStatus() int      { return e.Status }

// New returns an error of the caller's fault with HTTP status.
func New(status int, code, format string, args ...any) *Generic {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &Generic{Code: code, Message: format, Status: status}
}

// With adds one element to the error body.
func (e *Generic) With(name, value string) *Generic {
	e.Fields = append(e.Fields, Field{name, value})
	return e
}

// Code returns the AWS code of err, or "" when err is not one for callers.
func Code(err error) string {
	var e Error
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

// Message is what err tells a client, "" for one that is none of the API's.
func Message(err error) string {
	var e Error
	if errors.As(err, &e) {
		return e.ErrorMessage()
	}
	return ""
}

// NotImplemented says that service knows operation but has no behaviour for it. Clients retry 500 and 503, not 501.
func NotImplemented(service, operation string) *Generic {
	return New(http.StatusNotImplemented, "NotImplemented", "%s:%s is not implemented.", service, operation)
}
