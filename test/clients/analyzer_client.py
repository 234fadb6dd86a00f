"""Access Analyzer as boto3 and the AWS CLI ask it: who outside may reach what, what is wrong with policies, what would change."""
import datetime
import gzip
import json
import subprocess
import time

import boto3
from refusal import refused

aa, s3, iam, sts = (boto3.client(name) for name in ("accessanalyzer", "s3", "iam", "sts"))
account = sts.get_caller_identity()["Account"]
other = "222222222222"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal, action, resource=None, **more):
    s = {"Effect": "Allow", "Action": action, **more}
    if principal:
        s["Principal"] = principal
    if resource:
        s["Resource"] = resource
    return s


def eventually(what, want):
    for _ in range(1800):
        got = what()
        if got == want:
            return
        time.sleep(0.1)
    raise AssertionError(f"{got} instead of {want}")


def found(status="ACTIVE"):
    pages = aa.get_paginator("list_findings").paginate(analyzerArn=arn, filter={"status": {"eq": [status]}, "resource": {"contains": ["shared", "cross"]}})
    return sorted((f["resource"].split(":")[-1], list(f["principal"].values())[0], f["isPublic"]) for p in pages for f in p["findings"])


# Findings are there with the analyzer, which looks in a role of its own.
s3.create_bucket(Bucket="shared", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
s3.put_bucket_policy(Bucket="shared", Policy=policy(allow({"AWS": other}, "s3:GetObject", "arn:aws:s3:::shared/*")))
iam.create_role(RoleName="cross", AssumeRolePolicyDocument=policy(allow({"AWS": other}, "sts:AssumeRole", Condition={"StringEquals": {"sts:ExternalId": "x"}})))
iam.create_role(RoleName="cross-not", AssumeRolePolicyDocument=policy(allow({"AWS": account}, "sts:AssumeRole")))
arn = aa.create_analyzer(analyzerName="outside", type="ACCOUNT", tags={"team": "audit"})["arn"]
refused("ConflictException", aa.create_analyzer, analyzerName="outside", type="ACCOUNT")
assert iam.get_role(RoleName="AWSServiceRoleForAccessAnalyzer")["Role"]["Path"] == "/aws-service-role/access-analyzer.amazonaws.com/"
eventually(found, [("role/cross", other, False), ("shared", other, False)])

# They follow what changes, and are resolved when nobody is let in.
iam.update_assume_role_policy(RoleName="cross", PolicyDocument=policy(allow({"AWS": account}, "sts:AssumeRole")))
s3.delete_public_access_block(Bucket="shared")
s3.put_bucket_policy(Bucket="shared", Policy=policy(allow("*", "s3:GetObject", "arn:aws:s3:::shared/*")))
eventually(found, [("shared", "*", True)])
eventually(lambda: len(found("RESOLVED")), 2)
one = aa.list_findings_v2(analyzerArn=arn, filter={"resource": {"eq": ["arn:aws:s3:::shared"]}, "status": {"eq": ["ACTIVE"]}})["findings"][0]
assert aa.get_finding_v2(analyzerArn=arn, id=one["id"])["findingDetails"][0]["externalAccessDetails"]["isPublic"]
assert aa.get_finding(analyzerArn=arn, id=one["id"])["finding"]["action"] == ["s3:GetObject"]
assert aa.get_analyzed_resource(analyzerArn=arn, resourceArn="arn:aws:s3:::shared")["resource"]["isPublic"]
assert aa.list_analyzed_resources(analyzerArn=arn, resourceType="AWS::S3::Bucket")["analyzedResources"]
aa.start_resource_scan(analyzerArn=arn, resourceArn="arn:aws:s3:::shared")
stats = aa.get_findings_statistics(analyzerArn=arn)["findingsStatistics"][0]["externalAccessFindingsStatistics"]
assert stats["resourceTypeStatistics"]["AWS::S3::Bucket"]["totalActivePublic"] == 1

# Archive rules, and what is archived by hand.
aa.create_archive_rule(analyzerName="outside", ruleName="known", filter={"isPublic": {"eq": ["true"]}})
aa.update_archive_rule(analyzerName="outside", ruleName="known", filter={"principal.AWS": {"eq": ["*"]}})
assert aa.get_archive_rule(analyzerName="outside", ruleName="known")["archiveRule"]["filter"]["principal.AWS"]["eq"] == ["*"]
assert len(aa.list_archive_rules(analyzerName="outside")["archiveRules"]) == 1
aa.apply_archive_rule(analyzerArn=arn, ruleName="known")
assert found("ARCHIVED") == [("shared", "*", True)]
aa.update_findings(analyzerArn=arn, ids=[one["id"]], status="ACTIVE")
assert found() == [("shared", "*", True)]
aa.delete_archive_rule(analyzerName="outside", ruleName="known")

# What a policy would change, before it is there.
preview = aa.create_access_preview(analyzerArn=arn, configurations={"arn:aws:s3:::shared": {"s3Bucket": {"bucketPolicy": policy(allow({"AWS": other}, "s3:GetObject", "arn:aws:s3:::shared/*"))}}})["id"]
eventually(lambda: aa.get_access_preview(analyzerArn=arn, accessPreviewId=preview)["accessPreview"]["status"], "COMPLETED")
changes = {f["principal"]["AWS"]: (f["changeType"], f["status"]) for f in aa.list_access_preview_findings(analyzerArn=arn, accessPreviewId=preview)["findings"]}
assert changes == {other: ("NEW", "ACTIVE"), "*": ("CHANGED", "RESOLVED")}, changes
assert len(aa.list_access_previews(analyzerArn=arn)["accessPreviews"]) == 1

# Checks that prove.
read = policy(allow(None, "s3:Get*", "arn:aws:s3:::shared/*"))
for new, want in ((policy(allow(None, "s3:GetObject", "arn:aws:s3:::shared/a")), "PASS"), (policy(allow(None, "s3:*", "arn:aws:s3:::shared/a")), "FAIL")):
    assert aa.check_no_new_access(newPolicyDocument=new, existingPolicyDocument=read, policyType="IDENTITY_POLICY")["result"] == want
assert aa.check_access_not_granted(policyDocument=read, access=[{"actions": ["s3:PutObject"]}], policyType="IDENTITY_POLICY")["result"] == "PASS"
assert aa.check_access_not_granted(policyDocument=read, access=[{"actions": ["s3:GetObject"]}], policyType="IDENTITY_POLICY")["reasons"][0]["statementIndex"] == 0
assert aa.check_no_public_access(policyDocument=policy(allow("*", "s3:GetObject", "arn:aws:s3:::shared/*")), resourceType="AWS::S3::Bucket")["result"] == "FAIL"

# Validation, as the AWS CLI asks for it.
out = subprocess.run(["aws", "accessanalyzer", "validate-policy", "--policy-type", "IDENTITY_POLICY", "--output", "json", "--policy-document",
                      policy(allow(None, ["iam:PassRole", "s3:Gett"], "*"))], check=True, capture_output=True, text=True).stdout
issues = {f["issueCode"]: f for f in json.loads(out)["findings"]}
assert set(issues) == {"INVALID_ACTION", "PASS_ROLE_WITH_STAR_IN_RESOURCE"}, issues
assert issues["INVALID_ACTION"]["locations"][0]["path"] == [{"value": "Statement"}, {"index": 0}, {"value": "Action"}, {"index": 1}]
assert issues["PASS_ROLE_WITH_STAR_IN_RESOURCE"]["findingType"] == "SECURITY_WARNING"

# Unused access: what was made just now is not unused yet.
iam.create_user(UserName="idle")
unused = aa.create_analyzer(analyzerName="idle", type="ACCOUNT_UNUSED_ACCESS", configuration={"unusedAccess": {"unusedAccessAge": 30}})["arn"]
assert aa.update_analyzer(analyzerName="idle", configuration={"unusedAccess": {"unusedAccessAge": 60}})["configuration"]["unusedAccess"]["unusedAccessAge"] == 60
eventually(lambda: {r["resourceArn"].split(":")[-1] for r in aa.list_analyzed_resources(analyzerArn=unused)["analyzedResources"]}, {"user/idle", "role/cross", "role/cross-not"})
assert aa.list_findings_v2(analyzerArn=unused)["findings"] == []
aa.delete_analyzer(analyzerName="idle")

# A policy made of what a role has done, by a file as a trail delivers it, read in a role that Access Analyzer may take on.
trails = f"trails-{account}"
s3.create_bucket(Bucket=trails, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
service = {"Service": "cloudtrail.amazonaws.com"}
s3.put_bucket_policy(Bucket=trails, Policy=policy(allow(service, "s3:GetBucketAcl", f"arn:aws:s3:::{trails}"), allow(service, "s3:PutObject", f"arn:aws:s3:::{trails}/AWSLogs/{account}/*")))
trail = boto3.client("cloudtrail").create_trail(Name="all", S3BucketName=trails)["TrailARN"]
iam.create_role(RoleName="reader", AssumeRolePolicyDocument=policy(allow({"Service": "access-analyzer.amazonaws.com"}, "sts:AssumeRole")))
iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy(allow(None, ["s3:GetObject", "s3:ListBucket", "cloudtrail:GetTrail"], "*")))
now = datetime.datetime.now(datetime.timezone.utc)
done = {"eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets",
        "userIdentity": {"arn": f"arn:aws:sts::{account}:assumed-role/cross/s", "sessionContext": {"sessionIssuer": {"arn": f"arn:aws:iam::{account}:role/cross"}}}}
s3.put_object(Bucket=trails, Key=f"AWSLogs/{account}/CloudTrail/eu-central-1/{now:%Y/%m/%d}/file.json.gz", Body=gzip.compress(json.dumps({"Records": [done]}).encode()))
job = aa.start_policy_generation(policyGenerationDetails={"principalArn": f"arn:aws:iam::{account}:role/cross"}, cloudTrailDetails={
    "trails": [{"cloudTrailArn": trail, "allRegions": True}], "accessRole": f"arn:aws:iam::{account}:role/reader", "startTime": now - datetime.timedelta(days=1), "endTime": now + datetime.timedelta(days=1)})["jobId"]
eventually(lambda: aa.get_generated_policy(jobId=job)["jobDetails"]["status"], "SUCCEEDED")
made = json.loads(aa.get_generated_policy(jobId=job)["generatedPolicyResult"]["generatedPolicies"][0]["policy"])
assert made["Statement"] == [{"Effect": "Allow", "Action": ["s3:ListAllMyBuckets"], "Resource": "*"}], made
aa.cancel_policy_generation(jobId=job)
assert [g["status"] for g in aa.list_policy_generations()["policyGenerations"]] == ["SUCCEEDED"]

# Tags, and the end.
aa.tag_resource(resourceArn=arn, tags={"stage": "test"})
aa.untag_resource(resourceArn=arn, tagKeys=["team"])
assert aa.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "test"}
assert aa.get_analyzer(analyzerName="outside")["analyzer"]["status"] == "ACTIVE"
assert [a["name"] for a in aa.list_analyzers()["analyzers"]] == ["outside"]
aa.delete_analyzer(analyzerName="outside")
refused("ResourceNotFoundException", aa.get_analyzer, analyzerName="outside")
print("all held")
