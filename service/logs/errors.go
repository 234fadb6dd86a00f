package logs

import (
	"errors"

	api "unyo/api/logs"
	"unyo/engine/logstore"
	"unyo/kernel/store"
	"unyo/kernel/tags"
)

func noGroup() error {
	return api.NewResourceNotFoundException("The specified log group does not exist.")
}

func noStream() error {
	return api.NewResourceNotFoundException("The specified log stream does not exist.")
}

func groupExists() error {
	return api.NewResourceAlreadyExistsException("The specified log group already exists")
}

func invalid(format string, args ...any) error {
	return api.NewInvalidParameterException(format, args...)
}

// mapStore turns the stores' refusals into the API's. Anything else is the house's own fault.
func mapStore(err error) error {
	switch {
	case errors.Is(err, logstore.ErrDiskFull), errors.Is(err, store.ErrDiskFull):
		return api.NewServiceUnavailableException("The service cannot complete the request: no space is left on the disk that holds the log events.")
	case errors.Is(err, logstore.ErrTooLarge):
		return invalid("Upload too large")
	}
	return err
}

// mapTags words a refusal of tags.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
func mapTags(err error, arn string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tags.ErrTooMany):
		e := api.NewTooManyTagsException("The resource %s has too many tags: at most %d are allowed.", arn, tags.MaxTags)
		e.ResourceName = new(arn)
		return e
	case errors.Is(err, tags.ErrReserved):
		return invalid("User-defined tag keys can't start with 'aws:', because these prefixes are reserved for AWS services.")
	case errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue), errors.Is(err, tags.ErrRepeated):
		return invalid("The tags are not valid: %s.", err)
	}
	return err
}
