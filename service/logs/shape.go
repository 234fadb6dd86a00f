package logs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"unyo/engine/logstore"
	"unyo/engine/transform"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// What a transformer makes of an event follows from the event, from where it came from and from the transformer that held when it came in. So the
// group keeps a history of its transformers beside the original events, and the transformed form is made whenever somebody wants it: it is the same
// each time, and ingestion costs nothing more.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation.html

// chapter is a row of that history: what holds for batches behind one, and, where an account's policy began with the first batch that came under it,
// for all that came in later than a time.
type chapter struct {
	outset
	Since    int64  `json:",omitempty"` // ms
	Document string `json:",omitempty"` // "": nothing is transformed
	Account  bool   `json:",omitempty"` // it is the account's
}

// maxPrograms bounds how many transformers are kept ready.
const maxPrograms = 256

type programs struct {
	mu    sync.Mutex
	ready map[string]*transform.Program // by document
}

// openTransformers makes the tables and names the job.
func (s *Service) openTransformers() {
	s.transformers = store.TableOf[transformer](s.k.Rows, "transformer", store.Regional)
	s.chapters = store.TableOf[chapter](s.k.Rows, "chapter", store.Regional)
	s.shaped = store.TableOf[uint64](s.k.Rows, "shaped", store.Regional)
	s.shaping = store.TableOf[none](s.k.Rows, "shaping", store.Regional)
	s.accountTransformers = store.TableOf[accountTransformer](s.k.Rows, "accounttransformer", store.Regional)
	s.accountShapes = store.TableOf[accountShapes](s.k.Rows, "accountshapes", store.Regional)
	s.programs.ready = map[string]*transform.Program{}
	s.reckon = jobs.Handle(s.k.Jobs, "reckon", s.reckonNext, jobs.Lane(func(a countArg) string { return "reckon " + a.Group }), jobs.Every(time.Hour))
}

// dropTransformer removes all that a deleted group's transformers have.
func (s *Service) dropTransformer(tx *store.Tx, group string) {
	lo, hi := within(group)
	s.chapters.Erase(tx, lo, hi)
	s.transformers.Delete(tx, group)
	s.shaped.Delete(tx, group)
	s.shaping.Delete(tx, group)
}

// begin writes a chapter of a group, and the group's row.
func (s *Service) begin(tx *store.Tx, name string, g *group, c chapter) {
	g.Shape = ""
	if c.Document != "" {
		g.Shape = "own " + sumOf(c.Document)
		if c.Account {
			g.Shape = "account " + sumOf(c.Document)
		}
	}
	g.Shaped = s.nowMs()
	s.groups.Put(tx, name, *g)
	for _, last := range s.chapters.Back(tx, store.Key(g.ID, ""), store.Key(g.ID, "")+"~") {
		c.outset = c.behind(last.outset)
		break
	}
	s.chapters.Put(tx, protectionKey(g.ID, c.From), c)
}

// shapeSoon sees that the batch that tx adds to a group is transformed by what holds now, and is counted as such.
func (s *Service) shapeSoon(tx *store.Tx, name string, g *group, ref logstore.Ref) {
	if want, since, ok := s.wantedShape(tx, name, g); ok && want != g.Shape {
		policy, _ := s.accountTransformerOf(tx, name, g)
		c := policy.chapter()
		c.outset, c.Since = outsetOf(ref), max(since, g.Shaped)
		s.begin(tx, name, g, c)
	}
	if g.Shape == "" {
		return
	}
	if !s.shaped.Has(tx, g.ID) {
		from := outsetOf(ref)
		s.shaped.Put(tx, g.ID, from.before())
	}
	if !s.shaping.Has(tx, g.ID) {
		s.shaping.Put(tx, g.ID, none{})
		s.reckon.Soon(tx, countArg{name, g.ID})
	}
}

// shaper makes events what transformers make of them. A nil one makes nothing of any.
type shaper struct {
	chapters []chapter
	programs []*transform.Program
	origin   transform.Origin
	stream   func(id uint64) (string, error)
	mask     *masker
}

// shaperOf is nil for a group of which nothing has ever been transformed. What is masked in its events is masked in what becomes of them.
func (s *Service) shaperOf(tx *store.Tx, name string, g *group, mask *masker, stream func(id uint64) (string, error)) (*shaper, error) {
	if g.Shaped == 0 {
		return nil, nil
	}
	scope := tx.Scope()
	x := &shaper{origin: transform.Origin{Group: name, Account: scope.Account, Region: scope.Region}, stream: stream, mask: mask}
	for _, c := range s.chapters.Prefix(tx, store.Key(g.ID, ""), "") {
		p, err := s.programOf(c.Document)
		if err != nil {
			return nil, err
		}
		x.chapters, x.programs = append(x.chapters, c), append(x.programs, p)
	}
	return x, nil
}

// reshaped is what a transformer has made of an event.
type reshaped struct {
	fields  []byte // nil: nothing
	raw     []byte // the same without a mask, where that is not fields
	fault   string // why it could not
	account bool   // the transformer is the account's
}

// event is what a transformer makes of e, which nobody has masked; ok=false where none held.
func (x *shaper) event(e *logstore.Event) (out reshaped, ok bool, err error) {
	if x == nil {
		return out, false, nil
	}
	i := len(x.chapters) - 1
	for i >= 0 && !x.chapters[i].takes(e.Seq) && (x.chapters[i].Since == 0 || e.Ingestion <= x.chapters[i].Since) {
		i--
	}
	if i < 0 || x.programs[i] == nil {
		return out, false, nil
	}
	from := x.origin
	if x.programs[i].AsksStream() {
		if from.Stream, err = x.stream(e.Stream); err != nil {
			return out, false, err
		}
	}
	out = shape(x.programs[i], e.Message, &from)
	out.account = x.chapters[i].Account
	if out.fields != nil {
		masked := *e
		masked.Message = out.fields
		if shown := x.mask.event(&masked); shown != &masked {
			out.fields, out.raw = shown.Message, out.fields
		}
	}
	return out, true, nil
}

// message is e as filters on transformed events see it: what could not be transformed they see as it came.
func (x *shaper) message(e *logstore.Event) (*logstore.Event, error) {
	out, ok, err := x.event(e)
	if !ok || err != nil || out.fields == nil {
		return x.masked(e), err
	}
	changed := *e
	changed.Message = out.fields
	return &changed, nil
}

func (x *shaper) masked(e *logstore.Event) *logstore.Event {
	if x == nil {
		return e
	}
	return x.mask.event(e)
}

func shape(p *transform.Program, message []byte, from *transform.Origin) (out reshaped) {
	fields, err := p.Run(message, from)
	if err != nil {
		return reshaped{fault: err.Error()}
	}
	return reshaped{fields: fields}
}

// strictJSON reads a document that may have nothing but what v has.
func strictJSON(document string, v any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(document)))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err == nil {
		return fmt.Errorf("something stands behind the document")
	}
	return nil
}
