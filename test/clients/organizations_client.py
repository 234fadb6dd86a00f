"""AWS Organizations as boto3 asks it: every operation that has behaviour, and what service control policies decide."""
import json
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

# Units; what holds there; every level must allow.
workloads = orgs.create_organizational_unit(ParentId=root["Id"], Name="workloads", Tags=[{"Key": "stage", "Value": "all"}])["OrganizationalUnit"]
production = create_account("production", RoleName="Door", IamUserAccessToBilling="DENY", Tags=[{"Key": "stage", "Value": "prod"}])["AccountId"]
orgs.move_account(AccountId=production, SourceParentId=root["Id"], DestinationParentId=workloads["Id"])
assert orgs.list_parents(ChildId=production)["Parents"] == [{"Id": workloads["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
assert orgs.list_children(ParentId=root["Id"], ChildType="ORGANIZATIONAL_UNIT")["Children"] == [{"Id": workloads["Id"], "Type": "ORGANIZATIONAL_UNIT"}]
assert [a["Id"] for a in orgs.list_accounts_for_parent(ParentId=workloads["Id"])["Accounts"]] == [production]
assert [u["Name"] for u in orgs.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"]] == ["workloads"]
assert orgs.update_organizational_unit(OrganizationalUnitId=workloads["Id"], Name="work")["OrganizationalUnit"]["Name"] == "work"
assert orgs.describe_organizational_unit(OrganizationalUnitId=workloads["Id"])["OrganizationalUnit"]["Path"] == f"{organization['Id']}/{root['Id']}/{workloads['Id']}/"
assert len(orgs.list_accounts()["Accounts"]) == 3 and len(orgs.list_create_account_status(States=["SUCCEEDED"])["CreateAccountStatuses"]) == 2
assert orgs.describe_account(AccountId=production)["Account"]["Status"] == "ACTIVE"
inside = switch(production, "Door")
s3, logs = client("s3", inside), client("logs", inside)
only_s3 = orgs.create_policy(Type="SERVICE_CONTROL_POLICY", Name="only s3", Description="", Content=statement("Allow", "s3:*"))["Policy"]["PolicySummary"]["Id"]
orgs.attach_policy(PolicyId=only_s3, TargetId=workloads["Id"])
logs.describe_log_groups()
orgs.detach_policy(PolicyId="p-FullAWSAccess", TargetId=workloads["Id"])
refused("AccessDeniedException", logs.describe_log_groups, "because no service control policy allows the logs:DescribeLogGroups action")
s3.create_bucket(Bucket="production-data", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
region = orgs.create_policy(Type="SERVICE_CONTROL_POLICY", Name="region", Description="", Content=statement("Deny", "s3:*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}))["Policy"]["PolicySummary"]["Id"]
orgs.attach_policy(PolicyId=region, TargetId=root["Id"])
refused("AccessDenied", s3.list_buckets, "with an explicit deny in a service control policy")
client("s3", ann).list_buckets()  # the management account is under nothing
orgs.update_policy(PolicyId=region, Content=statement("Deny", "s3:*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}), Name="regions")
s3.list_buckets()
orgs.detach_policy(PolicyId=region, TargetId=root["Id"])
orgs.attach_policy(PolicyId="p-FullAWSAccess", TargetId=workloads["Id"])
assert {p["Name"] for p in orgs.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]} == {"FullAWSAccess", "no groups", "only s3", "regions"}
assert [p["Id"] for p in orgs.list_policies_for_target(TargetId=production, Filter="SERVICE_CONTROL_POLICY")["Policies"]] == ["p-FullAWSAccess"]
assert [t["TargetId"] for t in orgs.list_targets_for_policy(PolicyId=only_s3)["Targets"]] == [workloads["Id"]]
assert json.loads(orgs.describe_policy(PolicyId=only_s3)["Policy"]["Content"])["Statement"][0]["Sid"] == "Guard"
refused("PolicyInUseException", orgs.delete_policy, PolicyId=only_s3)
refused("MalformedPolicyDocumentException", orgs.create_policy, Type="SERVICE_CONTROL_POLICY", Name="x", Description="", Content="{}")

# The simulator knows the organisation.
guard = orgs.create_policy(Type="SERVICE_CONTROL_POLICY", Name="no kinesis", Description="", Content=statement("Deny", "kinesis:*"))["Policy"]["PolicySummary"]["Id"]
orgs.attach_policy(PolicyId=guard, TargetId=production)
result = client("iam", inside).simulate_principal_policy(PolicySourceArn=f"arn:aws:iam::{production}:role/Door", ActionNames=["kinesis:PutRecord", "s3:GetObject"])["EvaluationResults"]
assert [(r["EvalDecision"], r["OrganizationsDecisionDetail"]["AllowedByOrganizations"]) for r in result] == [("explicitDeny", False), ("allowed", True)], result
orgs.detach_policy(PolicyId=guard, TargetId=production)
orgs.delete_policy(PolicyId=guard)

# Resource control policies hold for whoever comes, from wherever.
s3.put_object(Bucket="production-data", Key="k", Body=b"1")
s3.put_bucket_policy(Bucket="production-data", Policy=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::production-data/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization["Id"]}}}}))
client("s3", ann).get_object(Bucket="production-data", Key="k")
assert orgs.enable_policy_type(RootId=root["Id"], PolicyType="RESOURCE_CONTROL_POLICY")["Root"]["PolicyTypes"][0]["Type"] == "RESOURCE_CONTROL_POLICY"
rcp = orgs.create_policy(Type="RESOURCE_CONTROL_POLICY", Name="inside only", Description="", Content=json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Inside", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringNotLike": {"aws:PrincipalOrgPaths": f"{organization['Id']}/{root['Id']}/{workloads['Id']}/*"}, "StringEquals": {"aws:ResourceOrgID": organization["Id"], "aws:ResourceAccount": production}}}]}))["Policy"]["PolicySummary"]["Id"]
orgs.attach_policy(PolicyId=rcp, TargetId=production)
refused("AccessDenied", client("s3", ann).get_object, "with an explicit deny in a resource control policy", Bucket="production-data", Key="k")
s3.get_object(Bucket="production-data", Key="k")
orgs.disable_policy_type(RootId=root["Id"], PolicyType="RESOURCE_CONTROL_POLICY")
client("s3", ann).get_object(Bucket="production-data", Key="k")

