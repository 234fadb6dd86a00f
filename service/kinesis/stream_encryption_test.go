package kinesis

import (
	"bytes"
	"context"
	"crypto/aes"
	"fmt"
	"slices"
	"testing"
	"time"

	api "unyo/api/kinesis"
	"unyo/base/keywrap"
	"unyo/base/must"
	"unyo/engine/blob"
	"unyo/engine/recordstore"
	"unyo/kernel/store"
)

func (f *fixture) start(key string) error {
	_, err := f.s.StartStreamEncryption(f.call(), &api.StartStreamEncryptionInput{StreamName: new("s"), EncryptionType: new("KMS"), KeyId: &key})
	return err
}

func (f *fixture) stop(key string) error {
	_, err := f.s.StopStreamEncryption(f.call(), &api.StopStreamEncryptionInput{StreamName: new("s"), EncryptionType: new("KMS"), KeyId: &key})
	return err
}

// shown is the status, the type of encryption and the key of the stream, which all who tell them tell alike.
func (f *fixture) shown() string {
	f.t.Helper()
	d := ok[*api.DescribeStreamOutput](f.t)(f.s.DescribeStream(f.call(), &api.DescribeStreamInput{StreamName: new("s")})).StreamDescription
	y := ok[*api.DescribeStreamSummaryOutput](f.t)(f.s.DescribeStreamSummary(f.call(), &api.DescribeStreamSummaryInput{StreamName: new("s")})).StreamDescriptionSummary
	l := ok[*api.ListStreamsOutput](f.t)(f.s.ListStreams(f.call(), &api.ListStreamsInput{})).StreamSummaries[0]
	text := func(status, kind, key *string) string {
		if key == nil {
			key = new("-")
		}
		return *status + " " + *kind + " " + *key
	}
	shown := text(d.StreamStatus, d.EncryptionType, d.KeyId)
	if other := text(y.StreamStatus, y.EncryptionType, y.KeyId); shown != other || *l.StreamStatus != *d.StreamStatus {
		f.t.Errorf("%s, and %s, and %s", shown, other, *l.StreamStatus)
	}
	return shown
}

// Records are encrypted that are put while the stream is, and are read back alike, after a restart too; the stream is being updated for some seconds, in which
// nothing else about it can change.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
func TestStreamEncryption(t *testing.T) {
	f := setUp(t)
	f.create(2)
	kinds := []string{*f.put("a", "before").EncryptionType}
	if got := f.shown(); got != "ACTIVE NONE -" {
		t.Error(got)
	}
	if err := f.start("alias/aws/kinesis"); err != nil {
		t.Fatal(err)
	}
	if got := f.shown(); got != "UPDATING NONE -" {
		t.Error(got)
	}
	wantCode(t, f.start("alias/aws/kinesis"), "ResourceInUseException")
	wantCode(t, f.stop("alias/aws/kinesis"), "ResourceInUseException")
	_, err := f.s.UpdateShardCount(f.call(), &api.UpdateShardCountInput{StreamName: new("s"), TargetShardCount: new(int32(4)), ScalingType: new("UNIFORM_SCALING")})
	wantCode(t, err, "ResourceInUseException")
	_, err = f.s.IncreaseStreamRetentionPeriod(f.call(), &api.IncreaseStreamRetentionPeriodInput{StreamName: new("s"), RetentionPeriodHours: new(int32(48))})
	wantCode(t, err, "ResourceInUseException")
	kinds = append(kinds, *f.put("a", "while it begins").EncryptionType)
	f.advance(encrypting)
	if got := f.shown(); got != "ACTIVE KMS alias/aws/kinesis" {
		t.Error(got)
	}
	kinds = append(kinds, *f.put("a", "encrypted").EncryptionType)
	many := ok[*api.PutRecordsOutput](t)(f.s.PutRecords(f.call(), &api.PutRecordsInput{StreamName: new("s"), Records: []api.PutRecordsRequestEntry{{PartitionKey: new("a"), Data: []byte("one")}, {PartitionKey: new("b"), Data: nil}, {PartitionKey: new("b"), Data: []byte("two")}}}))
	kinds = append(kinds, *many.EncryptionType)
	if err := f.stop("arn:aws:kms:eu-central-1:111111111111:alias/aws/kinesis"); err != nil {
		t.Fatal(err)
	}
	if got := f.shown(); got != "UPDATING KMS alias/aws/kinesis" {
		t.Error(got)
	}
	kinds = append(kinds, *f.put("a", "while it ends").EncryptionType)
	f.advance(encrypting)
	kinds = append(kinds, *f.put("a", "after").EncryptionType)
	if got := f.shown(); got != "ACTIVE NONE -" {
		t.Error(got)
	}
	if want := []string{"NONE", "NONE", "KMS", "KMS", "KMS", "NONE"}; !slices.Equal(kinds, want) {
		t.Errorf("records are put as %v", kinds)
	}
	for range 2 {
		var got []string
		for _, shard := range f.shards(nil) {
			it := f.iterator(&api.GetShardIteratorInput{ShardId: shard.ShardId, ShardIteratorType: new("TRIM_HORIZON")})
			for _, r := range ok[*api.GetRecordsOutput](t)(f.s.GetRecords(f.call(), &api.GetRecordsInput{ShardIterator: it})).Records {
				got = append(got, fmt.Sprintf("%s %s %s", *r.PartitionKey, r.Data, *r.EncryptionType))
			}
		}
		slices.Sort(got)
		if want := []string{"a after NONE", "a before NONE", "a encrypted KMS", "a one KMS", "a while it begins NONE", "a while it ends KMS", "b  KMS", "b two KMS"}; !slices.Equal(got, want) {
			t.Errorf("read %q", got)
		}
		if err := f.blobs.Close(); err != nil {
			t.Fatal(err)
		}
		f.blobs = ok[*blob.Store](t)(openBlobs(f))
		f.s.bytes = recordstore.Blobs{Store: f.blobs}
	}
}

