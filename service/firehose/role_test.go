package firehose

import (
	"strings"
	"testing"

	api "unyo/api/firehose"
	"unyo/base/awserr"
)

// Every role that a stream is given must let Firehose in, on behalf of the stream, when it is given.
// https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
func TestRoles(t *testing.T) {
	f := setUp(t)
	f.river.born, f.river.shards = begin, []*reach{{parent: -1, adjacent: -1}}
	other := "arn:aws:iam::111111111111:role/other"
	in := fromRiver()
	in.ExtendedS3DestinationConfiguration.S3BackupMode = new(api.S3BackupModeEnabled)
	in.ExtendedS3DestinationConfiguration.S3BackupConfiguration = &api.S3DestinationConfiguration{RoleARN: &other, BucketARN: new("arn:aws:s3:::archive")}
	for _, no := range []string{role, other, "arn:aws:iam::111111111111:role/read"} {
		f.trust.refuse = no
		err := f.make(in)
		if awserr.Code(err) != "InvalidArgumentException" || awserr.Message(err) != "Firehose is unable to assume role "+no+". Please check the role provided." {
			t.Errorf("%s: %v", no, err)
		}
	}
	f.trust.refuse, f.trust.asked = "", nil
	if err := f.make(in); err != nil {
		t.Fatal(err)
	}
	const as = " arn:aws:firehose:eu-central-1:111111111111:deliverystream/s 111111111111"
	if got := strings.Join(f.trust.asked, "\n"); got != "firehose.amazonaws.com arn:aws:iam::111111111111:role/read"+as+"\nfirehose.amazonaws.com "+role+as+"\nfirehose.amazonaws.com "+other+as {
		t.Errorf("asked\n%s", got)
	}
	f.trust.refuse = other
	if err := f.update(&api.UpdateDestinationInput{ExtendedS3DestinationUpdate: &api.ExtendedS3DestinationUpdate{RoleARN: &other}}); awserr.Code(err) != "InvalidArgumentException" {
		t.Errorf("updated: %v", err)
	}
	if err := f.update(&api.UpdateDestinationInput{ExtendedS3DestinationUpdate: &api.ExtendedS3DestinationUpdate{Prefix: new("p/")}}); err != nil {
		t.Errorf("an update that gives no role: %v", err)
	}
}
