// Package vend is how services hand over the logs that AWS vends for them, as package metric is for metrics: S3 its server access records,
// a load balancer its own. CloudWatch Logs says whose logs are wanted (CreateDelivery); the service puts records of those into the transaction
// that they tell of, or behind the call; and Logs carries them to where they are to be delivered.
//
// Between services there is an API call, else. There is none of AWS's that hands over vended records, and an operation of our own would have to
// be kept from customers. A row in the writer's transaction is also exactly as durable as what it tells of.
//
// # Rows, by account and region
//
//	@vend/wanted  Key(resource, kind, taker) → nothing
//	@vend/record  Key(taker, instant and id) → Record
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

// New returns the table in st; jobs that await a Topic are set in q.
func New(st *store.Store, q *jobs.Queue) *Vend {
	sp := st.Space("@vend")
	return &Vend{store.TableOf[struct{}](sp, "wanted", store.Regional), store.TableOf[Record](sp, "record", store.Regional), q.Space("@vend")}
}

// Topic is announced when a record has come for a taker.
func Topic(taker string) string { return "vend " + taker }

// Want has the records of a resource's log of a kind kept for a taker from now on.
func (v *Vend) Want(tx *store.Tx, resource, kind, taker string) {
	v.wanted.Put(tx, store.Key(resource, kind, taker), struct{}{})
}

// Unwant ends that, and forgets what has not been taken.
func (v *Vend) Unwant(tx *store.Tx, resource, kind, taker string) {
	v.wanted.Delete(tx, store.Key(resource, kind, taker))
	lo := store.Key(taker, "")
	v.records.Erase(tx, lo, lo+"~") // what stands behind it are digits
}

// Served ends that when everything has been taken.
func (v *Vend) Served(tx *store.Tx, resource, kind, taker string) {
	v.wanted.Delete(tx, store.Key(resource, kind, taker))
}

// Wanted tells whether anybody wants a resource's log. tx is in its account and region.
func (v *Vend) Wanted(tx *store.Tx, resource, kind string) bool {
	_, _, ok := v.wanted.First(tx, store.Key(resource, kind, ""))
	return ok
}

// Put keeps a record for everybody who wants it. id tells records of one instant apart: a repeat of the same changes nothing.
func (v *Vend) Put(tx *store.Tx, resource, kind, id string, r Record) {
	under := store.Key(resource, kind, "")
	for key := range v.wanted.Prefix(tx, under, "") {
		taker := key[len(under):]
		v.records.Put(tx, store.Key(taker, fmt.Sprintf("%016x ", r.Time.UnixNano())+id), r)
		v.jobs.Announce(tx, Topic(taker))
	}
}

// Waiting yields the records that a taker has not taken yet, by what tells them apart.
func (v *Vend) Waiting(tx *store.Tx, taker string) iter.Seq2[string, Record] {
	under := store.Key(taker, "")
	return func(yield func(string, Record) bool) {
		for key, r := range v.records.Prefix(tx, under, "") {
			if !yield(key[len(under):], r) {
				return
			}
		}
	}
}

// Record is the one of that id, if it has not been taken.
func (v *Vend) Record(tx *store.Tx, taker, id string) (Record, bool) {
	return v.records.Get(tx, store.Key(taker, id))
}

// Take forgets a record, which has arrived.
func (v *Vend) Take(tx *store.Tx, taker, id string) { v.records.Delete(tx, store.Key(taker, id)) }
