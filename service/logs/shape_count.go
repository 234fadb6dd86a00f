package logs

import (
	"cmp"
	"context"

	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel/jobs"
	"unyo/kernel/metric"
	"unyo/kernel/store"
)

// reckoned is what transformers have made of some batches.
type reckoned struct{ events, bytes, faults int }

// reckonNext measures what transformers make of new events, as much as one pass takes, and puts itself again when there is more.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html#CloudWatchLogs-Transformer-Metrics
func (s *Service) reckonNext(ctx context.Context, a countArg) error {
	var from uint64
	var known bool
	var x *shaper
	if err := s.k.Update(ctx, func(tx *store.Tx) (err error) {
		s.shaping.Delete(tx, a.Group)
		if from, known = s.shaped.Get(tx, a.Group); !known {
			return nil
		}
		g, ok := s.groups.Get(tx, a.Name)
		if known = ok && g.ID == a.Group; !known {
			return nil
		}
		x, err = s.shaperOf(tx, a.Name, &g, nil, s.streamNames(ctx, a.Group))
		return err
	}, store.Relaxed); err != nil || !known {
		return err
	}
	var by [2]reckoned // the group's own, the account's
	to, seen, more := from, 0, false
	var fault error
	if err := s.store.Batches(ctx, folder(call.ScopeOf(ctx), a.Group), from, func(b *logstore.Stored) bool {
		if more = seen >= maxLoadBytes; more {
			return false
		}
		for i := range b.Events {
			seen += len(b.Events[i].Message) + eventOverhead
			out, ok, err := x.event(&b.Events[i])
			if fault = err; err != nil {
				return false
			}
			if n := &by[0]; ok {
				if out.account {
					n = &by[1]
				}
				n.add(&out)
			}
		}
		to = b.Seq
		return true
	}); err != nil || fault != nil {
		return cmp.Or(err, fault)
	}
	made := points{}
	by[0].points(made, metric.Of("LogGroupname", a.Name), s.nowMs()) // spelt as AWS's page spells it
	by[1].points(made, metric.Of("PolicyLevel", "AccountPolicy"), s.nowMs())
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if at, ok := s.shaped.Get(tx, a.Group); ok && at == from {
			s.addPoints(tx, made)
			s.shaped.Put(tx, a.Group, to)
			if more {
				s.reckon.Soon(tx, a)
			}
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

func (n *reckoned) add(out *reshaped) {
	if out.fields == nil {
		n.faults++
		return
	}
	n.events++
	n.bytes += len(out.fields)
}

func (n *reckoned) points(made points, dimensions metric.Dimensions, at int64) {
	for _, x := range []struct {
		name, unit string
		value      int
	}{{"TransformedLogEvents", "", n.events}, {"TransformedBytes", "Bytes", n.bytes}, {"TransformationErrors", "", n.faults}} {
		if x.value > 0 {
			made.add(metric.Series{Namespace: "AWS/Logs", Name: x.name, Dimensions: dimensions, Unit: x.unit}, at, float64(x.value))
		}
	}
}

// streamNames finds the names of a group's streams, each once.
func (s *Service) streamNames(ctx context.Context, group string) func(id uint64) (string, error) {
	known := map[uint64]string{}
	return func(id uint64) (name string, err error) {
		if name, ok := known[id]; ok {
			return name, nil
		}
		err = s.k.View(ctx, func(tx *store.Tx) error {
			name, _ = s.names.Get(tx, streamIDKey(group, id))
			return nil
		})
		known[id] = name
		return name, err
	}
}
