package firehose

import (
	"testing"
	"time"

	api "unyo/api/firehose"
	"unyo/api/rt"
	"unyo/base/awserr"
)

func (f *fixture) encrypted() bool {
	f.t.Helper()
	one, err := f.s.PutRecord(f.call(), &api.PutRecordInput{DeliveryStreamName: new("s"), Record: &api.Record{Data: []byte("x")}})
	if err != nil {
		f.t.Fatal(err)
	}
	many, err := f.s.PutRecordBatch(f.call(), &api.PutRecordBatchInput{DeliveryStreamName: new("s"), Records: []api.Record{{Data: []byte("y")}}})
	if err != nil || *many.Encrypted != *one.Encrypted {
		f.t.Fatal(err)
	}
	return *one.Encrypted
}

func (f *fixture) encryption() string {
	f.t.Helper()
	out, err := f.s.DescribeDeliveryStream(f.call(), &api.DescribeDeliveryStreamInput{DeliveryStreamName: new("s")})
	if err != nil {
		f.t.Fatal(err)
	}
	e := out.DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration
	return *e.Status + " " + rt.Val(e.KeyType)
}

func (f *fixture) startEncryption(e *api.DeliveryStreamEncryptionConfigurationInput) error {
	_, err := f.s.StartDeliveryStreamEncryption(f.call(), &api.StartDeliveryStreamEncryptionInput{DeliveryStreamName: new("s"), DeliveryStreamEncryptionConfigurationInput: e})
	return err
}

func (f *fixture) stopEncryption() error {
	_, err := f.s.StopDeliveryStreamEncryption(f.call(), &api.StopDeliveryStreamEncryptionInput{DeliveryStreamName: new("s")})
	return err
}

// While encryption is being enabled records are not encrypted, while it is being disabled they are; all of them are delivered.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_StartDeliveryStreamEncryption.html
func TestStreamEncryption(t *testing.T) {
	f := setUp(t)
	f.create(nil)
	owned := &api.DeliveryStreamEncryptionConfigurationInput{KeyType: new(api.KeyTypeAwsOwnedCmk)}
	for i, step := range []struct {
		do        func() error
		shown     string
		encrypted bool
	}{
		{func() error { return nil }, "DISABLED ", false},
		{func() error { return f.startEncryption(nil) }, "ENABLING AWS_OWNED_CMK", false},
		{func() error { f.advance(encrypting); return nil }, "ENABLED AWS_OWNED_CMK", true},
		{func() error { return f.startEncryption(owned) }, "ENABLED AWS_OWNED_CMK", true},
		{f.stopEncryption, "DISABLING AWS_OWNED_CMK", true},
		{func() error { f.advance(encrypting); return nil }, "DISABLED ", false},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if got := f.encryption(); got != step.shown {
			t.Errorf("step %d: %s", i, got)
		}
		if got := f.encrypted(); got != step.encrypted {
			t.Errorf("step %d: encrypted %t", i, got)
		}
	}
	if err := f.startEncryption(owned); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{f.startEncryption(owned), f.stopEncryption()} {
		if awserr.Code(err) != "ResourceInUseException" {
			t.Error(err)
		}
	}
	f.advance(300 * time.Second)
	if got := f.all(); got != "xyxyxyxyxyxy" {
		t.Errorf("delivered %q", got)
	}
}

// Start and stop have 25 calls in 24 hours together.
func TestStreamEncryptionLimit(t *testing.T) {
	f := setUp(t)
	f.create(nil)
	for i := range 25 {
		do := f.stopEncryption
		if i%2 == 0 {
			do = func() error { return f.startEncryption(nil) }
		}
		if err := do(); err != nil {
			t.Fatal(i, err)
		}
		f.advance(encrypting)
	}
	if err := f.stopEncryption(); awserr.Code(err) != "LimitExceededException" {
		t.Error(err)
	}
	f.advance(24*time.Hour - 125*time.Second)
	if err := f.stopEncryption(); err != nil {
		t.Error(err)
	}
}

// A stream can be made encrypted. KMS is not here, so keys of customers are not either.
func TestStreamEncryptionKeys(t *testing.T) {
	f := setUp(t)
	made := func(e *api.DeliveryStreamEncryptionConfigurationInput) error {
		return f.make(&api.CreateDeliveryStreamInput{DeliveryStreamEncryptionConfigurationInput: e, ExtendedS3DestinationConfiguration: &api.ExtendedS3DestinationConfiguration{RoleARN: new(role), BucketARN: new("arn:aws:s3:::b")}})
	}
	mine := &api.DeliveryStreamEncryptionConfigurationInput{KeyType: new(api.KeyTypeCustomerManagedCmk), KeyARN: new("arn:aws:kms:eu-central-1:111111111111:key/k")}
	bad := []*api.DeliveryStreamEncryptionConfigurationInput{{KeyType: mine.KeyType}, {KeyType: new(api.KeyTypeAwsOwnedCmk), KeyARN: mine.KeyARN}}
	if err := made(mine); awserr.Code(err) != "InvalidKMSResourceException" {
		t.Error(err)
	}
	for _, e := range bad {
		if err := made(e); awserr.Code(err) != "InvalidArgumentException" {
			t.Error(err)
		}
	}
	if err := made(&api.DeliveryStreamEncryptionConfigurationInput{KeyType: new(api.KeyTypeAwsOwnedCmk)}); err != nil {
		t.Fatal(err)
	}
	if got := f.encryption(); got != "ENABLED AWS_OWNED_CMK" || !f.encrypted() {
		t.Error(got)
	}
	if err := f.startEncryption(mine); awserr.Code(err) != "InvalidKMSResourceException" {
		t.Error(err)
	}
}
