package accessanalyzer

import (
	"slices"
	"strconv"
	"strings"
	"time"

	api "unyo/api/accessanalyzer"
)

// filterKeys are what findings are filtered and sorted by; conditions are asked for by condition.KEY.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-filter-keys.html
var filterKeys = map[string]func(f *finding) []string{
	"id":                      func(f *finding) []string { return []string{f.ID} },
	"resource":                func(f *finding) []string { return []string{f.Resource} },
	"resourceType":            func(f *finding) []string { return []string{f.ResourceType} },
	"resourceOwnerAccount":    func(f *finding) []string { return []string{f.Owner} },
	"isPublic":                func(f *finding) []string { return []string{strconv.FormatBool(f.Public)} },
	"status":                  func(f *finding) []string { return []string{f.Status} },
	"findingType":             func(f *finding) []string { return []string{f.Type} },
	"error":                   func(f *finding) []string { return texts(f.Error) },
	"action":                  func(f *finding) []string { return f.Actions },
	"principal.AWS":           func(f *finding) []string { return texts(f.Principal["AWS"]) },
	"principal.Federated":     func(f *finding) []string { return texts(f.Principal["Federated"]) },
	"principal.CanonicalUser": func(f *finding) []string { return texts(f.Principal["CanonicalUser"]) },
	"createdAt":               func(f *finding) []string { return []string{stamp(f.CreatedAt)} },
	"updatedAt":               func(f *finding) []string { return []string{stamp(f.UpdatedAt)} },
	"analyzedAt":              func(f *finding) []string { return []string{stamp(f.AnalyzedAt)} },
	"sourceType":              func(f *finding) []string { return f.Sources },
}

func texts(v string) []string {
	if v == "" {
		return nil
	}
	return []string{v}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// attribute gives the finding's values of a filter key.
func (f *finding) attribute(key string) []string {
	if name, ok := strings.CutPrefix(key, "condition."); ok {
		for k, v := range f.Condition {
			if strings.EqualFold(k, name) {
				return []string{v}
			}
		}
		return nil
	}
	return filterKeys[key](f)
}

func checkKey(key string) error {
	if filterKeys[key] == nil && !strings.HasPrefix(key, "condition.") {
		return invalid("The filter key %s is not valid.", key)
	}
	return nil
}

func checkFilter(filter map[string]api.Criterion) error {
	if len(filter) == 0 {
		return nil
	}
	var keys []string
	for key := range filter {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if err := checkKey(key); err != nil {
			return err
		}
		if c := filter[key]; len(c.Eq)+len(c.Neq)+len(c.Contains) == 0 && c.Exists == nil {
			return invalid("The criterion of %s is empty.", key)
		}
	}
	return nil
}

// meets says that the finding meets every criterion.
func (f *finding) meets(filter map[string]api.Criterion) bool {
	for key, c := range filter {
		if !criterion(c, f.attribute(key)) {
			return false
		}
	}
	return true
}

func criterion(c api.Criterion, have []string) bool {
	any := func(want []string, match func(v, w string) bool) bool {
		return slices.ContainsFunc(have, func(v string) bool { return slices.ContainsFunc(want, func(w string) bool { return match(v, w) }) })
	}
	equal := func(v, w string) bool { return v == w }
	switch {
	case c.Exists != nil && *c.Exists != (len(have) > 0),
		len(c.Eq) > 0 && !any(c.Eq, equal),
		len(c.Neq) > 0 && any(c.Neq, equal),
		len(c.Contains) > 0 && !any(c.Contains, strings.Contains):
		return false
	}
	return true
}
