package world

import (
	"unyo/api/rt"
)

// serviceCoverage counts a service's operations: stated (it has a method), exercised (a transcript calls
// it and pins the shape's sum), verified (a recorded answer of AWS agrees).
type serviceCoverage struct {
	Service    string              `json:"service"`
	Operations int                 `json:"operations"`
	Stated     int                 `json:"stated"`
	Exercised  int                 `json:"exercised"`
	Verified   int                 `json:"verified"`
	Unbound    []string            `json:"unbound,omitempty"` // no permission is known for them: refused
	Detail     []operationCoverage `json:"detail,omitempty"`
}

type operationCoverage struct {
	Name      string `json:"name"`
	Sum       string `json:"sum"` // of its shapes
	Stated    bool   `json:"stated"`
	Exercised bool   `json:"exercised"`
	Verified  bool   `json:"verified"`
}

// coverage is computed from the code. An operation counts as exercised only while the shape that its
// test pinned is still the model's.
func (w *World) coverage(service string) any {
	answer := struct {
		Services []serviceCoverage `json:"services"`
	}{Services: []serviceCoverage{}}
	for _, t := range w.Gateway.Tables() {
		if service == "" || service == t.Model.Service {
			answer.Services = append(answer.Services, cover(t, service != ""))
		}
	}
	return answer
}

func cover(t *rt.Table, detail bool) serviceCoverage {
	c := serviceCoverage{Service: t.Model.Service, Operations: len(t.Model.Operations)}
	pinned, verified := evidence(t.Model.Service)
	for i := range t.Model.Operations {
		op := &t.Model.Operations[i]
		_, stated := t.Handler(op.Name)
		o := operationCoverage{Name: op.Name, Sum: op.Sum, Stated: stated, Exercised: stated && pinned[op.Name] == op.Sum, Verified: stated && verified[op.Name] == op.Sum}
		c.Stated += count(o.Stated)
		c.Exercised += count(o.Exercised)
		c.Verified += count(o.Verified)
		if detail {
			c.Detail = append(c.Detail, o)
		}
		if len(op.Actions) == 0 {
			c.Unbound = append(c.Unbound, op.Name)
		}
	}
	return c
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
