// Package rt is the hand-written runtime under the generated api packages: what a model states, how a
// service's methods are bound to it, and how one service asks another.
//
// # Struct tags
//
// Generated shapes are plain structs; their tags are the whole wire truth, and package wire reads them
// once per type into a plan. A member's Go type is
//
//	string, enum      *string          list        []E (E without pointer: []string, []Tag, []int32, [][]string)
//	integer           *int32           map         map[string]E
//	long              *int64           structure   *S as a member, S inside a list or map
//	float, double     *float32/64      union       as structure; exactly one member is set
//	boolean           *bool            document    any
//	timestamp         *time.Time       blob        []byte
//	streaming blob    io.Reader        event stream rt.Events[E]
//
// nil is absent; an empty non-nil list, map or blob was sent empty.
//
//	aws:"logGroupName,required"  model name, the key in JSON and CBOR. Options: required · idempotent
//	                             (idempotency token) · sensitive (never logged or shown) · host (host label)
//	is:"LogGroupName"            name of the member's shape in Model.Shape, only where that shape, or one
//	                             below it in lists and maps, has constraints
//	json:"Name"                  rest-json body key where it differs from the model name (locationName)
//	http:"uri=Bucket"            also uri=Key+ (greedy) · query=prefix · query=* (map of query parameters) ·
//	                             header=x-amz-acl · headers=x-amz-meta- (map) · status · payload
//	xml:"Name,flat"              wire name in XML and query, always given, with options: flat · attr · item=Name (element name of
//	                             list members, "member" if absent) · key=Name · value=Name (map entries,
//	                             "key"/"value" if absent) · ns=URI · prefix=xsi
//	ec2:"Name"                   wire name in ec2 query requests where it is not the xml name with its first letter raised
//	time:"iso8601"               also unixTimestamp, rfc822: where the shape or member overrides the protocol's default
//	event:"payload"              member of an event: payload or header
//	_ struct{} `aws:",union"`    marks a union
package rt

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"sort"

	"unyo/base/awserr"
)

// Protocol is a wire protocol in the words of the models.
type Protocol string

const (
	JSON     Protocol = "json" // 1.0 or 1.1, see Model.JSONVersion
	RestJSON Protocol = "rest-json"
	RestXML  Protocol = "rest-xml"
	Query    Protocol = "query"
	EC2      Protocol = "ec2"
	RPCv2    Protocol = "smithy-rpc-v2-cbor"
)

// Model is what AWS states of a service; a static value, nothing is built at start.
type Model struct {
	Service      string     // IAM prefix and folder name: logs
	ID           string     // CloudWatch Logs
	Endpoint     string     // first label of the host name: monitoring
	Signing      string     // service name in the credential scope
	Version      string     // 2014-03-28
	Protocols    []Protocol // all are served; the model's preferred one first
	TargetPrefix string     // X-Amz-Target before the dot: Logs_20140328
	JSONVersion  string     // 1.0, 1.1
	Namespace    string     // xmlNamespace of responses and bodies
	Global       bool       // one state for all regions (iam, organizations): rows live under region ""
	Operations   []Operation
	// Shape returns the constraints of a shape named in an is: tag; the zero Shape when it has none.
	Shape func(name string) Shape
	// Errors lists the modelled errors, sorted by name.
	Errors []ErrorShape
	// Authz is what the Service Authorization Reference states.
	Authz *Authz
}

