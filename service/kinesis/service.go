package kinesis

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"iter"
	"time"

	"unyo/base/call"
	"unyo/base/must"
	"unyo/engine/blob"
	"unyo/engine/credential"
	"unyo/engine/recordstore"
	"unyo/kernel"
	"unyo/kernel/bell"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Service answers the Kinesis API.
type Service struct {
	k     *kernel.Service
	bytes recordstore.Engine
	seals *credential.Sealer // of iterators and tokens
	wrap  cipher.Block       // wraps the keys of streams

	streams   store.Table[stream]
	shards    store.Table[shard]    // stream, shard number
	heads     store.Table[head]     // stream, shard number; only of shards that have taken records
	batches   store.Table[batch]    // stream, shard number, first position
	arrivals  store.Table[arrival]  // stream, instant, first shard number and position
	answers   store.Table[[]placed] // stream, request id of a job's call → what it was answered
	consumers store.Table[consumer] // stream, name
	expire    jobs.Job[expireArg]
	scale     jobs.Job[expireArg]
	layouts   layouts

	news          bell.Bell // rung by account, region and stream, when records have come or shards have changed
	subscriptions subscriptions
	reads         reads
}

// stream is a data stream.
type stream struct {
	Name, ID       string
	CreatedAt      time.Time
	OnDemand       bool
	RetentionHours int32
	MaxRecordKiB   int32
	Shards         int         // made so far: the number of the next one
	Open           int         // shards that take records
	Layout         string      // sum over them
	Horizon        time.Time   // what arrived until then has expired for good, whatever the retention is now
	Scaled         []time.Time // calls of UpdateShardCount within a day
	Switched       []time.Time // calls of UpdateStreamMode within a day
	Watched        []string    `json:",omitempty"` // metrics that are told of each shard too
	Encryption     *encryption `json:",omitempty"`
}

// batch is the records that one put added to one shard: positions First ≤ n < First+Count.
type batch struct {
	Ref    blob.Ref
	Offset int64 // of the records in what Ref names
	Size   int64 // of the records there, with their lengths
	First  uint64
	Count  uint64
	At     time.Time
	Sealed bool `json:",omitempty"` // under the stream's key
}

// arrival is one put: where its records lie, and the batches that refer to it.
type arrival struct {
	Ref   blob.Ref
	More  []blob.Ref `json:",omitempty"` // where the engine keeps each shard's for itself
	At    time.Time
	Parts []part
	Call  string `json:",omitempty"` // key of its answer
}

type part struct {
	Shard int
	First uint64
}

// New makes the service.
func New(k *kernel.Service, bytes recordstore.Engine) *Service {
	s := &Service{
		k: k, bytes: bytes, seals: credential.New([32]byte(k.Entropy.Derive("kinesis", 32, ""))), wrap: must.Do(aes.NewCipher(k.Entropy.Derive("kinesis streams", 32, ""))),
		streams:   store.TableOf[stream](k.Rows, "stream", store.Regional),
		shards:    store.TableOf[shard](k.Rows, "shard", store.Regional),
		heads:     store.TableOf[head](k.Rows, "head", store.Regional),
		batches:   store.TableOf[batch](k.Rows, "batch", store.Regional),
		arrivals:  store.TableOf[arrival](k.Rows, "arrival", store.Regional),
		answers:   store.TableOf[[]placed](k.Rows, "answer", store.Regional),
		consumers: store.TableOf[consumer](k.Rows, "consumer", store.Regional),
	}
	s.expire = jobs.Handle(k.Jobs, "expire", s.runExpire, jobs.Every(time.Hour))
	s.scale = jobs.Handle(k.Jobs, "scale", s.runScale, jobs.Every(time.Minute))
	return s
}

// refs are where the records of a put lie.
func (a *arrival) refs() []blob.Ref { return append([]blob.Ref{a.Ref}, a.More...) }

// Refs yields everything in engine/recordstore that a row refers to; what else lies there is garbage of a crash.
func Refs(k *kernel.Service) iter.Seq2[blob.Ref, error] {
	arrivals := store.TableOf[arrival](k.Rows, "arrival", store.Regional)
	return func(yield func(blob.Ref, error) bool) {
		err := k.View(context.Background(), func(tx *store.Tx) error {
			for _, a := range arrivals.AllScopes(tx) {
				for _, ref := range a.refs() {
					if !yield(ref, nil) {
						return errStopped
					}
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

func (s *Service) arn(scope call.Scope, name string) string {
	return "arn:" + s.k.Partition + ":kinesis:" + scope.Region + ":" + scope.Account + ":stream/" + name
}

// retention is how long records are kept.
func (row *stream) retention() time.Duration { return time.Duration(row.RetentionHours) * time.Hour }

// horizon is the last instant whose records have expired.
func (row *stream) horizon(now time.Time) time.Time {
	if at := now.Add(-row.retention()); at.After(row.Horizon) {
		return at
	}
	return row.Horizon
}

func (row *stream) mode() string {
	if row.OnDemand {
		return "ON_DEMAND"
	}
	return "PROVISIONED"
}
