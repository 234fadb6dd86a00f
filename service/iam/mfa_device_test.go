package iam

import (
	"encoding/base32"
	"testing"
	"time"

	api "unyo/api/iam"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/totp"
)

// signed is the call of a request that was signed then; the estate's clock is held and says something else.
func (f *fixture) signed(p call.Principal, at time.Time) *call.Call {
	c := call.From(f.as(p))
	c.SignedAt = at
	return c
}

// Codes are by the clock of who signs. Each is taken once, none before the one that was taken last; another user's device is of no use.
func TestMFA(t *testing.T) {
	f := setUp(t)
	ann, bob := f.user("ann"), f.user("bob")
	root := call.From(f.ctx).Principal
	wall := time.Date(2031, 7, 7, 12, 0, 10, 0, time.UTC)
	signed := func(p call.Principal) *call.Call { return f.signed(p, wall) }

	made, err := f.s.CreateVirtualMFADevice(call.With(t.Context(), signed(root)), &api.CreateVirtualMFADeviceInput{VirtualMFADeviceName: new("phone")})
	if err != nil {
		t.Fatal(err)
	}
	serial := *made.VirtualMFADevice.SerialNumber
	seed, err := base32.StdEncoding.DecodeString(string(made.VirtualMFADevice.Base32StringSeed))
	if err != nil {
		t.Fatal(err)
	}
	step := totp.StepAt(wall)
	code := func(n int64) string { return totp.Code(seed, step+n) }
	enable := func(a, b string) error {
		_, err := f.s.EnableMFADevice(call.With(t.Context(), signed(root)), &api.EnableMFADeviceInput{UserName: new("ann"), SerialNumber: &serial, AuthenticationCode1: &a, AuthenticationCode2: &b})
		return err
	}
	for _, codes := range [][2]string{{code(0), code(0)}, {code(-1), code(1)}, {code(1), code(0)}, {code(-9), code(-8)}, {"000000", "000000"}} {
		if err := enable(codes[0], codes[1]); awserr.Code(err) != "InvalidAuthenticationCode" {
			t.Errorf("codes %v: %v", codes, err)
		}
	}
	if err := enable(code(-2), code(-1)); err != nil {
		t.Fatal(err)
	}
	take := func(p call.Principal, serial, code string) bool {
		t.Helper()
		ctx := call.With(t.Context(), signed(p))
		checked, err := f.s.CheckMFA(ctx, &p, serial, code)
		if err != nil {
			t.Fatal(err)
		}
		taken, err := f.s.TakeMFA(ctx, &p, serial, code)
		if err != nil || taken != checked {
			t.Errorf("checked %v, taken %v, %v", checked, taken, err)
		}
		return taken
	}
	for _, c := range []struct {
		who          call.Principal
		serial, code string
		ok           bool
	}{
		{bob, serial, code(0), false}, {root, serial, code(0), false}, {ann, serial + "x", code(0), false}, {ann, serial, code(-1), false},
		{ann, serial, code(2), false}, {ann, serial, code(0), true}, {ann, serial, code(0), false}, {ann, serial, code(1), true}, {ann, serial, code(0), false},
	} {
		if got := take(c.who, c.serial, c.code); got != c.ok {
			t.Errorf("%s with a code of %s: %v, want %v", c.who.Name, c.serial, got, c.ok)
		}
	}
	if _, err := f.s.DeleteUser(f.ctx, &api.DeleteUserInput{UserName: new("ann")}); awserr.Code(err) != "DeleteConflict" {
		t.Errorf("a user with a device was deleted: %v", err)
	}
}
