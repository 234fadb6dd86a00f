package kinesis

import (
	"errors"

	api "unyo/api/kinesis"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/recordstore"
	"unyo/kernel/tags"
)

func noStream(c *call.Call, name string) error {
	return api.NewResourceNotFoundException("Stream %s under account %s not found.", name, c.Account)
}

func noShard(c *call.Call, name, id string) error {
	return api.NewResourceNotFoundException("Could not find shard %s in stream %s under account %s.", id, name, c.Account)
}

func invalid(format string, args ...any) error {
	return api.NewInvalidArgumentException(format, args...)
}

func limit(format string, args ...any) error {
	return api.NewLimitExceededException(format, args...)
}

// unsupported refuses what has no behaviour here.
func unsupported(what string) error {
	return awserr.New(501, "NotImplemented", "kinesis: %s is not implemented.", what)
}

// dryRun is the answer to a call that was to be tried only, and that would have been let in.
func dryRun() error {
	return api.NewDryRunOperationException("Request would have succeeded, but the DryRun parameter is set.")
}

// unreached is the answer when records cannot be put or read because their engine is away: clients try again.
// https://docs.aws.amazon.com/streams/latest/dev/developing-producers-with-sdk.html
func unreached(err error) error {
	if errors.Is(err, recordstore.ErrAway) {
		return api.NewInternalFailureException("Records cannot be reached now. Try again.")
	}
	return err
}

// mapTags words what kernel/tags refuses.
func mapTags(err error) error {
	switch {
	case errors.Is(err, tags.ErrTooMany):
		return limit("A stream can have at most %d tags.", tags.MaxTags)
	case errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue), errors.Is(err, tags.ErrReserved), errors.Is(err, tags.ErrRepeated):
		return invalid("%v", err)
	}
	return err
}
