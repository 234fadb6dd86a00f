package cloudtrail

import (
	"sync"
	"sync/atomic"

	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/engine/credential"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// Peers are the services that CloudTrail asks.
type Peers struct {
	S3   s3api.Client
	Logs logsapi.Client
}

// Service answers the CloudTrail API.
type Service struct {
	k     *kernel.Service
	peers Peers
	index *journal.Index

	trails  store.Table[trail]
	deliver jobs.Job[deliverArg]
	write   jobs.Job[deliverArg]

	chains  store.Table[chain]      // request, region
	logged  store.Table[logFile]    // request, region, number: files that no digest names yet
	keys    store.Table[signingKey] // region, year
	digest  jobs.Job[digestArg]
	sealer  *credential.Sealer                // of private keys
	watched atomic.Pointer[map[string]wanted] // by account

	mu      sync.Mutex
	lookups map[lookupKey]*pace // how often event history was asked lately
	signers map[string]*signer  // by key of their rows
}

// New makes the service.
func New(k *kernel.Service, peers Peers) *Service {
	s := &Service{
		k: k, peers: peers, lookups: map[lookupKey]*pace{}, signers: map[string]*signer{}, sealer: credential.New([32]byte(k.Entropy.Derive("cloudtrail", 32, ""))),
		trails: store.TableOf[trail](k.Rows, "trail", store.PerAccount),
		chains: store.TableOf[chain](k.Rows, "chain", store.PerAccount),
		logged: store.TableOf[logFile](k.Rows, "logged", store.PerAccount),
		keys:   store.TableOf[signingKey](k.Rows, "key", store.Partition),
	}
	s.index = k.Journal.Index(s.words)
	s.deliver = jobs.Handle(k.Jobs, "deliver", s.runDeliver, jobs.Retry(deliverRetry), jobs.Lane(func(a deliverArg) string { return a.Key }))
	s.write = jobs.Handle(k.Jobs, "write", s.runWrite, jobs.Retry(deliverRetry), jobs.Lane(func(a deliverArg) string { return a.Key }))
	s.digest = jobs.Handle(k.Jobs, "digest", s.runDigest, jobs.Retry(deliverRetry), jobs.Lane(func(a digestArg) string { return a.Key }))
	s.watched.Store(&map[string]wanted{})
	s.look()
	k.Journal.Round(journal.Round{Name: "cloudtrail", Every: rhythm, Wants: s.wants, Run: s.visit})
	return s
}

// Forget fulfils world.Forgetter.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.lookups)
	clear(s.signers)
	s.watched.Store(&map[string]wanted{})
}
