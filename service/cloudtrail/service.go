package cloudtrail

import (
	"sync"
	"sync/atomic"

	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
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
	watched atomic.Pointer[map[string]wanted] // by account

	mu      sync.Mutex
	lookups map[lookupKey]*pace // how often event history was asked lately
}

// New makes the service.
func New(k *kernel.Service, peers Peers) *Service {
	s := &Service{k: k, peers: peers, lookups: map[lookupKey]*pace{}, trails: store.TableOf[trail](k.Rows, "trail", store.PerAccount)}
	s.index = k.Journal.Index(s.words)
	s.deliver = jobs.Handle(k.Jobs, "deliver", s.runDeliver, jobs.Retry(deliverRetry), jobs.Lane(func(a deliverArg) string { return a.Key }))
	s.write = jobs.Handle(k.Jobs, "write", s.runWrite, jobs.Retry(deliverRetry), jobs.Lane(func(a deliverArg) string { return a.Key }))
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
	s.watched.Store(&map[string]wanted{})
}
