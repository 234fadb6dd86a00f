package cloudtrail

import "time"

// perSecond is how often event history may be asked, by account and region, while time flows.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
const perSecond = 2

type lookupKey struct{ account, region string }

// pace is the second that is running, and how often it was asked in it.
type pace struct {
	second time.Time
	asked  int
}

func (s *Service) paced(account, region string) bool {
	second := s.k.Clock.Now().Truncate(time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.lookups[lookupKey{account, region}]
	if p == nil {
		p = &pace{}
		s.lookups[lookupKey{account, region}] = p
	}
	if !p.second.Equal(second) {
		*p = pace{second: second}
	}
	p.asked++
	return p.asked <= perSecond
}
