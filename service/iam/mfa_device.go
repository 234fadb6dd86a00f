package iam

import (
	"context"
	"encoding/base32"
	"iter"
	"time"

	"rsc.io/qr"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/engine/totp"
	"unyo/kernel/store"
)

// maxMFADevices is how many devices a user may have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxMFADevices = 8

// mfaDevice is a virtual MFA device: a secret that an authenticator application knows too. Its codes are by the clock of the person who
// reads them off, as signatures are: they are checked against the time at which the request was signed, whatever the estate's time is.
type mfaDevice struct {
	Serial    string // its ARN
	Seed      string // sealed
	User      string `json:",omitempty"` // whose it is; "" while it is nobody's
	EnabledAt time.Time
	LastStep  int64 // of the last code that was taken: none is good twice
	Off       int64 `json:",omitempty"` // by how many steps its clock is off, as was seen when it was synchronised
}

// CreateVirtualMFADevice makes a device that is nobody's yet.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html
func (s *Service) CreateVirtualMFADevice(ctx context.Context, in *api.CreateVirtualMFADeviceInput) (*api.CreateVirtualMFADeviceOutput, error) {
	account := call.From(ctx).Account
	serial := s.arn(account, "mfa", orSlash(in.Path), *in.VirtualMFADeviceName)
	seed := s.k.Entropy.Bytes(ctx, 40) // 64 letters
	letters := base32.StdEncoding.EncodeToString(seed)
	code, err := qr.Encode("otpauth://totp/Amazon%20Web%20Services:"+*in.VirtualMFADeviceName+"@"+account+"?secret="+letters+"&issuer=Amazon%20Web%20Services", qr.M)
	if err != nil {
		return nil, err
	}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if s.devices.Has(tx, fold(serial)) {
			return api.NewEntityAlreadyExistsException("MFADevice entity at the same path and name already exists.")
		}
		s.devices.Put(tx, fold(serial), mfaDevice{Serial: serial, Seed: s.seal.Seal("mfa "+serial, seed)})
		return s.setTags(tx, serial, in.Tags)
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateVirtualMFADeviceOutput{VirtualMFADevice: &api.VirtualMFADevice{
		SerialNumber: &serial, Base32StringSeed: []byte(letters), QRCodePNG: code.PNG(), Tags: in.Tags,
	}}, nil
}

// DeleteVirtualMFADevice deletes a device that is nobody's.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html
func (s *Service) DeleteVirtualMFADevice(ctx context.Context, in *api.DeleteVirtualMFADeviceInput) (*api.DeleteVirtualMFADeviceOutput, error) {
	return &api.DeleteVirtualMFADeviceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		d, ok := s.devices.Get(tx, fold(*in.SerialNumber))
		if !ok {
			return noDevice(*in.SerialNumber)
		}
		if d.User != "" {
			return api.NewDeleteConflictException("MFA VirtualDevice in use. Must deactivate first.")
		}
		s.devices.Delete(tx, fold(d.Serial))
		s.k.Tags.Clear(tx, d.Serial)
		return nil
	})
}

// EnableMFADevice gives a device to a user, who shows by two codes in a row that they hold it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
func (s *Service) EnableMFADevice(ctx context.Context, in *api.EnableMFADeviceInput) (*api.EnableMFADeviceOutput, error) {
	return &api.EnableMFADeviceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		u, ok := s.users.Get(tx, fold(*in.UserName))
		if !ok {
			return noSuch("user", *in.UserName)
		}
		d, ok := s.devices.Get(tx, fold(*in.SerialNumber))
		switch {
		case !ok:
			return noDevice(*in.SerialNumber)
		case d.User != "":
			return api.NewEntityAlreadyExistsException("MFA Device is already in use.")
		case len(s.devicesOf(tx, u.Name)) >= maxMFADevices:
			return api.NewLimitExceededException("Cannot exceed quota for MFADevicesPerUser: %d", maxMFADevices)
		}
		if err := s.twoCodes(tx, &d, *in.AuthenticationCode1, *in.AuthenticationCode2); err != nil {
			return err
		}
		d.User, d.EnabledAt = u.Name, s.k.Clock.Now()
		s.devices.Put(tx, fold(d.Serial), d)
		s.deviceUsers.Put(tx, fold(u.Name)+sep+fold(d.Serial), none{})
		return nil
	})
}

