package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// modelFile renders the model, and the package's own words.
func (m *model) modelFile() string {
	var b strings.Builder
	d := m.Metadata
	fmt.Fprintf(&b, "// Model is what AWS states of %s, version %s.\nvar Model = &rt.Model{\n", d.ServiceID, d.APIVersion)
	fmt.Fprintf(&b, "Service: %q,\nID: %q,\nEndpoint: %q,\nSigning: %q,\nVersion: %q,\n", m.service.Name, d.ServiceID, d.EndpointPrefix, d.SigningName, d.APIVersion)
	fmt.Fprintf(&b, "Protocols: []rt.Protocol{")
	for _, p := range d.Protocols {
		fmt.Fprintf(&b, "%q,", p)
	}
	b.WriteString("},\n")
	fmt.Fprintf(&b, "TargetPrefix: %q,\nJSONVersion: %q,\nNamespace: %q,\nGlobal: %v,\n", d.TargetPrefix, d.JSONVersion, d.XMLNamespace, m.overlay.Global)
	b.WriteString("Shape: shapeOf,\nAuthz: authz,\nOperations: []rt.Operation{\n")
	for _, name := range sorted(m.Operations) {
		m.operation(&b, name, m.Operations[name])
	}
	b.WriteString("},\nErrors: []rt.ErrorShape{\n")
	for _, name := range m.exceptions() {
		s := m.Shapes[name]
		code, status := errorCode(name, s)
		sender := status < 500
		if s.Error.SenderFault != nil {
			sender = *s.Error.SenderFault
		}
		fmt.Fprintf(&b, "{Name: %q, Code: %q, Status: %d, Sender: %v},\n", name, code, status, sender)
	}
	b.WriteString("},\n}\n")
	about := fmt.Sprintf("// Package %s is what AWS states of %s: shapes, errors, constraints and permissions, how a service's methods are\n// bound to it (Bind), and how another service asks it (Client).\n", m.packageName(), d.ServiceID)
	return about + m.source(b.String(), "unyo/api/rt")
}

// operation renders one line of the model.
func (m *model) operation(b *strings.Builder, name string, op *operation) {
	fmt.Fprintf(b, "{Name: %q, Method: %q, URI: %q, In: (*%sInput)(nil), Out: (*%sOutput)(nil), Sum: %q", name, op.HTTP.Method, op.HTTP.RequestURI, name, name, m.sum(name))
	if c := cmp.Or(m.overlay.Status[name], op.HTTP.ResponseCode); c != 0 && c != 200 {
		fmt.Fprintf(b, ", Status: %d", c)
	} else {
		b.WriteString(", Status: 200")
	}
	if op.Input != nil && op.Input.LocationName != "" {
		fmt.Fprintf(b, ", InRoot: %q", op.Input.LocationName)
	}
	if op.Input != nil && op.Input.XMLNamespace != nil {
		fmt.Fprintf(b, ", InNamespace: %q", op.Input.XMLNamespace.URI)
	}
	if op.Output != nil && op.Output.ResultWrapper != "" {
		fmt.Fprintf(b, ", OutWrapper: %q", op.Output.ResultWrapper)
	} else if op.Output != nil && m.has("query") {
		fmt.Fprintf(b, ", OutWrapper: %q", name+"Result")
	}
	if root := m.outRoot(name, op); root != "" {
		fmt.Fprintf(b, ", OutRoot: %q", root)
	}
	if len(op.Errors) > 0 {
		b.WriteString(", Errors: []string{")
		for _, e := range op.Errors {
			fmt.Fprintf(b, "%q,", e.Shape)
		}
		b.WriteString("}")
	}
	actions := m.actions(name)
	if len(actions) > 0 {
		fmt.Fprintf(b, ", Actions: %#v", actions)
	}
	if m.readOnly(op, actions) {
		b.WriteString(", ReadOnly: true")
	}
	if op.AuthType == "none" || slices.Contains(m.overlay.Unsigned, name) {
		b.WriteString(", Unsigned: true")
	}
	if op.AuthType == "v4-unsigned-body" || op.UnsignedPayload {
		b.WriteString(", UnsignedBody: true")
	}
	if op.Endpoint.HostPrefix != "" {
		fmt.Fprintf(b, ", HostPrefix: %q", op.Endpoint.HostPrefix)
	}
	if v := op.HTTPChecksum.RequestAlgorithmMember; v != "" {
		fmt.Fprintf(b, ", ChecksumMember: %q", v)
	}
	if op.HTTPChecksum.RequestChecksumRequired || op.HTTPChecksumRequired {
		b.WriteString(", ChecksumRequired: true")
	}
	if slices.Contains(m.overlay.Data, name) {
		b.WriteString(", Data: true")
	}
	b.WriteString("},\n")
}

