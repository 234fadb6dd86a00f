package world

import (
	"unyo/api/rt"
	"unyo/engine/credential"
	"unyo/service/accessanalyzer"
	"unyo/service/athena"
	"unyo/service/cloudtrail"
	"unyo/service/cloudwatch"
	"unyo/service/firehose"
	"unyo/service/glue"
	"unyo/service/iam"
	"unyo/service/kinesis"
	"unyo/service/logs"
	"unyo/service/organizations"
	"unyo/service/s3"
	"unyo/service/sts"

	accessanalyzerapi "unyo/api/accessanalyzer"
	athenaapi "unyo/api/athena"
	cloudtrailapi "unyo/api/cloudtrail"
	cloudwatchapi "unyo/api/cloudwatch"
	ec2api "unyo/api/ec2"
	eventsapi "unyo/api/events"
	firehoseapi "unyo/api/firehose"
	glueapi "unyo/api/glue"
	iamapi "unyo/api/iam"
	kinesisapi "unyo/api/kinesis"
	kmsapi "unyo/api/kms"
	lambdaapi "unyo/api/lambda"
	logsapi "unyo/api/logs"
	organizationsapi "unyo/api/organizations"
	s3api "unyo/api/s3"
	snsapi "unyo/api/sns"
	sqsapi "unyo/api/sqs"
	stsapi "unyo/api/sts"
)

// addServices is the whole wiring, one line per service.
func (w *World) addServices() {
	k, g, o := w.Kernel, w.Gateway, w.options
	seal := credential.New([32]byte(k.Entropy.Derive("credential", 32, "")))
	root := iam.RootKey{ID: o.RootID, Secret: o.RootSecret, Account: o.Management, Loopback: o.Loopback}
	directory := organizations.NewDirectory(k.For("organizations"))
	g.SetOrganizations(directory)
	w.identity = identity{iam.New(k.For("iam"), seal, root, w.engines.issuers).Under(directory), stsapi.Client{Invoker: g}}
	g.SetIdentity(w.identity, seal)

	for _, t := range []*rt.Table{
		iamapi.Bind(w.identity.Service),
		stsapi.Bind(sts.New(k.For("sts"), seal, w.identity, w.engines.issuers)),
		cloudtrailapi.Bind(cloudtrail.New(k.For("cloudtrail"), w.engines.blobs, directory, cloudtrail.Peers{S3: s3api.Client{Invoker: g}, Logs: logsapi.Client{Invoker: g}, Organizations: organizationsapi.Client{Invoker: g}})),
		cloudwatchapi.Bind(cloudwatch.New(k.For("cloudwatch"))),
		logsapi.Bind(logs.New(k.For("logs"), w.engines.logs, logs.Peers{Firehose: firehoseapi.Client{Invoker: g}, Kinesis: kinesisapi.Client{Invoker: g}, S3: s3api.Client{Invoker: g}, Logs: logsapi.Client{Invoker: g}})),
		kinesisapi.Bind(kinesis.New(k.For("kinesis"), w.engines.records)),
		s3api.Bind(s3.New(k.For("s3"), w.engines.blobs, w.engines.stock, s3.Peers{S3: s3api.Client{Invoker: g}})),
		firehoseapi.Bind(firehose.New(k.For("firehose"), w.engines.blobs, w.engines.collector, firehose.Peers{S3: s3api.Client{Invoker: g}, Logs: logsapi.Client{Invoker: g}, Kinesis: kinesisapi.Client{Invoker: g}, Glue: glueapi.Client{Invoker: g}, STS: stsapi.Client{Invoker: g}})),
		glueapi.Bind(glue.New(k.For("glue"), glue.Peers{Glue: glueapi.Client{Invoker: g}, Logs: logsapi.Client{Invoker: g}, S3: s3api.Client{Invoker: g}, STS: stsapi.Client{Invoker: g}})),
		athenaapi.Bind(athena.New(k.For("athena"), athena.Peers{Glue: glueapi.Client{Invoker: g}, S3: s3api.Client{Invoker: g}}, w.engines.trino)),
		organizationsapi.Bind(organizations.New(k.For("organizations"), directory, w.identity, organizations.Peers{IAM: iamapi.Client{Invoker: g}})),
		accessanalyzerapi.Bind(accessanalyzer.New(k.For("accessanalyzer"), accessanalyzer.Peers{IAM: iamapi.Client{Invoker: g}, S3: s3api.Client{Invoker: g}, CloudTrail: cloudtrailapi.Client{Invoker: g}}).Under(directory)),
	} {
		g.Add(t)
	}
	for _, m := range []*rt.Model{ // known, without behaviour yet: every operation answers 501, naming itself
		ec2api.Model, eventsapi.Model, kmsapi.Model, lambdaapi.Model, snsapi.Model, sqsapi.Model,
	} {
		g.Add(rt.NewTable(m, nil))
	}
}
