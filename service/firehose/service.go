package firehose

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"time"

	api "unyo/api/firehose"
	glueapi "unyo/api/glue"
	kinesisapi "unyo/api/kinesis"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	stsapi "unyo/api/sts"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/engine/collector"
	"unyo/engine/credential"
	"unyo/engine/jq"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Peers are the services that Firehose asks.
type Peers struct {
	S3      s3api.Client
	Logs    logsapi.Client
	Kinesis kinesisapi.Client
	Glue    glueapi.Client
	STS     stsapi.Client
}

// Service answers the Firehose API.
type Service struct {
	k         *kernel.Service
	blobs     *blob.Store
	collector *collector.Client
	heldWait  time.Duration      // heldWait, but in tests
	seal      *credential.Sealer // of access keys
	peers     Peers
	queries   jq.Cache
	made      atomic.Pointer[made] // of a conversion

	streams store.Table[stream]
	tallies store.Table[tally]    // stream id → what is numbered and counted per stream
	fills   store.Table[fill]     // stream id, buffer → how full it is; only while something waits in it
	batches store.Table[batch]    // stream id, buffer, sequence
	shares  store.Table[struct{}] // stream id, blob: two batches hold it
	flights store.Table[flight]   // stream id, buffer → the delivery under way
	flush   jobs.Job[flushArg]

	cursors store.Table[cursor] // stream id, shard → how far it was read
	read    jobs.Job[readArg]
}

// stream is a delivery stream.
type stream struct {
	Name, ID   string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int                                    // of the configuration
	Source     *source                                `json:",omitempty"` // a Kinesis stream; nil: records are put
	S3         target                                 // the destination, or what an HTTP endpoint's failures and copies go to
	Backup     *target                                `json:",omitempty"` // where source records are copied to
	CopyAll    bool                                   `json:",omitempty"` // whether they are
	Processing *processing                            `json:",omitempty"`
	Partition  *partitioning                          `json:",omitempty"`
	HTTP       *endpoint                              `json:",omitempty"`
	Conversion *api.DataFormatConversionConfiguration `json:",omitempty"` // into columns
	Encryption *encryption                            `json:",omitempty"`
}

// target is a bucket, and how objects get there.
type target struct {
	RoleARN, BucketARN      string
	Prefix, ErrorPrefix     string
	Suffix                  string `json:",omitempty"` // file extension, "" for the compression's own
	Zone                    string `json:",omitempty"` // of timestamps in prefixes
	Compression             string // as the API says it
	BufferMB, BufferSeconds int32
	Logging                 logging
}

// logging is where failures are told.
type logging struct {
	On            bool   `json:",omitempty"`
	Group, Stream string `json:",omitempty"`
}

// tally is what a stream counts.
type tally struct {
	Next       uint64 // sequence of the next batch, of whatever buffer
	Partitions int    // that hold something
}

// New makes the service.
func New(k *kernel.Service, blobs *blob.Store, c *collector.Client, peers Peers) *Service {
	s := &Service{
		k: k, blobs: blobs, collector: c, heldWait: heldWait, peers: peers, seal: credential.New([32]byte(k.Entropy.Derive("firehose", 32, ""))),
		streams: store.TableOf[stream](k.Rows, "stream", store.Regional),
		tallies: store.TableOf[tally](k.Rows, "tally", store.Regional),
		fills:   store.TableOf[fill](k.Rows, "fill", store.Regional),
		batches: store.TableOf[batch](k.Rows, "batch", store.Regional),
		shares:  store.TableOf[struct{}](k.Rows, "share", store.Regional),
		flights: store.TableOf[flight](k.Rows, "flight", store.Regional),
		cursors: store.TableOf[cursor](k.Rows, "cursor", store.Regional),
	}
	s.flush = jobs.Handle(k.Jobs, "flush", s.runFlush, jobs.Retry(deliveryRetry), jobs.Every(time.Hour))
	s.read = jobs.Handle(k.Jobs, "read", s.runRead, jobs.Retry(readRetry), jobs.Every(time.Hour))
	return s
}

// Blobs yields every blob that a row refers to; what else lies in the engine is garbage of a crash.
func Blobs(k *kernel.Service) iter.Seq2[blob.Ref, error] {
	batches := store.TableOf[batch](k.Rows, "batch", store.Regional)
	return func(yield func(blob.Ref, error) bool) {
		err := k.View(context.Background(), func(tx *store.Tx) error {
			for _, b := range batches.AllScopes(tx) {
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