// 25 times within 24 hours, each.
func TestStreamEncryptionLimit(t *testing.T) {
	f := setUp(t)
	f.create(1)
	wantCode(t, f.stop("alias/aws/kinesis"), "InvalidArgumentException")
	for range 25 {
		for _, do := range []func(string) error{f.start, f.stop} {
			if err := do("alias/aws/kinesis"); err != nil {
				t.Fatal(err)
			}
			f.advance(encrypting)
		}
	}
	wantCode(t, f.start("alias/aws/kinesis"), "LimitExceededException")
	f.advance(24*time.Hour - 250*time.Second)
	if err := f.start("alias/aws/kinesis"); err != nil {
		t.Error(err)
	}
}

// KMS is not here: only the key that AWS keeps is known.
func TestStreamEncryptionKeys(t *testing.T) {
	f := setUp(t)
	f.create(1)
	for _, key := range []string{"alias/mine", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:eu-central-1:222222222222:alias/aws/kinesis", "alias/aws/s3"} {
		wantCode(t, f.start(key), "KMSNotFoundException")
		wantCode(t, f.stop(key), "KMSNotFoundException")
	}
	_, err := f.s.StartStreamEncryption(f.call(), &api.StartStreamEncryptionInput{StreamName: new("s"), EncryptionType: new("NONE"), KeyId: new("alias/aws/kinesis")})
	wantCode(t, err, "InvalidArgumentException")
	_, err = f.s.StartStreamEncryption(f.call(), &api.StartStreamEncryptionInput{StreamName: new("none"), EncryptionType: new("KMS"), KeyId: new("alias/aws/kinesis")})
	wantCode(t, err, "ResourceNotFoundException")
}

// kept is what the engine was given.
type kept struct {
	recordstore.Engine
	batches [][]byte
}

func (k *kept) Stage(ctx context.Context, b []recordstore.Batch) ([]recordstore.Place, error) {
	for i := range b {
		k.batches = append(k.batches, bytes.Clone(b[i].Data))
	}
	return k.Engine.Stage(ctx, b)
}

// What leaves for where records lie cannot be read, no nonce comes twice, and what has changed there, or is another shard's, is refused. The same calls write the
// same.
func TestStreamEncryptionSeals(t *testing.T) {
	var hashes []string
	for range 2 {
		f := setUp(t)
		f.create(2)
		if err := f.start("alias/aws/kinesis"); err != nil {
			t.Fatal(err)
		}
		f.advance(encrypting)
		k := &kept{Engine: f.s.bytes}
		f.s.bytes = k
		for i := range 40 {
			f.put(fmt.Sprint(i), "zebra crossing")
		}
		nonces := map[string]bool{}
		for _, b := range k.batches {
			if nonces[string(b[:nonceSize])] = true; bytes.Contains(b, []byte("zebra")) {
				t.Error("a batch is readable")
			}
		}
		if len(nonces) != 40 || len(k.batches) != 40 {
			t.Errorf("%d nonces of %d batches", len(nonces), len(k.batches))
		}
		hashes = append(hashes, ok[string](t)(f.k.Hash(t.Context())))
		var row stream
		if err := f.s.k.View(f.call(), func(tx *store.Tx) error { row, _ = f.s.streams.Get(tx, "s"); return nil }); err != nil {
			t.Fatal(err)
		}
		key := ok[*streamKey](t)(f.s.openKey(row.Encryption.Key))
		first := k.batches[0]
		right := 0
		for shard := range 2 {
			if _, err := key.open(row.ID, shard, first); err == nil {
				right++
			}
			for i := range first {
				bad := bytes.Clone(first)
				bad[i] ^= 1
				if _, err := key.open(row.ID, shard, bad); err == nil {
					t.Fatalf("byte %d changed, and it opens", i)
				}
			}
		}
		if right != 1 {
			t.Errorf("%d shards have the batch", right)
		}
	}
	if hashes[0] != hashes[1] {
		t.Error("the same calls, and other rows")
	}
}

// FuzzOpen: any bytes from where records lie are refused, or are the records.
func FuzzOpen(f *testing.F) {
	s := &Service{wrap: must.Do(aes.NewCipher(make([]byte, 32)))}
	wrapped := keywrap.Wrap(s.wrap, [keywrap.KeySize]byte{1})
	key, err := s.openKey(wrapped[:])
	if err != nil {
		f.Fatal(err)
	}
	good := key.aead.Seal(make([]byte, nonceSize), make([]byte, nonceSize), []byte{1, 'k', 1, 'd'}, aboutBatch("id", 1))
	f.Add(good)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		clear, err := key.open("id", 1, b)
		if err == nil && !bytes.Equal(b, good) {
			t.Fatal("forged")
		}
		for err == nil && len(clear) > 0 {
			_, _, clear, err = decode(clear)
		}
	})
}
