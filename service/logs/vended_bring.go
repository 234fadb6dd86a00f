package logs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	firehoseapi "unyo/api/firehose"
	api "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/vend"
)

// consignment is what is brought to a destination: its records, and all that says how.
type consignment struct {
	flight   vendedFlight
	source   deliverySource
	to       deliveryDestination
	log      *vendedLog
	records  []vend.Record
	from, at arn.ARN // of the resource, of the target
	sender   string  // ARN of the delivery source
	scope    call.Scope
}

// consign gathers a flight's consignment.
func (s *Service) consign(tx *store.Tx, id string, f *vendedFlight, p *consignment) (err error) {
	p.flight, p.scope = *f, tx.Scope()
	if f.As.Audit != "" {
		return s.consignFindings(tx, id, p)
	}
	p.sender = s.deliveryARN(p.scope, sourceNoun, f.As.Source)
	p.source, _ = s.deliverySources.Get(tx, f.As.Source)
	p.log, _ = vendedBy(p.source.Resource, p.source.Type)
	if p.to, _, err = s.destinationAt(tx, f.As.Destination); err != nil { // another account's, deleted meanwhile
		p.to = deliveryDestination{}
	}
	for _, key := range f.Records {
		if r, ok := s.k.Vend.Record(tx, id, key); ok {
			p.records = append(p.records, r)
		}
	}
	if p.from, err = arn.Parse(p.source.Resource); err == nil && p.to.Kind != "" {
		p.at, err = arn.Parse(p.to.Target)
	}
	return err
}

// consignFindings gathers audit findings: for a stream, a record of each row.
func (s *Service) consignFindings(tx *store.Tx, id string, p *consignment) (err error) {
	as := &p.flight.As
	p.sender, p.log = as.Source, &auditLog
	p.source = deliverySource{Resource: as.Source, Type: auditKind}
	p.to = deliveryDestination{Kind: as.Kind, Target: s.targetARN(p.scope, auditTarget{as.Kind, as.Audit}), Format: "json"}
	for _, key := range p.flight.Records {
		r, _ := s.k.Vend.Record(tx, id, key)
		texts, _ := r.Fields["reports"].([]any)
		var lines []string
		for _, t := range texts {
			text, _ := t.(string)
			lines = append(lines, text)
		}
		if as.Kind == api.DeliveryDestinationTypeFh {
			lines = []string{strings.Join(lines, "\n")}
		}
		for _, line := range lines {
			p.records = append(p.records, vend.Record{Time: r.Time, Fields: map[string]any{"line": line}})
		}
	}
	if p.from, err = arn.Parse(as.Source); err == nil {
		p.at, err = arn.Parse(p.to.Target)
	}
	return err
}

// errGone is a destination that is not there any more.
var errGone = errors.New("the delivery destination does not exist any more")

// bring delivers, as the service that delivers logs.
func (s *Service) bring(ctx context.Context, p *consignment) error {
	as := call.AsService(ctx, deliverer, p.sender, p.scope.Account)
	switch {
	case p.log == nil, p.to.Kind == "":
		return errGone
	case p.to.Kind == api.DeliveryDestinationTypeCwl:
		return s.bringEvents(as, p)
	case p.to.Kind == api.DeliveryDestinationTypeFh:
		return s.bringRecords(as, p)
	}
	return s.bringFile(as, p)
}

// bringFile puts an object, once: who finds it there wrote it before a crash.
func (s *Service) bringFile(ctx context.Context, p *consignment) error {
	content, err := p.file()
	if err != nil {
		return err
	}
	bucket, prefix, _ := strings.Cut(p.at.Resource, "/")
	key := p.key(prefix)
	_, err = s.peers.S3.PutObject(ctx, &s3api.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: bytes.NewReader(content), ContentLength: new(int64(len(content))), IfNoneMatch: new("*"), ACL: new(s3api.ObjectCannedACLBucketOwnerFullControl),
	})
	if awserr.Code(err) == "PreconditionFailed" {
		return nil
	}
	return err
}

// bringRecords puts a record per line into a stream. A job's records come to Firehose once.
func (s *Service) bringRecords(ctx context.Context, p *consignment) error {
	in := &firehoseapi.PutRecordBatchInput{DeliveryStreamName: new(strings.TrimPrefix(p.at.Resource, "deliverystream/"))}
	for i := range p.records {
		in.Records = append(in.Records, firehoseapi.Record{Data: []byte(p.line(&p.records[i]) + "\n")})
	}
	out, err := s.peers.Firehose.PutRecordBatch(ctx, in)
	if err == nil && rt.Val(out.FailedPutCount) > 0 {
		return fmt.Errorf("%d of %d records refused", *out.FailedPutCount, len(in.Records))
	}
	return err
}

// bringEvents puts an event per record into a stream of a group, which it makes.
func (s *Service) bringEvents(ctx context.Context, p *consignment) error {
	group := groupOf(p.to.Target)
	_, name, _ := strings.Cut(":"+p.from.Resource, ":")
	stream := p.source.Type + "_" + strings.NewReplacer(":", "-", "*", "-").Replace(name)
	_, err := s.peers.Logs.CreateLogStream(ctx, &api.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &stream})
	if err != nil && awserr.Code(err) != "ResourceAlreadyExistsException" {
		return err
	}
	in := &api.PutLogEventsInput{LogGroupName: &group, LogStreamName: &stream}
	for i := range p.records {
		in.LogEvents = append(in.LogEvents, api.InputLogEvent{Timestamp: new(p.records[i].Time.UnixMilli()), Message: new(p.line(&p.records[i]))})
	}
	slices.SortStableFunc(in.LogEvents, func(a, b api.InputLogEvent) int { return int(*a.Timestamp - *b.Timestamp) })
	_, err = s.peers.Logs.PutLogEvents(ctx, in)
	return err
}
