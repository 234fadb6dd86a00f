package firehose

import (
	"time"

	api "unyo/api/firehose"
	"unyo/engine/jq"
)

// amount is how much of something there was.
type amount struct{ records, bytes int }

// pass is one run over what has arrived.
type pass struct {
	s    *Service
	row  stream
	list []batch
	keys []string // of the rows of list
	now  time.Time

	done, skip int // batches that were dealt with, and records of the next one

	query     *jq.Program
	delimiter string
	open      map[string]bool // partitions that hold something
	active    int             // how many

	unpacked, packed amount  // what was decompressed, and what could not be
	exceeded         float64 // 1 when there were too many partitions
}

// prepare makes ready what does not depend on the records.
func (p *pass) prepare() (err error) {
	p.delimiter = p.row.Processing.delimiter()
	if p.row.Partition != nil {
		p.query, err = p.s.queries.Compile(p.row.Partition.Query)
	}
	return err
}

// run deals with batch after batch, until enough has come out.
func (p *pass) run(w *spill) error {
	for i := range p.list {
		raw, err := p.s.load(p.list[i].Ref)
		if err != nil {
			return err
		}
		for n := 0; len(raw) > 0; n++ {
			var record []byte
			if record, raw, err = unframe(raw); err != nil {
				return err
			}
			if n < p.skip {
				continue
			}
			if w.total >= processedBytes {
				p.skip = n
				return nil
			}
			if err := p.record(w, &p.list[i], record); err != nil {
				return err
			}
		}
		p.done, p.skip = i+1, 0
	}
	return nil
}

// record deals with one record as it came in.
func (p *pass) record(w *spill, b *batch, record []byte) error {
	if !p.row.Processing.unpacks() {
		return p.separate(w, b, record, func(piece []byte, why *failure) error { return p.refuse(w, b, piece, why) })
	}
	pieces, why := p.unpack(record)
	if why != nil {
		return p.refuse(w, b, record, why)
	}
	refused := false
	for _, piece := range pieces {
		err := p.separate(w, b, piece, func(_ []byte, why *failure) error { // what fails after it was unpacked is delivered as it came, and once
			if refused {
				return nil
			}
			refused = true
			return p.refuse(w, b, record, why)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// separate takes a record apart that holds several.
func (p *pass) separate(w *spill, b *batch, record []byte, refuse func([]byte, *failure) error) error {
	step := p.row.Processing.step(api.ProcessorTypeRecordDeAggregation)
	if step == nil {
		return p.place(w, b, record, refuse)
	}
	parts, why := step.deaggregate(record)
	if why != nil {
		return refuse(record, why)
	}
	for _, part := range parts {
		if err := p.place(w, b, part, refuse); err != nil {
			return err
		}
	}
	return nil
}

// place puts a record where it will be delivered from.
func (p *pass) place(w *spill, b *batch, record []byte, refuse func([]byte, *failure) error) error {
	buffer := bufferOut
	var keys map[string]string
	if p.row.Partition != nil {
		var why *failure
		if buffer, keys, why = p.partition(record); why != nil {
			return refuse(record, why)
		}
	}
	if p.delimiter != "" {
		record = append(record[:len(record):len(record)], p.delimiter...)
	}
	return w.put(buffer, keys, b.At, record)
}

// refuse sends a record to the error prefix.
func (p *pass) refuse(w *spill, b *batch, record []byte, why *failure) error {
	return w.put(errorsOf+why.Kind, nil, b.At, why.document(record, 1, b.At, p.now))
}
