package world

import (
	"context"
	"strings"
	"testing"

	iamapi "unyo/api/iam"
	logsapi "unyo/api/logs"
	organizationsapi "unyo/api/organizations"
	"unyo/base/call"
)

// hire makes a user, and a context of its calls.
func (a *account) hire(t *testing.T, name string) (ctx context.Context, id string) {
	t.Helper()
	u := done[*iamapi.CreateUserOutput](t)(a.iam.CreateUser(a.ctx(), &iamapi.CreateUserInput{UserName: &name})).User
	ctx = a.ctx()
	call.From(ctx).Principal = call.Principal{Kind: call.IAMUser, Account: a.id, ARN: *u.Arn, ID: *u.UserId, Name: name}
	return ctx, *u.UserId
}

func (a *account) dismiss(t *testing.T, name string) {
	t.Helper()
	done[*iamapi.DeleteUserOutput](t)(a.iam.DeleteUser(a.ctx(), &iamapi.DeleteUserInput{UserName: &name}))
}

// Whoever takes a deleted user's name gets nothing of what policies of resources gave it: they name an id from then on.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-users
func TestPoliciesKeepWhomTheyNamed(t *testing.T) {
	w := open(t, "")
	a := w.account(sourceAccount)
	ann, id := a.hire(t, "ann")
	const arn = "arn:aws:iam::" + sourceAccount + ":user/ann"
	name := new("all")

	done[*logsapi.PutDeliveryDestinationOutput](t)(a.logs.PutDeliveryDestination(a.ctx(), &logsapi.PutDeliveryDestinationInput{Name: name, DeliveryDestinationConfiguration: &logsapi.DeliveryDestinationConfiguration{DestinationResourceArn: new("arn:aws:s3:::somewhere")}}))
	deliverable := func(who string) error {
		_, err := a.logs.PutDeliveryDestinationPolicy(a.ctx(), &logsapi.PutDeliveryDestinationPolicyInput{DeliveryDestinationName: name,
			DeliveryDestinationPolicy: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + who + `"},"Action":"logs:GetDeliveryDestination","Resource":"*"}}`)})
		return err
	}
	look := func(ctx context.Context) error {
		_, err := a.logs.GetDeliveryDestination(ctx, &logsapi.GetDeliveryDestinationInput{Name: name})
		return err
	}
	orgs := organizationsapi.Client{Invoker: w.Gateway}
	done[*organizationsapi.CreateOrganizationOutput](t)(orgs.CreateOrganization(a.ctx(), &organizationsapi.CreateOrganizationInput{}))
	delegate := func(who string) error {
		_, err := orgs.PutResourcePolicy(a.ctx(), &organizationsapi.PutResourcePolicyInput{Content: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + who + `"},"Action":"organizations:List*","Resource":"*"}}`)})
		return err
	}

	refusedWith(t, deliverable(arn+"a"), "ValidationException") // nobody can be named who is not there
	refusedWith(t, delegate(arn+"a"), "InvalidInputException")
	for _, err := range []error{deliverable(arn), delegate(arn), look(ann)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	a.dismiss(t, "ann")
	heiress, _ := a.hire(t, "ann")
	refusedWith(t, look(heiress), "AccessDeniedException")
	for what, text := range map[string]string{
		"delivery destination": *done[*logsapi.GetDeliveryDestinationPolicyOutput](t)(a.logs.GetDeliveryDestinationPolicy(a.ctx(), &logsapi.GetDeliveryDestinationPolicyInput{DeliveryDestinationName: name})).Policy.DeliveryDestinationPolicy,
		"organisation":         *done[*organizationsapi.DescribeResourcePolicyOutput](t)(orgs.DescribeResourcePolicy(a.ctx(), &organizationsapi.DescribeResourcePolicyInput{})).ResourcePolicy.Content,
	} {
		if !strings.Contains(text, id) || strings.Contains(text, arn) {
			t.Errorf("%s: %s", what, text)
		}
	}
}
