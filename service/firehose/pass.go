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

	query  *jq.Program
	open   map[string]bool // partitions that hold something
	active int             // how many

	unpacked, packed amount  // what was decompressed, and what could not be
	exceeded         float64 // 1 when there were too many partitions
}

// prepare makes ready what does not depend on the records.
func (p *pass) prepare() (err error) {
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
	pieces := [][]byte{record}
	if p.row.Processing.unpacks() {
		extract := p.row.Processing.step(api.ProcessorTypeCloudWatchLogProcessing)
		var why *failure
		if pieces, why = p.unpack(record, extract != nil && extract.value(api.ProcessorParameterNameDataMessageExtraction) == "true"); why != nil {
			return p.refuse(w, b, record, why)
		}
	}
	step := p.row.Processing.step(api.ProcessorTypeRecordDeAggregation)
	for _, piece := range pieces {
		if step == nil {
			if err := p.place(w, b, piece); err != nil {
				return err
			}
			continue
		}
		parts, why := step.deaggregate(piece)
		if why != nil {
			if err := p.refuse(w, b, piece, why); err != nil {
				return err
			}
			continue
		}
		for _, part := range parts {
			if err := p.place(w, b, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// place puts a record where it will be delivered from.
func (p *pass) place(w *spill, b *batch, record []byte) error {
	buffer := bufferOut
	var keys map[string]string
	if p.row.Partition != nil {
		var why *failure
		if buffer, keys, why = p.partition(record); why != nil {
			return p.refuse(w, b, record, why)
		}
	}
	if d := p.row.Processing.delimiter(); d != "" {
		record = append(record[:len(record):len(record)], d...)
	}
	return w.put(buffer, keys, b.At, record)
}

// refuse sends a record to the error prefix.
func (p *pass) refuse(w *spill, b *batch, record []byte, why *failure) error {
	return w.put(errorsOf+why.Kind, nil, b.At, why.document(record, 1, b.At, p.now))
}