# Tag policies.
refused("NotImplemented", orgs.enable_policy_type, RootId=root["Id"], PolicyType="BACKUP_POLICY")
orgs.enable_policy_type(RootId=root["Id"], PolicyType="TAG_POLICY")
tagging = orgs.create_policy(Type="TAG_POLICY", Name="team", Description="", Content='{"tags":{"Team":{"tag_key":{"@@assign":"Team"},"tag_value":{"@@assign":["red"]}}}}')["Policy"]["PolicySummary"]["Id"]
orgs.attach_policy(PolicyId=tagging, TargetId=root["Id"])
effective = orgs.describe_effective_policy(PolicyType="TAG_POLICY", TargetId=production)["EffectivePolicy"]
assert json.loads(effective["PolicyContent"]) == {"tags": {"team": {"tag_key": "Team", "tag_value": ["red"]}}}, effective

# What is enforced is refused, in every account, from the next call on; what is not yet right may stay.
enforced = {"tags": {"Team": {"tag_key": {"@@assign": "Team"}, "tag_value": {"@@assign": ["red", "blue*"]}, "enforced_for": {"@@assign": ["logs:log-group", "s3:bucket", "kinesis:*"]}}}}
orgs.update_policy(PolicyId=tagging, Content=json.dumps(enforced))
for account in (client("logs", ann), client("logs", switch(production, "Door"))):
    account.create_log_group(logGroupName="tagged", tags={"Team": "blue-2", "Other": "x"})
    refused("TagPolicyViolation", account.create_log_group, "The tag policy does not allow the specified value for the following tag key: 'Team'.", logGroupName="green", tags={"Team": "green"})
    refused("TagPolicyViolation", account.tag_log_group, logGroupName="tagged", tags={"team": "red"})
    account.untag_log_group(logGroupName="tagged", tags=["Team"])
