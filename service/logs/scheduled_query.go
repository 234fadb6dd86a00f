package logs

import (
	"context"
	"strings"
	"time"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/cron"
	"unyo/engine/insights"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// scheduledQuery is the row of a query that is asked again and again.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateScheduledQuery.html
type scheduledQuery struct {
	ID, Name, Description  string
	Text, Expression, Zone string
	Groups                 []string // identifiers
	Role                   string
	Back, End              int64  // seconds before an instant at which the query's time begins and ends
	From, To               int64  `json:",omitempty"` // seconds: when it is asked at all
	Bucket, Prefix         string `json:",omitempty"`
	Writer                 string `json:",omitempty"` // role that writes there
	Enabled                bool
	Created, Updated       int64 // ms
	Triggered              int64 `json:",omitempty"` // ms
	Status                 string
}

// asking is one time a scheduled query was asked.
type asking struct {
	At     int64 // ms
	Query  string
	Status string
	Why    string `json:",omitempty"`
	Object string `json:",omitempty"` // where the answer lies
	Fault  string `json:",omitempty"` // why it does not
}

// scheduled is what a service knows of them.
type scheduled struct {
	rows    store.Table[scheduledQuery] // id
	history store.Table[asking]         // id, instant
	ask     jobs.Job[askingArg]
	keep    jobs.Job[askingArg]
}

type askingArg struct {
	ID string
	At int64 // ms
}

const (
	maxScheduledQueries = 1000
	historyKept         = 30 * 24 * time.Hour
	defaultBack         = 3600 // AWS does not say over what time a query without an offset looks
)

func (s *Service) openScheduled() {
	lane := jobs.Lane(func(a askingArg) string { return "scheduled query " + a.ID })
	s.scheduled = &scheduled{
		rows: store.TableOf[scheduledQuery](s.k.Rows, "scheduledquery", store.Regional), history: store.TableOf[asking](s.k.Rows, "scheduledqueryasking", store.Regional),
		ask: jobs.Handle(s.k.Jobs, "askscheduled", s.askScheduled, lane, jobs.GivenUp(s.giveUpAsking), jobs.Recurring(s.nextAsking)), keep: jobs.Handle(s.k.Jobs, "keepscheduled", s.keepScheduled, lane, jobs.GivenUp(s.giveUpKeeping)),
	}
}

func scheduledARN(scope call.Scope, id string) string {
	return "arn:" + scope.Partition + ":logs:" + scope.Region + ":" + scope.Account + ":scheduled-query:" + id
}

// scheduledNamed finds a scheduled query by its name or ARN.
func (s *Service) scheduledNamed(tx *store.Tx, identifier string) (scheduledQuery, error) {
	id, isARN := strings.CutPrefix(identifier, scheduledARN(tx.Scope(), ""))
	for _, q := range s.scheduled.rows.Prefix(tx, "", "") {
		if isARN && q.ID == id || !isARN && q.Name == identifier {
			return q, nil
		}
	}
	return scheduledQuery{}, api.NewResourceNotFoundException("The specified scheduled query does not exist.")
}

// settings checks what is said of a scheduled query and puts it into its row. Both operations' inputs say the same.
func (s *Service) settings(q *scheduledQuery, in *api.UpdateScheduledQueryInput) error {
	if *in.QueryLanguage != api.QueryLanguageCwli {
		return api.NewValidationException("The query language %s is not supported by this estate: it answers %s.", *in.QueryLanguage, api.QueryLanguageCwli)
	}
	plan, fault := s.plan(&query{Text: *in.QueryString}, insights.Options{})
	if fault != nil {
		return api.NewValidationException("%s", fault.Message)
	}
	if (plan.Query.Source == nil) == (len(in.LogGroupIdentifiers) == 0) {
		return api.NewValidationException("Exactly one of logGroupIdentifiers and the SOURCE command must be specified.")
	}
	zone := rt.Val(in.Timezone)
	if zone == "" {
		zone = "UTC"
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		return api.NewValidationException("The time zone %s is not known.", zone)
	}
	if _, err := cron.Parse(*in.ScheduleExpression); err != nil {
		return api.NewValidationException("The schedule expression is not valid: %s.", err)
	}
	q.Bucket, q.Prefix, q.Writer = "", "", ""
	if d := in.DestinationConfiguration; d != nil {
		switch {
		case d.LookupTableConfiguration != nil:
			return api.NewValidationException("This estate does not have lookup tables, so that a scheduled query cannot write into one.")
		case d.S3Configuration == nil:
			return api.NewValidationException("destinationConfiguration must have an s3Configuration.")
		case d.S3Configuration.KmsKeyId != nil || d.S3Configuration.OwnerAccountId != nil:
			return api.NewValidationException("kmsKeyId and ownerAccountId of an s3Configuration are not supported by this estate.")
		}
		q.Bucket, q.Prefix, _ = strings.Cut(strings.TrimPrefix(*d.S3Configuration.DestinationIdentifier, "s3://"), "/")
		q.Prefix, q.Writer = strings.TrimSuffix(q.Prefix, "/"), *d.S3Configuration.RoleArn
	}
	q.Back, q.End = defaultBack, rt.Val(in.EndTimeOffset)
	if in.StartTimeOffset != nil {
		q.Back = *in.StartTimeOffset
	}
	if q.End < 0 || q.Back <= q.End {
		return api.NewValidationException("startTimeOffset must be greater than endTimeOffset, which must not be negative.")
	}
	q.Description, q.Text, q.Expression, q.Zone, q.Groups, q.Role = rt.Val(in.Description), *in.QueryString, *in.ScheduleExpression, zone, in.LogGroupIdentifiers, *in.ExecutionRoleArn
	q.From, q.To, q.Enabled, q.Updated = rt.Val(in.ScheduleStartTime), rt.Val(in.ScheduleEndTime), rt.Val(in.State) != api.ScheduledQueryStateDisabled, s.nowMs()
	return nil
}

// askLater sets the next time that the query is asked, and takes back the one that was set.
func (s *Service) askLater(tx *store.Tx, q *scheduledQuery) {
	s.scheduled.ask.CancelKey(tx, q.ID)
	if next, ok := s.timeOf(q); ok {
		s.scheduled.ask.AtKey(tx, q.ID, next, askingArg{q.ID, next.UnixMilli()})
	}
}

// timeOf is when the query is to be asked next.
func (s *Service) timeOf(q *scheduledQuery) (next time.Time, ok bool) {
	e, err := cron.Parse(q.Expression)
	loc, noZone := time.LoadLocation(q.Zone)
	if err != nil || noZone != nil || !q.Enabled {
		return next, false
	}
	after := s.k.Clock.Now()
	if from := time.Unix(q.From, -1); from.After(after) {
		after = from
	}
	next, ok = e.Next(after, loc)
	return next, ok && (q.To == 0 || next.Unix() <= q.To)
}

func (q *scheduledQuery) destination() *api.DestinationConfiguration {
	if q.Bucket == "" {
		return nil
	}
	return &api.DestinationConfiguration{S3Configuration: &api.S3Configuration{DestinationIdentifier: new(strings.TrimSuffix("s3://"+q.Bucket+"/"+q.Prefix, "/")), RoleArn: &q.Writer}}
}

func (q *scheduledQuery) state() *string {
	if q.Enabled {
		return new(api.ScheduledQueryStateEnabled)
	}
	return new(api.ScheduledQueryStateDisabled)
}

// shown is the row as GetScheduledQuery shows it.
func (q *scheduledQuery) shown(scope call.Scope) *api.GetScheduledQueryOutput {
	given := func(n int64) *int64 {
		if n == 0 {
			return nil
		}
		return &n
	}
	out := &api.GetScheduledQueryOutput{
		Name: &q.Name, ScheduledQueryArn: new(scheduledARN(scope, q.ID)), ScheduleType: new(api.ScheduleTypeCustomerManaged), QueryLanguage: new(api.QueryLanguageCwli), QueryString: &q.Text,
		LogGroupIdentifiers: q.Groups, ScheduleExpression: &q.Expression, Timezone: &q.Zone, StartTimeOffset: &q.Back, EndTimeOffset: given(q.End), DestinationConfiguration: q.destination(),
		State: q.state(), ScheduleStartTime: given(q.From), ScheduleEndTime: given(q.To), ExecutionRoleArn: &q.Role, CreationTime: &q.Created, LastUpdatedTime: &q.Updated, LastTriggeredTime: given(q.Triggered),
	}
	if q.Description != "" {
		out.Description = &q.Description
	}
	if q.Status != "" {
		out.LastExecutionStatus = &q.Status
	}
	return out
}

// scheduledNeeds names what scheduled queries are asked by, and the roles that they are given.
func (s *Service) scheduledNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	on := func(identifier *string) []rt.Need {
		resource := scheduledARN(call.ScopeOf(ctx), "*")
		_ = s.k.View(ctx, func(tx *store.Tx) error {
			if q, err := s.scheduledNamed(tx, rt.Val(identifier)); err == nil {
				resource = scheduledARN(tx.Scope(), q.ID)
			}
			return nil
		})
		return []rt.Need{{Action: "logs:" + op, Resources: []string{resource}}}
	}
	roles := func(role *string, d *api.DestinationConfiguration) (needs []rt.Need) {
		if role != nil {
			needs = append(needs, passRole(*role))
		}
		if d != nil && d.S3Configuration != nil && rt.Val(d.S3Configuration.RoleArn) != rt.Val(role) {
			needs = append(needs, passRole(*d.S3Configuration.RoleArn))
		}
		return needs
	}
	switch in := in.(type) {
	case *api.CreateScheduledQueryInput:
		return append(on(nil), roles(in.ExecutionRoleArn, in.DestinationConfiguration)...), true
	case *api.UpdateScheduledQueryInput:
		return append(on(in.Identifier), roles(in.ExecutionRoleArn, in.DestinationConfiguration)...), true
	case *api.GetScheduledQueryInput:
		return on(in.Identifier), true
	case *api.GetScheduledQueryHistoryInput:
		return on(in.Identifier), true
	case *api.DeleteScheduledQueryInput:
		return on(in.Identifier), true
	case *api.ListScheduledQueriesInput:
		return []rt.Need{{Action: "logs:" + op, Resources: []string{"*"}}}, true
	}
	return nil, false
}
