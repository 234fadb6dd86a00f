package logs

import (
	"context"
	"time"

	api "unyo/api/logs"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
	"unyo/kernel/vend"
)

// Records of a delivery wait in kernel/vend. A delivery to a bucket writes a file every five minutes in which there are any, as AWS does; the
// others are served at once.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
const (
	vendedEvery    = 5 * time.Minute
	vendedTogether = 400     // they and what names them fit into one transaction
	vendedBytes    = 700_000 // and into one call
	vendedSpan     = 23 * time.Hour
)

// vendedArg names a delivery; Ripe: its file is to be written now.
type vendedArg struct {
	ID   string
	Ripe bool `json:",omitempty"`
}

// vendedFlight is what is under way of a delivery: exactly these records, with this mark in the file's name.
type vendedFlight struct {
	Records []string // in kernel/vend
	At      time.Time
	Mark    string
	As      delivery // as the delivery was then
	Failed  int      `json:",omitempty"`
	Job     string   `json:",omitempty"` // who sends it, as of a subscription
}

// runVended is the job vended: it writes down what goes, brings it there, and waits for more.
func (s *Service) runVended(ctx context.Context, a vendedArg) error {
	mark := s.k.Entropy.Hex(ctx, 8)
	now := s.k.Clock.Now()
	var p consignment
	var ok bool
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		p = consignment{}
		var d delivery
		if d, ok = s.deliveries.Get(tx, a.ID); !ok {
			if d, ok = s.auditDeliveries.Get(tx, a.ID); !ok {
				return nil
			}
		}
		f, flying := s.vendedFlights.Get(tx, a.ID)
		if !flying && d.Kind == api.DeliveryDestinationTypeS3 && !a.Ripe {
			ok = false
			s.vended.AtKey(tx, a.ID, now.Add(vendedEvery), vendedArg{a.ID, true})
			return nil
		}
		if !flying {
			f = vendedFlight{At: now, Mark: mark, As: d}
			if f.Records = s.gather(tx, a.ID); len(f.Records) == 0 {
				ok = false
				s.awaitRecords(tx, a.ID)
				return nil
			}
			s.vendedFlights.Put(tx, a.ID, f)
		}
		return s.consign(tx, a.ID, &f, &p)
	})
	if err != nil || !ok {
		return err
	}
	return s.settleVended(ctx, a.ID, s.bring(ctx, &p))
}

// gather chooses what goes together.
func (s *Service) gather(tx *store.Tx, id string) (list []string) {
	var first time.Time
	size := 0
	for key, r := range s.k.Vend.Waiting(tx, id) {
		if len(list) == 0 {
			first = r.Time
		}
		size += sizeOfFields(r.Fields)
		if len(list) == vendedTogether || len(list) > 0 && (size > vendedBytes || r.Time.Sub(first) > vendedSpan) {
			break
		}
		list = append(list, key)
	}
	return list
}

// settleVended forgets what has arrived, or has been refused for a day; else it is tried again.
func (s *Service) settleVended(ctx context.Context, id string, fault error) error {
	if ctx.Err() != nil { // the process is stopping
		return ctx.Err()
	}
	now := s.k.Clock.Now()
	return s.k.Update(ctx, func(tx *store.Tx) error {
		f, ok := s.vendedFlights.Get(tx, id)
		if !ok {
			return nil
		}
		if fault != nil && now.Before(f.At.Add(giveUpAfter)) {
			f.Failed++
			s.vendedFlights.Put(tx, id, f)
			s.vended.AtKey(tx, id, now.Add(backoff(f.Failed)), vendedArg{id, true})
			jobs.Settle(ctx, tx)
			return nil
		}
		if fault != nil {
			s.k.Log.Warn("vended logs given up", "delivery", id, "source", f.As.Source, "destination", f.As.Destination, "records", len(f.Records), "error", fault)
		}
		for _, key := range f.Records {
			s.k.Vend.Take(tx, id, key)
		}
		s.vendedFlights.Delete(tx, id)
		more := false
		for range s.k.Vend.Waiting(tx, id) {
			more = true
			break
		}
		if more { // what has come in meanwhile goes at once
			s.vended.AtKey(tx, id, now, vendedArg{id, true})
		} else {
			s.awaitRecords(tx, id)
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// awaitRecords waits for more of a delivery's records. What carries findings of an audit goes with the last of them, and comes again with the next.
func (s *Service) awaitRecords(tx *store.Tx, id string) {
	d, ok := s.auditDeliveries.Get(tx, id)
	if !ok {
		s.vended.Await(tx, vend.Topic(id), id, vendedArg{ID: id})
		return
	}
	s.auditDeliveries.Delete(tx, id)
	s.k.Vend.Served(tx, d.Source, id, id)
}