owner = client("s3", switch(production, "Door"))
refused("TagPolicyViolation", owner.put_bucket_tagging, Bucket="production-data", Tagging={"TagSet": [{"Key": "Team", "Value": "green"}]})
owner.put_bucket_tagging(Bucket="production-data", Tagging={"TagSet": [{"Key": "Team", "Value": "red"}]})
refused("TagPolicyViolation", client("kinesis", ann).create_stream, StreamName="s", ShardCount=1, Tags={"Team": "green"})
client("iam", ann).tag_user(UserName="ann", Tags=[{"Key": "Team", "Value": "green"}])

# Trusted services, their administrators, and what the resource policy gives away.
orgs.enable_aws_service_access(ServicePrincipal="config.amazonaws.com")
orgs.register_delegated_administrator(AccountId=staging, ServicePrincipal="config.amazonaws.com")
assert [p["ServicePrincipal"] for p in orgs.list_aws_service_access_for_organization()["EnabledServicePrincipals"]] == ["config.amazonaws.com"]
assert [a["Id"] for a in orgs.list_delegated_administrators()["DelegatedAdministrators"]] == [staging]
assert [x["ServicePrincipal"] for x in orgs.list_delegated_services_for_account(AccountId=staging)["DelegatedServices"]] == ["config.amazonaws.com"]
from_staging, from_production = client("organizations", switch(staging)), client("organizations", inside)
assert len(from_staging.list_accounts()["Accounts"]) == 3
from_staging.describe_account(AccountId=production)
refused("AccessDeniedException", from_production.list_accounts, "You don't have permissions to access this resource.")
assert from_production.describe_organization()["Organization"]["Id"] == organization["Id"]
orgs.put_resource_policy(Content=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": production}, "Action": ["organizations:ListAccounts", "organizations:DescribePolicy"], "Resource": "*"}]}))
assert len(from_production.list_accounts()["Accounts"]) == 3
from_production.describe_policy(PolicyId=only_s3)
refused("AccessDeniedException", from_production.list_roots)
assert orgs.describe_resource_policy()["ResourcePolicy"]["ResourcePolicySummary"]["Id"].startswith("rp-")
orgs.delete_resource_policy()
refused("AccessDeniedException", from_production.list_accounts)
orgs.deregister_delegated_administrator(AccountId=staging, ServicePrincipal="config.amazonaws.com")
orgs.disable_aws_service_access(ServicePrincipal="config.amazonaws.com")

# Tags.
orgs.tag_resource(ResourceId=workloads["Id"], Tags=[{"Key": "more", "Value": "1"}])
orgs.untag_resource(ResourceId=workloads["Id"], TagKeys=["stage"])
assert orgs.list_tags_for_resource(ResourceId=workloads["Id"])["Tags"] == [{"Key": "more", "Value": "1"}]

# Access Analyzer over the whole organisation: who is in it is inside, whichever account the resource is in.
trusting = lambda who: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"}]})
door = client("iam", switch(production, "Door"))
door.create_role(RoleName="visited", AssumeRolePolicyDocument=trusting("111111111111"))
door.create_role(RoleName="inner", AssumeRolePolicyDocument=trusting(staging))
shared = lambda key: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::production-data/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": key}}}]})
owner.put_bucket_policy(Bucket="production-data", Policy=shared(organization["Id"]))
analyzer = client("accessanalyzer", ann)
refused("ValidationException", client("accessanalyzer", switch(staging)).create_analyzer, "nor its delegated administrator", analyzerName="wide", type="ORGANIZATION")
wide = analyzer.create_analyzer(analyzerName="wide", type="ORGANIZATION")["arn"]
idle = analyzer.create_analyzer(analyzerName="idle", type="ORGANIZATION_UNUSED_ACCESS", configuration={"unusedAccess": {"unusedAccessAge": 30}})["arn"]


def outside(want):
    for _ in range(1800):
        found = analyzer.list_findings_v2(analyzerArn=wide, filter={"status": {"eq": ["ACTIVE"]}})["findings"]
        got = sorted((f["resource"].split(":")[-1], f["resourceOwnerAccount"]) for f in found)
        if got == sorted(want):
            return
        time.sleep(0.1)
    raise AssertionError(f"{got} instead of {want}")


outside([("role/visited", production)])
owner.put_bucket_policy(Bucket="production-data", Policy=shared("o-stranger123"))
outside([("role/visited", production), ("production-data", production)])
owner.delete_bucket_policy(Bucket="production-data")
outside([("role/visited", production)])
assert analyzer.get_analyzed_resource(analyzerArn=wide, resourceArn=f"arn:aws:iam::{production}:role/visited")["resource"]["resourceOwnerAccount"] == production

# Handshakes: 111111111111 was there before, and stands alone.
lone = client("organizations", {"AccessKeyId": "111111111111", "SecretAccessKey": "test"})
invite = dict(Target={"Type": "ACCOUNT", "Id": "111111111111"}, Notes="join us")
first = orgs.invite_account_to_organization(**invite)["Handshake"]
refused("DuplicateHandshakeException", orgs.invite_account_to_organization, **invite)
assert lone.decline_handshake(HandshakeId=first["Id"])["Handshake"]["State"] == "DECLINED"
second = orgs.invite_account_to_organization(**invite)["Handshake"]
assert orgs.cancel_handshake(HandshakeId=second["Id"])["Handshake"]["State"] == "CANCELED"
third = orgs.invite_account_to_organization(**invite)["Handshake"]
assert lone.describe_handshake(HandshakeId=third["Id"])["Handshake"]["State"] == "OPEN"
lone.accept_handshake(HandshakeId=third["Id"])
assert len(lone.list_handshakes_for_account()["Handshakes"]) == 3 == len(orgs.list_handshakes_for_organization()["Handshakes"])
assert lone.describe_organization()["Organization"]["Id"] == organization["Id"]
outside([])  # who was outside is inside now
lone.leave_organization()
outside([("role/visited", production)])
refused("AWSOrganizationsNotInUseException", lone.describe_organization)
orgs_fourth = orgs.invite_account_to_organization(**invite)["Handshake"]
lone.accept_handshake(HandshakeId=orgs_fourth["Id"])
orgs.remove_account_from_organization(AccountId="111111111111")

# Centralised root access: a bucket whose policy has locked everyone out is opened again by a privileged session of the member's root.
guest = client("sts", ann)
task = lambda name: {"arn": "arn:aws:iam::aws:policy/root-task/" + name}
locked = "production-data"
owner = client("s3", switch(production, "Door"))
owner.put_bucket_policy(Bucket=locked, Policy=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{locked}", f"arn:aws:s3:::{locked}/*"]}}))
refused("AccessDenied", owner.delete_bucket_policy, "explicit deny in a resource-based policy", Bucket=locked)
unlock = dict(TargetPrincipal=production, TaskPolicyArn=task("S3UnlockBucketPolicy"))
refused("ServiceAccessNotEnabledException", iam.enable_organizations_root_sessions)
refused("AccessDenied", guest.assume_root, **unlock)
orgs.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
assert iam.enable_organizations_root_sessions()["EnabledFeatures"] == ["RootSessions"]
assert iam.enable_organizations_root_credentials_management()["EnabledFeatures"] == ["RootCredentialsManagement", "RootSessions"]
assert iam.list_organizations_features()["EnabledFeatures"] == ["RootCredentialsManagement", "RootSessions"]
refused("AccountNotManagementOrDelegatedAdministratorException", client("iam", switch(staging)).list_organizations_features)
refused("AccessDenied", client("sts").assume_root, "Roots may not be assumed by root accounts", **unlock)
refused("AccessDenied", client("sts", switch(staging)).assume_root, **unlock)  # no administrator
refused("AccessDenied", guest.assume_root, TargetPrincipal="000000000000", TaskPolicyArn=task("S3UnlockBucketPolicy"))
refused("ValidationError", guest.assume_root, TargetPrincipal=production, TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/AdministratorAccess"})
refused("ValidationError", guest.assume_root, TargetPrincipal=production, TaskPolicyArn=task("S3UnlockBucketPolicy"), DurationSeconds=901)
iam.put_user_policy(UserName="ann", PolicyName="no-root", PolicyDocument=statement("Deny", "sts:AssumeRoot", Condition={"StringLike": {"sts:TaskPolicyArn": "*/IAMDelete*"}}))
refused("AccessDenied", guest.assume_root, "explicit deny", TargetPrincipal=production, TaskPolicyArn=task("IAMDeleteRootUserCredentials"))
session = guest.assume_root(**unlock)["Credentials"]
assert guest.get_access_key_info(AccessKeyId=session["AccessKeyId"])["Account"] == production  # the id of any key tells its account
unlocked = client("s3", session)
refused("AccessDenied", unlocked.list_objects_v2, Bucket=locked)
refused("AccessDenied", client("iam", session).list_users)
unlocked.delete_bucket_policy(Bucket=locked)
owner.list_objects_v2(Bucket=locked)
seen = client("cloudtrail", switch(production, "Door")).lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "DeleteBucketPolicy"}])["Events"]
who = [json.loads(e["CloudTrailEvent"])["userIdentity"] for e in seen]
assert [w["sessionContext"]["assumedRoot"] for w in who if w["type"] == "Root"] == ["true"], who
audit = client("iam", guest.assume_root(TargetPrincipal=f"arn:aws:iam::{production}:root", TaskPolicyArn=task("IAMAuditRootUserCredentials"))["Credentials"])
assert audit.list_access_keys()["AccessKeyMetadata"] == audit.list_mfa_devices()["MFADevices"] == audit.list_signing_certificates()["Certificates"] == []
refused("NoSuchEntity", audit.get_login_profile)
refused("AccessDenied", audit.create_login_profile)
recover = client("iam", guest.assume_root(TargetPrincipal=production, TaskPolicyArn=task("IAMCreateRootUserPassword"))["Credentials"])
recover.create_login_profile()
assert audit.get_login_profile()["LoginProfile"]["CreateDate"]
iam.delete_user_policy(UserName="ann", PolicyName="no-root")
client("iam", guest.assume_root(TargetPrincipal=production, TaskPolicyArn=task("IAMDeleteRootUserCredentials"))["Credentials"]).delete_login_profile()
refused("NoSuchEntity", audit.get_login_profile)
refused("PolicyNotAttachable", iam.attach_user_policy, UserName="ann", PolicyArn=task("S3UnlockBucketPolicy")["arn"])
orgs.register_delegated_administrator(AccountId=staging, ServicePrincipal="iam.amazonaws.com")
client("sts", switch(staging)).assume_root(**unlock)
refused("CallerIsNotManagementAccountException", client("iam", switch(staging)).disable_organizations_root_sessions)
iam.disable_organizations_root_sessions()
refused("AccessDenied", client("sts", switch(staging)).assume_root, **unlock)
iam.disable_organizations_root_credentials_management()
orgs.deregister_delegated_administrator(AccountId=staging, ServicePrincipal="iam.amazonaws.com")
orgs.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")


