package organizations

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// TestCreateAccount: an account is made on the clock, whole, with a role that lets the management account in.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
func TestCreateAccount(t *testing.T) {
	f := setUp(t)
	_, err := f.s.CreateAccount(f.as(management, "CreateAccount"), &api.CreateAccountInput{AccountName: new("a"), Email: new("a@example.com")})
	refused(t, err, "AWSOrganizationsNotInUseException")
	root := f.organize()
	first := do(f, f.s.CreateAccount, "CreateAccount", &api.CreateAccountInput{AccountName: new("a"), Email: new("a@example.com"), RoleName: new("Door"), Tags: []api.Tag{{Key: new("stage"), Value: new("test")}}}).CreateAccountStatus
	second := do(f, f.s.CreateAccount, "CreateAccount", &api.CreateAccountInput{AccountName: new("b"), Email: new("A@example.com")}).CreateAccountStatus
	if *first.State != "IN_PROGRESS" || first.AccountId != nil || len(*first.Id) != len("car-")+32 {
		t.Errorf("%+v", first)
	}
	f.advance(takes - 1)
	if l := do(f, f.s.ListCreateAccountStatus, "ListCreateAccountStatus", &api.ListCreateAccountStatusInput{States: []string{"IN_PROGRESS"}}).CreateAccountStatuses; len(l) != 2 {
		t.Errorf("%d are in progress", len(l))
	}
	f.advance(1)
	states := map[string]api.CreateAccountStatus{}
	for _, s := range do(f, f.s.ListCreateAccountStatus, "ListCreateAccountStatus", &api.ListCreateAccountStatusInput{}).CreateAccountStatuses {
		states[*s.Id] = s
	}
	a := states[*first.Id]
	if *a.State != "SUCCEEDED" || !a.CompletedTimestamp.Equal(noon.Add(takes)) {
		t.Fatalf("%+v", a)
	}
	if b := states[*second.Id]; *b.State != "FAILED" || *b.FailureReason != "EMAIL_ALREADY_EXISTS" {
		t.Errorf("%+v", b)
	}
	if got, want := f.roles[*a.AccountId], "Door "+trust("aws", management)+" arn:aws:iam::aws:policy/AdministratorAccess"; got != want {
		t.Errorf("the role is %s", got)
	}
	if f.calls[0] != "CreateRole as arn:aws:iam::"+*a.AccountId+":root" {
		t.Errorf("%v", f.calls)
	}
	shown := do(f, f.s.DescribeAccount, "DescribeAccount", &api.DescribeAccountInput{AccountId: a.AccountId}).Account
	if *shown.Status != "ACTIVE" || *shown.JoinedMethod != "CREATED" || *shown.Name != "a" || !strings.HasSuffix(shown.Paths[0], "/"+root+"/"+*a.AccountId+"/") {
		t.Errorf("%+v", shown)
	}
	if tags := do(f, f.s.ListTagsForResource, "ListTagsForResource", &api.ListTagsForResourceInput{ResourceId: a.AccountId}).Tags; len(tags) != 1 || *tags[0].Value != "test" {
		t.Errorf("%v", tags)
	}
}

// The process dies before each write or sync of the rows while an account is made, with and without what is not synced: whatever was left on disk,
// running on ends with one whole account. IAM is another machine here: it keeps what it was told before, also if the rows do not know of it any more.
func TestDeathWhileAnAccountIsMade(t *testing.T) {
	disk, a := vfs.NewCrashableMem(), newAccounts()
	var mu sync.Mutex
	var deaths []*vfs.MemFS
	dying := false
	fs := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		mu.Lock()
		defer mu.Unlock()
		if dying && (op.Kind == errorfs.OpFileWrite || op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo) {
			for _, kept := range []int{0, 100} {
				deaths = append(deaths, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: kept, RNG: rand.New(rand.NewPCG(1, 1))}))
			}
		}
		return nil
	}))
	f := setUpOn(t, fs, a)
	f.organize()
	status := do(f, f.s.CreateAccount, "CreateAccount", &api.CreateAccountInput{AccountName: new("a"), Email: new("a@example.com")}).CreateAccountStatus
	if err := f.k.Store.Sync(); err != nil {
		t.Fatal(err)
	}
	whole := func(f *fixture) {
		s := do(f, f.s.DescribeCreateAccountStatus, "DescribeCreateAccountStatus", &api.DescribeCreateAccountStatusInput{CreateAccountRequestId: status.Id}).CreateAccountStatus
		if *s.State != "SUCCEEDED" || len(f.there) != 3 || !strings.HasSuffix(f.roles[*s.AccountId], "/AdministratorAccess") {
			t.Errorf("%+v, %v, %v", s, f.there, f.roles)
		}
		if l := do(f, f.s.ListAccounts, "ListAccounts", &api.ListAccountsInput{}).Accounts; len(l) != 2 {
			t.Errorf("%d accounts", len(l))
		}
	}
	mu.Lock()
	dying = true
	mu.Unlock()
	for range 5 {
		f.advance(takes)
		if err := f.k.Store.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	dying = false
	mu.Unlock()
	whole(f)
	f.close()
	if len(deaths) < 8 {
		t.Errorf("%d deaths", len(deaths))
	}
	for i, left := range deaths {
		f := setUpOn(t, left, a)
		f.advance(takes)
		whole(f)
		f.close()
		if t.Failed() {
			t.Fatalf("after death %d of %d", i, len(deaths))
		}
	}
}

// TestCreationRepeats runs every step of a creation twice, as after a death between act and settle.
func TestCreationRepeats(t *testing.T) {
	f := setUp(t)
	f.organize()
	s := do(f, f.s.CreateAccount, "CreateAccount", &api.CreateAccountInput{AccountName: new("a"), Email: new("a@example.com")}).CreateAccountStatus
	ctx := f.as(management, "create-account")
	var o organization
	ok[any](t)(nil, f.s.k.View(ctx, func(tx *store.Tx) (err error) { o, err = f.s.mine(ctx, tx); return err }))
	for _, step := range []string{stepAccount, stepRole, stepPolicy, stepMember} {
		for range 2 {
			if err := f.s.runCreate(ctx, createArg{o.ID, *s.Id, step}); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
		}
	}
	f.advance(takes)
	if l := do(f, f.s.ListAccounts, "ListAccounts", &api.ListAccountsInput{}).Accounts; len(l) != 2 || len(f.there) != 3 {
		t.Errorf("%d accounts, %v", len(l), f.there)
	}
}
