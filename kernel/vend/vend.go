// Package vend is how services hand over the logs that AWS vends for them, as package metric is for metrics: S3 its server access records,
// a load balancer its own. CloudWatch Logs says whose logs are wanted (PutDeliverySource), the service puts records of those into the
// transaction, or behind the call, that they tell of, and Logs carries them to where they are to be delivered.
//
// Between services there is an API call, else. There is none of AWS's that hands over vended records, and an operation of our own would have to
// be kept from customers; a row in the writer's transaction is also exactly as durable as what it tells of.
//
// # Rows
//
//	@vend/wanted  account, region: Key(resource, kind) → nothing
//	@vend/record  account, region: Key(resource, kind, instant and id) → Record
package vend

import (
	"fmt"
	"iter"
	"time"

	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Record is one of a log, by the names of its fields. Values are strings, numbers (float64), truth values or nil.
type Record struct {
	Time   time.Time      `json:"t"`
	Fields map[string]any `json:"f"`
}

// Vend is the table.
type Vend struct {
	wanted  store.Table[struct{}]
	records store.Table[Record]
	jobs    *jobs.Space
}

// New returns the table in st; whoever awaits a Topic is told in q.
func New(st *store.Store, q *jobs.Queue) *Vend {
	sp := st.Space("@vend")
	return &Vend{store.TableOf[struct{}](sp, "wanted", store.Regional), store.TableOf[Record](sp, "record", store.Regional), q.Space("@vend")}
}

// Topic is announced when a record of a resource's log has come.
func Topic(resource, kind string) string { return "vend " + kind + " " + resource }

// Want has the records of a resource kept from now on, or with want=false no longer; those that are there go.
func (v *Vend) Want(tx *store.Tx, resource, kind string, want bool) {
	if want {
		v.wanted.Put(tx, store.Key(resource, kind), struct{}{})
		return
	}
	v.wanted.Delete(tx, store.Key(resource, kind))
	lo := store.Key(resource, kind, "")
	v.records.Erase(tx, lo, lo[:len(lo)-1]+string([]byte{lo[len(lo)-1] + 1})) // a key's parts end in a byte below 0xFF
}

// Wanted tells whether anybody wants a resource's log. tx is in its account and region.
func (v *Vend) Wanted(tx *store.Tx, resource, kind string) bool {
	return v.wanted.Has(tx, store.Key(resource, kind))
}

// Put adds a record, if it is wanted. id tells records of one instant apart: a repeat of the same changes nothing.
func (v *Vend) Put(tx *store.Tx, resource, kind, id string, r Record) {
	if !v.Wanted(tx, resource, kind) {
		return
	}
	v.records.Put(tx, store.Key(resource, kind, fmt.Sprintf("%016x ", r.Time.UnixNano())+id), r)
	v.jobs.Announce(tx, Topic(resource, kind))
}

// Waiting yields the records that have not been taken, by key.
func (v *Vend) Waiting(tx *store.Tx, resource, kind string) iter.Seq2[string, Record] {
	return v.records.Prefix(tx, store.Key(resource, kind, ""), "")
}

// Taken deletes a record, which Logs now has.
func (v *Vend) Taken(tx *store.Tx, key string) { v.records.Delete(tx, key) }