// outRoot names the root element of an output that is the whole body.
func (m *model) outRoot(name string, op *operation) string {
	if r := m.overlay.OutRoots[name]; r != "" {
		return r
	}
	if op.Output != nil && op.Output.LocationName != "" {
		return op.Output.LocationName
	}
	if m.has("rest-xml") {
		return name + "Output"
	}
	return ""
}

// actions are the IAM actions an operation needs: the overlay's, else the one of its own name.
// None means unbound, and the gateway refuses the operation.
func (m *model) actions(name string) []string {
	if a, ok := m.overlay.Actions[name]; ok {
		return a
	}
	if _, ok := m.authz.Actions[name]; ok {
		return []string{name}
	}
	return nil
}

// readOnly follows the access levels; the model's own word counts where no action is known.
func (m *model) readOnly(op *operation, actions []string) bool {
	for _, a := range actions {
		if level := m.authz.Actions[a].AccessLevel; level != "Read" && level != "List" {
			return false
		}
	}
	return len(actions) > 0 || op.ReadOnly
}

// unbound lists the operations for which no action is known.
func (m *model) unbound() []string {
	return slices.DeleteFunc(sorted(m.Operations), func(name string) bool { return len(m.actions(name)) > 0 })
}

// sum hashes an operation and all shapes it reaches, as the facts and the overlay have them.
func (m *model) sum(name string) string {
	h := sha256.New()
	h.Write(m.canonical.Operations[name])
	seen := map[string]bool{}
	var visit func(r *ref)
	visit = func(r *ref) {
		if r == nil || seen[r.Shape] {
			return
		}
		seen[r.Shape] = true
		fmt.Fprintf(h, "\n%s %s", r.Shape, m.canonical.Shapes[r.Shape])
		s := m.Shapes[r.Shape]
		for _, k := range sorted(s.Members) {
			visit(s.Members[k])
		}
		visit(s.Member)
		visit(s.Key)
		visit(s.Value)
	}
	op := m.Operations[name]
	visit(op.Input)
	visit(op.Output)
	for i := range op.Errors {
		visit(&op.Errors[i])
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}

// authzFile renders the service's part of the Service Authorization Reference.
func (m *model) authzFile() string {
	var b strings.Builder
	fmt.Fprintf(&b, "var authz = &rt.Authz{\nPrefix: %q,\nActions: []rt.Action{\n", m.service.Prefix)
	for _, name := range sorted(m.authz.Actions) {
		a := m.authz.Actions[name]
		fmt.Fprintf(&b, "{Name: %q, Level: %q", name, a.AccessLevel)
		if len(a.ResourceTypes) > 0 {
			b.WriteString(", Resources: []rt.ActionResource{")
			for _, r := range a.ResourceTypes {
				fmt.Fprintf(&b, "{Name: %q, Required: %v", r.Name, r.Required)
				if len(r.ConditionKeys) > 0 {
					fmt.Fprintf(&b, ", Keys: %#v", r.ConditionKeys)
				}
				b.WriteString("},")
			}
			b.WriteString("}")
		}
		if len(a.ConditionKeys) > 0 {
			fmt.Fprintf(&b, ", Keys: %#v", a.ConditionKeys)
		}
		b.WriteString("},\n")
	}
	b.WriteString("},\nResources: []rt.ResourceARN{\n")
	for _, name := range sorted(m.authz.Resources) {
		r := m.authz.Resources[name]
		fmt.Fprintf(&b, "{Name: %q, Pattern: %q", name, r.ARN)
		if len(r.ConditionKeys) > 0 {
			fmt.Fprintf(&b, ", Keys: %#v", r.ConditionKeys)
		}
		b.WriteString("},\n")
	}
	b.WriteString("},\nKeys: []rt.ConditionKey{\n")
	for _, name := range sorted(m.authz.Keys) {
		fmt.Fprintf(&b, "{Name: %q, Type: %q},\n", name, m.authz.Keys[name].Type)
	}
	b.WriteString("},\n}\n")
	return m.source(b.String(), "unyo/api/rt")
}
