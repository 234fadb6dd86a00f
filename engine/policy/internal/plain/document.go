package plain

import (
	"encoding/json"
	"fmt"
)

// document is a policy as reference_policies_grammar.html writes it.
type document struct {
	Version   string
	Statement statements
}

type statement struct {
	Effect                string
	Principal             principals
	NotPrincipal          principals
	Action, NotAction     texts
	Resource, NotResource texts
	Condition             map[string]map[string]texts
	variables             bool
}

// statements are one or a list: "the brackets are optional for a single one", reference_policies_elements_statement.html.
type statements []statement

func (s *statements) UnmarshalJSON(data []byte) error {
	var one statement
	if err := json.Unmarshal(data, &one); err == nil {
		*s = statements{one}
		return nil
	}
	var many []statement
	err := json.Unmarshal(data, &many)
	*s = many
	return err
}

// texts are one value or a list; in conditions numbers and booleans may stand bare, reference_policies_grammar.html.
type texts []string

func (t *texts) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		list = []json.RawMessage{data}
	}
	*t = texts{}
	for _, item := range list {
		var text string
		if json.Unmarshal(item, &text) != nil {
			text = string(item) // 5, true
		}
		*t = append(*t, text)
	}
	return nil
}

// principals are "*" or lists under AWS, Service, Federated or CanonicalUser; nil where the element is missing.
type principals map[string]texts

func (p *principals) UnmarshalJSON(data []byte) error {
	var everybody string
	if json.Unmarshal(data, &everybody) == nil {
		*p = principals{"AWS": {everybody}}
		return nil
	}
	var lists map[string]texts
	err := json.Unmarshal(data, &lists)
	*p = lists
	return err
}

// read gives the statements of a document. "Variables were introduced in version 2012-10-17. If you don't include the Version element,
// variables are treated as literal strings", reference_policies_variables.html.
func read(text string) []statement {
	var d document
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		panic(fmt.Sprintf("plain: %s: %v", text, err))
	}
	for n := range d.Statement {
		d.Statement[n].variables = d.Version == "2012-10-17"
	}
	return d.Statement
}
