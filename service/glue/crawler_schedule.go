package glue

import (
	"context"
	"time"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/engine/cron"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// leastInterval is how close crawls may be scheduled.
// https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
const leastInterval = 5 * time.Minute

// scheduleOf reads a schedule; "" is none. Times are UTC.
func scheduleOf(text string) (*cron.Expression, error) {
	if text == "" {
		return nil, nil
	}
	e, err := cron.Parse(text)
	if err != nil {
		return nil, invalid("Schedule expression %s is not valid: %v", text, err)
	}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 24 { // enough to meet the closest two of any list of minutes
		next, ok := e.Next(at, time.UTC)
		if !ok {
			break
		}
		if then, ok := e.Next(next, time.UTC); ok && then.Sub(next) < leastInterval {
			return nil, invalid("Schedule expression %s is not valid: the shortest interval is 5 minutes.", text)
		}
		at = next
	}
	return e, nil
}

// setSchedule sets the crawler's next start.
func (s *Service) setSchedule(tx *store.Tx, row *crawler) {
	name := *row.Is.V.Name
	s.wake.CancelKey(tx, name)
	if at, ok := s.startOf(row); ok {
		s.wake.AtKey(tx, name, at, wakeArg{name})
	}
}

// startOf is when the crawler starts next by its schedule.
func (s *Service) startOf(row *crawler) (at time.Time, ok bool) {
	e, err := scheduleOf(rt.Val(row.Is.V.Schedule))
	if e == nil || err != nil || row.Paused {
		return at, false
	}
	return e.Next(s.k.Clock.Now(), time.UTC)
}

// nextWake has a crawler that could not be started try at its next time.
func (s *Service) nextWake(tx *store.Tx, a wakeArg) (at time.Time, then wakeArg, ok bool) {
	if row, there := s.crawlers.Get(tx, a.Crawler); there {
		at, ok = s.startOf(&row)
	}
	return at, a, ok
}

type wakeArg struct{ Crawler string }

// runWake starts a crawler as scheduled, unless it is crawling still, and sets the next start.
func (s *Service) runWake(ctx context.Context, a wakeArg) error {
	id := s.k.Entropy.UUID(ctx)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		row, ok := s.crawlers.Get(tx, a.Crawler)
		if !ok {
			return nil
		}
		if row.State == api.CrawlerStateReady {
			s.begin(tx, &row, id)
		}
		s.setSchedule(tx, &row)
		return nil
	})
}

// UpdateCrawlerSchedule gives a crawler another schedule.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateCrawlerSchedule.html
func (s *Service) UpdateCrawlerSchedule(ctx context.Context, in *api.UpdateCrawlerScheduleInput) (*api.UpdateCrawlerScheduleOutput, error) {
	if _, err := scheduleOf(rt.Val(in.Schedule)); err != nil {
		return nil, err
	}
	return &api.UpdateCrawlerScheduleOutput{}, s.update(ctx, nil, func(tx *store.Tx) error {
		row, err := s.inCrawler(tx, *in.CrawlerName)
		if err != nil {
			return err
		}
		row.Is.V.Schedule = in.Schedule
		row.UpdatedAt = s.k.Clock.Now()
		row.Version++
		s.crawlers.Put(tx, *in.CrawlerName, row)
		s.setSchedule(tx, &row)
		return nil
	})
}

// StartCrawlerSchedule lets a crawler's schedule run on.
// https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawlerSchedule.html
func (s *Service) StartCrawlerSchedule(ctx context.Context, in *api.StartCrawlerScheduleInput) (*api.StartCrawlerScheduleOutput, error) {
	return &api.StartCrawlerScheduleOutput{}, s.pause(ctx, *in.CrawlerName, false)
}

// StopCrawlerSchedule suspends a crawler's schedule. A crawl that runs goes on.
// https://docs.aws.amazon.com/glue/latest/webapi/API_StopCrawlerSchedule.html
func (s *Service) StopCrawlerSchedule(ctx context.Context, in *api.StopCrawlerScheduleInput) (*api.StopCrawlerScheduleOutput, error) {
	return &api.StopCrawlerScheduleOutput{}, s.pause(ctx, *in.CrawlerName, true)
}

func (s *Service) pause(ctx context.Context, name string, paused bool) error {
	return s.update(ctx, nil, func(tx *store.Tx) error {
		row, err := s.inCrawler(tx, name)
		switch {
		case err != nil:
			return err
		case rt.Val(row.Is.V.Schedule) == "":
			return api.NewNoScheduleException("There is no schedule for crawler %s.", name)
		case row.Paused == paused && paused:
			return api.NewSchedulerNotRunningException("The schedule of crawler %s is not running.", name)
		case row.Paused == paused:
			return api.NewSchedulerRunningException("The schedule of crawler %s is running.", name)
		}
		row.Paused = paused
		s.crawlers.Put(tx, name, row)
		s.setSchedule(tx, &row)
		return nil
	})
}
