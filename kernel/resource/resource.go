// Package resource is the index of what exists: every resource of every service, by ARN and by type.
//
// A service puts and deletes entries in the transactions that make and delete the resources.
//
// # Rows
//
//	@resource/arn   ARN → Resource
//	@resource/type  Key(account, region, type, ARN) → nothing
package resource

import (
	"iter"
	"time"

	"unyo/kernel/store"
)

// Resource is what the house knows of something a customer owns, whatever the service.
type Resource struct {
	ARN     string    `json:"arn"`
	Type    string    `json:"type"` // in CloudFormation's words: AWS::Logs::LogGroup
	Name    string    `json:"name,omitempty"`
	Service string    `json:"service"` // folder name: logs
	Account string    `json:"account"`
	Region  string    `json:"region,omitempty"` // "" for what has none
	Created time.Time `json:"created,omitzero"`
}

// Index is the table.
type Index struct {
	resources store.Table[Resource]
	types     store.Table[struct{}]
}

// New returns the index in st.
func New(st *store.Store) *Index {
	sp := st.Space("@resource")
	return &Index{store.TableOf[Resource](sp, "arn", store.Partition), store.TableOf[struct{}](sp, "type", store.Partition)}
}

func (r *Resource) place() string { return store.Key(r.Account, r.Region, r.Type, r.ARN) }

// Put adds r or changes what is known of it.
func (x *Index) Put(tx *store.Tx, r Resource) {
	if old, ok := x.resources.Get(tx, r.ARN); ok && old.place() != r.place() {
		x.types.Delete(tx, old.place())
	}
	x.resources.Put(tx, r.ARN, r)
	x.types.Put(tx, r.place(), struct{}{})
}

// Delete removes a resource; one that is not there is no error.
func (x *Index) Delete(tx *store.Tx, arn string) {
	if r, ok := x.resources.Get(tx, arn); ok {
		x.resources.Delete(tx, arn)
		x.types.Delete(tx, r.place())
	}
}

// Get returns the resource of an ARN.
func (x *Index) Get(tx *store.Tx, arn string) (Resource, bool) { return x.resources.Get(tx, arn) }

// Scan visits the resources of an account, region and type behind the ARN after, in order of ARN. An empty type visits
// all types, in order of type; after then must be empty.
func (x *Index) Scan(tx *store.Tx, account, region, typ, after string) iter.Seq[Resource] {
	return func(yield func(Resource) bool) {
		prefix := store.Key(account, region, "")
		behind := ""
		if typ != "" {
			prefix = store.Key(account, region, typ, "")
			if after != "" {
				behind = prefix + after
			}
		}
		for k := range x.types.Prefix(tx, prefix, behind) {
			parts, _ := store.Split(k, 4)
			if r, ok := x.resources.Get(tx, parts[3]); ok && !yield(r) {
				return
			}
		}
	}
}

// All visits every resource of the estate, in order of ARN.
func (x *Index) All(tx *store.Tx, after string) iter.Seq2[string, Resource] {
	return x.resources.From(tx, after)
}
