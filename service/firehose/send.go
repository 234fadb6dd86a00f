package firehose

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"unyo/base/call"
	"unyo/engine/collector"
	"unyo/engine/credential"
)

// send delivers a flight to an HTTP endpoint. The endpoint may see it again after a crash or a lost answer, under the same request id. What
// it does not acknowledge in the time for retries goes to S3.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
func (s *Service) send(ctx context.Context, a flushArg, row *stream, f *flight) error {
	list, err := s.cargo(ctx, a, f)
	if err != nil {
		return err
	}
	r, err := s.request(ctx, row, f)
	if err != nil {
		return err
	}
	body := collector.NewBody(r)
	if err := s.each(list, func(_ *batch, record []byte) error { body.Add(record); return nil }); err != nil {
		return err
	}
	// An endpoint is no part of the estate: what it was sent under an id must not be something else after a power failure.
	if err := s.k.Durable(); err != nil {
		return err
	}
	answer, err := s.collector.Send(ctx, r, body)
	if ctx.Err() != nil { // the process is stopping: this job will be run again
		return ctx.Err()
	}
	s.sent(ctx, row, f, answer, err == nil)
	if err == nil {
		return s.settle(ctx, a, *f)
	}
	var fault *collector.Error
	if !errors.As(err, &fault) {
		return fmt.Errorf("cannot send to the endpoint of stream %q: %w", a.Stream, err)
	}
	s.report(ctx, row, a.Buffer, string(fault.Kind), fault.Message)
	if fault.Status == http.StatusRequestEntityTooLarge { // "a permanent failure and the record batch is not sent to error bucket": AWS loses it too
		return s.settle(ctx, a, *f)
	}
	return s.again(ctx, a, *f, time.Duration(row.HTTP.RetrySeconds)*time.Second, failure{failedHTTP, string(fault.Kind), fault.Message})
}

// heldWait is how long an endpoint may take to answer while the estate's time stands, or is advanced. Then everybody waits for it, and AWS's
// three minutes on the wall for each attempt, of which there may be hundreds in a held day, would be for ever.
const heldWait = 5 * time.Second

// request is the delivery of a flight. Its id is the flight's.
func (s *Service) request(ctx context.Context, row *stream, f *flight) (*collector.Request, error) {
	e := row.HTTP
	r := &collector.Request{URL: e.URL, ID: f.Key, SourceARN: s.arn(call.From(ctx), row.Name), Gzip: e.Gzip, At: s.k.Clock.Now()}
	if !s.k.Flows() {
		r.Wait = s.heldWait
	}
	for _, one := range e.Attributes {
		r.Attributes = append(r.Attributes, collector.Attribute{Name: one.Name, Value: one.Value})
	}
	if e.Key != "" {
		key, err := e.open(s.seal, row.ID)
		if err != nil {
			return nil, fmt.Errorf("cannot open the access key of stream %q: %w", row.Name, err)
		}
		r.AccessKey = key
	}
	return r, nil
}

// shut keeps an access key sealed; it opens for its stream only.
func (e *endpoint) shut(seal *credential.Sealer, id, key string) {
	if e.Key = ""; key != "" {
		e.Key = seal.Seal("access key "+id, []byte(key))
	}
}

func (e *endpoint) open(seal *credential.Sealer, id string) (string, error) {
	key, err := seal.Open("access key "+id, e.Key)
	return string(key), err
}