# What the accounts of a unit have used of what its policies leave them.
def report(path, **more):
    job = iam.generate_organizations_access_report(EntityPath=path, **more)["JobId"]
    while (r := iam.get_organizations_access_report(JobId=job))["JobStatus"] == "IN_PROGRESS":
        time.sleep(0.1)
    return {d["ServiceNamespace"]: d for d in r["AccessDetails"]}, r


found, whole = report(f"{organization['Id']}/{root['Id']}/{workloads['Id']}")
assert found["s3"]["TotalAuthenticatedEntities"] == 1 and found["s3"]["EntityPath"] == f"{organization['Id']}/{root['Id']}/{workloads['Id']}/{production}", found["s3"]
assert found["athena"]["TotalAuthenticatedEntities"] == 0 and whole["NumberOfServicesAccessible"] > whole["NumberOfServicesNotAccessed"] > 0
found, whole = report(f"{organization['Id']}/{root['Id']}", OrganizationsPolicyId=only_s3)
assert list(found) == ["s3"] and whole["NumberOfServicesNotAccessed"] == 0, found
refused("ValidationError", iam.generate_organizations_access_report, EntityPath=f"{organization['Id']}/{root['Id']}/ou-none-none")
refused("AccessDenied", client("iam", switch(staging)).generate_organizations_access_report, EntityPath=f"{organization['Id']}/{root['Id']}")

