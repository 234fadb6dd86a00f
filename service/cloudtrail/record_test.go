package cloudtrail

import (
	"encoding/json"
	"testing"
	"time"

	"unyo/kernel/journal"
)

// Identities of every kind, as AWS's reference shows them.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
func TestIdentities(t *testing.T) {
	at := time.Date(2026, 3, 1, 11, 0, 0, 0, time.UTC)
	for _, x := range []struct {
		name, want string
		c          journal.Call
	}{
		{"root", `{"type":"Root","principalId":"111111111111","arn":"arn:aws:iam::111111111111:root","accountId":"111111111111","accessKeyId":"AKIA"}`,
			journal.Call{Principal: journal.Principal{Kind: "Root", Account: "111111111111", ID: "111111111111", ARN: "arn:aws:iam::111111111111:root", AccessKeyID: "AKIA"}}},
		{"user", `{"type":"IAMUser","principalId":"AIDA","arn":"arn:aws:iam::111111111111:user/ann","accountId":"111111111111","accessKeyId":"AKIA","userName":"ann"}`,
			journal.Call{Principal: journal.Principal{Kind: "IAMUser", Account: "111111111111", ID: "AIDA", Name: "ann", ARN: "arn:aws:iam::111111111111:user/ann", AccessKeyID: "AKIA"}}},
		{"user's session, through a service", `{"type":"IAMUser","principalId":"AIDA","arn":"arn:aws:iam::111111111111:user/ann","accountId":"111111111111","accessKeyId":"ASIA","userName":"ann","sessionContext":{"attributes":{"creationDate":"2026-03-01T11:00:00Z","mfaAuthenticated":"true"}},"invokedBy":"logs.amazonaws.com"}`,
			journal.Call{InvokedBy: "logs.amazonaws.com", Principal: journal.Principal{Kind: "IAMUser", Account: "111111111111", ID: "AIDA", Name: "ann", ARN: "arn:aws:iam::111111111111:user/ann", AccessKeyID: "ASIA", IssuedAt: at, MFA: true}}},
		{"role", `{"type":"AssumedRole","principalId":"AROA:s","arn":"arn:aws:sts::111111111111:assumed-role/R/s","accountId":"111111111111","accessKeyId":"ASIA","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA","arn":"arn:aws:iam::111111111111:role/p/R","accountId":"111111111111","userName":"R"},"webIdFederationData":{"federatedProvider":"accounts.google.com"},"attributes":{"creationDate":"2026-03-01T11:00:00Z","mfaAuthenticated":"false"},"sourceIdentity":"ann"}}`,
			journal.Call{Principal: journal.Principal{Kind: "AssumedRole", Account: "111111111111", ID: "AROA:s", Name: "R", RoleARN: "arn:aws:iam::111111111111:role/p/R", ARN: "arn:aws:sts::111111111111:assumed-role/R/s", AccessKeyID: "ASIA", IssuedAt: at, SourceIdentity: "ann", Provider: "accounts.google.com"}}},
		{"federated user", `{"type":"FederatedUser","principalId":"111111111111:bob","arn":"arn:aws:sts::111111111111:federated-user/bob","accountId":"111111111111","accessKeyId":"ASIA","sessionContext":{"sessionIssuer":{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/ann","accountId":"111111111111","userName":"ann"},"attributes":{"creationDate":"2026-03-01T11:00:00Z","mfaAuthenticated":"false"}}}`,
			journal.Call{Principal: journal.Principal{Kind: "FederatedUser", Account: "111111111111", ID: "111111111111:bob", Name: "bob", RoleARN: "arn:aws:iam::111111111111:user/ann", ARN: "arn:aws:sts::111111111111:federated-user/bob", AccessKeyID: "ASIA", IssuedAt: at}}},
		{"service", `{"type":"AWSService","invokedBy":"firehose.amazonaws.com"}`, journal.Call{InvokedBy: "firehose.amazonaws.com", Principal: journal.Principal{Kind: "AWSService", ID: "firehose.amazonaws.com", Service: "firehose.amazonaws.com"}}},
		{"another account's", `{"type":"AWSAccount","principalId":"AIDA","accountId":"222222222222"}`, journal.Call{Principal: journal.Principal{Kind: "IAMUser", Account: "222222222222", ID: "AIDA", Name: "eve", ARN: "arn:aws:iam::222222222222:user/eve", AccessKeyID: "AKIA"}}},
		{"nobody", `{"type":"AWSAccount","accountId":"ANONYMOUS_PRINCIPAL"}`, journal.Call{Principal: journal.Principal{Kind: "Anonymous"}}},
		{"web identity", `{"type":"WebIdentityUser","principalId":"accounts.google.com:app:1","userName":"1","identityProvider":"accounts.google.com"}`, journal.Call{Principal: journal.Principal{Kind: "WebIdentityUser", ID: "accounts.google.com:app:1", Name: "1", Provider: "accounts.google.com"}}},
		{"SAML", `{"type":"SAMLUser","principalId":"x:y","userName":"ann","identityProvider":"idp"}`, journal.Call{Principal: journal.Principal{Kind: "SAMLUser", ID: "x:y", Name: "ann", Provider: "idp"}}},
	} {
		got, err := json.Marshal(identityOf(&x.c, "111111111111"))
		if err != nil || string(got) != x.want {
			t.Errorf("%s:\n%s\n%s", x.name, got, x.want)
		}
	}
}

// An event's id leads to its entry, differs by account, and no other text does.
func TestEventIDs(t *testing.T) {
	for _, seq := range []uint64{1, 77, 1 << 40} {
		e := &journal.Entry{Seq: seq, Call: &journal.Call{RequestID: "r"}}
		id := eventID(e, "111111111111")
		if got, ok := seqOf(id); !ok || got != seq || id == eventID(e, "222222222222") || len(id) != 36 || id[14] != '4' {
			t.Errorf("%d: %s leads to %d", seq, id, got)
		}
	}
	for _, bad := range []string{"", "x", "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"} {
		if _, ok := seqOf(bad); ok {
			t.Errorf("%q leads somewhere", bad)
		}
	}
}

func TestResources(t *testing.T) {
	for text, want := range map[string][2]string{
		"arn:aws:iam::1:role/a/b/R":                       {"AWS::IAM::Role", "R"},
		"arn:aws:s3:::b":                                  {"AWS::S3::Bucket", "b"},
		"arn:aws:s3:::b/k/l":                              {"AWS::S3::Object", "b/k/l"},
		"arn:aws:logs:eu-central-1:1:log-group:/a/b:*":    {"AWS::Logs::LogGroup", "/a/b"},
		"arn:aws:cloudtrail:eu-central-1:1:trail/main":    {"AWS::CloudTrail::Trail", "main"},
		"arn:aws:kinesis:eu-central-1:1:stream/s":         {"AWS::Kinesis::Stream", "s"},
		"arn:aws:sqs:eu-central-1:1:q":                    {"AWS::SQS::Queue", "q"},
		"arn:aws:cloudwatch:eu-central-1:1:alarm:a:b":     {"AWS::CloudWatch::Alarm", "a:b"},
		"arn:aws:glue:eu-central-1:1:table/db/t":          {"AWS::Glue::Table", "db/t"},
		"*":                                               {"", "*"},
		"arn:aws:unknown:eu-central-1:1:thing/with:colon": {"", "with:colon"},
	} {
		if typeOf(text) != want[0] || nameOf(text) != want[1] {
			t.Errorf("%s: %s %s", text, typeOf(text), nameOf(text))
		}
	}
}
