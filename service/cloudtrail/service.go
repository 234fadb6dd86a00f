package cloudtrail

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	logsapi "unyo/api/logs"
	organizationsapi "unyo/api/organizations"
	s3api "unyo/api/s3"
	"unyo/base/running"
	"unyo/base/turns"
	"unyo/engine/blob"
	"unyo/engine/credential"
	"unyo/engine/policy"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// Peers are the services that CloudTrail asks.
type Peers struct {
	S3            s3api.Client
	Logs          logsapi.Client
	Organizations organizationsapi.Client
}

// Service answers the CloudTrail API.
type Service struct {
	k        *kernel.Service
	peers    Peers
	standing Standing // nil: there are no organizations
	index    *journal.Index

	trails  store.Table[trail]
	deliver jobs.Job[deliverArg]
	write   jobs.Job[deliverArg]

	chains   store.Table[chain]      // request, region
	logged   store.Table[logFile]    // request, region, number: files that no digest names yet
	keys     store.Table[signingKey] // region, year
	digest   jobs.Job[digestArg]
	policies store.Table[storePolicy] // id of an event data store
	compiled policy.Compiled
	watchmen store.Table[watchman] // home region, name of a trail
	rates    store.Table[rate]     // of a trail, type, region, source, name, code
	glance   jobs.Job[deliverArg]
	sealer   *credential.Sealer                // of private keys
	watched  atomic.Pointer[map[string]wanted] // by account

	blobs    *blob.Store
	stores   store.Table[dataStore] // id
	segments store.Table[segment]   // id of the event data store, last entry
	ingest   jobs.Job[storeArg]
	expire   jobs.Job[storeArg]
	queries  store.Table[lakeQuery] // id
	asked    store.Table[string]    // id of an event data store, time, id of a query
	active   store.Table[bool]      // id of a query that has not ended
	query    jobs.Job[queryArg]
	hand     jobs.Job[queryArg] // delivers a result
	forget   jobs.Job[queryArg]
	running  running.Set
	line     turns.Line                 // which queries compute
	imports  store.Table[lakeImport]    // id
	failures store.Table[importFailure] // id of an import, key of a file
	bring    jobs.Job[importArg]

	mu       sync.Mutex
	lookups  map[lookupKey]*pace  // how often event history was asked lately
	signers  map[string]*signer   // by key of their rows
	ahead    map[string]*foretold // by chain
	unsigned []*foretold          // of those, what nobody has begun to sign; in the order of their making
	signing  int                  // how many sign ahead
	stuck    map[string]time.Time // by account and trail: when a delivery found the disk full
}

// New makes the service.
func New(k *kernel.Service, blobs *blob.Store, standing Standing, peers Peers) *Service {
	s := &Service{
		k: k, blobs: blobs, standing: standing, peers: peers, lookups: map[lookupKey]*pace{}, signers: map[string]*signer{}, ahead: map[string]*foretold{}, stuck: map[string]time.Time{}, sealer: credential.New([32]byte(k.Entropy.Derive("cloudtrail", 32, ""))),
		trails: store.TableOf[trail](k.Rows, "trail", store.PerAccount),
		chains: store.TableOf[chain](k.Rows, "chain", store.PerAccount),
		logged: store.TableOf[logFile](k.Rows, "logged", store.PerAccount),
		keys:   store.TableOf[signingKey](k.Rows, "key", store.Partition),
	}
	s.openLake()
	s.index = k.Journal.Index(s.words)
	s.deliver = jobs.Handle(k.Jobs, "deliver", s.runDeliver, jobs.Retry(deliverRetry), jobs.Lane(func(a deliverArg) string { return a.Key }), jobs.Every(time.Hour))
	s.write = jobs.Handle(k.Jobs, "write", s.runWrite, jobs.Retry(deliverRetry), jobs.Lane(func(a deliverArg) string { return a.Key }), jobs.Every(time.Hour))
	s.digest = jobs.Handle(k.Jobs, "digest", s.runDigest, jobs.Retry(deliverRetry), jobs.Lane(func(a digestArg) string { return a.Key }), jobs.Every(hourly))
	s.watchmen, s.rates = store.TableOf[watchman](k.Rows, "watchman", store.PerAccount), store.TableOf[rate](k.Rows, "rate", store.PerAccount)
	s.glance = jobs.Handle(k.Jobs, "glance", s.runLook, jobs.Retry(deliverRetry), jobs.Lane(func(a deliverArg) string { return a.Key }), jobs.Every(rhythm))
	s.watched.Store(&map[string]wanted{})
	s.look()
	k.Journal.Watch(journal.Watch{Name: "cloudtrail-organization", Of: journal.OfCall, See: s.seeDistrust, Wants: distrusts})
	k.Journal.Round(journal.Round{Name: "cloudtrail", Every: rhythm, Wants: s.wants, Run: s.visit})
	return s
}

