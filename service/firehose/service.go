package firehose

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Peers are the services that Firehose asks.
type Peers struct {
	S3   s3api.Client
	Logs logsapi.Client
}

// Service answers the Firehose API.
type Service struct {
	k     *kernel.Service
	blobs *blob.Store
	peers Peers

	streams store.Table[stream]
	fills   store.Table[fill]   // stream → how full its buffer is
	buffer  store.Table[batch]  // stream, sequence
	flights store.Table[flight] // stream → the object on its way
	flush   jobs.Job[flushArg]
}

// stream is a delivery stream.
type stream struct {
	Name, ID    string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Version     int // of the configuration
	Destination destination
}

// destination is an extended S3 destination.
type destination struct {
	RoleARN, BucketARN      string
	Prefix, ErrorPrefix     string
	Suffix                  string // file extension, "" for the compression's own
	Zone                    string // of timestamps in prefixes
	Gzip                    bool
	BufferMB, BufferSeconds int32
	LogErrors               bool
	LogGroup, LogStream     string
}

// fill is how full the buffer of a stream is.
type fill struct {
	Next  uint64    // sequence of the next batch
	Bytes int64     // buffered and not yet in flight
	First time.Time // arrival of the oldest such batch
}

// batch is records that arrived together.
type batch struct {
	Ref   blob.Ref
	Bytes int64
	At    time.Time
}

// flight is an object on its way: its name is decided before anything is sent.
type flight struct {
	Key   string
	From  uint64 // sequences From ≤ n < To are in it
	To    uint64
	Bytes int64
}

// New makes the service.
func New(k *kernel.Service, blobs *blob.Store, peers Peers) *Service {
	s := &Service{
		k: k, blobs: blobs, peers: peers,
		streams: store.TableOf[stream](k.Rows, "stream", store.Regional),
		fills:   store.TableOf[fill](k.Rows, "fill", store.Regional),
		buffer:  store.TableOf[batch](k.Rows, "buffer", store.Regional),
		flights: store.TableOf[flight](k.Rows, "flight", store.Regional),
	}
	s.flush = jobs.Handle(k.Jobs, "flush", s.runFlush, jobs.Retry(deliveryRetry))
	return s
}

// Blobs yields every blob that a row refers to; what else lies in the engine is garbage of a crash.
func Blobs(k *kernel.Service) iter.Seq2[blob.Ref, error] {
	buffer := store.TableOf[batch](k.Rows, "buffer", store.Regional)
	return func(yield func(blob.Ref, error) bool) {
		err := k.View(context.Background(), func(tx *store.Tx) error {
			for _, b := range buffer.AllScopes(tx) {
				if !yield(b.Ref, nil) {
					return errStopped
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(blob.Ref{}, err)
		}
	}
}

// errStopped ends a view whose reader wants no more.
var errStopped = errors.New("stopped")

func (s *Service) arn(c *call.Call, name string) string {
	return "arn:" + s.k.Partition + ":firehose:" + c.Region + ":" + c.Account + ":deliverystream/" + name
}

// position is the key of a batch.
func position(stream string, n uint64) string { return store.Key(stream, fmt.Sprintf("%016x", n)) }
