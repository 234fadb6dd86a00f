package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// model is a service's facts with our corrections laid over them.
type model struct {
	Metadata   metadata              `json:"metadata"`
	Operations map[string]*operation `json:"operations"`
	Shapes     map[string]*shape     `json:"shapes"`
	service    service
	authz      authz
	overlay    overlay
	canonical  canonical
	taken      map[string]bool // Go names that inputs, outputs and constructors use
}

// canonical is the facts as text, overlay included: what a sum is taken of.
type canonical struct {
	Operations map[string]json.RawMessage `json:"operations"`
	Shapes     map[string]json.RawMessage `json:"shapes"`
}

type metadata struct {
	APIVersion     string   `json:"apiVersion"`
	EndpointPrefix string   `json:"endpointPrefix"`
	SigningName    string   `json:"signingName"`
	JSONVersion    string   `json:"jsonVersion"`
	Protocol       string   `json:"protocol"`
	Protocols      []string `json:"protocols"`
	ServiceID      string   `json:"serviceId"`
	TargetPrefix   string   `json:"targetPrefix"`
	XMLNamespace   string   `json:"xmlNamespace"`
}

type operation struct {
	Name string `json:"name"`
	HTTP struct {
		Method       string `json:"method"`
		RequestURI   string `json:"requestUri"`
		ResponseCode int    `json:"responseCode"`
	} `json:"http"`
	Input        *ref   `json:"input"`
	Output       *ref   `json:"output"`
	Errors       []ref  `json:"errors"`
	AuthType     string `json:"authtype"`
	ReadOnly     bool   `json:"readonly"`
	HTTPChecksum struct {
		RequestAlgorithmMember  string `json:"requestAlgorithmMember"`
		RequestChecksumRequired bool   `json:"requestChecksumRequired"`
	} `json:"httpChecksum"`
	HTTPChecksumRequired bool `json:"httpChecksumRequired"`
	UnsignedPayload      bool `json:"unsignedPayload"`
	Endpoint             struct {
		HostPrefix string `json:"hostPrefix"`
	} `json:"endpoint"`
}

// ref points at a shape, with what the place it stands in adds.
type ref struct {
	Shape            string     `json:"shape"`
	Location         string     `json:"location"`
	LocationName     string     `json:"locationName"`
	QueryName        string     `json:"queryName"`
	ResultWrapper    string     `json:"resultWrapper"`
	XMLNamespace     *namespace `json:"xmlNamespace"`
	XMLAttribute     bool       `json:"xmlAttribute"`
	Flattened        bool       `json:"flattened"`
	Streaming        bool       `json:"streaming"`
	IdempotencyToken bool       `json:"idempotencyToken"`
	HostLabel        bool       `json:"hostLabel"`
	EventPayload     bool       `json:"eventpayload"`
	EventHeader      bool       `json:"eventheader"`
	TimestampFormat  string     `json:"timestampFormat"`
	JSONValue        bool       `json:"jsonvalue"`
}

type namespace struct {
	URI    string `json:"uri"`
	Prefix string `json:"prefix"`
}

// UnmarshalJSON also takes the plain string that some models write.
func (n *namespace) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &n.URI)
	}
	type plain namespace
	return json.Unmarshal(b, (*plain)(n))
}

type shape struct {
	Type            string          `json:"type"`
	Members         map[string]*ref `json:"members"`
	Member          *ref            `json:"member"`
	Key             *ref            `json:"key"`
	Value           *ref            `json:"value"`
	Required        []string        `json:"required"`
	Min             *float64        `json:"min"`
	Max             *float64        `json:"max"`
	Pattern         string          `json:"pattern"`
	Enum            []string        `json:"enum"`
	Flattened       bool            `json:"flattened"`
	LocationName    string          `json:"locationName"`
	Payload         string          `json:"payload"`
	Streaming       bool            `json:"streaming"`
	Sensitive       bool            `json:"sensitive"`
	EventStream     bool            `json:"eventstream"`
	Event           bool            `json:"event"`
	Exception       bool            `json:"exception"`
	Fault           bool            `json:"fault"`
	Union           bool            `json:"union"`
	Document        bool            `json:"document"`
	TimestampFormat string          `json:"timestampFormat"`
	XMLNamespace    *namespace      `json:"xmlNamespace"`
	Error           struct {
		Code           string `json:"code"`
		HTTPStatusCode int    `json:"httpStatusCode"`
		SenderFault    *bool  `json:"senderFault"`
		Fault          bool   `json:"fault"`
	} `json:"error"`
}

