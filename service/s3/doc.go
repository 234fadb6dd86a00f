// Package s3 is Amazon Simple Storage Service: buckets, and objects in them.
//
// Real here: general purpose buckets with versioning, tags, policy, access control lists, public access block, ownership controls, CORS,
// object lock, lifecycle and server access logs; objects of any size with conditional reads and writes, ranges, all checksums S3 computes itself, tags, copies,
// multipart uploads and storage classes. What an object holds is on disk before its row is committed, and its row before the answer is sent.
// Not here yet, and answered 501 or refused by name: encryption with KMS or customer keys, website, replication, notifications, browser forms.
//
// Objects are encrypted at rest with keys of S3's own (AES256), each under its own (docs/blob.md); their names, tags and headers are not, as on AWS.
//
// State: rows of the whole partition, because bucket names are. An object's newest version is one row of table object, so that
// listing is one scan; older versions and delete markers are rows of table version, newest first (version.go). Bytes
// are in engine/blob. Later runs: measure, which writes down how much is stored (usage.go); logs, an hour after the first request
// that is logged of a bucket (access_log.go).
package s3
