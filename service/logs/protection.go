package logs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"unyo/engine/logstore"
	"unyo/engine/sensitive"
	"unyo/kernel/store"
)

// protection is a row of the history of a group's data protection: the policy that events come in under behind a batch. What has come in
// under a policy stays masked as it says.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html
type protection struct {
	From     uint64 // last batch of the group's log that it does not hold for
	Document string `json:",omitempty"` // "": none
	Updated  int64  // ms
}

func protectionKey(group string, from uint64) string {
	return store.Key(group, fmt.Sprintf("%016x", from))
}

// masker blots out what a group's policies protect. A nil one lets everything through.
type masker struct{ group, account history }

// history is what was protected from when on: from a batch for a group, from a time of ingestion for the account.
type history struct {
	from  []uint64
	kinds [][]*sensitive.Kind
}

func (h *history) add(from uint64, document string) error {
	var kinds []*sensitive.Kind
	if document != "" {
		var err error
		if kinds, err = parseProtection(document); err != nil {
			return err
		}
	}
	h.from, h.kinds = append(h.from, from), append(h.kinds, kinds)
	return nil
}

// before is the last chapter that begins before x.
func (h *history) before(x uint64) []*sensitive.Kind {
	i, _ := slices.BinarySearch(h.from, x) // the first that begins at x or later
	if i == 0 {
		return nil
	}
	return h.kinds[i-1]
}

// maskerOf is nil for a group that has never been protected.
func (s *Service) maskerOf(tx *store.Tx, g *group) (*masker, error) {
	m := &masker{}
	if g.Class != classInfrequent {
		for _, row := range s.accountProtections.Prefix(tx, "", "") {
			if err := m.account.add(uint64(row.Updated), row.Document); err != nil {
				return nil, err
			}
		}
	}
	if g.Guard == "" {
		if len(m.account.from) == 0 {
			m = nil
		}
		return m, nil
	}
	for _, row := range s.protections.Prefix(tx, store.Key(g.ID, ""), "") {
		if err := m.group.add(row.From, row.Document); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// at is what is protected in an event: by its group and by the account.
func (m *masker) at(e *logstore.Event) []*sensitive.Kind {
	if m == nil {
		return nil
	}
	return slices.Concat(m.group.before(e.Seq), m.account.before(uint64(e.Ingestion)+1))
}

// event is e as it may be shown.
func (m *masker) event(e *logstore.Event) *logstore.Event {
	kinds := m.at(e)
	if len(kinds) == 0 {
		return e
	}
	list := sensitive.Find(e.Message, kinds)
	if len(list) == 0 {
		return e
	}
	masked := *e
	masked.Message = sensitive.Mask(e.Message, list)
	return &masked
}

// protectionPolicy is the grammar of a policy.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch-logs-data-protection-policies.html
type protectionPolicy struct {
	Name, Description, Version string
	Configuration              struct {
		CustomDataIdentifier []struct{ Name, Regex string }
	}
	Statement []struct {
		Sid            string
		DataIdentifier []string
		Operation      struct {
			Audit *struct {
				FindingsDestination *map[string]json.RawMessage
			}
			Deidentify *struct {
				MaskConfig *struct{}
			}
		}
	}
}

const (
	protectionVersion = "2021-06-01"
	managedPrefix     = ":dataprotection::aws:data-identifier/"
)

// parseProtection checks a policy and says what it masks.
func parseProtection(text string) ([]*sensitive.Kind, error) {
	var p protectionPolicy
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, invalid("Data protection policy is not valid: %s", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, invalid("Data protection policy is not valid: something stands behind the document.")
	}
	switch {
	case p.Name == "":
		return nil, invalid("Data protection policy is not valid: Name is required.")
	case p.Version != protectionVersion:
		return nil, invalid("Data protection policy is not valid: Version must be %s.", protectionVersion)
	case len(p.Statement) != 2 || p.Statement[0].Operation.Audit == nil || p.Statement[1].Operation.Deidentify == nil || p.Statement[0].Operation.Deidentify != nil || p.Statement[1].Operation.Audit != nil:
		return nil, invalid("Data protection policy is not valid: it must have one statement with the operation Audit, and behind it one with Deidentify.")
	case p.Statement[0].Operation.Audit.FindingsDestination == nil:
		return nil, invalid("Data protection policy is not valid: Audit must have a FindingsDestination.")
	case p.Statement[1].Operation.Deidentify.MaskConfig == nil:
		return nil, invalid("Data protection policy is not valid: Deidentify must have an empty MaskConfig.")
	case !slices.Equal(p.Statement[0].DataIdentifier, p.Statement[1].DataIdentifier):
		return nil, invalid("Data protection policy is not valid: both statements must have the same DataIdentifier.")
	}
	return p.kinds()
}

// kinds finds the identifiers that the statements name.
func (p *protectionPolicy) kinds() ([]*sensitive.Kind, error) {
	own := map[string]*sensitive.Kind{}
	if len(p.Configuration.CustomDataIdentifier) > sensitive.MaxCustom {
		return nil, invalid("Data protection policy is not valid: it has more than %d custom data identifiers.", sensitive.MaxCustom)
	}
	for _, c := range p.Configuration.CustomDataIdentifier {
		k, err := sensitive.Custom(c.Name, c.Regex)
		if err != nil {
			return nil, invalid("Data protection policy is not valid: %s.", err)
		}
		if own[c.Name] != nil {
			return nil, invalid("Data protection policy is not valid: the custom data identifier %s is there twice.", c.Name)
		}
		own[c.Name] = k
	}
	var list []*sensitive.Kind
	for _, name := range p.Statement[0].DataIdentifier {
		k := own[name]
		if _, id, ok := strings.Cut(name, managedPrefix); ok && strings.HasPrefix(name, "arn:") {
			if k, _ = sensitive.Managed(id); k == nil {
				return nil, invalid("Data protection policy is not supported: the data identifier %s is not known to this estate.", id)
			}
		}
		if k == nil {
			return nil, invalid("Data protection policy is not valid: there is no data identifier %s.", name)
		}
		list = append(list, k)
	}
	if len(list) == 0 {
		return nil, invalid("Data protection policy is not valid: DataIdentifier must not be empty.")
	}
	return list, nil
}
