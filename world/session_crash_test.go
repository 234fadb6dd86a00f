package world

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	iamapi "unyo/api/iam"
	s3api "unyo/api/s3"
	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// stepping is the house's identity, which tells when it is asked: before and after a role is taken on, when a session that is there is looked at,
// and when a call is judged.
type stepping struct {
	identity
	step func()
}

func (s *stepping) Session(ctx context.Context, role call.Role) (call.Principal, error) {
	s.step()
	defer s.step()
	return s.identity.Session(ctx, role)
}

func (s *stepping) Stands(ctx context.Context, p *call.Principal) (bool, error) {
	s.step()
	return s.identity.Stands(ctx, p)
}

func (s *stepping) Policies(ctx context.Context, p *call.Principal) (*policy.Set, error) {
	s.step()
	return s.identity.Policies(ctx, p)
}

// visitor is an estate in which a job lists the buckets as a role, every 25 minutes.
type visitor struct {
	*World
	who   *stepping
	s     *kernel.Service
	visit jobs.Job[string]
}

func openVisitor(t *testing.T, fs vfs.FS) *visitor {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	k, err := kernel.Open(kernel.Options{Dir: "estate", FS: fs, Seed: 1, Held: true, Start: SeededStart, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{World: &World{Kernel: k, options: Options{Clock: "held", Seed: 1, Management: sourceAccount, Wall: time.Now, Log: log}}, s: k.For("visitor")}
	role := call.Role{ARN: "arn:aws:iam::" + sourceAccount + ":role/deliver", SessionName: "delivery", Service: "firehose.amazonaws.com", SourceARN: "arn:a", SourceAccount: sourceAccount}
	v.visit = jobs.Handle(v.s.Jobs, "visit", func(ctx context.Context, key string) error {
		v.who.step()
		if _, err := v.account(sourceAccount).s3.ListBuckets(call.As(ctx, role), &s3api.ListBucketsInput{}); err != nil {
			return err
		}
		v.who.step()
		defer func() { v.who.step() }()
		return v.s.Update(ctx, func(tx *store.Tx) error {
			v.visit.AtKey(tx, key, k.Clock.Now().Add(25*time.Minute), key)
			jobs.Settle(ctx, tx)
			return nil
		})
	}, jobs.Every(time.Hour))
	if err := v.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.who = &stepping{v.identity, func() {}}
	v.Gateway.SetIdentity(v.who, nil)
	return v
}

// finish advances to the end and tells what the estate is like then, and how often the role was taken on.
func (v *visitor) finish(t *testing.T, end time.Time) (hash string, sessions int) {
	t.Helper()
	v.advance(t, end.Sub(v.Kernel.Clock.Now()))
	hash = done[string](t)(v.Kernel.Hash(t.Context()))
	sessions = len(v.account(sourceAccount).looked(t, "eu-central-1", "EventName", "AssumeRole"))
	closeWorld(t, v.World)
	return hash, sessions
}

// The process dies at every step of a service's work in a role, while it takes on the role, goes on in its session and has it end, with all written, half of
// it, or what was synced only: everything comes out the same, and the trail shows each session once.
func TestSessionsCrash(t *testing.T) {
	disk := vfs.NewCrashableMem()
	v := openVisitor(t, disk)
	a := v.account(sourceAccount)
	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("deliver"), AssumeRolePolicyDocument: &trust}))
	allowed := strings.Replace(trust, `"Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"`, `"Action":"s3:ListAllMyBuckets","Resource":"*"`, 1)
	done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("deliver"), PolicyName: new("p"), PolicyDocument: &allowed}))
	ctx := call.With(t.Context(), &call.Call{Scope: call.Scope{Partition: "aws", Account: sourceAccount, Region: "eu-central-1"}, Serial: v.Kernel.Serial(), RequestID: "r"})
	if err := v.s.Update(ctx, func(tx *store.Tx) error { v.visit.AtKey(tx, "v", SeededStart.Add(time.Minute), "v"); return nil }); err != nil {
		t.Fatal(err)
	}
	end := SeededStart.Add(200 * time.Minute)
	var crashes []*vfs.MemFS
	rng, steps := rand.New(rand.NewPCG(4, 4)), 0
	v.who.step = func() {
		crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rng}))
		if steps++; steps%3 == 0 {
			if err := v.Kernel.Store.Sync(); err != nil {
				t.Fatal(err)
			}
		}
		crashes = append(crashes, disk.CrashClone(vfs.CrashCloneCfg{}))
	}
	want, sessions := v.finish(t, end)
	if sessions != 3 || steps < 40 {
		t.Fatalf("%d sessions, %d steps", sessions, steps)
	}
	for i, fs := range crashes {
		if hash, n := openVisitor(t, fs).finish(t, end); hash != want || n != sessions {
			t.Fatalf("crash at step %d of %d: %d sessions", i/2, steps, n)
		}
	}
	t.Logf("%d crashes", len(crashes))
}
