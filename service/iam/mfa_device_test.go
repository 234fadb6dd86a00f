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

// A device whose clock goes three hours wrong is of no use until two of its codes in a row synchronise it; its codes before those are good no more.
// A device that is no virtual one cannot be enabled: nobody here made it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_sync.html
func TestResyncMFADevice(t *testing.T) {
	f := setUp(t)
	ann := f.user("ann")
	root := call.From(f.ctx).Principal
	wall := time.Date(2031, 7, 7, 12, 0, 10, 0, time.UTC)
	ctx := call.With(t.Context(), f.signed(root, wall))
	made, err := f.s.CreateVirtualMFADevice(ctx, &api.CreateVirtualMFADeviceInput{VirtualMFADeviceName: new("phone")})
	if err != nil {
		t.Fatal(err)
	}
	serial := *made.VirtualMFADevice.SerialNumber
	seed, err := base32.StdEncoding.DecodeString(string(made.VirtualMFADevice.Base32StringSeed))
	if err != nil {
		t.Fatal(err)
	}
	code := func(n int64) *string { return new(totp.Code(seed, totp.StepAt(wall)+n)) }
	_, err = f.s.EnableMFADevice(ctx, &api.EnableMFADeviceInput{UserName: new("ann"), SerialNumber: new("GAHT12345678"), AuthenticationCode1: code(-1), AuthenticationCode2: code(0)})
	if awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("a device that nobody made: %v", err)
	}
	if _, err := f.s.EnableMFADevice(ctx, &api.EnableMFADeviceInput{UserName: new("ann"), SerialNumber: &serial, AuthenticationCode1: code(-1), AuthenticationCode2: code(0)}); err != nil {
		t.Fatal(err)
	}
	const off = int64(3 * time.Hour / totp.Step)
	take := func(code *string) bool {
		ok, err := f.s.TakeMFA(call.With(t.Context(), f.signed(ann, wall)), &ann, serial, *code)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	resync := func(first, second *string) error {
		_, err := f.s.ResyncMFADevice(ctx, &api.ResyncMFADeviceInput{UserName: new("ann"), SerialNumber: &serial, AuthenticationCode1: first, AuthenticationCode2: second})
		return err
	}
	if take(code(off)) {
		t.Error("a code of three hours later is taken before")
	}
	for _, wrong := range [][2]*string{{code(off), code(off + 2)}, {code(off + 1), code(off)}, {code(-1), code(0)}, {code(5000), code(5001)}} {
		if err := resync(wrong[0], wrong[1]); awserr.Code(err) != "InvalidAuthenticationCode" {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	if err := resync(code(off-2), code(off-1)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		step int64
		want bool
	}{{off - 1, false}, {0, false}, {1, false}, {off, true}, {off, false}} {
		if got := take(code(c.step)); got != c.want {
			t.Errorf("step %d: %v", c.step, got)
		}
	}
}