# What the AWS CLI asks.
cli = lambda *words: json.loads(subprocess.run(["aws", "organizations", *words, "--output", "json"], check=True, capture_output=True, text=True).stdout or "{}")
assert cli("describe-organization")["Organization"]["Id"] == organization["Id"]
assert {a["Name"] for a in cli("list-accounts", "--max-items", "5", "--page-size", "2")["Accounts"]} == {"management", "staging", "production"}
unit = cli("create-organizational-unit", "--parent-id", root["Id"], "--name", "empty")["OrganizationalUnit"]["Id"]
cli("delete-organizational-unit", "--organizational-unit-id", unit)

# A closed account's principals are let in nowhere, nor is anyone who has switched into it; and nobody switches into it any more.
refused("ConstraintViolationException", orgs.remove_account_from_organization, AccountId=production)
through_the_door = switch(production, "Door")
orgs.close_account(AccountId=production)
refused("AccountAlreadyClosedException", orgs.close_account, AccountId=production)
assert orgs.describe_account(AccountId=production)["Account"]["Status"] == "SUSPENDED"
refused("AccountProblem", s3.list_buckets)
refused("OptInRequired", client("logs", inside).describe_log_groups)
refused("OptInRequired", client("logs", through_the_door).describe_log_groups)
refused("AccessDenied", switch, account=production, role="Door")
refused("OrganizationNotEmptyException", orgs.delete_organization)

