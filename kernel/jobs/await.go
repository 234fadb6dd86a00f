package jobs

import "unyo/kernel/store"

// Await has a done, as AtKey would, when topic is announced next: once. A topic is a word that two services have agreed upon, so that the one
// that has news need not know who wants them: the ARN of a stream.
//
// Who must miss nothing awaits first and looks then: what comes in between sets the job again.
func (j Job[A]) Await(tx *store.Tx, topic, key string, a A) {
	j.queue.awaits.Put(tx, store.Key(topic, j.keyRow(tx, key)), j.row(tx, key, true, a))
}

// Unawait takes an Await back.
func (j Job[A]) Unawait(tx *store.Tx, topic, key string) {
	j.queue.awaits.Delete(tx, store.Key(topic, j.keyRow(tx, key)))
}

// Announce sets the jobs that await topic, in the transaction that made the news.
func (sp *Space) Announce(tx *store.Tx, topic string) {
	q := sp.queue
	for key, r := range q.awaits.Prefix(tx, store.Key(topic, ""), "") {
		q.awaits.Delete(tx, key)
		q.cancel(tx, r.keyRow())
		r.Cause = Cause(tx.Context())
		q.put(tx, q.clock.Now(), r)
	}
}