// ResyncMFADevice takes two codes in a row again, from a device whose clock has gone astray, and reckons with it from then on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResyncMFADevice.html
func (s *Service) ResyncMFADevice(ctx context.Context, in *api.ResyncMFADeviceInput) (*api.ResyncMFADeviceOutput, error) {
	return &api.ResyncMFADeviceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		d, err := s.deviceOf(tx, *in.UserName, *in.SerialNumber)
		if err != nil {
			return err
		}
		seed, err := s.seal.Open("mfa "+d.Serial, d.Seed)
		if err != nil {
			return err
		}
		at := tx.Call().SignedAt
		step, ok := totp.Resync(seed, *in.AuthenticationCode1, *in.AuthenticationCode2, at, d.LastStep)
		if !ok {
			return invalidCode()
		}
		d.LastStep, d.Off = step+1, step+1-totp.StepAt(at)
		s.devices.Put(tx, fold(d.Serial), d)
		return nil
	})
}

// DeactivateMFADevice takes a device from its user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
func (s *Service) DeactivateMFADevice(ctx context.Context, in *api.DeactivateMFADeviceInput) (*api.DeactivateMFADeviceOutput, error) {
	name, err := s.holderName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	return &api.DeactivateMFADeviceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		d, err := s.deviceOf(tx, name, *in.SerialNumber)
		if err != nil {
			return err
		}
		s.deviceUsers.Delete(tx, fold(d.User)+sep+fold(d.Serial))
		d.User, d.EnabledAt = "", time.Time{}
		s.devices.Put(tx, fold(d.Serial), d)
		return nil
	})
}

// GetMFADevice tells of a device.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetMFADevice.html
func (s *Service) GetMFADevice(ctx context.Context, in *api.GetMFADeviceInput) (*api.GetMFADeviceOutput, error) {
	out := &api.GetMFADeviceOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		d, ok := s.devices.Get(tx, fold(*in.SerialNumber))
		if !ok || d.User == "" || (in.UserName != nil && fold(*in.UserName) != fold(d.User)) {
			return noDevice(*in.SerialNumber)
		}
		out.SerialNumber, out.UserName, out.EnableDate = &d.Serial, &d.User, &d.EnabledAt
		return nil
	})
}