// places is how many queries run at once, taking turns, in places of their own: they may take an hour, and leave those of other jobs free. An account has
// maxQueries; AWS does not tell what all have together.
const places = 40

// openLake makes the tables and jobs of event data stores and queries.
func (s *Service) openLake() {
	k := s.k
	s.stores, s.segments = storesTable(k), segmentsTable(k)
	s.policies = store.TableOf[storePolicy](k.Rows, "policy", store.Regional)
	s.queries, s.asked, s.active = queriesTable(k), store.TableOf[string](k.Rows, "asked", store.Regional), store.TableOf[bool](k.Rows, "active", store.Regional)
	lane := jobs.Lane(func(a storeArg) string { return a.ID })
	s.ingest = jobs.Handle(k.Jobs, "ingest", s.runIngest, jobs.Retry(deliverRetry), lane, jobs.Every(time.Hour))
	s.expire = jobs.Handle(k.Jobs, "expire", s.runExpire, jobs.Retry(deliverRetry), lane, jobs.Every(time.Hour))
	each := jobs.Lane(func(a queryArg) string { return a.ID })
	s.query = jobs.Handle(k.Jobs, "query", s.runQuery, each, jobs.Apart(places), jobs.GivenUp(s.giveUpQuery))
	s.hand = jobs.Handle(k.Jobs, "hand", s.runHand, jobs.Retry(deliverRetry), each, jobs.GivenUp(s.giveUpHand))
	s.forget = jobs.Handle(k.Jobs, "forget", s.runForget, each, jobs.Every(time.Hour))
	s.imports, s.failures = store.TableOf[lakeImport](k.Rows, "import", store.Regional), store.TableOf[importFailure](k.Rows, "failure", store.Regional)
	s.bring = jobs.Handle(k.Jobs, "import", s.runImport, jobs.Retry(importRetry), jobs.Lane(func(a importArg) string { return a.ID }), jobs.GivenUp(s.giveUpImport))
}

func storesTable(k *kernel.Service) store.Table[dataStore] {
	return store.TableOf[dataStore](k.Rows, "eventdatastore", store.Regional)
}

func segmentsTable(k *kernel.Service) store.Table[segment] {
	return store.TableOf[segment](k.Rows, "segment", store.Regional)
}

func queriesTable(k *kernel.Service) store.Table[lakeQuery] {
	return store.TableOf[lakeQuery](k.Rows, "query", store.Regional)
}

// Blobs are what rows of the service hold in blobs: segments of event data stores, and results of queries.
func Blobs(k *kernel.Service) iter.Seq2[blob.Ref, error] {
	return func(yield func(blob.Ref, error) bool) {
		err := k.View(context.Background(), func(tx *store.Tx) error {
			for _, x := range segmentsTable(k).AllScopes(tx) {
				if !yield(x.Ref, nil) {
					return errEnough
				}
			}
			for _, q := range queriesTable(k).AllScopes(tx) {
				if q.Result != (blob.Ref{}) && !yield(q.Result, nil) {
					return errEnough
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(blob.Ref{}, err)
		}
	}
}

// errEnough ends a view whose reader wants no more.
var errEnough = errors.New("enough")

// Forget fulfils world.Forgetter.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.lookups)
	clear(s.signers)
	clear(s.ahead)
	clear(s.stuck)
	s.watched.Store(&map[string]wanted{})
}
