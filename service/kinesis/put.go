package kinesis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	api "unyo/api/kinesis"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/recordstore"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// maxRequest is the size of all records of a call, with their keys.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
const maxRequest = 10 << 20

// put is records on their way into a stream.
type put struct {
	name    string
	records []api.PutRecordsRequestEntry
	after   string // sequence number above which theirs must be, "" for any
	dry     bool
	batch   bool // PutRecords

	sealed bool // under the stream's key
	hashes []hashKey
	shards []int    // of each record, as planned
	result []placed // of each record
}

// placed is where a record has gone; Shard -1 when its shard had no room.
type placed struct {
	Shard    int
	Sequence string `json:",omitempty"`
}

// plan is what a put will do: the records that each shard takes.
type plan struct {
	id      string     // of the stream
	layout  string     // of the stream
	watched []string   // metrics that are told of each shard
	key     *streamKey // nil: the stream is not encrypted
	parts   []planned
}

type planned struct {
	shard   *shard
	records []int // which of the call
}

// errMoved says that the stream is not any more what the plan was made for.
var errMoved = errors.New("shards have changed")

// put makes records durable. A plan is made from a snapshot, its records are staged, and the transaction that gives
// them their numbers holds to the plan, or begins anew when a shard was closed or filled in between.
func (s *Service) put(ctx context.Context, p *put) error {
	if err := p.check(); err != nil {
		return err
	}
	for attempt := 0; ; attempt++ {
		pl, err := s.plan(ctx, p)
		if err != nil || len(pl.parts) == 0 {
			if err == nil && pl.id != "" {
				s.measurePut(ctx, p, &pl)
			}
			return err
		}
		batches := p.encode(call.ScopeOf(ctx), pl)
		s.seal(ctx, &pl, batches)
		places, err := s.bytes.Stage(ctx, batches)
		if err != nil {
			return unreached(fmt.Errorf("cannot store records of %q: %w", p.name, err))
		}
		repeated, err := s.commit(ctx, p, pl, places)
		moved := errors.Is(err, errMoved)
		if repeated || moved || awserr.Code(err) != "" { // certainly in no row; after any other error the next Open knows
			err = errors.Join(err, s.bytes.Discard(recordstore.Refs(places)...))
		}
		if !moved {
			if err == nil && !repeated {
				s.news.Ring(bellOf(call.ScopeOf(ctx), p.name))
			}
			if err == nil && call.From(ctx).Job == "" {
				s.measurePut(ctx, p, &pl)
			}
			return err
		}
		if attempt == 16 { // others are always faster: the shards are full
			p.refuse()
			s.measurePut(ctx, p, &pl)
			return nil
		}
	}
}

// check looks at what does not depend on the stream's shards.
func (p *put) check() error {
	total := 0
	p.hashes = make([]hashKey, len(p.records))
	for i := range p.records {
		r := &p.records[i]
		if r.PartitionKey == nil {
			return invalid("PartitionKey must be specified for a stream whose RecordDistributionStrategy is USER_PARTITION_KEY.")
		}
		total += size(r)
		p.hashes[i] = hashOf(*r.PartitionKey)
		if r.ExplicitHashKey != nil {
			h, ok := parseHash(*r.ExplicitHashKey)
			if !ok {
				return invalid("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was %s", *r.ExplicitHashKey)
			}
			p.hashes[i] = h
		}
	}
	if total > maxRequest {
		return invalid("Records size exceeds %d MB limit", maxRequest>>20)
	}
	return nil
}

// size is what counts against the limits: data and key.
func size(r *api.PutRecordsRequestEntry) int { return len(r.Data) + len(*r.PartitionKey) }

// plan finds the shard of every record, and the records that their shards have room for.
func (s *Service) plan(ctx context.Context, p *put) (pl plan, err error) {
	c := call.From(ctx)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, p.name)
		if !ok {
			return noStream(c, p.name)
		}
		for i := range p.records {
			if n := size(&p.records[i]); n > int(row.MaxRecordKiB)<<10 {
				return invalid("Record %d has %d bytes with its partition key; stream %s takes at most %d KiB.", i, n, p.name, row.MaxRecordKiB)
			}
		}
		if p.dry {
			return dryRun()
		}
		p.sealed = row.key(s.k.Clock.Now()) != nil
		if s.answered(tx, p) {
			return nil
		}
		pl = s.distribute(tx, p, &row)
		if p.sealed {
			if pl.key, err = s.openKey(row.Encryption.Key); err != nil {
				return err
			}
		}
		return p.ordered(s, tx, &row)
	})
	return pl, err
}

// answered gives a job that makes its call again the answer of the first time, even if the shards are full by now.
func (s *Service) answered(tx *store.Tx, p *put) bool {
	c := tx.Call()
	if c == nil || c.Job == "" {
		return false
	}
	result, ok := s.answers.Get(tx, store.Key(p.name, c.RequestID))
	if ok {
		p.result = result
	}
	return ok
}

