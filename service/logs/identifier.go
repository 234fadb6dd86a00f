package logs

import (
	"context"
	"strings"

	"unyo/base/arn"
	"unyo/base/call"
)

// groupName takes the name out of a logGroupName or a logGroupIdentifier, of which exactly one must be given. An identifier is a
// name or an ARN, with or without :* behind it.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
func groupName(ctx context.Context, name, identifier *string) (string, error) {
	switch {
	case name != nil && identifier != nil:
		return "", invalid("LogGroup name and LogGroup identifier cannot both be specified.")
	case name != nil:
		return *name, nil
	case identifier == nil:
		return "", invalid("Either LogGroup name or LogGroup identifier must be specified.")
	}
	return identified(ctx, *identifier)
}

// identified is the name of the group that an identifier means. A group of another account or region is not found.
func identified(ctx context.Context, identifier string) (string, error) {
	if !strings.HasPrefix(identifier, "arn:") {
		return identifier, nil
	}
	a, err := arn.Parse(identifier)
	name, ok := strings.CutPrefix(a.Resource, "log-group:")
	name = strings.TrimSuffix(name, ":*")
	if err != nil || !ok || a.Service != "logs" || name == "" || strings.Contains(name, ":") {
		return "", invalid("The ARN %s is not the ARN of a log group.", identifier)
	}
	scope := call.ScopeOf(ctx)
	if a.Account != scope.Account || a.Region != scope.Region || a.Partition != scope.Partition {
		return "", noGroup()
	}
	return name, nil
}