// Operation is one call of the API.
type Operation struct {
	Name   string
	Method string // POST
	URI    string // /{Bucket}/{Key+}?uploads
	Status int    // 200 unless the model says otherwise
	// In and Out are nil pointers to the generated shapes.
	In, Out any
	// InRoot and InNamespace name the root element of a rest-xml request body when the whole input is the body.
	InRoot, InNamespace string
	// OutWrapper is the query protocol's result element; OutRoot the root element rest-xml uses when the whole
	// output is the body and the model names it.
	OutWrapper, OutRoot string
	Errors              []string // names of the modelled errors
	ReadOnly            bool     // access level Read or List in the authorization facts
	Unsigned            bool     // authtype none: AssumeRoleWithSAML and the like
	UnsignedBody        bool     // authtype v4-unsigned-body: the payload need not be hashed
	HostPrefix          string   // {AccountId}. before the host; informative, never needed to route
	// ChecksumMember is the input member that names the request's checksum algorithm; ChecksumRequired demands one.
	ChecksumMember   string
	ChecksumRequired bool
	// Actions are the IAM actions the call needs, without prefix; none means unbound, and the call is refused.
	Actions []string
	// Data marks an operation on data, not on resources: CloudTrail counts it as a data event.
	Data bool
	// Sum is a short hash over the whole shape tree: a recorded test pins it, and says so when AWS changes the shape.
	Sum string
}

// Shape holds a shape's constraints. List and map shapes name what they contain.
type Shape struct {
	Name     string
	Min, Max *float64 // length of string, blob, list, map; value of a number
	Pattern  string   // as modelled; anchored when applied, as AWS does
	Enum     []string
	Item     string // shape of list members or map values, "" when unconstrained
	Key      string // shape of map keys
	Sorted   bool   // Enum is sorted
}

// ErrorShape is a modelled error.
type ErrorShape struct {
	Name   string // Go type and model name
	Code   string // on the wire in query and xml
	Status int
	Sender bool
}

// Handler runs one operation on a decoded input.
type Handler func(ctx context.Context, in any) (out any, err error)

// Table is a service's operations and which of them have behaviour.
type Table struct {
	Model    *Model
	Service  any // the service value, for the optional interfaces of the house
	handlers map[string]Handler
}

// NewTable begins the table of a service; generated Bind functions fill it.
func NewTable(m *Model, svc any) *Table {
	return &Table{Model: m, Service: svc, handlers: map[string]Handler{}}
}

// Stated records that the service has the operation.
func Stated[I, O any](t *Table, op string, f func(context.Context, *I) (*O, error)) {
	t.handlers[op] = func(ctx context.Context, in any) (any, error) {
		out, err := f(ctx, in.(*I))
		if err != nil {
			return nil, err
		}
		return out, nil
	}
}

// Handler returns the behaviour of op; false means it is answered 501.
func (t *Table) Handler(op string) (Handler, bool) {
	h, ok := t.handlers[op]
	return h, ok
}

