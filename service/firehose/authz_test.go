package firehose

import (
	"testing"

	api "unyo/api/firehose"
)

// TestPassRole: a role is not handed to Firehose without iam:PassRole on it.
func TestPassRole(t *testing.T) {
	f := setUp(t)
	const stream, role = "arn:aws:firehose:eu-central-1:111111111111:deliverystream/s", "arn:aws:iam::111111111111:role/deliver"
	type action struct{ name, resource string }
	for _, c := range []struct {
		op   string
		in   any
		want []action
	}{
		{"CreateDeliveryStream", &api.CreateDeliveryStreamInput{DeliveryStreamName: new("s"), Tags: []api.Tag{{Key: new("k")}}, ExtendedS3DestinationConfiguration: &api.ExtendedS3DestinationConfiguration{RoleARN: new(role)}},
			[]action{{"firehose:CreateDeliveryStream", stream}, {"firehose:TagDeliveryStream", stream}, {"iam:PassRole", role}}},
		{"CreateDeliveryStream", &api.CreateDeliveryStreamInput{DeliveryStreamName: new("s"), S3DestinationConfiguration: &api.S3DestinationConfiguration{RoleARN: new(role)}},
			[]action{{"firehose:CreateDeliveryStream", stream}, {"iam:PassRole", role}}},
		{"CreateDeliveryStream", &api.CreateDeliveryStreamInput{DeliveryStreamName: new("s"), KinesisStreamSourceConfiguration: &api.KinesisStreamSourceConfiguration{RoleARN: new(role + "1")},
			HttpEndpointDestinationConfiguration: &api.HttpEndpointDestinationConfiguration{RoleARN: new(role), S3Configuration: &api.S3DestinationConfiguration{RoleARN: new(role)}}},
			[]action{{"firehose:CreateDeliveryStream", stream}, {"iam:PassRole", role + "1"}, {"iam:PassRole", role}}},
		{"CreateDeliveryStream", &api.CreateDeliveryStreamInput{DeliveryStreamName: new("s"), ExtendedS3DestinationConfiguration: &api.ExtendedS3DestinationConfiguration{RoleARN: new(role), S3BackupConfiguration: &api.S3DestinationConfiguration{RoleARN: new(role + "1")}}},
			[]action{{"firehose:CreateDeliveryStream", stream}, {"iam:PassRole", role}, {"iam:PassRole", role + "1"}}},
		{"UpdateDestination", &api.UpdateDestinationInput{DeliveryStreamName: new("s"), HttpEndpointDestinationUpdate: &api.HttpEndpointDestinationUpdate{RoleARN: new(role), S3Update: &api.S3DestinationUpdate{RoleARN: new(role + "1")}}},
			[]action{{"firehose:UpdateDestination", stream}, {"iam:PassRole", role}, {"iam:PassRole", role + "1"}}},
		{"UpdateDestination", &api.UpdateDestinationInput{DeliveryStreamName: new("s"), ExtendedS3DestinationUpdate: &api.ExtendedS3DestinationUpdate{S3BackupUpdate: &api.S3DestinationUpdate{RoleARN: new(role)}}},
			[]action{{"firehose:UpdateDestination", stream}, {"iam:PassRole", role}}},
		{"UpdateDestination", &api.UpdateDestinationInput{DeliveryStreamName: new("s"), ExtendedS3DestinationUpdate: &api.ExtendedS3DestinationUpdate{}},
			[]action{{"firehose:UpdateDestination", stream}}},
		{"UpdateDestination", &api.UpdateDestinationInput{DeliveryStreamName: new("s"), ExtendedS3DestinationUpdate: &api.ExtendedS3DestinationUpdate{RoleARN: new(role)}},
			[]action{{"firehose:UpdateDestination", stream}, {"iam:PassRole", role}}},
	} {
		needs, known := f.s.Needs(f.call(), c.op, c.in)
		if !known || len(needs) != len(c.want) {
			t.Errorf("%s needs %v, want %v", c.op, needs, c.want)
			continue
		}
		for i, n := range needs {
			if n.Action != c.want[i].name || n.Resources[0] != c.want[i].resource {
				t.Errorf("%s needs %v, want %v", c.op, n, c.want[i])
			}
		}
	}
	if _, known := f.s.Needs(f.call(), "PutRecord", &api.PutRecordInput{}); known {
		t.Error("PutRecord is told by the facts")
	}
}
