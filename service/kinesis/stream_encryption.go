package kinesis

import (
	"context"
	"strings"
	"time"

	api "unyo/api/kinesis"
	"unyo/base/call"
	"unyo/kernel/store"
)

// How often within a day encryption may be started, and stopped, and how long the stream is being updated then: "a few seconds".
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
const (
	encryptions = 25
	encrypting  = 5 * time.Second
)

// managedKey is the key of KMS that AWS keeps for Kinesis in every account.
const managedKey = "alias/aws/kinesis"

// encryption is what is known of a stream that was encrypted once.
type encryption struct {
	Key     []byte      // of its records, wrapped; the same for as long as the stream is there
	KeyID   string      // as the customer named it; "" when encryption was stopped
	Before  string      // the same until Since
	Since   time.Time   // until then the stream is being updated
	Started []time.Time `json:",omitempty"` // within a day
	Stopped []time.Time `json:",omitempty"`
}

// StartStreamEncryption has records encrypted that are put from then on, under a key of the stream.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
func (s *Service) StartStreamEncryption(ctx context.Context, in *api.StartStreamEncryptionInput) (*api.StartStreamEncryptionOutput, error) {
	if err := s.checkKey(ctx, *in.EncryptionType, *in.KeyId); err != nil {
		return nil, err
	}
	key := s.drawKey(ctx)
	return &api.StartStreamEncryptionOutput{}, s.alter(ctx, in.StreamName, in.StreamARN, in.StreamId, func(_ *store.Tx, row *stream) error {
		e := row.Encryption
		if e == nil {
			e = &encryption{Key: key}
		}
		now := s.k.Clock.Now()
		if e.Started = lately(e.Started, now); len(e.Started) >= encryptions {
			return limit("Encryption of stream %s was started %d times within 24 hours.", row.Name, encryptions)
		}
		e.Before, e.KeyID, e.Since, e.Started = e.KeyID, *in.KeyId, now.Add(encrypting), append(e.Started, now)
		row.Encryption = e
		return nil
	})
}

// StopStreamEncryption has records that are put from then on not encrypted. Those from before can be read as ever.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html
func (s *Service) StopStreamEncryption(ctx context.Context, in *api.StopStreamEncryptionInput) (*api.StopStreamEncryptionOutput, error) {
	if err := s.checkKey(ctx, *in.EncryptionType, *in.KeyId); err != nil {
		return nil, err
	}
	return &api.StopStreamEncryptionOutput{}, s.alter(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		e, now := row.Encryption, s.k.Clock.Now()
		if e == nil || e.KeyID == "" {
			return invalid("Stream %s under account %s is not encrypted.", row.Name, tx.Call().Account)
		}
		if e.Stopped = lately(e.Stopped, now); len(e.Stopped) >= encryptions {
			return limit("Encryption of stream %s was stopped %d times within 24 hours.", row.Name, encryptions)
		}
		e.Before, e.KeyID, e.Since, e.Stopped = e.KeyID, "", now.Add(encrypting), append(e.Stopped, now)
		return nil
	})
}

// checkKey lets no key in but the one that AWS keeps for Kinesis: KMS is not here, so there is no other. In its words.
// https://docs.aws.amazon.com/streams/latest/dev/what-is-sse.html
func (s *Service) checkKey(ctx context.Context, kind, key string) error {
	if kind != api.EncryptionTypeKms {
		return invalid("EncryptionType must be KMS.")
	}
	c := call.From(ctx)
	arn := "arn:" + s.k.Partition + ":kms:" + c.Region + ":" + c.Account + ":"
	switch {
	case strings.TrimPrefix(key, arn) == managedKey:
		return nil
	case strings.HasPrefix(key, "alias/"):
		return api.NewKMSNotFoundException("Alias %s%s is not found.", arn, key)
	case strings.Contains(key, ":alias/"):
		return api.NewKMSNotFoundException("Alias %s is not found.", key)
	case !strings.HasPrefix(key, "arn:"):
		key = arn + "key/" + key
	}
	return api.NewKMSNotFoundException("Key '%s' does not exist", key)
}

// key is the name of the key that records are encrypted with now; nil when they are not.
func (row *stream) key(now time.Time) *string {
	e := row.Encryption
	switch {
	case e == nil:
		return nil
	case now.Before(e.Since) && e.Before != "":
		return new(e.Before)
	case !now.Before(e.Since) && e.KeyID != "":
		return new(e.KeyID)
	}
	return nil
}

func (row *stream) encryptionType(now time.Time) *string { return encryptionType(row.key(now) != nil) }

func encryptionType(encrypted bool) *string {
	if encrypted {
		return new(api.EncryptionTypeKms)
	}
	return new(api.EncryptionTypeNone)
}

// status is ACTIVE but for the seconds in which encryption is started or stopped.
func (row *stream) status(now time.Time) *string {
	if row.Encryption != nil && now.Before(row.Encryption.Since) {
		return new(api.StreamStatusUpdating)
	}
	return new(api.StreamStatusActive)
}

// alter is update, for what a stream allows while it is active only.
func (s *Service) alter(ctx context.Context, name, streamARN, id *string, fn func(tx *store.Tx, row *stream) error) error {
	return s.update(ctx, name, streamARN, id, func(tx *store.Tx, row *stream) error {
		if status := *row.status(s.k.Clock.Now()); status != api.StreamStatusActive {
			return api.NewResourceInUseException("Stream %s under account %s not ACTIVE, instead in state %s", row.Name, tx.Call().Account, status)
		}
		return fn(tx, row)
	})
}