// Names lists the stated operations in order.
func (t *Table) Names() []string {
	names := make([]string, 0, len(t.handlers))
	for n := range t.handlers {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Operation finds op by name (operations are sorted), or nil.
func (m *Model) Operation(name string) *Operation {
	i := sort.Search(len(m.Operations), func(i int) bool { return m.Operations[i].Name >= name })
	if i < len(m.Operations) && m.Operations[i].Name == name {
		return &m.Operations[i]
	}
	return nil
}

// New returns a fresh input of o.
func (o *Operation) New() any { return reflect.New(reflect.TypeOf(o.In).Elem()).Interface() }

// NewOut returns a fresh output of o.
func (o *Operation) NewOut() any { return reflect.New(reflect.TypeOf(o.Out).Elem()).Interface() }

// Misspelt lists methods of the service that carry an operation's name with another signature; they
// would silently count as absent.
func (t *Table) Misspelt() []string {
	var bad []string
	typ := reflect.TypeOf(t.Service)
	for i := range t.Model.Operations {
		name := t.Model.Operations[i].Name
		if _, stated := t.handlers[name]; stated {
			continue
		}
		if m, ok := typ.MethodByName(name); ok {
			bad = append(bad, fmt.Sprintf("%s.%s has the signature %s", t.Model.Service, name, m.Type))
		}
	}
	return bad
}

// Invoker carries a call to another service through the inner chain: as the caller, in a role
// (call.As), or as a service principal (call.AsService).
type Invoker interface {
	Invoke(ctx context.Context, m *Model, op *Operation, in any) (out any, err error)
}

// Call is how generated clients ask. A nil Invoker is a wiring mistake.
func Call[O any](ctx context.Context, inv Invoker, m *Model, op string, in any) (*O, error) {
	out, err := inv.Invoke(ctx, m, m.Operation(op), in)
	if err != nil {
		return nil, err
	}
	return out.(*O), nil
}

// Events is the value of an event stream member: a sequence that the encoder pulls while the client
// listens. An error ends the stream with an exception event.
type Events[E any] func(yield func(*E, error) bool)

// Need is one permission that a call demands: the action on each of the resources.
type Need struct {
	Action    string              // logs:PutLogEvents
	Resources []string            // ARNs, or "*"
	Keys      map[string][]string // condition keys known from the input: s3:prefix
	Federated string              // ARN of the identity provider that vouches for a caller who did not sign
	// Owner is the account whose the resources are for this call; "" is what their ARNs say. A service that shares what it has
	// among accounts by rules of its own names the caller's.
	Owner string
}

// Authorizer is implemented by services whose needs the facts alone do not tell.
// ok=false means: use the facts. Needs must not have effects.
type Authorizer interface {
	Needs(ctx context.Context, op string, in any) (needs []Need, ok bool)
}

type permitKey struct{}

// WithPermit is how the chain hands an operation the right to ask for more permissions.
func WithPermit(ctx context.Context, permit func(context.Context, Need) error) context.Context {
	return context.WithValue(ctx, permitKey{}, permit)
}

// Permit asks whether the caller of the operation that runs in ctx may also do what n says: for operations whose needs
// depend on rows, or that answer for each of many resources (S3 DeleteObjects). nil means yes; a refusal is AWS's error.
// Outside the chain, where nobody has been authorised for anything, nothing is permitted. It must be called neither inside a
// transaction nor by two goroutines at once.
func Permit(ctx context.Context, n Need) error {
	permit, ok := ctx.Value(permitKey{}).(func(context.Context, Need) error)
	if !ok {
		return awserr.New(http.StatusForbidden, "AccessDenied", "Access Denied")
	}
	return permit(ctx, n)
}

// Authz is a service's part of the Service Authorization Reference.
type Authz struct {
	Prefix    string
	Actions   []Action      // sorted by name
	Resources []ResourceARN // sorted by name
	Keys      []ConditionKey
}

// ConditionKey is a condition key that the service's requests or resources carry, and the type of its values:
// String, ARN, Bool, Numeric, Date, IPAddress, ArrayOfString …
type ConditionKey struct{ Name, Type string }

// Action is an IAM action.
type Action struct {
	Name      string // PutLogEvents
	Level     string // Read, List, Write, Permissions management, Tagging
	Resources []ActionResource
	Keys      []string // condition keys of the action itself
}

// ActionResource is a resource type that an action accepts.
type ActionResource struct {
	Name     string
	Required bool
	Keys     []string
}

// ResourceARN is a resource type and its ARN pattern: arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}.
type ResourceARN struct {
	Name    string
	Pattern string
	Keys    []string
}

// Action finds an action by name, or nil.
func (a *Authz) Action(name string) *Action {
	i := sort.Search(len(a.Actions), func(i int) bool { return a.Actions[i].Name >= name })
	if i < len(a.Actions) && a.Actions[i].Name == name {
		return &a.Actions[i]
	}
	return nil
}

// Resource finds a resource type by name, or nil.
func (a *Authz) Resource(name string) *ResourceARN {
	for i := range a.Resources {
		if a.Resources[i].Name == name {
			return &a.Resources[i]
		}
	}
	return nil
}

// Val returns *p, or the zero value for nil.
func Val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// Message is the text of a modelled error. Without args, format is the text itself.
func Message(format string, args ...any) *string {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &format
}

// Trailing is implemented by the body of a streaming input whose checksums come after it, in trailing
// headers. Trailers is complete once the body has been read to io.EOF; names are in canonical form.
type Trailing interface {
	Trailers() http.Header
}
