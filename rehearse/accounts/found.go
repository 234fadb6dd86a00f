package accounts

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"unyo/rehearse/estate"
)

// units are the organisation's, with the accounts in each.
var units = []struct {
	name     string
	accounts []string
}{{"security", []string{"security", "log-archive"}}, {"workloads", []string{"staging", "production"}}, {"people", []string{"jump"}}}

// guards are the service control policies, and where each stands.
var guards = []struct{ name, unit, statement string }{
	{"StayInside", "", `{"Sid":"StayInside","Effect":"Deny","Action":"organizations:LeaveOrganization","Resource":"*"}`},
	{"KeepTrails", "", `{"Sid":"KeepTrails","Effect":"Deny","Action":["cloudtrail:DeleteTrail","cloudtrail:StopLogging","cloudtrail:UpdateTrail"],"Resource":"*"}`},
	{"OneRegion", "workloads", `{"Sid":"OneRegion","Effect":"Deny","NotAction":["iam:*","organizations:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"` + estate.Region + `"}}}`},
	{"KeepLogs", "workloads", `{"Sid":"KeepLogs","Effect":"Deny","Action":"logs:DeleteLogGroup","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/break-glass"}}}`},
}

// found makes the organisation and its accounts.
func (p *play) found(ctx context.Context) error {
	root := p.as("test", "test", "")
	people := iamOf(root)
	if _, err := people.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("founder")}); err != nil {
		return err
	}
	if _, err := people.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: aws.String("founder"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")}); err != nil {
		return err
	}
	key, err := people.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("founder")})
	if err != nil {
		return err
	}
	p.founder = p.as(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, "")
	orgs := organizationOf(p.founder)
	made, err := orgs.CreateOrganization(ctx, &organizations.CreateOrganizationInput{FeatureSet: orgtypes.OrganizationFeatureSetAll})
	if err != nil {
		return err
	}
	p.org = *made.Organization.Id
	p.accounts["management"] = estate.Account
	for _, u := range units {
		for _, name := range u.accounts {
			if _, err := orgs.CreateAccount(ctx, &organizations.CreateAccountInput{AccountName: aws.String(name), Email: aws.String(name + "@shop.example.com")}); err != nil {
				return err
			}
		}
	}
	if err := p.move(ctx, 10*1e9); err != nil {
		return err
	}
	states, err := orgs.ListCreateAccountStatus(ctx, &organizations.ListCreateAccountStatusInput{})
	if err != nil {
		return err
	}
	for _, s := range states.CreateAccountStatuses {
		if s.State != orgtypes.CreateAccountStateSucceeded {
			return fmt.Errorf("%s: %s %s", *s.AccountName, s.State, s.FailureReason)
		}
		p.accounts[*s.AccountName] = *s.AccountId
	}
	p.report.Check("accounts of the organisation", 6, len(p.accounts))
	return nil
}

// guard puts the accounts into units and sets up what nobody may do.
func (p *play) guard(ctx context.Context) error {
	orgs := organizationOf(p.founder)
	roots, err := orgs.ListRoots(ctx, &organizations.ListRootsInput{})
	if err != nil {
		return err
	}
	targets := map[string]*string{"": roots.Roots[0].Id}
	for _, u := range units {
		made, err := orgs.CreateOrganizationalUnit(ctx, &organizations.CreateOrganizationalUnitInput{ParentId: targets[""], Name: aws.String(u.name)})
		if err != nil {
			return err
		}
		targets[u.name] = made.OrganizationalUnit.Id
		for _, name := range u.accounts {
			if _, err := orgs.MoveAccount(ctx, &organizations.MoveAccountInput{AccountId: aws.String(p.accounts[name]), SourceParentId: targets[""], DestinationParentId: targets[u.name]}); err != nil {
				return err
			}
		}
	}
	for _, g := range guards {
		made, err := orgs.CreatePolicy(ctx, &organizations.CreatePolicyInput{Type: orgtypes.PolicyTypeServiceControlPolicy, Name: aws.String(g.name), Description: aws.String(""), Content: aws.String(document(g.statement))})
		if err != nil {
			return err
		}
		if _, err := orgs.AttachPolicy(ctx, &organizations.AttachPolicyInput{PolicyId: made.Policy.PolicySummary.Id, TargetId: targets[g.unit]}); err != nil {
			return err
		}
	}
	return nil
}

// document is a policy of statements, separated by commas.
func document(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

// closeStaging closes an account: from then on nobody works in it.
func (p *play) closeStaging(ctx context.Context) error {
	c, err := p.admin(ctx, "staging")
	if err != nil {
		return err
	}
	if _, err := organizationOf(p.founder).CloseAccount(ctx, &organizations.CloseAccountInput{AccountId: aws.String(p.accounts["staging"])}); err != nil {
		return err
	}
	p.try("founder", "list log groups of staging, which is closed", p.assumed("staging", "OrganizationAccountAccessRole", "founder"), "OptInRequired", describeGroups(ctx, c))
	return nil
}
