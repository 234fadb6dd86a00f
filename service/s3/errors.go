package s3

import (
	"context"
	"errors"
	"net/http"

	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel/store"
)

// S3's errors carry further elements in their body that the model does not name.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html

func noSuchBucket(name string) error {
	return awserr.New(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist").With("BucketName", name)
}

func noSuchKey(key string) error {
	return awserr.New(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.").With("Key", key)
}

func noSuchVersion(key, version string) error {
	return awserr.New(http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.").With("Key", key).With("VersionId", version)
}

func noSuchUpload(id string) error {
	return awserr.New(http.StatusNotFound, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.").With("UploadId", id)
}

func accessDenied() error { return awserr.New(http.StatusForbidden, "AccessDenied", "Access Denied") }

// signed refuses who does not sign, though a policy or ACL may let all in: copies must be signed, and an upload has an initiator.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html (Authentication and authorization)
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html (who is the initiator)
func signed(ctx context.Context, what string) error {
	if c := call.From(ctx); c != nil && c.Principal.Kind == call.Anonymous {
		return awserr.New(http.StatusForbidden, "AccessDenied", "%s", "Anonymous users cannot "+what+". Please authenticate.")
	}
	return nil
}

func invalidArgument(name, value, format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "InvalidArgument", format, args...).With("ArgumentName", name).With("ArgumentValue", value)
}

func invalidRequest(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "InvalidRequest", format, args...)
}

func malformedXML() error {
	return awserr.New(http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

// missingBody: AWS tells a body that is not there from one that is not well-formed.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (MissingRequestBodyError)
func missingBody() error {
	return awserr.New(http.StatusBadRequest, "MissingRequestBodyError", "Request Body is empty")
}

// absentBody answers a request that lacks the document it is about: a bucket that is not there comes first.
func (s *Service) absentBody(ctx context.Context, name, owner *string) error {
	if _, err := s.look(ctx, name, owner); err != nil {
		return err
	}
	return missingBody()
}

func preconditionFailed(condition string) error {
	return awserr.New(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold").With("Condition", condition)
}

// notModified is answered without a body, with the headers that a cache wants.
func notModified(etag string, modified string) error {
	e := awserr.New(http.StatusNotModified, "NotModified", "Not Modified")
	e.Header = http.Header{"Etag": {etag}, "Last-Modified": {modified}}
	return e
}

func wrongRegion(c *call.Call, actual string) error {
	code, what := "AuthorizationHeaderMalformed", "The authorization header is malformed"
	if c.Presigned {
		code, what = "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"
	}
	e := awserr.New(http.StatusBadRequest, code, "%s; the region '%s' is wrong; expecting '%s'", what, c.Region, actual).With("Region", actual)
	e.Header = http.Header{"X-Amz-Bucket-Region": {actual}}
	return e
}

// notImplemented names the header or element whose behaviour is not here.
func notImplemented(header string) error {
	return awserr.New(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented").With("Header", header)
}

func methodNotAllowed(resource string) *awserr.Generic {
	return awserr.New(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.").With("Method", "GET").With("ResourceType", resource)
}

// mapError words what engines and the store refuse.
func mapError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, blob.ErrFull), errors.Is(err, store.ErrDiskFull):
		return awserr.New(http.StatusServiceUnavailable, "ServiceUnavailable", "Storage is full. Please reduce what is stored and try again.")
	}
	return err
}

// unknown reports that nobody can tell whether a transaction was committed, so that what it refers to must stay.
func unknown(err error) bool {
	return errors.Is(err, store.ErrBroken) || errors.Is(err, store.ErrClosed)
}
