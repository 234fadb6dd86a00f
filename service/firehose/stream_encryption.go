package firehose

import (
	"context"
	"slices"
	"time"

	api "unyo/api/firehose"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// How often within a day encryption may be started and stopped, together, and how long that takes.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html
const (
	encryptions = 25
	encrypting  = 5 * time.Second
)

// encryption is whether a stream's records are encrypted while they wait: under the key that AWS owns, which here is the estate's. They lie in engine/blob, where
// each blob is sealed under a key of its own and that one wrapped, so there is nothing else to do to them than what is done anyway; a stream without encryption
// is promised less than it gets.
type encryption struct {
	On      bool
	Since   time.Time   // until then it is the other way round
	Changed []time.Time `json:",omitempty"` // within a day
}

// StartDeliveryStreamEncryption encrypts what is put from then on.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html
func (s *Service) StartDeliveryStreamEncryption(ctx context.Context, in *api.StartDeliveryStreamEncryptionInput) (*api.StartDeliveryStreamEncryptionOutput, error) {
	if err := checkKey(in.DeliveryStreamEncryptionConfigurationInput); err != nil {
		return nil, err
	}
	return &api.StartDeliveryStreamEncryptionOutput{}, s.encrypt(ctx, *in.DeliveryStreamName, true)
}

// StopDeliveryStreamEncryption ends that.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_StopDeliveryStreamEncryption.html
func (s *Service) StopDeliveryStreamEncryption(ctx context.Context, in *api.StopDeliveryStreamEncryptionInput) (*api.StopDeliveryStreamEncryptionOutput, error) {
	return &api.StopDeliveryStreamEncryptionOutput{}, s.encrypt(ctx, *in.DeliveryStreamName, false)
}

func (s *Service) encrypt(ctx context.Context, name string, on bool) error {
	c, now := call.From(ctx), s.k.Clock.Now()
	return s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, name)
		switch {
		case !ok:
			return noStream(c, name)
		case row.Source != nil:
			return invalid("Server-side encryption is for delivery streams of type DirectPut only: what %s reads is encrypted in its Kinesis stream.", name)
		case row.Encryption == nil:
			row.Encryption = &encryption{}
		}
		e := row.Encryption
		if now.Before(e.Since) {
			return api.NewResourceInUseException("Encryption of firehose %s under accountId %s is in state %s", name, c.Account, *row.describeEncryption(now).Status)
		}
		e.Changed = slices.DeleteFunc(e.Changed, func(at time.Time) bool { return now.Sub(at) >= 24*time.Hour })
		if len(e.Changed) >= encryptions {
			return api.NewLimitExceededException("Encryption of firehose %s was started and stopped %d times within 24 hours.", name, encryptions)
		}
		e.Changed = append(e.Changed, now)
		if e.On != on {
			e.On, e.Since = on, now.Add(encrypting)
		}
		s.streams.Put(tx, name, row)
		return nil
	})
}

// encryptFrom is the encryption of a new stream, which is active at once.
func encryptFrom(in *api.DeliveryStreamEncryptionConfigurationInput, now time.Time) (*encryption, error) {
	if in == nil {
		return nil, nil
	}
	return &encryption{On: true, Since: now}, checkKey(in)
}

// checkKey lets no key in but AWS's own: KMS is not here.
func checkKey(in *api.DeliveryStreamEncryptionConfigurationInput) error {
	switch {
	case in == nil:
		return nil
	case *in.KeyType == api.KeyTypeCustomerManagedCmk && in.KeyARN == nil:
		return invalid("KeyARN must be specified when KeyType is %s.", *in.KeyType)
	case *in.KeyType == api.KeyTypeCustomerManagedCmk:
		return &api.InvalidKMSResourceException{Code: new("NotFoundException"), Message: new("Key '" + *in.KeyARN + "' does not exist")}
	case rt.Val(in.KeyARN) != "":
		return invalid("KeyARN must not be specified when KeyType is %s.", *in.KeyType)
	}
	return nil
}

// encrypted reports whether what is put now is.
func (row *stream) encrypted(now time.Time) bool {
	e := row.Encryption
	return e != nil && e.On != now.Before(e.Since)
}

func (row *stream) describeEncryption(now time.Time) *api.DeliveryStreamEncryptionConfiguration {
	e := row.Encryption
	switch {
	case e == nil || !e.On && !now.Before(e.Since):
		return &api.DeliveryStreamEncryptionConfiguration{Status: new(api.DeliveryStreamEncryptionStatusDisabled)}
	case !e.On:
		return &api.DeliveryStreamEncryptionConfiguration{Status: new(api.DeliveryStreamEncryptionStatusDisabling), KeyType: new(api.KeyTypeAwsOwnedCmk)}
	case now.Before(e.Since):
		return &api.DeliveryStreamEncryptionConfiguration{Status: new(api.DeliveryStreamEncryptionStatusEnabling), KeyType: new(api.KeyTypeAwsOwnedCmk)}
	}
	return &api.DeliveryStreamEncryptionConfiguration{Status: new(api.DeliveryStreamEncryptionStatusEnabled), KeyType: new(api.KeyTypeAwsOwnedCmk)}
}