# A week later the other may leave; three months later the closed one is no more, and the organisation can go.
subprocess.run(["unyo", "clock", "advance", "2200h"], check=True, capture_output=True)
unused = analyzer.list_findings_v2(analyzerArn=idle, filter={"resourceOwnerAccount": {"eq": [staging]}, "status": {"eq": ["ACTIVE"]}})["findings"]
assert [(f["resource"].split(":")[-1], f["findingType"]) for f in unused] == [("role/OrganizationAccountAccessRole", "UnusedIAMRole")], unused
by_ann = analyzer.list_findings_v2(analyzerArn=idle, filter={"resource": {"contains": ["user/ann"]}, "findingType": {"eq": ["UnusedPermission"]}})["findings"]
services = {d["unusedPermissionDetails"]["serviceNamespace"]: d["unusedPermissionDetails"] for d in analyzer.get_finding_v2(analyzerArn=idle, id=by_ann[0]["id"])["findingDetails"]}
assert "lastAccessed" in services["logs"] and "lastAccessed" not in services["athena"], services
orgs.remove_account_from_organization(AccountId=staging)
orgs.delete_organizational_unit(OrganizationalUnitId=workloads["Id"])
refused("OrganizationNotEmptyException", orgs.delete_organization)
orgs.detach_policy(PolicyId=tagging, TargetId=root["Id"])
for kind in "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY":
    for p in orgs.list_policies(Filter=kind)["Policies"]:
        if not p["AwsManaged"]:
            orgs.delete_policy(PolicyId=p["Id"])
orgs.delete_organization()
refused("AWSOrganizationsNotInUseException", orgs.describe_organization)

print("all held")
