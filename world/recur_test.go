package world

import (
	"context"
	"encoding/binary"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	glueapi "unyo/api/glue"
	iamapi "unyo/api/iam"
	logsapi "unyo/api/logs"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Every kind of job says what becomes of its work when a run is given up: it comes back, or it is over.
func TestEveryJobComesBack(t *testing.T) {
	for _, kind := range open(t, "").Kernel.Jobs.Kinds() {
		if !kind.Recurs && !kind.Once {
			t.Errorf("nobody says what becomes of %s when a run is given up: jobs.Every, Recurring, GivenUp or Once", kind.Job)
		}
	}
}

// A run of every kind that recurs is given up, because the process is said to have died of it: each is told as a failure and comes back, also
// when the estate is opened anew; and a second estate has the same rows.
func TestGivenUpRunsComeBack(t *testing.T) {
	kinds, hash := giveUpAll(t)
	if again, other := giveUpAll(t); other != hash {
		t.Errorf("%d and %d kinds: %s and %s", len(kinds), len(again), hash, other)
	}
	t.Logf("%d kinds", len(kinds))
}

func giveUpAll(t *testing.T) (kinds []string, hash string) {
	t.Helper()
	dir, due := t.TempDir(), SeededStart.Add(time.Hour)
	o := Options{Dir: dir, Clock: "held", Seed: 1, Management: sourceAccount, Loopback: true, RootID: "test", RootSecret: "test", Log: slog.New(slog.DiscardHandler)}
	w := openWorld(t, o)
	w.account(sourceAccount).schedule(t)
	for _, kind := range w.Kernel.Jobs.Kinds() {
		if kind.Recurs {
			kinds = append(kinds, kind.Job)
		}
	}
	w.putOneOfEach(t, kinds, due)
	w.diedOfAll(t)

	w = openWorld(t, o)
	w.advance(t, due.Sub(w.Kernel.Clock.Now()))
	failures := done[[]jobs.Failure](t)(w.Kernel.Jobs.Failures(t.Context(), 1000))
	for _, kind := range kinds {
		if !slices.ContainsFunc(failures, func(f jobs.Failure) bool {
			return f.Job() == kind && f.At.Equal(due) && strings.Contains(f.Why, "the process has died")
		}) {
			t.Errorf("%s: that it could not be done is not told", kind)
		}
	}
	hash = done[string](t)(w.Kernel.Hash(t.Context()))
	closeWorld(t, w)

	w = openWorld(t, o)
	defer closeWorld(t, w)
	waiting := done[[]jobs.Pending](t)(w.Kernel.Jobs.Waiting(t.Context(), 1000))
	for _, kind := range kinds {
		if !slices.ContainsFunc(waiting, func(p jobs.Pending) bool { return p.Job == kind && p.Due.After(due) }) {
			t.Errorf("%s does not come back", kind)
		}
	}
	return kinds, hash
}

// schedule makes what is done at one o'clock, of the kinds that know their next time by what was made.
func (a *account) schedule(t *testing.T) {
	t.Helper()
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":["glue.amazonaws.com","logs.amazonaws.com"]},"Action":"sts:AssumeRole"}}`
	role := done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("r"), AssumeRolePolicyDocument: &trust})).Role
	done[*glueapi.CreateCrawlerOutput](t)(glueapi.Client{Invoker: a.w.Gateway}.CreateCrawler(a.ctx(), &glueapi.CreateCrawlerInput{Name: new("c"), Role: role.Arn, DatabaseName: new("d"),
		Schedule: new("cron(0 1 * * ? *)"), Targets: &glueapi.CrawlerTargets{S3Targets: []glueapi.S3Target{{Path: new("s3://lake/data/")}}}}))
	done[*logsapi.CreateScheduledQueryOutput](t)(a.logs.CreateScheduledQuery(a.ctx(), &logsapi.CreateScheduledQueryInput{Name: new("q"), QueryLanguage: new("CWLI"), QueryString: new("fields @message"),
		LogGroupIdentifiers: []string{"g"}, ScheduleExpression: new("cron(0 1 * * ? *)"), ExecutionRoleArn: role.Arn}))
}

// due is as much of the row of a job as is told here (kernel/jobs).
type due struct {
	Service string    `json:"service"`
	Name    string    `json:"name"`
	Arg     *struct{} `json:"arg"`
}

// putOneOfEach puts a job of every kind that does not wait already, without argument.
func (w *World) putOneOfEach(t *testing.T, kinds []string, at time.Time) {
	t.Helper()
	rows := store.TableOf[due](w.Kernel.Store.Space("@jobs"), "due", store.Partition)
	waiting := done[[]jobs.Pending](t)(w.Kernel.Jobs.Waiting(t.Context(), 1000))
	err := w.Kernel.Store.Update(w.house(t.Context()), func(tx *store.Tx) error {
		for i, kind := range kinds {
			if !slices.ContainsFunc(waiting, func(p jobs.Pending) bool { return p.Job == kind && p.Due.Equal(at) }) {
				service, name, _ := strings.Cut(kind, ".")
				rows.Put(tx, string(dueAt(at, 1_000_000+uint64(i))), due{Service: service, Name: name})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// dueAt is the key of a job's row.
func dueAt(at time.Time, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(at.UnixNano())^1<<63), seq)
}

// diedOfAll closes the estate and notes that the process has died five times of everything that waits in it (kernel/jobs/deaths.go).
func (w *World) diedOfAll(t *testing.T) {
	t.Helper()
	rows := store.TableOf[due](w.Kernel.Store.Space("@jobs"), "due", store.Partition)
	var notes []byte
	if err := w.Kernel.Store.View(w.house(context.Background()), func(tx *store.Tx) error {
		notes = nil
		for at := range rows.From(tx, "") {
			notes = binary.BigEndian.AppendUint32(append(notes, at...), 5)
			notes = append(notes, make([]byte, 12)...)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	closeWorld(t, w)
	if err := os.WriteFile(filepath.Join(w.options.stateDir(), "running"), notes, 0o600); err != nil {
		t.Fatal(err)
	}
}
