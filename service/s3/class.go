package s3

import (
	"net/http"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
)

// Storage classes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
const (
	standard     = "STANDARD"
	standardIA   = "STANDARD_IA"
	oneZoneIA    = "ONEZONE_IA"
	intelligent  = "INTELLIGENT_TIERING"
	glacierNow   = "GLACIER_IR"
	glacier      = "GLACIER"
	deepArchive  = "DEEP_ARCHIVE"
	reduced      = "REDUCED_REDUNDANCY"
	day          = 24 * time.Hour
	smallestMove = 128 << 10 // bytes: smaller objects stay where they are, unless a rule filters by size
)

// classes in the order in which a lifecycle moves objects down, with what the meter calls a byte hour in each, and for how long one is
// paid at least, and under what name when it is not kept so long.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html
var classes = map[string]struct {
	warmth int // 0 is where everything begins
	usage  string
	least  time.Duration
	early  string
}{
	standard:    {0, "TimedStorage-ByteHrs", 0, ""},
	reduced:     {0, "TimedStorage-RRS-ByteHrs", 0, ""},
	standardIA:  {1, "TimedStorage-SIA-ByteHrs", 30 * day, "EarlyDelete-SIA"},
	intelligent: {2, "TimedStorage-INT-FA-ByteHrs", 0, ""},
	oneZoneIA:   {3, "TimedStorage-ZIA-ByteHrs", 30 * day, "EarlyDelete-ZIA"},
	glacierNow:  {4, "TimedStorage-GIR-ByteHrs", 90 * day, "EarlyDelete-GIR"},
	glacier:     {5, "TimedStorage-GlacierByteHrs", 90 * day, "EarlyDelete-ByteHrs"},
	deepArchive: {6, "TimedStorage-GDA-ByteHrs", 180 * day, "EarlyDelete-GDA"},
}

// warmth places a class in the order of transitions; -1 is none.
func warmth(class string) int {
	if c, ok := classes[class]; ok {
		return c.warmth
	}
	return -1
}

func infrequent(class string) bool { return class == standardIA || class == oneZoneIA }

func archived(class string) bool { return class == glacier || class == deepArchive }

// moves reports whether a lifecycle may move an object from one class to another.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
func moves(from, to string) bool {
	return warmth(to) > warmth(from) && !(from == oneZoneIA && to == glacierNow)
}

// storageClass judges the class that an object is to be stored in.
func storageClass(given *string) (string, error) {
	c := rt.Val(given)
	if c == "" {
		return standard, nil
	}
	if warmth(c) >= 0 {
		return c, nil
	}
	switch c {
	case "EXPRESS_ONEZONE", "OUTPOSTS", "SNOW", "FSX_OPENZFS", "FSX_ONTAP":
		return "", notImplemented("x-amz-storage-class")
	}
	return "", awserr.New(http.StatusBadRequest, "InvalidStorageClass", "The storage class you specified is not valid").With("StorageClassRequested", c)
}

// retrievable refuses to read what is archived and not restored.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (InvalidObjectState)
func (o *object) retrievable(now time.Time) error {
	if !archived(o.Class) || o.Restore.done(now) {
		return nil
	}
	e := api.NewInvalidObjectState("The operation is not valid for the object's storage class")
	e.StorageClass = new(o.Class)
	return e
}

// retrievableSource is retrievable of what is copied.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html (ObjectNotInActiveTierError)
func (o *object) retrievableSource(now time.Time) error {
	if o.retrievable(now) == nil {
		return nil
	}
	return api.NewObjectNotInActiveTierError("The source object of the COPY action is not in the active tier and is only stored in Amazon S3 Glacier.")
}
