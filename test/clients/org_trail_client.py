"""A trail of an organization, as boto3 makes it and aws cloudtrail validate-logs, unmodified, accepts it; members see it and cannot change it."""
import json
import os
import subprocess
import urllib.request

import boto3
from refusal import refused

REGION, BUCKET = "eu-central-1", "archive"
BOSS = "000000000000"
MEMBER = "111111111111"
ARN = f"arn:aws:cloudtrail:{REGION}:{BOSS}:trail/all"


def advance(by):
    r = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_unyo/clock", json.dumps({"advance": by}).encode(), method="POST")
    with urllib.request.urlopen(r) as answer:
        return json.load(answer)["now"]


def client(service, account=BOSS, region=REGION):
    return boto3.client(service, region_name=region, **({} if account == BOSS else {"aws_access_key_id": account, "aws_secret_access_key": "test"}))


def validate(account, region, *more):
    p = subprocess.run(["aws", "cloudtrail", "validate-logs", "--trail-arn", ARN, "--start-time", BEGIN, "--end-time", END, "--region", region, "--account-id", account, *more], capture_output=True, text=True)
    return p.returncode, p.stdout + p.stderr


trail, orgs, s3 = client("cloudtrail"), client("organizations"), client("s3")
theirs = client("cloudtrail", MEMBER)
s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
wanted = dict(Name="all", S3BucketName=BUCKET, IsOrganizationTrail=True, IsMultiRegionTrail=True, EnableLogFileValidation=True)
refused("OrganizationsNotInUseException", trail.create_trail, **wanted)
org = orgs.create_organization(FeatureSet="ALL")["Organization"]["Id"]
shake = orgs.invite_account_to_organization(Target={"Id": MEMBER, "Type": "ACCOUNT"})["Handshake"]["Id"]
client("organizations", MEMBER).accept_handshake(HandshakeId=shake)
refused("CloudTrailAccessNotEnabledException", trail.create_trail, **wanted)
orgs.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
refused("NotOrganizationMasterAccountException", theirs.create_trail, **wanted)
refused("InsufficientS3BucketPolicyException", trail.create_trail, **wanted)
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}", "Condition": {"StringEquals": {"aws:SourceArn": ARN}}},
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": [f"arn:aws:s3:::{BUCKET}/AWSLogs/{BOSS}/*", f"arn:aws:s3:::{BUCKET}/AWSLogs/{org}/*"],
     "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": ARN}}}]}))
assert trail.create_trail(**wanted)["IsOrganizationTrail"]
trail.start_logging(Name="all")
BEGIN = advance("0s")

# Members see it, and cannot change it.
assert [t["TrailARN"] for t in theirs.describe_trails()["trailList"]] == [ARN] and theirs.get_trail(Name=ARN)["Trail"]["IsOrganizationTrail"]
assert theirs.get_trail_status(Name=ARN)["IsLogging"] and theirs.list_trails()["Trails"][0]["TrailARN"] == ARN
for change in (theirs.stop_logging, theirs.delete_trail):
    refused("NotOrganizationMasterAccountException", change, Name=ARN)
refused("NotOrganizationMasterAccountException", theirs.update_trail, Name=ARN, IsMultiRegionTrail=False)
refused("AccessDeniedException", client("cloudtrail", "222222222222").get_trail, Name=ARN)

lake = trail.create_event_data_store(Name="all", OrganizationEnabled=True)["EventDataStoreArn"].split("/")[1]
for account in (BOSS, MEMBER, "222222222222"):
    client("logs", account).create_log_group(logGroupName="group")
    client("iam", account).create_user(UserName="user")
advance("3h10m")
END = advance("0s")
for account in (BOSS, MEMBER):
    for region in (REGION, "us-east-1"):
        status, said = validate(account, region)
        assert status == 0 and "3/3 digest files valid" in said and "INVALID" not in said, (account, region, said)
assert "1/1 log files valid" in validate(MEMBER, REGION)[1]
found = [o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
assert not [k for k in found if "222222222222" in k] and all(k.startswith(f"AWSLogs/{org}/") for k in found), found
query = trail.start_query(QueryStatement=f"SELECT DISTINCT recipientAccountId FROM {lake} WHERE eventName = 'CreateLogGroup' ORDER BY 1")["QueryId"]
assert trail.get_query_results(QueryId=query)["QueryResultRows"] == [[{"recipientAccountId": BOSS}], [{"recipientAccountId": MEMBER}]]

# A file of a member's that was changed is named.
victim, = [k for k in found if f"/{MEMBER}/CloudTrail/{REGION}/" in k and k.endswith(".gz")]
s3.put_object(Bucket=BUCKET, Key=victim, Body=b"nothing")
status, said = validate(MEMBER, REGION)
assert status == 1 and f"Log file\ts3://{BUCKET}/{victim}\tINVALID" in said, said

# A delegated administrator makes and changes trails of the organization, which are the management account's, and stay when he is none any more.
refused("NotOrganizationManagementAccountException", theirs.register_organization_delegated_admin, MemberAccountId=MEMBER)
refused("CannotDelegateManagementAccountException", trail.register_organization_delegated_admin, MemberAccountId=BOSS)
refused("AccountNotFoundException", trail.register_organization_delegated_admin, MemberAccountId="222222222222")
trail.register_organization_delegated_admin(MemberAccountId=MEMBER)
refused("AccountRegisteredException", trail.register_organization_delegated_admin, MemberAccountId=MEMBER)
s3.put_bucket_policy(Bucket=BUCKET, Policy=s3.get_bucket_policy(Bucket=BUCKET)["Policy"].replace(f'"{ARN}"', f'["{ARN}", "{ARN[:-3]}second"]'))
second = theirs.create_trail(Name="second", S3BucketName=BUCKET, IsOrganizationTrail=True)
assert second["TrailARN"] == ARN[:-3] + "second" and second["IsOrganizationTrail"], second
theirs.start_logging(Name="second")
theirs.put_event_selectors(TrailName="second", EventSelectors=[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True, "DataResources": []}])
assert trail.get_trail_status(Name="second")["IsLogging"] and theirs.update_trail(Name=second["TrailARN"], EnableLogFileValidation=True)["LogFileValidationEnabled"]
refused("NotImplemented", theirs.create_event_data_store, Name="all", OrganizationEnabled=True)
refused("ConstraintViolationException", orgs.disable_aws_service_access, ServicePrincipal="cloudtrail.amazonaws.com")
trail.deregister_organization_delegated_admin(DelegatedAdminAccountId=MEMBER)
refused("AccountNotRegisteredException", trail.deregister_organization_delegated_admin, DelegatedAdminAccountId=MEMBER)
refused("NotOrganizationMasterAccountException", theirs.stop_logging, Name=second["TrailARN"])
assert trail.get_trail_status(Name="second")["IsLogging"]
trail.delete_trail(Name="second")

# Without trusted access it is its account's own, and the organization's again when it is updated.
orgs.disable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
advance("1s")
assert not trail.get_trail(Name="all")["Trail"]["IsOrganizationTrail"] and theirs.describe_trails()["trailList"] == []
assert not trail.get_event_data_store(EventDataStore=lake)["OrganizationEnabled"]
refused("CloudTrailAccessNotEnabledException", trail.update_trail, Name="all", IsOrganizationTrail=True)
orgs.enable_aws_service_access(ServicePrincipal="cloudtrail.amazonaws.com")
assert not trail.get_trail(Name="all")["Trail"]["IsOrganizationTrail"]
assert trail.update_trail(Name="all", IsOrganizationTrail=True)["IsOrganizationTrail"] and len(theirs.describe_trails()["trailList"]) == 1
assert trail.update_event_data_store(EventDataStore=lake, OrganizationEnabled=True)["OrganizationEnabled"]
client("logs", MEMBER).create_log_group(logGroupName="after")
advance("1h10m")
assert [k for k in (o["Key"] for o in s3.list_objects_v2(Bucket=BUCKET)["Contents"]) if k not in found and f"/{MEMBER}/CloudTrail/" in k]
BEGIN, END = END, advance("0s")
for account in (BOSS, MEMBER):
    status, said = validate(account, REGION)
    assert status == 0 and "INVALID" not in said and "NOT FOUND" not in said, (account, said)
print("all held")
