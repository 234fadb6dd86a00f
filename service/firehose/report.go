package firehose

import (
	"context"
	"fmt"

	logsapi "unyo/api/logs"
	"unyo/base/awserr"
	"unyo/base/call"
)

// wordS3 words why S3 has not taken an object.
// https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
func wordS3(fault error) (code, text string) {
	switch awserr.Code(fault) {
	case "AccessDenied", "AccessDeniedException":
		return "S3.AccessDenied", "Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose to assume the role, and the access policy allows access to the S3 bucket."
	case "NoSuchBucket":
		return "S3.NoSuchBucket", "The specified S3 bucket does not exist. Create the bucket or use a different bucket that does exist."
	}
	return "S3.InternalServerError", "Unable to deliver data to the S3 bucket."
}

// report writes a failed delivery of a buffer to the error log of where it was going.
func (s *Service) report(ctx context.Context, row *stream, buffer, code, text string) {
	d := row.target(buffer)
	if buffer == bufferOut && row.HTTP != nil {
		role := row.HTTP.RoleARN
		if role == "" {
			role = d.RoleARN
		}
		s.tell(ctx, row, &row.HTTP.Logging, role, row.HTTP.URL, code, text)
		return
	}
	s.tell(ctx, row, &d.Logging, d.RoleARN, d.BucketARN, code, text)
}

// unread writes that the source cannot be read to the error log of the destination.
func (s *Service) unread(ctx context.Context, row *stream, code, text string) {
	s.report(ctx, row, bufferOut, "Kinesis."+code, text)
}

// tell writes a line to an error log, where that is on.
// https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
func (s *Service) tell(ctx context.Context, row *stream, l *logging, role, destination, code, text string) {
	if !l.On {
		return
	}
	line := fmt.Appendf(nil, `{"deliveryStreamARN":%q,"destination":`, s.arn(call.From(ctx), row.Name))
	line = appendText(line, destination)
	line = fmt.Appendf(line, `,"deliveryStreamVersionId":%d,"message":`, row.Version)
	line = appendText(line, text)
	line = append(line, `,"errorCode":`...)
	line = append(appendText(line, code), '}')
	_, err := s.peers.Logs.PutLogEvents(s.as(ctx, row, role), &logsapi.PutLogEventsInput{
		LogGroupName: new(l.Group), LogStreamName: new(l.Stream),
		LogEvents: []logsapi.InputLogEvent{{Timestamp: new(s.k.Clock.Now().UnixMilli()), Message: new(string(line))}},
	})
	if err != nil {
		s.k.Log.Warn("error log of a delivery stream not written", "stream", row.Name, "error", err)
	}
}
