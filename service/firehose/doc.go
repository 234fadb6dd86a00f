// Package firehose is Amazon Data Firehose: records are put, buffered by size and time, and delivered as
// objects to S3.
//
// Real here: direct put; buffering hints; GZIP; prefixes with time and random expressions, in the stream's
// time zone; delivery in a session of the stream's role, which the trust policy and S3 must let in; error
// records to CloudWatch Logs. What a destination configuration asks for beyond that (transformation, format
// conversion, dynamic partitioning, backup, other destinations) is refused with 501, never ignored.
//
// State: rows per account and region (stream, buffer, flight); the records themselves lie in engine/blob.
// Later runs flush.go, when a buffer is full or old enough: it takes the buffer into a flight that already
// names its object, puts the object, and settles. A crash anywhere repeats the flight to the same object.
package firehose
