package policy

import (
	"encoding/json"
	"slices"

	"unyo/base/arn"
)

// Pins are the ids of the users and roles that a document names, by ARN, as they were when it was written. Whoever is deleted and made again is
// somebody else: from then on the document names only an id.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users
type Pins map[string]string

// Pin finds the ids. missing is the first user or role that id does not know.
func (d *Document) Pin(id func(arn string) (string, bool)) (pins Pins, missing string) {
	for _, name := range d.Principals() {
		if a, err := arn.Parse(name); err != nil || a.Service != "iam" || a.Resource == "root" {
			continue
		}
		if is, ok := id(name); ok {
			if pins == nil {
				pins = Pins{}
			}
			pins[name] = is
		} else if missing == "" {
			missing = name
		}
	}
	return pins, missing
}

// Apply writes ids in the place of the ARNs that are no longer theirs.
func (p Pins) Apply(text string, id func(arn string) (string, bool)) string {
	gone := map[string]string{}
	for name, was := range p {
		if is, _ := id(name); is != was {
			gone[name] = was
		}
	}
	if len(gone) == 0 {
		return text
	}
	var doc map[string]any
	if json.Unmarshal([]byte(text), &doc) != nil {
		return text
	}
	statements, many := doc["Statement"].([]any)
	if !many {
		statements = []any{doc["Statement"]}
	}
	for _, s := range statements {
		for _, element := range []string{"Principal", "NotPrincipal"} {
			st, _ := s.(map[string]any)
			if kinds, ok := st[element].(map[string]any); ok && kinds["AWS"] != nil {
				kinds["AWS"] = renamed(kinds["AWS"], gone)
			}
		}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return text
	}
	return string(out)
}

func renamed(v any, to map[string]string) any {
	switch v := v.(type) {
	case string:
		if id, ok := to[v]; ok {
			return id
		}
	case []any:
		v = slices.Clone(v)
		for i := range v {
			v[i] = renamed(v[i], to)
		}
		return v
	}
	return v
}