// ListMFADevices lists a user's devices.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
func (s *Service) ListMFADevices(ctx context.Context, in *api.ListMFADevicesInput) (*api.ListMFADevicesOutput, error) {
	name, err := s.holderName(call.From(ctx), in.UserName)
	if err != nil {
		return nil, err
	}
	out := &api.ListMFADevicesOutput{}
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		u, ok := s.holder(tx, name)
		if !ok {
			return noSuch("user", name)
		}
		rows := func(after string) iter.Seq2[string, none] { return s.deviceUsers.Prefix(tx, fold(name)+sep, after) }
		out.MFADevices, out.Marker, err = listed("mfa"+fold(name), in.Marker, in.MaxItems, rows, func(key string, _ none) (api.MFADevice, bool) {
			d, ok := s.devices.Get(tx, tail(key))
			return api.MFADevice{SerialNumber: &d.Serial, UserName: new(u.Name), EnableDate: &d.EnabledAt}, ok
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// ListVirtualMFADevices lists the account's devices, those of users or nobody's or all.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html
func (s *Service) ListVirtualMFADevices(ctx context.Context, in *api.ListVirtualMFADevicesInput) (*api.ListVirtualMFADevicesOutput, error) {
	out := &api.ListVirtualMFADevicesOutput{}
	account := call.From(ctx).Account
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, mfaDevice] { return s.devices.From(tx, after) }
		out.VirtualMFADevices, out.Marker, err = listed("vmfa"+rt.Val(in.AssignmentStatus), in.Marker, in.MaxItems, rows, func(_ string, d mfaDevice) (api.VirtualMFADevice, bool) {
			shape := api.VirtualMFADevice{SerialNumber: &d.Serial}
			if d.User != "" {
				shape.EnableDate = &d.EnabledAt
				if u, ok := s.users.Get(tx, fold(d.User)); ok {
					shape.User = s.userShape(tx, account, &u)
				}
			}
			switch rt.Val(in.AssignmentStatus) {
			case api.AssignmentStatusTypeAssigned:
				return shape, d.User != ""
			case api.AssignmentStatusTypeUnassigned:
				return shape, d.User == ""
			}
			return shape, true
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

// TagMFADevice adds tags to a device.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagMFADevice.html
func (s *Service) TagMFADevice(ctx context.Context, in *api.TagMFADeviceInput) (*api.TagMFADeviceOutput, error) {
	return &api.TagMFADeviceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		d, ok := s.devices.Get(tx, fold(*in.SerialNumber))
		if !ok {
			return noDevice(*in.SerialNumber)
		}
		return s.setTags(tx, d.Serial, in.Tags)
	})
}

// UntagMFADevice removes tags from a device.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagMFADevice.html
func (s *Service) UntagMFADevice(ctx context.Context, in *api.UntagMFADeviceInput) (*api.UntagMFADeviceOutput, error) {
	return &api.UntagMFADeviceOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		d, ok := s.devices.Get(tx, fold(*in.SerialNumber))
		if !ok {
			return noDevice(*in.SerialNumber)
		}
		s.untag(tx, d.Serial, in.TagKeys)
		return nil
	})
}

// ListMFADeviceTags lists the tags of a device.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADeviceTags.html
func (s *Service) ListMFADeviceTags(ctx context.Context, in *api.ListMFADeviceTagsInput) (*api.ListMFADeviceTagsOutput, error) {
	out := &api.ListMFADeviceTagsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		d, ok := s.devices.Get(tx, fold(*in.SerialNumber))
		if !ok {
			return noDevice(*in.SerialNumber)
		}
		out.Tags, out.Marker, err = s.tagPage(tx, d.Serial, in.Marker, in.MaxItems)
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}

func noDevice(serial string) error {
	return api.NewNoSuchEntityException("VirtualMFADevice with serial number %s does not exist.", serial)
}

// devicesOf are the keys of a user's devices.
func (s *Service) devicesOf(tx *store.Tx, name string) (keys []string) {
	for key := range s.deviceUsers.Prefix(tx, fold(name)+sep, "") {
		keys = append(keys, tail(key))
	}
	return keys
}

// deviceOf reads a device that is a user's.
func (s *Service) deviceOf(tx *store.Tx, name, serial string) (mfaDevice, error) {
	if !s.users.Has(tx, fold(name)) {
		return mfaDevice{}, noSuch("user", name)
	}
	d, ok := s.devices.Get(tx, fold(serial))
	if !ok || fold(d.User) != fold(name) {
		return mfaDevice{}, noDevice(serial)
	}
	return d, nil
}

func invalidCode() error {
	return api.NewInvalidAuthenticationCodeException("Authentication code for device is not valid.")
}

// twoCodes takes two codes that a device has shown one after the other.
func (s *Service) twoCodes(tx *store.Tx, d *mfaDevice, first, second string) error {
	seed, err := s.seal.Open("mfa "+d.Serial, d.Seed)
	if err != nil {
		return err
	}
	step, ok := totp.Find(seed, first, tx.Call().SignedAt.Add(-totp.Step), d.Off, d.LastStep) // the first was shown before the second
	if !ok || totp.Code(seed, step+1) != second {
		return invalidCode()
	}
	d.LastStep = step + 1
	return nil
}

// CheckMFA reports whether a code is what the device of a user shows now. It is asked while a call is judged, and takes nothing.
func (s *Service) CheckMFA(ctx context.Context, p *call.Principal, serial, code string) (ok bool, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		_, ok, err = s.shown(tx.In(scope(p.Account)), p, serial, code)
		return err
	})
	return ok, err
}

// TakeMFA is CheckMFA, and the code is not good again.
func (s *Service) TakeMFA(ctx context.Context, p *call.Principal, serial, code string) (ok bool, err error) {
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		tx = tx.In(scope(p.Account))
		var d mfaDevice
		if d, ok, err = s.shown(tx, p, serial, code); err != nil || !ok {
			return err
		}
		s.devices.Put(tx, fold(d.Serial), d)
		return nil
	})
	return ok, err
}

// shown finds the step in which the device shows the code; d is the device with it taken.
func (s *Service) shown(tx *store.Tx, p *call.Principal, serial, code string) (d mfaDevice, ok bool, err error) {
	d, found := s.devices.Get(tx, fold(serial))
	if !found || p.Kind != call.IAMUser || fold(d.User) != fold(p.Name) {
		return d, false, nil
	}
	seed, err := s.seal.Open("mfa "+d.Serial, d.Seed)
	if err != nil {
		return d, false, err
	}
	d.LastStep, ok = totp.Find(seed, code, tx.Call().SignedAt, d.Off, d.LastStep)
	return d, ok, nil
}
