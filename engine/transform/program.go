package transform

import (
	"errors"
	"fmt"
	"strings"
)

// MaxMessage is how long a message may be that is transformed.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation.html
const MaxMessage = 512 << 10

// How many keys a path may have, and how long it may be.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html
const (
	maxDepth = 3
	maxPath  = 128
)

// Origin is where an event comes from.
type Origin struct{ Group, Stream, Account, Region string }

// Step is one processor, made ready.
type Step struct {
	name   string
	run    func(e *event) error
	origin bool // it asks for the stream that the event comes from
}

// Program is a chain of steps.
type Program struct{ steps []Step }

// New makes a chain.
func New(steps []Step) *Program { return &Program{steps} }

// AsksStream tells whether what the program gives depends on the event's stream.
func (p *Program) AsksStream() bool {
	for i := range p.steps {
		if p.steps[i].origin {
			return true
		}
	}
	return false
}

// Run gives the transformed event, a JSON object. Its error says why there is none.
func (p *Program) Run(message []byte, from *Origin) ([]byte, error) {
	if len(message) > MaxMessage {
		return nil, fmt.Errorf("the log event has %d bytes, more than the %d that are transformed", len(message), MaxMessage)
	}
	e := &event{message: message, from: from, root: &object{}}
	for i := range p.steps {
		if err := p.steps[i].run(e); err != nil {
			return nil, fmt.Errorf("%s: %w", p.steps[i].name, err)
		}
	}
	return e.root.append(make([]byte, 0, len(message)+len(message)/2+256)), nil
}

// event is one on its way through the steps.
type event struct {
	message []byte
	from    *Origin
	root    *object
}

// path is the way to a key. Nil is the message as it came.
type path []string

var errPath = errors.New("a path has 1 to 3 keys with points between them, and at most 128 characters")

func parsePath(text string) (path, error) {
	p := strings.Split(text, ".")
	for _, key := range p {
		if key == "" {
			return nil, errPath
		}
	}
	if len(p) > maxDepth || len(text) > maxPath {
		return nil, errPath
	}
	return p, nil
}

// source is the path of what a parser parses: the message, unless it says otherwise.
func source(text string) (path, error) {
	if text == "" || text == "@message" {
		return nil, nil
	}
	return parsePath(text)
}

func (p path) String() string {
	if p == nil {
		return "@message"
	}
	return strings.Join(p, ".")
}

// text is what stands at p, which must be a text.
func (e *event) text(p path) (string, error) {
	if p == nil {
		return string(e.message), nil
	}
	v, ok := e.root.at(p)
	if !ok {
		return "", fmt.Errorf("there is no %s", p)
	}
	s, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("%s is no text", p)
	}
	return s, nil
}

// place is the object that a destination names, made if it is not there; the root for none.
func (e *event) place(p path) (*object, error) {
	if p == nil {
		return e.root, nil
	}
	return e.root.within(p)
}
