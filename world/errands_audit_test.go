package world

import (
	"time"

	accessanalyzerapi "unyo/api/accessanalyzer"
	cloudtrailapi "unyo/api/cloudtrail"
	iamapi "unyo/api/iam"
	logsapi "unyo/api/logs"
	organizationsapi "unyo/api/organizations"
)

// organize has an organization make an account, and trust services.
func (e *errands) organize() {
	t, o := e.T, e.organization
	done[*organizationsapi.CreateOrganizationOutput](t)(o.CreateOrganization(e.boss(), &organizationsapi.CreateOrganizationInput{}))
	id := done[*organizationsapi.CreateAccountOutput](t)(o.CreateAccount(e.boss(), &organizationsapi.CreateAccountInput{AccountName: new("member"), Email: new("member@example.com")})).CreateAccountStatus.Id
	for _, service := range []string{"cloudtrail.amazonaws.com", "access-analyzer.amazonaws.com"} {
		done[*organizationsapi.EnableAWSServiceAccessOutput](t)(o.EnableAWSServiceAccess(e.boss(), &organizationsapi.EnableAWSServiceAccessInput{ServicePrincipal: &service}))
	}
	e.w.advance(t, time.Minute)
	e.member = *done[*organizationsapi.DescribeCreateAccountStatusOutput](t)(o.DescribeCreateAccountStatus(e.boss(), &organizationsapi.DescribeCreateAccountStatusInput{CreateAccountRequestId: id})).CreateAccountStatus.AccountId
	done[*cloudtrailapi.RegisterOrganizationDelegatedAdminOutput](t)(e.trail.RegisterOrganizationDelegatedAdmin(e.boss(), &cloudtrailapi.RegisterOrganizationDelegatedAdminInput{MemberAccountId: &e.member}))
	done[*cloudtrailapi.DeregisterOrganizationDelegatedAdminOutput](t)(e.trail.DeregisterOrganizationDelegatedAdmin(e.boss(), &cloudtrailapi.DeregisterOrganizationDelegatedAdminInput{DelegatedAdminAccountId: &e.member}))
}

// keepTrails has CloudTrail write into a group, keep events in Lake, answer into buckets here and over the border, and read old files again.
func (e *errands) keepTrails() {
	t := e.T
	done[*logsapi.CreateLogGroupOutput](t)(e.a.logs.CreateLogGroup(e.a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("trail")}))
	done[*cloudtrailapi.UpdateTrailOutput](t)(e.trail.UpdateTrail(e.ann(), &cloudtrailapi.UpdateTrailInput{Name: new("house"), CloudWatchLogsLogGroupArn: new("arn:aws:logs:eu-central-1:111111111111:log-group:trail:*"), CloudWatchLogsRoleArn: new(worker)}))
	lake := done[*cloudtrailapi.CreateEventDataStoreOutput](t)(e.trail.CreateEventDataStore(e.ann(), &cloudtrailapi.CreateEventDataStoreInput{Name: new("lake"), TerminationProtectionEnabled: new(false)})).EventDataStoreArn
	e.w.advance(t, time.Hour)
	id := (*lake)[len(*lake)-36:]
	for _, bucket := range []string{"archive", "vault"} {
		done[*cloudtrailapi.StartQueryOutput](t)(e.trail.StartQuery(e.ann(), &cloudtrailapi.StartQueryInput{QueryStatement: new("SELECT eventName FROM " + id), DeliveryS3Uri: new("s3://" + bucket + "/lake")}))
		e.w.advance(t, time.Minute)
	}
	done[*cloudtrailapi.StopEventDataStoreIngestionOutput](t)(e.trail.StopEventDataStoreIngestion(e.ann(), &cloudtrailapi.StopEventDataStoreIngestionInput{EventDataStore: lake}))
	done[*cloudtrailapi.StartImportOutput](t)(e.trail.StartImport(e.ann(), &cloudtrailapi.StartImportInput{Destinations: []string{*lake},
		ImportSource: &cloudtrailapi.ImportSource{S3: &cloudtrailapi.S3ImportSource{S3BucketAccessRoleArn: new(worker), S3BucketRegion: new("eu-central-1"), S3LocationUri: new("s3://files-of-house/AWSLogs/111111111111/CloudTrail/")}}}))
	e.w.advance(t, time.Hour)
}

// analyze has Access Analyzer look for what lets others in and for what nobody uses, in an account and in an organization, and at what a role has done.
func (e *errands) analyze() {
	t := e.T
	done[*iamapi.CreateLoginProfileOutput](t)(e.a.iam.CreateLoginProfile(e.a.ctx(), &iamapi.CreateLoginProfileInput{UserName: new("ann"), Password: new("correct-Horse7-battery")}))
	make := func(name, kind string, days int32) {
		in := &accessanalyzerapi.CreateAnalyzerInput{AnalyzerName: &name, Type: &kind}
		if days > 0 {
			in.Configuration = &accessanalyzerapi.AnalyzerConfiguration{UnusedAccess: &accessanalyzerapi.UnusedAccessConfiguration{UnusedAccessAge: &days}}
		}
		who := e.ann
		if kind == accessanalyzerapi.TypeOrganization {
			who = e.boss
		}
		done[*accessanalyzerapi.CreateAnalyzerOutput](t)(e.analyzer.CreateAnalyzer(who(), in))
	}
	make("outer", accessanalyzerapi.TypeAccount, 0)
	make("unused", accessanalyzerapi.TypeAccountUnusedAccess, 1)
	make("all", accessanalyzerapi.TypeOrganization, 0)
	e.w.advance(t, 25*time.Hour)
}

// generate has it make a policy of what the trail's files tell.
func (e *errands) generate() {
	t := e.T
	job := done[*accessanalyzerapi.StartPolicyGenerationOutput](t)(e.analyzer.StartPolicyGeneration(e.ann(), &accessanalyzerapi.StartPolicyGenerationInput{PolicyGenerationDetails: &accessanalyzerapi.PolicyGenerationDetails{PrincipalArn: new(worker)},
		CloudTrailDetails: &accessanalyzerapi.CloudTrailDetails{AccessRole: new(worker), StartTime: new(e.w.Kernel.Clock.Now().Add(-24 * time.Hour)), Trails: []accessanalyzerapi.Trail{{CloudTrailArn: new("arn:aws:cloudtrail:eu-central-1:111111111111:trail/house"), AllRegions: new(true)}}}})).JobId
	e.w.advance(t, time.Minute)
	got := done[*accessanalyzerapi.GetGeneratedPolicyOutput](t)(e.analyzer.GetGeneratedPolicy(e.ann(), &accessanalyzerapi.GetGeneratedPolicyInput{JobId: job})).JobDetails
	if *got.Status != accessanalyzerapi.JobStatusSucceeded {
		t.Fatalf("%+v", got.JobError)
	}
}