type authz struct {
	Actions map[string]struct {
		AccessLevel   string `json:"accessLevel"`
		ResourceTypes []struct {
			Name          string   `json:"name"`
			Required      bool     `json:"required"`
			ConditionKeys []string `json:"conditionKeys"`
		} `json:"resourceTypes"`
		ConditionKeys []string `json:"conditionKeys"`
	} `json:"actions"`
	Resources map[string]struct {
		ARN           string   `json:"arn"`
		ConditionKeys []string `json:"conditionKeys"`
	} `json:"resources"`
	Keys map[string]struct {
		Type string `json:"type"`
	} `json:"keys"`
}

// overlay is our corrections: models/overlay/SERVICE.json, each with its reason in "why".
type overlay struct {
	Why       string              `json:"why"`
	Protocols []string            `json:"protocols"` // served besides the listed ones
	Namespace string              `json:"namespace"`
	Global    bool                `json:"global"`
	Actions   map[string][]string `json:"actions"` // operation → IAM actions, where the names differ
	OutRoots  map[string]string   `json:"outRoots"`
	Status    map[string]int      `json:"status"` // HTTP status of success, where the model is wrong
	Data      []string            `json:"data"`   // data-plane operations: CloudTrail counts them as data events
	Unsigned  []string            `json:"unsigned"`
	Shapes    object              `json:"shapes"` // laid over the shapes, member by member; null takes away
}

// load reads the facts of a service and lays the overlay over them.
func load(root string, s service) (*model, error) {
	m := &model{service: s}
	models := filepath.Join(root, "models")
	err := readJSON(filepath.Join(models, "overlay", s.Name+".json"), &m.overlay)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := readJSON(filepath.Join(models, "authz", s.Name+".json"), &m.authz); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(models, "shapes", s.Name+".json"))
	if err != nil {
		return nil, err
	}
	doc, err := readObject(text)
	if err != nil {
		return nil, err
	}
	if err := m.fill(doc); err != nil {
		return nil, err
	}
	return m, m.check()
}

// fill decodes the facts in doc.
func (m *model) fill(doc object) error {
	if m.overlay.Shapes != nil {
		doc["shapes"] = lay(m.overlay.Shapes, doc["shapes"])
	}
	text, err := json.Marshal(doc) // object keys come out sorted
	if err != nil {
		return err
	}
	if err := errors.Join(json.Unmarshal(text, m), json.Unmarshal(text, &m.canonical)); err != nil {
		return err
	}
	d := &m.Metadata
	if len(d.Protocols) == 0 {
		d.Protocols = []string{d.Protocol}
	}
	d.Protocols = append(d.Protocols, m.overlay.Protocols...)
	if d.SigningName == "" {
		d.SigningName = d.EndpointPrefix
	}
	if m.overlay.Namespace != "" {
		d.XMLNamespace = m.overlay.Namespace
	}
	return nil
}

// lay returns under with over laid on top: objects are joined, null takes away, all else replaces.
func lay(over, under any) any {
	top, ok := over.(object)
	if !ok {
		return over
	}
	base, ok := under.(object)
	if !ok {
		base = object{}
	}
	for k, v := range top {
		if v == nil {
			delete(base, k)
		} else {
			base[k] = lay(v, base[k])
		}
	}
	return base
}

// check finds an overlay that no longer meets its facts: AWS has renamed or taken away what it speaks of.
func (m *model) check() error {
	named := slices.Concat(m.overlay.Data, m.overlay.Unsigned, sorted(m.overlay.OutRoots), sorted(m.overlay.Actions))
	for _, op := range named {
		if m.Operations[op] == nil {
			return fmt.Errorf("the overlay speaks of the operation %s, which the model does not have", op)
		}
	}
	for op, actions := range m.overlay.Actions {
		for _, a := range actions {
			if _, ok := m.authz.Actions[a]; !ok && !strings.Contains(a, ":") {
				return fmt.Errorf("the overlay binds %s to the action %s, which the reference does not have", op, a)
			}
		}
	}
	for name := range m.overlay.Shapes {
		if s := m.Shapes[name]; s == nil || s.Type == "" {
			return fmt.Errorf("the overlay corrects the shape %s, which the model does not have", name)
		}
	}
	return nil
}

func readJSON(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("cannot read %s: %w", path, err)
	}
	return nil
}

// sorted returns the keys of m in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// has reports whether the service speaks p.
func (m *model) has(p string) bool { return slices.Contains(m.Metadata.Protocols, p) }
