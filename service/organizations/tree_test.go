package organizations

import (
	"strconv"
	"testing"
	"time"

	api "unyo/api/organizations"
	"unyo/kernel/store"
)

// TestTree: units nest five deep, bear their names once below a parent, and go when nothing is below them; accounts move between them.
func TestTree(t *testing.T) {
	f := setUp(t)
	root := f.organize()
	a := f.account("a")
	parent := root
	var units []string
	for i := range maxDepth {
		parent = f.unit(parent, "level "+strconv.Itoa(i+1))
		units = append(units, parent)
	}
	create := func(parent, name string) error {
		_, err := f.s.CreateOrganizationalUnit(f.as(management, "CreateOrganizationalUnit"), &api.CreateOrganizationalUnitInput{ParentId: &parent, Name: &name})
		return err
	}
	if err := create(parent, "too deep"); reasonOf(err) != "OU_DEPTH_LIMIT_EXCEEDED" {
		t.Error(err)
	}
	refused(t, create(root, "level 1"), "DuplicateOrganizationalUnitException")
	refused(t, create("ou-none-12345678", "x"), "ParentNotFoundException")
	refused(t, create(a, "x"), "ParentNotFoundException")
	move := func(account, from, to string) error {
		_, err := f.s.MoveAccount(f.as(management, "MoveAccount"), &api.MoveAccountInput{AccountId: &account, SourceParentId: &from, DestinationParentId: &to})
		return err
	}
	refused(t, move(outsider, root, parent), "AccountNotFoundException")
	refused(t, move(a, parent, root), "SourceParentNotFoundException")
	refused(t, move(a, root, "ou-none-12345678"), "DestinationParentNotFoundException")
	refused(t, move(a, root, root), "DuplicateAccountException")
	refused(t, move(a, root, parent), "")
	m, err := f.s.Membership(f.as(a, ""), a)
	if err != nil || m.Path != *do(f, f.s.DescribeOrganizationalUnit, "DescribeOrganizationalUnit", &api.DescribeOrganizationalUnitInput{OrganizationalUnitId: &parent}).OrganizationalUnit.Path || len(m.SCPs) != maxDepth+2 {
		t.Errorf("%+v, %v", m, err)
	}
	if p := do(f, f.s.ListParents, "ListParents", &api.ListParentsInput{ChildId: &a}).Parents; len(p) != 1 || *p[0].Id != parent || *p[0].Type != "ORGANIZATIONAL_UNIT" {
		t.Errorf("%+v", p)
	}
	if c := do(f, f.s.ListChildren, "ListChildren", &api.ListChildrenInput{ParentId: &parent, ChildType: new("ACCOUNT")}).Children; len(c) != 1 || *c[0].Id != a {
		t.Errorf("%+v", c)
	}
	if l := do(f, f.s.ListAccountsForParent, "ListAccountsForParent", &api.ListAccountsForParentInput{ParentId: &root}).Accounts; len(l) != 1 || *l[0].Id != management {
		t.Errorf("%+v", l)
	}
	remove := func(id string) error {
		_, err := f.s.DeleteOrganizationalUnit(f.as(management, "DeleteOrganizationalUnit"), &api.DeleteOrganizationalUnitInput{OrganizationalUnitId: &id})
		return err
	}
	refused(t, remove(units[0]), "OrganizationalUnitNotEmptyException")
	refused(t, remove(parent), "OrganizationalUnitNotEmptyException")
	refused(t, move(a, parent, root), "")
	refused(t, remove(parent), "")
	if u := do(f, f.s.UpdateOrganizationalUnit, "UpdateOrganizationalUnit", &api.UpdateOrganizationalUnitInput{OrganizationalUnitId: &units[0], Name: new("other")}).OrganizationalUnit; *u.Name != "other" {
		t.Errorf("%+v", u)
	}
}

