package logs

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/insights"
	"unyo/kernel/clock"
	"unyo/kernel/store"
)

// StartQuery takes on a query of Logs Insights. Under a held clock it is answered within this call, for nothing else could happen meanwhile and
// whoever waits for it would wait in vain; otherwise by a job. docs/insights.md has the reasons.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
func (s *Service) StartQuery(ctx context.Context, in *api.StartQueryInput) (*api.StartQueryOutput, error) {
	if l := rt.Val(in.QueryLanguage); l != "" && l != api.QueryLanguageCwli {
		return nil, invalid("The query language %s is not supported by this estate: it answers %s.", l, api.QueryLanguageCwli)
	}
	q := query{Text: *in.QueryString, From: queryTime(*in.StartTime, 0), To: queryTime(*in.EndTime, 999), Limit: int(rt.Val(in.Limit)), Created: s.nowMs(), User: call.From(ctx).Principal.ARN, Status: api.QueryStatusScheduled}
	if q.From > q.To {
		return nil, invalid("The query's start time must not be after its end time.")
	}
	plan, fault := s.plan(&q, insights.Options{})
	if fault != nil {
		return nil, malformed(fault)
	}
	if err := s.queried(ctx, in, plan, &q); err != nil {
		return nil, err
	}
	if plan.Unmasks {
		for i := range q.Groups {
			if err := rt.Permit(ctx, s.need(ctx, "Unmask", &q.Groups[i].Name, nil, ":log-stream:")[0]); err != nil {
				return nil, err
			}
		}
	}
	if row, err := json.Marshal(q); err != nil || len(row) > maxQueryRow {
		return nil, invalid("The query and the names of its log groups are too long together.")
	}
	id := s.k.Entropy.UUID(ctx)
	if err := s.k.Update(ctx, func(tx *store.Tx) error { return s.putQuery(tx, id, q) }); err != nil {
		return nil, err
	}
	if s.k.Clock.Mode() == clock.Held {
		if err := s.answerQuery(ctx, id, func(*store.Tx) {}); err != nil { // a job that asks settles itself
			return nil, err
		}
	}
	return &api.StartQueryOutput{QueryId: &id}, nil
}

// putQuery writes the row of a query, and the job that answers it.
func (s *Service) putQuery(tx *store.Tx, id string, q query) error {
	if s.asked.rows.Has(tx, id) { // the job of a scheduled query that runs again
		return nil
	}
	n := 0
	for range s.asked.active.Prefix(tx, "", "") {
		n++
	}
	if n >= maxQueries {
		return api.NewLimitExceededException("Account maximum query concurrency limit of [%d] reached.", maxQueries)
	}
	s.asked.rows.Put(tx, id, q)
	s.asked.active.Put(tx, id, none{})
	s.asked.run.AtKey(tx, id, s.k.Clock.Now(), queryArg{id})
	return nil
}

// plan makes a query ready; o says how it is to run.
func (s *Service) plan(q *query, o insights.Options) (*insights.Plan, *insights.Error) {
	parsed, fault := insights.Parse(q.Text)
	if fault != nil {
		return nil, fault
	}
	o.Started, o.Limit = q.Created, q.Limit
	return insights.Compile(parsed, o)
}

// queryTime is an instant in ms: AWS's are seconds, and what cannot be one is taken for milliseconds.
func queryTime(t, within int64) int64 {
	if t >= 1e11 {
		return t
	}
	return t*1000 + within
}

// queried finds the groups of a query, which it names itself or its caller does.
func (s *Service) queried(ctx context.Context, in *api.StartQueryInput, plan *insights.Plan, q *query) error {
	names, err := s.queriedNames(ctx, in, plan)
	if err != nil {
		return err
	}
	scope := call.ScopeOf(ctx)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		q.Groups = nil
		if plan.Query.Source != nil {
			if names, err = s.sourceNames(tx, plan.Query.Source); err != nil {
				return err
			}
		}
		reachable, class := false, ""
		for _, n := range names {
			g, ok := s.groups.Get(tx, n)
			if !ok {
				return api.NewResourceNotFoundException("Log group '%s' does not exist for account ID '%s'", n, scope.Account)
			}
			if class != "" && g.Class != class {
				return invalid("All log groups of a query must be of the same log group class.")
			}
			class = g.Class
			reachable = reachable || q.To >= max(min(g.Created, g.Created-maxAge), g.floor(q.Created))
			q.Groups = append(q.Groups, queriedGroup{Name: n, ID: g.ID})
		}
		if !reachable {
			return api.NewMalformedQueryException("Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings")
		}
		return allowed(plan.Query, class)
	})
	for i := range q.Groups {
		if err == nil {
			q.Groups[i].Head, err = s.store.Head(ctx, folder(scope, q.Groups[i].ID))
		}
	}
	return err
}

func (s *Service) queriedNames(ctx context.Context, in *api.StartQueryInput, plan *insights.Plan) ([]string, error) {
	given := 0
	names := slices.Clone(in.LogGroupNames)
	for _, is := range []bool{in.LogGroupName != nil, len(in.LogGroupNames) > 0, len(in.LogGroupIdentifiers) > 0, plan.Query.Source != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, invalid("Exactly one of logGroupName, logGroupNames, logGroupIdentifiers and the SOURCE command must be specified.")
	}
	if in.LogGroupName != nil {
		names = append(names, *in.LogGroupName)
	}
	for _, i := range in.LogGroupIdentifiers {
		n, err := identified(ctx, i)
		if err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	if len(names) > maxQueriedGroups {
		return nil, invalid("A query can include at most %d log groups.", maxQueriedGroups)
	}
	for i, n := range names {
		if slices.Contains(names[:i], n) {
			return nil, invalid("The log group %s is specified more than once.", n)
		}
	}
	return names, nil
}

// sourceNames are the groups that SOURCE means.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html
func (s *Service) sourceNames(tx *store.Tx, source *insights.Source) (names []string, err error) {
	if len(source.Accounts) > 0 && !slices.Equal(source.Accounts, []string{tx.Scope().Account}) {
		return nil, invalid("This estate does not link accounts for observability: a query can only ask groups of its own account.")
	}
	class := source.Class
	if class == "" {
		class = classStandard
	}
	for name, g := range s.groups.Prefix(tx, "", "") {
		meant := len(source.Prefixes) == 0 || slices.ContainsFunc(source.Prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
		if meant && g.Class == class {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, api.NewResourceNotFoundException("No log group matches the SOURCE command.")
	}
	if len(names) > maxSourceGroups {
		return nil, invalid("The SOURCE command selects more than %d log groups.", maxSourceGroups)
	}
	return names, nil
}

// What one query's row can hold.
const (
	maxSourceGroups = 300
	maxQueryRow     = 60 << 10
)

// allowed refuses the commands that a class does not have.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
func allowed(q *insights.Query, class string) error {
	if class != classInfrequent {
		return nil
	}
	for _, c := range q.Commands {
		name := ""
		switch c := c.(type) {
		case *insights.Pattern:
			name = "pattern"
		case *insights.Diff:
			name = "diff"
		case *insights.Filter:
			if c.Index {
				name = "filterIndex"
			}
		}
		if name != "" {
			return api.NewMalformedQueryException("The command %s is not supported for log groups of the class %s.", name, classInfrequent)
		}
	}
	return nil
}

// retained is how long a query is kept.
const retained = queryKeptDays * 24 * time.Hour
