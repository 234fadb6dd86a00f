package cloudtrail

import (
	"fmt"
	"time"

	"unyo/kernel/store"
)

// Digests of a trail form one chain per region. It begins when the trail logs and validates, and ends, with a last digest, when it no longer
// does; a new one does not refer to it.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html

// hourly is how often a digest is written.
const hourly = time.Hour

// digests is what a trail knows of its chains.
type digests struct {
	Chain  string    `json:",omitempty"` // request that began the chains, the last ones if they have ended
	Latest time.Time `json:",omitzero"`
	Error  string    `json:",omitempty"`
}

// chain is a chain of digests of one trail and region, under the request that began it.
type chain struct {
	Trail          string // name
	Row            string // key
	Home, Region   string
	Org, Account   string `json:",omitempty"` // of the trail of an organization: which, and whose files they are of
	Bucket, Prefix string
	Start          time.Time // of the hour that the next digest is of
	Next           uint64    // number of the next file
	End            uint64    `json:",omitempty"` // number behind the last file of the digest that is being written, and that is set once it is
	Writing        bool      `json:",omitempty"`
	Failed         int       `json:",omitempty"`
	Last           bool      `json:",omitempty"` // the trail no longer asks for digests
	Previous       *link     `json:",omitempty"`
}

// link is what a digest says of the one before it.
type link struct{ Bucket, Key, Sum, Signature string }

// setDigests begins or ends the chains of a trail after it was changed.
func (s *Service) setDigests(tx *store.Tx, had, t *trail) {
	was, is := had.Logging && had.Validate, t.Logging && t.Validate
	if is && !was {
		t.Digests.Chain = tx.Call().RequestID + " " + t.Name // a job may begin those of several
		s.begin(tx, t, t.key(), t.place(t.Owner, t.Home), s.k.Clock.Now())
		return
	}
	for key, c := range s.chains.Prefix(tx, store.Key(t.Digests.Chain, ""), "") {
		c.Bucket, c.Prefix, c.Last = t.Bucket, t.Prefix, c.Last || !is
		s.chains.Put(tx, key, c)
	}
}

// begin begins the chain of a place, whose digests are due together with those of the others.
func (s *Service) begin(tx *store.Tx, t *trail, row, place string, start time.Time) chain {
	key := store.Key(t.Digests.Chain, place)
	account, region := t.at(place, "")
	c := chain{Trail: t.Name, Row: row, Home: t.Home, Region: region, Org: t.Org, Account: account, Bucket: t.Bucket, Prefix: t.Prefix, Start: start, Next: 1}
	s.chains.Put(tx, key, c)
	s.digest.AtKey(tx, key, start.Add(hourly), digestArg{key})
	return c
}

// digested notes a log file for the next digest of its place, if there is to be one.
func (s *Service) digested(tx *store.Tx, row string, t *trail, place string, f logFile) {
	home, ok := s.chains.Get(tx, store.Key(t.Digests.Chain, t.place(t.Owner, t.Home)))
	if !ok {
		return
	}
	key := store.Key(t.Digests.Chain, place)
	c, ok := s.chains.Get(tx, key)
	if !ok {
		c = s.begin(tx, t, row, place, home.Start)
		c.Last = home.Last
	}
	s.logged.Put(tx, loggedKey(key, c.Next), f)
	c.Next++
	s.chains.Put(tx, key, c)
}

// loggedKey is where file n of a chain is noted.
func loggedKey(chain string, n uint64) string { return store.Key(chain, fmt.Sprintf("%016x", n)) }
