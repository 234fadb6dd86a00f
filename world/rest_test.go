package world

import (
	"bytes"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	firehoseapi "unyo/api/firehose"
	iamapi "unyo/api/iam"
	kinesisapi "unyo/api/kinesis"
	s3api "unyo/api/s3"
	"unyo/kernel/store"
)

// What is put through the API does not lie readable in the estate's folder, while it is buffered, when it is delivered, and when the estate is closed; and it
// is given back after it is opened again: small, large and multipart objects of S3, records of Firehose and Kinesis, and the secret of an access key.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html
func TestNothingReadableAtRest(t *testing.T) {
	o := locked(t)
	w := openWorld(t, o)
	a := w.account(sourceAccount)
	const marker = "Zebra crossing 4711; "
	large := strings.Repeat(marker, (6<<20)/len(marker))
	bucket := new("archive")
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: bucket, CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	for key, text := range map[string]string{"small": marker, "large": large} {
		done[*s3api.PutObjectOutput](t)(a.s3.PutObject(a.ctx(), &s3api.PutObjectInput{Bucket: bucket, Key: &key, Body: strings.NewReader(text)}))
	}
	a.putParts(t, "parts", large, marker)

	trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}`
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("r"), AssumeRolePolicyDocument: &trust}))
	write := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}}`
	done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("r"), PolicyName: new("p"), PolicyDocument: &write}))
	done[*firehoseapi.CreateDeliveryStreamOutput](t)(a.hose.CreateDeliveryStream(a.ctx(), &firehoseapi.CreateDeliveryStreamInput{DeliveryStreamName: new("s"),
		ExtendedS3DestinationConfiguration: &firehoseapi.ExtendedS3DestinationConfiguration{RoleARN: new("arn:aws:iam::" + sourceAccount + ":role/r"), BucketARN: new("arn:aws:s3:::archive")}}))
	done[*firehoseapi.PutRecordOutput](t)(a.hose.PutRecord(a.ctx(), &firehoseapi.PutRecordInput{DeliveryStreamName: new("s"), Record: &firehoseapi.Record{Data: []byte(marker)}}))
	done[*kinesisapi.CreateStreamOutput](t)(a.kinesis.CreateStream(a.ctx(), &kinesisapi.CreateStreamInput{StreamName: new("k"), ShardCount: new(int32(1))}))
	w.advance(t, time.Minute)
	done[*kinesisapi.PutRecordOutput](t)(a.kinesis.PutRecord(a.ctx(), &kinesisapi.PutRecordInput{StreamName: new("k"), PartitionKey: new("p"), Data: []byte(marker)}))
	a.hire(t, "ann")
	secret := *done[*iamapi.CreateAccessKeyOutput](t)(a.iam.CreateAccessKey(a.ctx(), &iamapi.CreateAccessKeyInput{UserName: new("ann")})).AccessKey.SecretAccessKey
	if err := w.Kernel.Store.Sync(); err != nil {
		t.Fatal(err)
	}
	unreadable(t, o.Dir, marker, secret)
	w.advance(t, time.Hour)
	unreadable(t, o.Dir, marker, secret)
	rows := 0
	if err := w.Kernel.Store.Cat(t.Context(), "", func(r store.Raw) bool { // files of rows are compressed
		for _, text := range []string{marker, secret, base64.StdEncoding.EncodeToString([]byte(marker))} {
			if bytes.Contains(r.Bytes, []byte(text)) {
				t.Errorf("%q lies readable in %s", text, r.Path())
			}
		}
		rows++
		return true
	}); err != nil || rows < 20 {
		t.Fatal(rows, err)
	}
	closeWorld(t, w)
	unreadable(t, o.Dir, marker, secret)

	w = openWorld(t, o)
	defer closeWorld(t, w)
	a = w.account(sourceAccount)
	list := done[*s3api.ListObjectsV2Output](t)(a.s3.ListObjectsV2(a.ctx(), &s3api.ListObjectsV2Input{Bucket: bucket})).Contents
	if len(list) != 4 {
		t.Errorf("%d objects", len(list))
	}
	for _, e := range list {
		got := done[*s3api.GetObjectOutput](t)(a.s3.GetObject(a.ctx(), &s3api.GetObjectInput{Bucket: bucket, Key: e.Key}))
		text := done[[]byte](t)(io.ReadAll(got.Body))
		if want := map[string]string{"large": large, "parts": large + marker}[*e.Key]; *got.ServerSideEncryption != "AES256" || want == "" && string(text) != marker || want != "" && string(text) != want {
			t.Errorf("%s: %s, %d bytes", *e.Key, *got.ServerSideEncryption, len(text))
		}
	}
}

// putParts puts an object in parts.
func (a *account) putParts(t *testing.T, key string, texts ...string) {
	t.Helper()
	bucket := new("archive")
	id := done[*s3api.CreateMultipartUploadOutput](t)(a.s3.CreateMultipartUpload(a.ctx(), &s3api.CreateMultipartUploadInput{Bucket: bucket, Key: &key})).UploadId
	var parts []s3api.CompletedPart
	for i, text := range texts {
		n := new(int32(i + 1))
		tag := done[*s3api.UploadPartOutput](t)(a.s3.UploadPart(a.ctx(), &s3api.UploadPartInput{Bucket: bucket, Key: &key, UploadId: id, PartNumber: n, Body: strings.NewReader(text)})).ETag
		parts = append(parts, s3api.CompletedPart{ETag: tag, PartNumber: n})
	}
	done[*s3api.CompleteMultipartUploadOutput](t)(a.s3.CompleteMultipartUpload(a.ctx(), &s3api.CompleteMultipartUploadInput{Bucket: bucket, Key: &key, UploadId: id, MultipartUpload: &s3api.CompletedMultipartUpload{Parts: parts}}))
}

// unreadable looks for texts in every file below dir.
func unreadable(t *testing.T, dir string, texts ...string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		for _, text := range texts {
			if bytes.Contains(b, []byte(text)) {
				t.Errorf("%q lies readable in %s", text, name)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
