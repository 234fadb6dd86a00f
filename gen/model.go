package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// model is a service's facts with our corrections laid over them.
type model struct {
	name       string
	Metadata   metadata              `json:"metadata"`
	Operations map[string]*operation `json:"operations"`
	Shapes     map[string]*shape     `json:"shapes"`
	authz      authz
	overlay    overlay
	taken      map[string]bool // Go names that inputs, outputs and constructors use
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
	HTTPChecksum struct {
		RequestAlgorithmMember  string `json:"requestAlgorithmMember"`
		RequestChecksumRequired bool   `json:"requestChecksumRequired"`
	} `json:"httpChecksum"`
	HTTPChecksumRequired bool `json:"httpChecksumRequired"`
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
}

// overlay is our corrections: models/overlay/SERVICE.json, each with its reason in "why".
type overlay struct {
	Why       string              `json:"why"`
	Protocols []string            `json:"protocols"` // served besides the listed ones
	Namespace string              `json:"namespace"`
	Global    bool                `json:"global"`
	Actions   map[string][]string `json:"actions"` // operation → IAM actions, where the names differ
	OutRoots  map[string]string   `json:"outRoots"`
	Data      []string            `json:"data"` // data-plane operations: CloudTrail counts them as data events
	Unsigned  []string            `json:"unsigned"`
}

// load reads the facts of a service.
func load(root, name string) (*model, error) {
	m := &model{name: name}
	if err := readJSON(filepath.Join(root, "models", "shapes", name+".json"), m); err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(root, "models", "authz", name+".json"), &m.authz); err != nil {
		return nil, err
	}
	err := readJSON(filepath.Join(root, "models", "overlay", name+".json"), &m.overlay)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(m.Metadata.Protocols) == 0 {
		m.Metadata.Protocols = []string{m.Metadata.Protocol}
	}
	m.Metadata.Protocols = append(m.Metadata.Protocols, m.overlay.Protocols...)
	if m.Metadata.SigningName == "" {
		m.Metadata.SigningName = m.Metadata.EndpointPrefix
	}
	if m.overlay.Namespace != "" {
		m.Metadata.XMLNamespace = m.overlay.Namespace
	}
	return m, nil
}

func readJSON(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// sorted returns the keys of m in order.
func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// has reports whether the service speaks p.
func (m *model) has(p string) bool { return slices.Contains(m.Metadata.Protocols, p) }
