package cloudtrail

import (
	"sync"

	"unyo/kernel"
	"unyo/kernel/journal"
)

// Service answers the CloudTrail API.
type Service struct {
	k     *kernel.Service
	index *journal.Index

	mu      sync.Mutex
	lookups map[lookupKey]*pace // how often event history was asked lately
}

// New makes the service.
func New(k *kernel.Service) *Service {
	s := &Service{k: k, lookups: map[lookupKey]*pace{}}
	s.index = k.Journal.Index(s.words)
	return s
}

// Forget fulfils world.Forgetter.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.lookups)
}
