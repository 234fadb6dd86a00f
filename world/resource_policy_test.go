package world

import (
	"context"
	"testing"

	logsapi "unyo/api/logs"
	"unyo/base/call"
)

// A service writes into a group as itself when a policy admits it, on behalf of whom the policy says.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
func TestResourcePolicyAdmitsServices(t *testing.T) {
	w := open(t, "")
	a := w.account(sourceAccount)
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))
	done[*logsapi.CreateLogStreamOutput](t)(a.logs.CreateLogStream(a.ctx(), &logsapi.CreateLogStreamInput{LogGroupName: new("g"), LogStreamName: new("s")}))
	const zone, other = "arn:aws:route53:::hostedzone/Z1", "arn:aws:route53:::hostedzone/Z2"
	put := func(ctx context.Context) error {
		_, err := a.logs.PutLogEvents(ctx, &logsapi.PutLogEventsInput{LogGroupName: new("g"), LogStreamName: new("s"), LogEvents: []logsapi.InputLogEvent{{Timestamp: new(w.Kernel.Clock.Now().UnixMilli()), Message: new("m")}}})
		return err
	}
	as := func(service, source string) context.Context {
		return call.AsService(a.ctx(), service, source, sourceAccount)
	}
	refusedWith(t, put(as("route53.amazonaws.com", zone)), "AccessDeniedException")
	// Two documents may use one Sid; the second denies a third zone.
	for name, text := range map[string]string{
		"allow": `{"Version":"2012-10-17","Statement":[{"Sid":"x","Effect":"Allow","Principal":{"Service":"route53.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"arn:aws:logs:eu-central-1:111111111111:log-group:g:*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:route53:::hostedzone/*"}}}]}`,
		"deny":  `{"Version":"2012-10-17","Statement":{"Sid":"x","Effect":"Deny","Principal":{"Service":"route53.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*","Condition":{"ArnEquals":{"aws:SourceArn":"` + other + `"}}}}`,
	} {
		done[*logsapi.PutResourcePolicyOutput](t)(a.logs.PutResourcePolicy(a.ctx(), &logsapi.PutResourcePolicyInput{PolicyName: &name, PolicyDocument: &text}))
	}
	if err := put(as("route53.amazonaws.com", zone)); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, put(as("route53.amazonaws.com", other)), "AccessDeniedException")
	refusedWith(t, put(as("events.amazonaws.com", zone)), "AccessDeniedException")
	// It is for services only: another account stays outside.
	b := w.account(logAccount)
	done[*logsapi.PutResourcePolicyOutput](t)(a.logs.PutResourcePolicy(a.ctx(), &logsapi.PutResourcePolicyInput{PolicyName: new("account"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + logAccount + `"},"Action":"logs:*","Resource":"*"}}`)}))
	refusedWith(t, put(b.ctx()), "ResourceNotFoundException") // its own group of that name
	done[*logsapi.DeleteResourcePolicyOutput](t)(a.logs.DeleteResourcePolicy(a.ctx(), &logsapi.DeleteResourcePolicyInput{PolicyName: new("allow")}))
	refusedWith(t, put(as("route53.amazonaws.com", zone)), "AccessDeniedException")
}