// distribute fills the plan.
func (s *Service) distribute(tx *store.Tx, p *put, row *stream) plan {
	pl := plan{id: row.ID, layout: row.Layout, watched: row.Watched}
	now := s.k.Clock.Now()
	open := s.openShards(tx, row)
	heads := map[int]*head{}
	places := map[int]int{}
	p.refuse()
	for i, hash := range p.hashes {
		at, _ := slices.BinarySearchFunc(open, hash, func(sh *shard, h hashKey) int {
			if sh.To < h {
				return -1
			}
			return 1
		})
		n := open[at].Number
		p.shards[i] = n
		if heads[n] == nil {
			heads[n] = new(s.head(tx, row.Name, n))
		}
		if !heads[n].take(now, size(&p.records[i])) {
			continue
		}
		place, known := places[n]
		if !known {
			place = len(pl.parts)
			places[n] = place
			pl.parts = append(pl.parts, planned{shard: open[at]})
		}
		pl.parts[place].records = append(pl.parts[place].records, i)
	}
	return pl
}

// refuse begins with every record refused.
func (p *put) refuse() {
	if p.shards == nil {
		p.shards = make([]int, len(p.records))
	}
	p.result = make([]placed, len(p.records))
	for i := range p.result {
		p.result[i].Shard = -1
	}
}

// ordered refuses a SequenceNumberForOrdering that the next number would not be above.
func (p *put) ordered(s *Service, tx *store.Tx, row *stream) error {
	if p.after == "" {
		return nil
	}
	sh, _ := s.shards.Get(tx, shardKey(row.Name, p.shards[0]))
	if next := row.sequence(&sh, s.head(tx, row.Name, sh.Number).Next); len(p.after) > len(next) || (len(p.after) == len(next) && p.after >= next) {
		return invalid("SequenceNumberForOrdering %s is too new: it is not below the number that the record would have.", p.after)
	}
	return nil
}

// commit gives the records their numbers. repeated: the job of ctx has made this call before, and nothing is changed.
func (s *Service) commit(ctx context.Context, p *put, pl plan, places []recordstore.Place) (repeated bool, err error) {
	c := call.From(ctx)
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, p.name)
		if !ok || row.ID != pl.id {
			return noStream(c, p.name)
		}
		if row.Layout != pl.layout {
			return errMoved
		}
		if repeated = s.answered(tx, p); repeated {
			return nil
		}
		now := s.k.Clock.Now()
		refs := recordstore.Refs(places)
		a := arrival{Ref: refs[0], More: refs[1:], At: now}
		bytes := 0
		for i := range pl.parts {
			n, first, err := s.fill(tx, p, &row, &pl.parts[i], places[i], now)
			if err != nil {
				return err
			}
			bytes += n
			a.Parts = append(a.Parts, part{pl.parts[i].shard.Number, first})
		}
		if c.Job != "" {
			a.Call = c.RequestID
			s.answers.Put(tx, store.Key(p.name, a.Call), p.result)
		}
		s.arrivals.Put(tx, arrivalKey(p.name, now, a.Parts[0].Shard, a.Parts[0].First), a)
		s.k.Jobs.Announce(tx, s.arn(c.Scope, p.name))
		s.expireLater(tx, &row, now)
		s.measure(tx, p, &row, bytes)
		if c.Job != "" { // with the rows, for the call may be made again by another process, and then changes nothing
			s.k.Metrics.Add(tx, s.putSamples(p, &pl)...)
		}
		return nil
	})
	return repeated, err
}

// fill adds a part to its shard. errMoved: the shard has no room for it any more.
func (s *Service) fill(tx *store.Tx, p *put, row *stream, part *planned, place recordstore.Place, now time.Time) (bytes int, first uint64, err error) {
	n := part.shard.Number
	h := s.head(tx, row.Name, n)
	first = h.Next
	for _, i := range part.records {
		if !h.take(now, size(&p.records[i])) {
			return 0, 0, errMoved
		}
		p.result[i] = placed{n, row.sequence(part.shard, h.Next)}
		bytes += size(&p.records[i])
		h.Next++
	}
	if row.OnDemand && h.strain(now, len(part.records), bytes) {
		s.scaleLater(tx, row, now)
	}
	s.heads.Put(tx, shardKey(row.Name, n), h)
	s.batches.Put(tx, batchKey(row.Name, n, first), batch{Ref: place.Ref, Offset: place.Offset, Size: place.Size, First: first, Count: h.Next - first, At: now, Sealed: p.sealed})
	return bytes, first, nil
}

// measure counts what came in, and what AWS bills for it: units of 25 KB per record, or on demand its bytes, rounded up to 1 KB.
// https://aws.amazon.com/kinesis/data-streams/pricing/
func (s *Service) measure(tx *store.Tx, p *put, row *stream, bytes int) {
	step, kind, worth := 25<<10, "PutRequestPayloadUnits", 1
	if row.OnDemand {
		step, kind, worth = 1<<10, "OnDemand-BilledIncomingBytes", 1<<10
	}
	records, billed := 0, 0
	for i := range p.result {
		if p.result[i].Shard >= 0 {
			records++
			billed += max(1, (size(&p.records[i])+step-1)/step) * worth
		}
	}
	add := func(kind string, n int) {
		s.k.Meter.Add(tx, meter.Quantity{Usage: meter.Usage{Service: s.k.Name, Type: kind}, Amount: float64(n)})
	}
	add("IncomingBytes", bytes)
	add("IncomingRecords", records)
	add(kind, billed)
}

// tooMuch words the refusal of a record.
func (p *put) tooMuch(ctx context.Context, i int) string {
	return fmt.Sprintf("Rate exceeded for shard %s in stream %s under account %s.", shardID(p.shards[i]), p.name, call.From(ctx).Account)
}
