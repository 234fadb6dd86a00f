package organizations

import (
	"maps"
	"slices"

	api "unyo/api/organizations"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// tagRules are what the tag policies above an account enforce: the gateway holds the tags of every call to them.
func (d *Directory) tagRules(tx *store.Tx, o *organization, account string, m *member) (rules []policy.TagRule) {
	if !o.enables(api.PolicyTypeTagPolicy) {
		return nil
	}
	plain, _ := d.effective(tx, o, account, m, api.PolicyTypeTagPolicy)
	whole, _ := plain.(map[string]any)
	tags, _ := whole["tags"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		tag, _ := tags[name].(map[string]any)
		r := policy.TagRule{Key: name, Values: valuesOf(tag["tag_value"]), Enforced: valuesOf(tag["enforced_for"])}
		if key := valuesOf(tag["tag_key"]); len(key) == 1 {
			r.Key = key[0]
		}
		if len(r.Enforced) > 0 {
			rules = append(rules, r)
		}
	}
	return rules
}

// valuesOf reads an element of an effective policy: one value or several.
func valuesOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []string:
		return v
	}
	return nil
}
