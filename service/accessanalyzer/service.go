package accessanalyzer

import "unyo/kernel"

// Peers are the services that AccessAnalyzer asks.
type Peers struct{}

// Service answers the AccessAnalyzer API.
type Service struct {
	k     *kernel.Service
	peers Peers
}

// New makes the service. It names its tables and jobs here.
func New(k *kernel.Service, p Peers) *Service { return &Service{k: k, peers: p} }
