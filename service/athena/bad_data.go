package athena

import (
	"errors"

	"unyo/base/awserr"
	"unyo/engine/columnar"
	"unyo/engine/serde"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
)

// word tells in Athena's words why an object cannot be read.
// https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
func (f *file) word(err error) error {
	var known *sql.Error
	var refused awserr.Error
	if errors.As(err, &known) || errors.As(err, &refused) || f.ctx.Err() != nil {
		return err
	}
	where := "s3://" + f.bucket + "/" + f.key
	var bad *serde.BadDataError
	var class *serde.UnknownError
	var mismatch *columnar.MismatchError
	switch {
	case errors.As(err, &class):
		return fault.New("HIVE_SERDE_NOT_FOUND", "%v", err)
	case errors.As(err, &mismatch):
		return fault.New("HIVE_BAD_DATA", "%v: %s", err, where)
	case errors.As(err, &bad):
		return fault.New("HIVE_BAD_DATA", "%s: %s", bad.Why, where)
	case errors.Is(err, serde.ErrProperty):
		return fault.New("HIVE_INVALID_METADATA", "%v", err)
	case errors.Is(err, columnar.ErrUnsupported):
		return fault.New(fault.NotSupported, "%v: %s", err, where)
	}
	return fault.New("HIVE_CANNOT_OPEN_SPLIT", "Error opening Hive split %s: %v", where, err)
}
