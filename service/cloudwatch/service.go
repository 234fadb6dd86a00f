package cloudwatch

import (
	"time"

	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Service answers the CloudWatch API.
type Service struct {
	k *kernel.Service

	metrics store.Table[metric] // namespace, name, sum over dimensions
	points  store.Table[[]byte] // sum of the metric, unit, resolution, time → encoded statistic.Set
	dues    store.Table[none]   // hour, metric: when its points are next to be looked at

	age jobs.Job[none]
}

type none struct{}

// New makes the service, which from now on stores what others measure.
func New(k *kernel.Service) *Service {
	s := &Service{
		k:       k,
		metrics: store.TableOf[metric](k.Rows, "metric", store.Regional),
		points:  store.TableOf[[]byte](k.Rows, "point", store.Regional),
		dues:    store.TableOf[none](k.Rows, "due", store.Regional),
	}
	s.age = jobs.Handle(k.Jobs, "age", s.ageDue, jobs.Every(time.Hour))
	k.Metrics.To(s.take)
	return s
}