// TestPages: lists come by the page, and a page's token is of its list.
func TestPages(t *testing.T) {
	f := setUp(t)
	root := f.organize()
	for i := range 5 {
		f.unit(root, "u"+strconv.Itoa(i))
	}
	seen := map[string]bool{}
	in := &api.ListOrganizationalUnitsForParentInput{ParentId: &root, MaxResults: new(int32(2))}
	for pages := 1; ; pages++ {
		out := do(f, f.s.ListOrganizationalUnitsForParent, "ListOrganizationalUnitsForParent", in)
		for _, u := range out.OrganizationalUnits {
			seen[*u.Name] = true
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			if pages != 3 || len(seen) != 5 {
				t.Errorf("%d pages, %v", pages, seen)
			}
			break
		}
		_, err := f.s.ListAccounts(f.as(management, "ListAccounts"), &api.ListAccountsInput{NextToken: in.NextToken})
		if reasonOf(err) != "INVALID_NEXT_TOKEN" {
			t.Error(err)
		}
	}
}

// TestCloseAccount: a closed account's principals are let in nowhere, for ninety days and ever after.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_close.html
func TestCloseAccount(t *testing.T) {
	f := setUp(t)
	f.organize()
	a := f.account("a")
	shut := func(id string) error {
		_, err := f.s.CloseAccount(f.as(management, "CloseAccount"), &api.CloseAccountInput{AccountId: &id})
		return err
	}
	if err := shut(management); reasonOf(err) != "CANNOT_CLOSE_MANAGEMENT_ACCOUNT" {
		t.Error(err)
	}
	refused(t, shut(outsider), "AccountNotFoundException")
	refused(t, shut(a), "")
	refused(t, shut(a), "AccountAlreadyClosedException")
	is := func() (closed bool, listed int) {
		x, err := f.s.Membership(f.as(a, ""), a)
		if err != nil {
			t.Fatal(err)
		}
		return x.Closed, len(do(f, f.s.ListAccounts, "ListAccounts", &api.ListAccountsInput{}).Accounts)
	}
	if closed, n := is(); !closed || n != 2 {
		t.Errorf("closed: %v, %d", closed, n)
	}
	if s := do(f, f.s.DescribeAccount, "DescribeAccount", &api.DescribeAccountInput{AccountId: &a}).Account; *s.Status != "SUSPENDED" || *s.State != "CLOSED" {
		t.Errorf("%s", *s.Status)
	}
	f.advance(suspension)
	if closed, n := is(); !closed || n != 1 {
		t.Errorf("buried: %v, %d", closed, n)
	}
}

// TestLeave: accounts made here wait for a week, the management account never leaves, and a closed account does not open by leaving.
func TestLeave(t *testing.T) {
	f := setUp(t)
	f.organize()
	a, b := f.account("a"), f.account("b")
	leave := func(id string) error {
		_, err := f.s.LeaveOrganization(f.as(id, "LeaveOrganization"), &api.LeaveOrganizationInput{})
		return err
	}
	if err := leave(a); reasonOf(err) != "WAIT_PERIOD_ACTIVE" {
		t.Error(err)
	}
	refused(t, leave(management), "MasterCannotLeaveOrganizationException")
	_, err := f.s.RemoveAccountFromOrganization(f.as(a, "RemoveAccountFromOrganization"), &api.RemoveAccountFromOrganizationInput{AccountId: &b})
	refused(t, err, "AccessDeniedException")
	f.advance(minAge)
	refused(t, leave(a), "")
	do(f, f.s.CloseAccount, "CloseAccount", &api.CloseAccountInput{AccountId: &b})
	do(f, f.s.RemoveAccountFromOrganization, "RemoveAccountFromOrganization", &api.RemoveAccountFromOrganizationInput{AccountId: &b})
	for id, closed := range map[string]bool{a: false, b: true} {
		if m, _ := f.s.Membership(f.as(id, ""), id); m.Closed != closed || m.Organization != "" {
			t.Errorf("%s: %+v", id, m)
		}
	}
	f.advance(suspension + time.Hour)
	do(f, f.s.DeleteOrganization, "DeleteOrganization", &api.DeleteOrganizationInput{})
	_, err = f.s.DescribeOrganization(f.as(management, "DescribeOrganization"), &api.DescribeOrganizationInput{})
	refused(t, err, "AWSOrganizationsNotInUseException")
	for _, table := range []string{"organization", "member", "unit", "child", "policy", "attached", "target"} {
		if err := f.k.Store.Cat(t.Context(), "organizations/"+table+"/", func(row store.Raw) bool { t.Errorf("left behind: %s", row.Path()); return true }); err != nil {
			t.Error(err)
		}
	}
}
