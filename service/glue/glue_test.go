package glue

import (
	"context"
	"log/slog"
	"testing"
	"time"

	api "unyo/api/glue"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/store"
)

// fixture is a catalogue on a held estate in memory that begins at noon of 2026-03-01.
type fixture struct {
	t *testing.T
	k *kernel.Kernel
	s *Service
}

func setUp(t *testing.T) *fixture {
	t.Helper()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	k, err := kernel.Open(kernel.Options{Seed: 1, Held: true, Start: start, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t, k, New(k.For("glue"), Peers{})}
	if err := k.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// call is the context of one request.
func (f *fixture) call() context.Context {
	return call.With(context.Background(), &call.Call{
		Scope:  call.Scope{Partition: "aws", Account: "111111111111", Region: "eu-central-1"},
		Serial: f.k.Serial(), Service: "glue", At: f.k.Clock.Now(), Principal: call.Principal{ARN: "arn:aws:iam::111111111111:user/ann"},
	})
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if awserr.Code(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func (f *fixture) advance(d time.Duration) {
	f.t.Helper()
	if _, err := f.k.Clock.Advance(context.Background(), f.k.Clock.Now().Add(d), nil); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) createDatabase(name string) {
	f.t.Helper()
	ok[*api.CreateDatabaseOutput](f.t)(f.s.CreateDatabase(f.call(), &api.CreateDatabaseInput{DatabaseInput: &api.DatabaseInput{Name: &name}}))
}

// columns are name, type, name, type …
func columns(namesAndTypes ...string) (list []api.Column) {
	for i := 0; i < len(namesAndTypes); i += 2 {
		list = append(list, api.Column{Name: &namesAndTypes[i], Type: &namesAndTypes[i+1]})
	}
	return list
}

func definition(name string, keys ...string) *api.TableInput {
	return &api.TableInput{Name: &name, PartitionKeys: columns(keys...), StorageDescriptor: &api.StorageDescriptor{Columns: columns("status", "int", "path", "string"), Location: new("s3://logs/" + name)}}
}

func (f *fixture) createTable(db, name string, keys ...string) {
	f.t.Helper()
	ok[*api.CreateTableOutput](f.t)(f.s.CreateTable(f.call(), &api.CreateTableInput{DatabaseName: &db, TableInput: definition(name, keys...)}))
}

// indexed lists the ARNs that the estate's index has of a type.
func (f *fixture) indexed(typ string) (arns []string) {
	f.t.Helper()
	err := f.s.k.View(f.call(), func(tx *store.Tx) error {
		arns = nil
		for r := range f.k.Resources.Scan(tx, "111111111111", "eu-central-1", typ, "") {
			arns = append(arns, r.ARN)
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return arns
}
