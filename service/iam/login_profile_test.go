package iam

import (
	"strings"
	"testing"
	"time"

	api "unyo/api/iam"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
)

// TestPasswordPolicy: what AWS's default and an account's own policy let pass.
func TestPasswordPolicy(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	try := func(password string) string {
		t.Helper()
		_, err := f.s.CreateLoginProfile(f.ctx, &api.CreateLoginProfileInput{UserName: new("ann"), Password: &password})
		if err == nil {
			if _, err := f.s.DeleteLoginProfile(f.ctx, &api.DeleteLoginProfileInput{UserName: new("ann")}); err != nil {
				t.Fatal(err)
			}
			return ""
		}
		return awserr.Code(err) + " " + err.Error()
	}
	want := func(password, words string) {
		t.Helper()
		if got := try(password); words == "" && got != "" || words != "" && !(strings.HasPrefix(got, "PasswordPolicyViolation") && strings.Contains(got, words)) {
			t.Errorf("%q: %q, want %q", password, got, words)
		}
	}
	want("Short1!", "minimum length of 8")
	want("onlylower1", "at least 3")
	want("Lower-and-upper", "")
	_, err := f.s.UpdateAccountPasswordPolicy(f.ctx, &api.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: new(int32(10)), RequireUppercaseCharacters: new(true), RequireLowercaseCharacters: new(true), RequireNumbers: new(true), RequireSymbols: new(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	want("Aa1!Aa1!", "minimum length of 10")
	want("aaaaaaa11!", "uppercase letter")
	want("AAAAAAA11!", "lowercase letter")
	want("Aaaaaaaaa!", "one number")
	want("Aaaaaaa111", "one symbol")
	want("Aaaaaaa11!", "")
	if _, err := f.s.UpdateAccountPasswordPolicy(f.ctx, &api.UpdateAccountPasswordPolicyInput{}); err != nil {
		t.Fatal(err)
	}
	got, err := f.s.GetAccountPasswordPolicy(f.ctx, &api.GetAccountPasswordPolicyInput{})
	if err != nil || *got.PasswordPolicy.MinimumPasswordLength != 6 || *got.PasswordPolicy.RequireSymbols {
		t.Errorf("what an update leaves out is not AWS's default: %+v, %v", got.PasswordPolicy, err)
	}
	if _, err := f.s.DeleteAccountPasswordPolicy(f.ctx, &api.DeleteAccountPasswordPolicyInput{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.DeleteAccountPasswordPolicy(f.ctx, &api.DeleteAccountPasswordPolicyInput{}); awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("deleted twice: %v", err)
	}
}

// TestChangePassword: who knows the old password sets a new one, that has not been theirs among the last two.
func TestChangePassword(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	if _, err := f.s.UpdateAccountPasswordPolicy(f.ctx, &api.UpdateAccountPasswordPolicyInput{PasswordReusePrevention: new(int32(2)), MaxPasswordAge: new(int32(30))}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.CreateLoginProfile(f.ctx, &api.CreateLoginProfileInput{UserName: new("ann"), Password: new("first-1"), PasswordResetRequired: new(true)}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, code string }{
		{"wrong-1", "second-1", "AccessDenied"}, {"first-1", "first-1", "PasswordPolicyViolation"}, {"first-1", "second-1", ""},
		{"second-1", "first-1", "PasswordPolicyViolation"}, {"second-1", "third-1", ""}, {"third-1", "second-1", "PasswordPolicyViolation"}, {"third-1", "first-1", ""},
	} {
		if _, err := f.s.ChangePassword(f.as(ann), &api.ChangePasswordInput{OldPassword: &c.old, NewPassword: &c.new}); awserr.Code(err) != c.code {
			t.Errorf("%s → %s: %v, want %q", c.old, c.new, err, c.code)
		}
	}
	got, err := f.s.GetLoginProfile(f.ctx, &api.GetLoginProfileInput{UserName: new("ANN")})
	if err != nil || *got.LoginProfile.PasswordResetRequired || *got.LoginProfile.UserName != "ann" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := f.s.ChangePassword(f.ctx, &api.ChangePasswordInput{OldPassword: new("x"), NewPassword: new("y")}); awserr.Code(err) != "InvalidUserType" {
		t.Errorf("the root changed a user's password: %v", err)
	}
	if _, err := f.s.DeleteUser(f.ctx, &api.DeleteUserInput{UserName: new("ann")}); awserr.Code(err) != "DeleteConflict" || !strings.Contains(err.Error(), "login profile") {
		t.Errorf("deleted with a password: %v", err)
	}
	rules, p := passwordPolicy{MaxAge: 30}, loginProfile{ChangedAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	if due, expires := rules.dueAt(&p); !expires || !due.Equal(time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("due %v", due)
	}
}

// TestUsersMayChange: the account's policy gives everyone the permission for their own password, and takes it away again.
func TestUsersMayChange(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	if _, err := f.s.DeleteUserPolicy(f.ctx, &api.DeleteUserPolicyInput{UserName: new("ann"), PolicyName: new("p")}); err != nil {
		t.Fatal(err)
	}
	for _, may := range []bool{true, false} {
		if _, err := f.s.UpdateAccountPasswordPolicy(f.ctx, &api.UpdateAccountPasswordPolicyInput{AllowUsersToChangePassword: &may}); err != nil {
			t.Fatal(err)
		}
		needs, _ := f.s.Needs(f.as(ann), "ChangePassword", &api.ChangePasswordInput{})
		set, err := f.s.Policies(f.as(ann), &ann)
		if err != nil {
			t.Fatal(err)
		}
		v := policy.Evaluate(set, &policy.Request{Action: needs[0].Action, Resource: needs[0].Resources[0], Principal: &ann})
		other := policy.Evaluate(set, &policy.Request{Action: needs[0].Action, Resource: "arn:aws:iam::111111111111:user/bob", Principal: &ann})
		if v.Allowed != may || other.Allowed {
			t.Errorf("%v: own %v, another's %v", may, v.Allowed, other.Allowed)
		}
	}
}

// TestAlias: an alias is one account's alone, and a new one takes the old one's place.
func TestAlias(t *testing.T) {
	f := setUp(t)
	other := call.With(t.Context(), &call.Call{Scope: call.Scope{Partition: "aws", Account: "222222222222"}, Serial: f.k.Serial(), Principal: call.From(f.ctx).Principal})
	for _, c := range []struct {
		alias, code string
		by2         bool
	}{{"one", "", false}, {"one", "EntityAlreadyExists", true}, {"two", "", false}, {"one", "", true}, {"123456789012", "InvalidInput", false}} {
		ctx := f.ctx
		if c.by2 {
			ctx = other
		}
		if _, err := f.s.CreateAccountAlias(ctx, &api.CreateAccountAliasInput{AccountAlias: &c.alias}); awserr.Code(err) != c.code {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if got, err := f.s.ListAccountAliases(f.ctx, &api.ListAccountAliasesInput{}); err != nil || len(got.AccountAliases) != 1 || got.AccountAliases[0] != "two" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := f.s.DeleteAccountAlias(f.ctx, &api.DeleteAccountAliasInput{AccountAlias: new("one")}); awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("another's alias was deleted: %v", err)
	}
	if _, err := f.s.DeleteAccountAlias(f.ctx, &api.DeleteAccountAliasInput{AccountAlias: new("two")}); err != nil {
		t.Error(err)
	}
}
