package accounts

import (
	"time"

	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// person is a user of the jump account.
type person struct {
	name, dept, group string
	plain             aws.Config // their key alone
	strong            aws.Config // a session that they opened with a second factor
}

// staff are the people. Departments are tags.
var staff = []person{{name: "ann", dept: "shop", group: "operators"}, {name: "bob", dept: "billing", group: "operators"}, {name: "carl", dept: "audit", group: "auditors"}, {name: "dora", dept: "shop", group: "breakers"}}

// doors are the roles that groups may switch to, and in which accounts.
var doors = []struct {
	role, group string
	accounts    []string
	permissions string
}{
	{"operator", "operators", []string{"staging", "production"}, `{"Sid":"Look","Effect":"Allow","Action":["logs:Describe*","kinesis:List*"],"Resource":"*"},
  {"Sid":"OwnDepartment","Effect":"Allow","Action":["logs:FilterLogEvents","logs:PutLogEvents","logs:DeleteLogGroup","kinesis:PutRecord"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/dept":"${aws:PrincipalTag/dept}"}}},
  {"Sid":"OwnObjects","Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/dept":"${aws:PrincipalTag/dept}"}}}`},
	{"auditor", "auditors", []string{"security", "log-archive", "staging", "production"}, `{"Sid":"Look","Effect":"Allow","Action":["logs:Describe*","kinesis:List*","iam:Get*","iam:List*"],"Resource":"*"}`},
	{"break-glass", "breakers", []string{"production"}, `{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}`},
}

// trust lets the jump account's people in, with a second factor and under their own department.
func (p *play) trust() string {
	from := `"Principal":{"AWS":"arn:aws:iam::` + p.accounts["jump"] + `:root"},"Effect":"Allow"`
	return document(`{"Sid":"Enter",` + from + `,"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
  {"Sid":"OwnDepartment",` + from + `,"Action":"sts:TagSession","Condition":{"StringEquals":{"aws:RequestTag/dept":"${aws:PrincipalTag/dept}"}}}`)
}

// settle makes roles and people.
func (p *play) settle(ctx context.Context) error {
	for _, d := range doors {
		for _, account := range d.accounts {
			c, err := p.admin(ctx, account)
			if err != nil {
				return err
			}
			if _, err := iamOf(c).CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(d.role), AssumeRolePolicyDocument: aws.String(p.trust())}); err != nil {
				return err
			}
			if _, err := iamOf(c).PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String(d.role), PolicyName: aws.String("may"), PolicyDocument: aws.String(document(d.permissions))}); err != nil {
				return err
			}
		}
	}
	jump, err := p.admin(ctx, "jump")
	if err != nil {
		return err
	}
	for _, d := range doors {
		roles := ""
		for _, account := range d.accounts {
			roles += `,"` + p.role(account, d.role) + `"`
		}
		if _, err := iamOf(jump).CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String(d.group)}); err != nil {
			return err
		}
		if _, err := iamOf(jump).PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: aws.String(d.group), PolicyName: aws.String("switch"),
			PolicyDocument: aws.String(document(`{"Sid":"Switch","Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],"Resource":[` + roles[1:] + `]}`))}); err != nil {
			return err
		}
	}
	for i := range staff {
		who := staff[i]
		if err := p.hire(ctx, iamOf(jump), &who); err != nil {
			return err
		}
		p.people[who.name] = &who
	}
	return nil
}

// hire makes a user with a key and a device, and opens their session with the second factor.
func (p *play) hire(ctx context.Context, c *iam.Client, who *person) error {
	if _, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: &who.name, Tags: []iamtypes.Tag{{Key: aws.String("dept"), Value: &who.dept}}}); err != nil {
		return err
	}
	if _, err := c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &who.name, GroupName: &who.group}); err != nil {
		return err
	}
	key, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &who.name})
	if err != nil {
		return err
	}
	who.plain = p.as(*key.AccessKey.AccessKeyId, *key.AccessKey.SecretAccessKey, "")
	device, err := c.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: &who.name})
	if err != nil {
		return err
	}
	var codes [3]string // shown one after another
	for i := range codes {
		if codes[i], err = code(device.VirtualMFADevice.Base32StringSeed, p.o.Wall.Add(time.Duration(i-1)*step)); err != nil {
			return err
		}
	}
	at := func(o *iam.Options) { o.HTTPSignerV4 = signer{p.o.Wall} }
	serial := device.VirtualMFADevice.SerialNumber
	if _, err := c.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: &who.name, SerialNumber: serial, AuthenticationCode1: &codes[0], AuthenticationCode2: &codes[1]}, at); err != nil {
		return err
	}
	out, err := sts.NewFromConfig(who.plain).GetSessionToken(ctx, &sts.GetSessionTokenInput{SerialNumber: serial, TokenCode: &codes[2]}, func(o *sts.Options) { o.HTTPSignerV4 = signer{p.o.Wall.Add(step)} })
	if err != nil {
		return err
	}
	who.strong = p.session(out.Credentials)
	return nil
}

// enter switches into a role, under a department.
func (p *play) enter(ctx context.Context, from aws.Config, who, dept, account, role string, seconds int32) (aws.Config, error) {
	out, err := sts.NewFromConfig(from).AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(p.role(account, role)), RoleSessionName: &who, DurationSeconds: &seconds, Tags: []ststypes.Tag{{Key: aws.String("dept"), Value: &dept}}})
	if err != nil {
		return aws.Config{}, err
	}
	return p.session(out.Credentials), nil
}
