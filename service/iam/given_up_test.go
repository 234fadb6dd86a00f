package iam

import (
	"testing"

	api "unyo/api/iam"
	"unyo/kernel/store"
)

// Whoever waits for work that is not done any more learns so: a report on access and a deletion have failed, a report on credentials can be asked for again.
func TestGivenUp(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	arn := "arn:aws:iam::111111111111:user/ann"
	asked, err := f.s.GenerateServiceLastAccessedDetails(f.ctx, &api.GenerateServiceLastAccessedDetailsInput{Arn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.GenerateCredentialReport(f.ctx, nil); err != nil {
		t.Fatal(err)
	}
	const task, org = "task/aws-service-role/x/y/1", "o"
	err = f.s.k.Update(f.ctx, func(tx *store.Tx) error {
		f.s.unlinkings.Put(tx, task, unlinking{Status: api.DeletionTaskStatusTypeInProgress})
		f.s.orgReports.Put(tx, org, orgReport{})
		f.s.giveUpGatherUse(tx, accessArg{*asked.JobId}, "struck")
		f.s.giveUpReport(tx, reportArg{}, "struck")
		f.s.giveUpUnlink(tx, unlinkArg{task}, "struck")
		f.s.giveUpSurvey(tx, accessArg{org}, "struck")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	used, err := f.s.GetServiceLastAccessedDetails(f.ctx, &api.GetServiceLastAccessedDetailsInput{JobId: asked.JobId})
	if err != nil || *used.JobStatus != api.JobStatusTypeFailed || *used.Error.Message != "struck" {
		t.Errorf("%+v, %v", used, err)
	}
	report, err := f.s.GenerateCredentialReport(f.ctx, nil)
	if err != nil || *report.State != api.ReportStateTypeStarted {
		t.Errorf("%+v, %v", report, err)
	}
	gone, err := f.s.GetServiceLinkedRoleDeletionStatus(f.ctx, &api.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: new(task)})
	if err != nil || *gone.Status != api.DeletionTaskStatusTypeFailed || *gone.Reason.Reason != "struck" {
		t.Errorf("%+v, %v", gone, err)
	}
	whole, err := f.s.GetOrganizationsAccessReport(f.ctx, &api.GetOrganizationsAccessReportInput{JobId: new(org)})
	if err != nil || *whole.JobStatus != api.JobStatusTypeFailed || *whole.ErrorDetails.Message != "struck" {
		t.Errorf("%+v, %v", whole, err)
	}
}
