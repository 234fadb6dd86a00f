"""AWS Organizations as boto3 asks it: every operation that has behaviour, and what service control policies decide."""
import json
import os
import subprocess
import time

import boto3
from botocore.exceptions import ClientError


def client(service, credentials=None):
    if credentials is None:
        return boto3.client(service)
    return boto3.client(service, aws_access_key_id=credentials["AccessKeyId"], aws_secret_access_key=credentials["SecretAccessKey"], aws_session_token=credentials.get("SessionToken"))


def refused(code, call, words="", **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        assert words in str(e), e
        return e.response
    raise AssertionError(f"{call} was not refused with {code}")


def statement(effect, action, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Guard", "Effect": effect, "Action": action, "Resource": "*", **more}]})


orgs, iam = client("organizations"), client("iam")
refused("AWSOrganizationsNotInUseException", orgs.describe_organization)
organization = orgs.create_organization(FeatureSet="ALL")["Organization"]
refused("AlreadyInOrganizationException", orgs.create_organization)
root = orgs.list_roots()["Roots"][0]
assert root["PolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}], root


def create_account(name, **more):
    status = orgs.create_account(AccountName=name, Email=name + "@example.com", **more)["CreateAccountStatus"]
    assert status["State"] == "IN_PROGRESS", status
    while status["State"] == "IN_PROGRESS":
        time.sleep(0.2)
        status = orgs.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
    return status


staging = create_account("staging")["AccountId"]
assert create_account("staging")["FailureReason"] == "EMAIL_ALREADY_EXISTS"

# A user of the management account switches into the new account; a service control policy holds from the next call on.
iam.create_user(UserName="ann")
iam.attach_user_policy(UserName="ann", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
key = iam.create_access_key(UserName="ann")["AccessKey"]
ann = {"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]}


def switch(account, role="OrganizationAccountAccessRole"):
    return client("sts", ann).assume_role(RoleArn=f"arn:aws:iam::{account}:role/{role}", RoleSessionName="ann")["Credentials"]


inside = switch(staging)
logs = client("logs", inside)
logs.create_log_group(logGroupName="before")
no_groups = orgs.create_policy(Type="SERVICE_CONTROL_POLICY", Name="no groups", Description="", Content=statement("Deny", "logs:CreateLogGroup"))["Policy"]["PolicySummary"]["Id"]
orgs.attach_policy(PolicyId=no_groups, TargetId=staging)
refused("AccessDeniedException", logs.create_log_group, "with an explicit deny in a service control policy", logGroupName="denied")
orgs.detach_policy(PolicyId=no_groups, TargetId=staging)
logs.create_log_group(logGroupName="after")

print("all held")
