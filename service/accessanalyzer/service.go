package accessanalyzer

import (
	"time"

	api "unyo/api/accessanalyzer"
	cloudtrailapi "unyo/api/cloudtrail"
	iamapi "unyo/api/iam"
	s3api "unyo/api/s3"
	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// Peers are the services whose resources are looked at.
type Peers struct {
	IAM        iamapi.Client
	S3         s3api.Client
	CloudTrail cloudtrailapi.Client
}

// Service answers the API of IAM Access Analyzer.
type Service struct {
	k     *kernel.Service
	peers Peers
	orgs  Organizations

	analyzers store.Table[analyzer]
	places    store.Table[place]    // account, region, analyzer: who must hear of a change
	orgPlaces store.Table[place]    // organisation, account, region, analyzer
	rules     store.Table[rule]     // analyzer, rule
	resources store.Table[analyzed] // analyzer, type, name
	findings  store.Table[finding]  // analyzer, id
	ofOne     store.Table[struct{}] // analyzer, type, name, finding's id
	previews  store.Table[preview]  // analyzer, id

	generations store.Table[generation]

	survey  jobs.Job[surveyArg]
	scan    jobs.Job[scanArg]
	forget  jobs.Job[forgetArg]
	preview jobs.Job[previewArg]

	generate jobs.Job[generateArg]
}

type analyzer struct {
	Name, Type   string
	Organization string `json:",omitempty"` // whose accounts it looks into
	CreatedAt    time.Time
	Age          int32     `json:",omitempty"` // days without use, of unused access
	Last         string    `json:",omitempty"` // the resource that was looked at last
	LastAt       time.Time `json:",omitzero"`
}

// place finds analyzers across regions.
type place struct{ Type string }

type rule struct {
	Filter               map[string]api.Criterion
	CreatedAt, UpdatedAt time.Time
}

// New makes the service. It names its tables and jobs here.
func New(k *kernel.Service, p Peers) *Service {
	s := &Service{
		k: k, peers: p,
		analyzers: store.TableOf[analyzer](k.Rows, "analyzer", store.Regional),
		places:    store.TableOf[place](k.Rows, "place", store.Partition),
		orgPlaces: store.TableOf[place](k.Rows, "org-place", store.Partition),
		rules:     store.TableOf[rule](k.Rows, "rule", store.Regional),
		resources: store.TableOf[analyzed](k.Rows, "resource", store.Regional),
		findings:  store.TableOf[finding](k.Rows, "finding", store.Regional),
		ofOne:     store.TableOf[struct{}](k.Rows, "of-resource", store.Regional),
		previews:  store.TableOf[preview](k.Rows, "preview", store.Regional),
	}
	s.survey = jobs.Handle(k.Jobs, "survey", s.runSurvey, jobs.Every(time.Hour))
	s.scan = jobs.Handle(k.Jobs, "scan", s.runScan, jobs.Lane(func(a scanArg) string { return a.Analyzer + a.Type + a.Account + a.Name }), jobs.Every(time.Hour))
	s.forget = jobs.Handle(k.Jobs, "forget", s.runForget, jobs.Every(time.Hour))
	s.preview = jobs.Handle(k.Jobs, "preview", s.runPreview, jobs.GivenUp(s.giveUpPreview))
	s.generations = store.TableOf[generation](k.Rows, "generation", store.Regional)
	s.generate = jobs.Handle(k.Jobs, "generate", s.runGenerate, jobs.GivenUp(s.giveUpGeneration))
	k.Journal.Watch(journal.Watch{Name: "access-analyzer", Of: journal.OfCall, See: s.see, Wants: matters})
	return s
}

func (s *Service) arn(c call.Scope, name string) string {
	return "arn:" + s.k.Partition + ":access-analyzer:" + c.Region + ":" + c.Account + ":analyzer/" + name
}
