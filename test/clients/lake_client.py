"""CloudTrail Lake as boto3 asks for it: event data stores, SQL over what happened, and results in S3 that their sign file vouches for."""
import gzip
import hashlib
import json
import os
import urllib.request

import boto3
import rsa
from refusal import refused

trail, s3, iam = boto3.client("cloudtrail"), boto3.client("s3"), boto3.client("iam")


def advance(by):
    r = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"] + "/_unyo/clock", json.dumps({"advance": by}).encode(), method="POST")
    urllib.request.urlopen(r).read()


def asked(sql, **args):
    return trail.start_query(QueryStatement=sql, **args)["QueryId"]


def rows(sql):
    id, out, more = asked(sql), [], {}
    while True:
        page = trail.get_query_results(QueryId=id, MaxQueryResults=2, **more)
        assert page["QueryStatus"] == "FINISHED", page
        out += [[v for column in row for v in column.values()] for row in page["QueryResultRows"]]
        if "NextToken" not in page:
            assert page["QueryStatistics"]["TotalResultsCount"] == len(out), page
            return out
        more = {"NextToken": page["NextToken"]}


account, region = "000000000000", "eu-central-1"
made = trail.create_event_data_store(Name="audit", TagsList=[{"Key": "team", "Value": "security"}])
arn, eds = made["EventDataStoreArn"], made["EventDataStoreArn"].split("/")[1]
assert made["RetentionPeriod"] == 366 and made["MultiRegionEnabled"] and made["TerminationProtectionEnabled"] and made["BillingMode"] == "EXTENDABLE_RETENTION_PRICING", made
assert trail.get_event_data_store(EventDataStore=arn)["Status"] == "ENABLED"
assert [d["Name"] for d in trail.list_event_data_stores()["EventDataStores"]] == ["audit"]
assert trail.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"] == [{"Key": "team", "Value": "security"}]
refused("EventDataStoreAlreadyExistsException", trail.create_event_data_store, Name="audit")
refused("InvalidParameterException", trail.create_event_data_store, Name="long", RetentionPeriod=3000, BillingMode="FIXED_RETENTION_PRICING")
refused("NotImplemented", trail.create_event_data_store, Name="config", AdvancedEventSelectors=[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["ConfigurationItem"]}]}])
refused("InvalidEventSelectorsException", trail.create_event_data_store, Name="wrong", AdvancedEventSelectors=[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Nothing"]}]}])
refused("NotImplemented", trail.generate_query, EventDataStores=[arn], Prompt="Who was it?")
refused("NotImplemented", trail.create_channel, Name="partner", Source="Custom", Destinations=[{"Type": "EVENT_DATA_STORE", "Location": arn}])

# What a leaked key did, in SQL.
iam.create_user(UserName="intruder")
key = iam.create_access_key(UserName="intruder")["AccessKey"]
mallory = boto3.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
refused("AccessDenied", mallory.list_buckets)
advance("5m")
assert rows(f"SELECT eventName, errorCode FROM {eds} WHERE userIdentity.accessKeyId = '{key['AccessKeyId']}'") == [["ListBuckets", "AccessDenied"]]
assert rows(f"SELECT eventName FROM {eds} WHERE element_at(requestParameters, 'userName') = 'intruder' ORDER BY eventTime") == [["CreateUser"], ["CreateAccessKey"]]
assert key["SecretAccessKey"] not in json.dumps(rows(f"SELECT eventJson FROM {eds}"))
counts = rows(f"SELECT eventSource, count(*) AS n FROM {eds} WHERE eventTime >= '2026-01-01 00:00:00' AND eventTime < '2026-01-02 00:00:00' GROUP BY eventSource ORDER BY 1")
assert [c[0] for c in counts] == ["cloudtrail.amazonaws.com", "iam.amazonaws.com", "s3.amazonaws.com"], counts
refused("InvalidQueryStatementException", trail.start_query, QueryStatement=f"DELETE FROM {eds}")
refused("InvalidQueryStatementException", trail.start_query, QueryStatement=f"SELECT nothing FROM {eds}")
refused("EventDataStoreNotFoundException", trail.start_query, QueryStatement="SELECT 1 FROM 00000000-0000-4000-8000-000000000000")
refused("QueryIdNotFoundException", trail.describe_query, QueryId="00000000-0000-4000-8000-000000000000")

# Results in S3, as the bucket's policy admits.
refused("S3BucketDoesNotExistException", trail.start_query, QueryStatement=f"SELECT 1 FROM {eds}", DeliveryS3Uri="s3://answers")
s3.create_bucket(Bucket="answers", CreateBucketConfiguration={"LocationConstraint": region})
refused("InsufficientS3BucketPolicyException", trail.start_query, QueryStatement=f"SELECT 1 FROM {eds}", DeliveryS3Uri="s3://answers")
s3.put_bucket_policy(Bucket="answers", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": ["s3:PutObject*", "s3:Abort*"], "Resource": ["arn:aws:s3:::answers", "arn:aws:s3:::answers/*"],
     "Condition": {"StringLike": {"aws:sourceAccount": account}, "ArnLike": {"aws:sourceArn": arn}}},
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::answers",
     "Condition": {"StringLike": {"aws:sourceAccount": account}, "ArnLike": {"aws:sourceArn": arn}}}]}))
id = asked(f"SELECT eventName, errorCode FROM {eds} WHERE userIdentity.userName = 'intruder'", DeliveryS3Uri="s3://answers/lake")
advance("0s")
told = trail.describe_query(QueryId=id)
folder = f"lake/AWSLogs/{account}/CloudTrail-Lake/Query/2026/01/01/{id}"
assert told["DeliveryStatus"] == "SUCCESS" and told["DeliveryS3Uri"] == "s3://answers/" + folder and told["QueryStatistics"]["EventsScanned"] > 0, told
result = s3.get_object(Bucket="answers", Key=folder + "/result_1.csv.gz")["Body"].read()
assert gzip.decompress(result).decode() == '"eventName","errorCode"\n"ListBuckets","AccessDenied"\n', gzip.decompress(result)
sign = json.loads(s3.get_object(Bucket="answers", Key=folder + "/result_sign.json")["Body"].read())
assert sign["files"] == [{"fileHashValue": hashlib.sha256(result).hexdigest(), "fileName": "result_1.csv.gz"}], sign
public, = [k["Value"] for k in trail.list_public_keys()["PublicKeyList"] if k["Fingerprint"] == sign["publicKeyFingerprint"]]
rsa.verify(" ".join(f["fileHashValue"] for f in sign["files"]).encode(), bytes.fromhex(sign["hashSignature"]), rsa.PublicKey.load_pkcs1(public, "DER"))
refused("InactiveQueryException", trail.cancel_query, QueryId=id)
assert id in [q["QueryId"] for q in trail.list_queries(EventDataStore=arn, QueryStatus="FINISHED")["Queries"]]

# The files of a trail, copied into another event data store in a role that may read them.
s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": region})
s3.put_bucket_policy(Bucket="files", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": ["s3:PutObject", "s3:GetBucketAcl"], "Resource": ["arn:aws:s3:::files", "arn:aws:s3:::files/*"]}]}))
trail.create_trail(Name="main", S3BucketName="files", IsMultiRegionTrail=True, EnableLogFileValidation=True)
trail.start_logging(Name="main")
iam.create_user(UserName="copied")
advance("2h")
copy = trail.create_event_data_store(Name="copy", StartIngestion=False, TerminationProtectionEnabled=False)["EventDataStoreArn"]
role = f"arn:aws:iam::{account}:role/import"
source = {"S3": {"S3LocationUri": "s3://files/", "S3BucketRegion": region, "S3BucketAccessRoleArn": role}}
refused("InvalidImportSourceException", trail.start_import, Destinations=[copy], ImportSource=source)
iam.create_role(RoleName="import", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:SourceAccount": account, "aws:SourceArn": copy}}}]}))
iam.put_role_policy(RoleName="import", PolicyName="list", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketAcl"], "Resource": "arn:aws:s3:::files"}]}))
id = trail.start_import(Destinations=[copy], ImportSource=source)["ImportId"]
refused("AccountHasOngoingImportException", trail.start_import, Destinations=[copy], ImportSource=source)
advance("1m")
assert trail.get_import(ImportId=id)["ImportStatus"] == "FAILED"
failures = trail.list_import_failures(ImportId=id)["Failures"]
assert failures and {f["ErrorType"] for f in failures} == {"AccessDenied"} and all("/CloudTrail/" in f["Location"] for f in failures), failures
iam.put_role_policy(RoleName="import", PolicyName="read", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/*"}]}))
assert trail.start_import(ImportId=id)["ImportStatus"] == "INITIALIZING"
advance("1m")
done = trail.get_import(ImportId=id)
assert done["ImportStatus"] == "COMPLETED" and done["ImportStatistics"]["FailedEntries"] == 0 and done["ImportStatistics"]["FilesCompleted"] == len(failures), done
assert {f["Status"] for f in trail.list_import_failures(ImportId=id)["Failures"]} == {"SUCCEEDED"}
assert [i["ImportId"] for i in trail.list_imports(Destination=copy)["Imports"]] == [id]
assert rows(f"SELECT eventName, userIdentity.type FROM {copy.split('/')[1]} WHERE element_at(requestParameters, 'userName') = 'copied'") == [["CreateUser", "Root"]]
assert trail.stop_import(ImportId=id)["ImportStatus"] == "COMPLETED"
refused("InvalidParameterException", trail.start_import, ImportId=id)
refused("ImportNotFoundException", trail.get_import, ImportId="00000000-0000-4000-8000-000000000000")
refused("NotImplemented", trail.enable_federation, EventDataStore=copy, FederationRoleArn=role)
refused("NotImplemented", trail.start_query, QueryAlias="who")

# Unusual activity, which one event data store finds and another takes.
insights = trail.create_event_data_store(Name="insights", MultiRegionEnabled=False, AdvancedEventSelectors=[{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Insight"]}]}])["EventDataStoreArn"]
both = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]
refused("InsightNotEnabledException", trail.get_insight_selectors, EventDataStore=arn)
refused("InvalidParameterException", trail.put_insight_selectors, EventDataStore=arn, InsightSelectors=both)
refused("InvalidParameterException", trail.put_insight_selectors, EventDataStore=arn, InsightsDestination=copy, InsightSelectors=both)
refused("InvalidInsightSelectorsException", trail.put_insight_selectors, EventDataStore=insights, InsightsDestination=insights, InsightSelectors=both)
refused("InvalidParameterCombinationException", trail.put_insight_selectors, TrailName="copied", EventDataStore=arn, InsightSelectors=both)
refused("InvalidEventDataStoreCategoryException", trail.stop_event_data_store_ingestion, EventDataStore=insights)
refused("InvalidEventDataStoreCategoryException", trail.start_import, Destinations=[insights], ImportSource=source)
put = trail.put_insight_selectors(EventDataStore=arn, InsightsDestination=insights, InsightSelectors=both)
got = trail.get_insight_selectors(EventDataStore=eds)
assert put["EventDataStoreArn"] == got["EventDataStoreArn"] == arn and put["InsightsDestination"] == got["InsightsDestination"] == insights and got["InsightSelectors"] == both, (put, got)
advance("25h")
for i in range(40):
    iam.create_group(GroupName=f"group{i}")
    refused("NoSuchEntity", iam.delete_group, GroupName=f"none{i}")
advance("30m")
found = rows(f"""SELECT insightType, insightState, insightEventName, insightErrorCode, recipientAccountId, cast(insightContext.insightAverage AS bigint) FROM {insights.split('/')[1]}
    WHERE insightSource = '{arn}' ORDER BY 1, 2 DESC, 3""")
calls = [["ApiCallRateInsight", state, name, "", account, "40"] for state in ("Start", "End") for name in ("CreateGroup", "DeleteGroup")]
errors = [["ApiErrorRateInsight", state, "DeleteGroup", "NoSuchEntity", account, "40"] for state in ("Start", "End")]
assert found == calls + errors, found
assert trail.lookup_events(EventCategory="insight")["Events"] == []
trail.put_insight_selectors(EventDataStore=arn, InsightSelectors=[])
refused("InsightNotEnabledException", trail.get_insight_selectors, EventDataStore=arn)

# A week's grace.
refused("EventDataStoreTerminationProtectedException", trail.delete_event_data_store, EventDataStore=arn)
refused("InvalidEventDataStoreStatusException", trail.start_event_data_store_ingestion, EventDataStore=arn)
trail.stop_event_data_store_ingestion(EventDataStore=arn)
assert trail.get_event_data_store(EventDataStore=arn)["Status"] == "STOPPED_INGESTION"
assert not trail.update_event_data_store(EventDataStore=arn, TerminationProtectionEnabled=False, RetentionPeriod=30)["TerminationProtectionEnabled"]
trail.start_event_data_store_ingestion(EventDataStore=arn)
trail.delete_event_data_store(EventDataStore=arn)
assert trail.get_event_data_store(EventDataStore=arn)["Status"] == "PENDING_DELETION"
refused("InactiveEventDataStoreException", trail.start_query, QueryStatement=f"SELECT 1 FROM {eds}")
advance("144h")
assert trail.restore_event_data_store(EventDataStore=arn)["Status"] == "ENABLED"
assert rows(f"SELECT count(*) FROM {eds} WHERE eventName = 'CreateAccessKey'") == [["1"]]
trail.delete_event_data_store(EventDataStore=arn)
advance("168h")
refused("EventDataStoreNotFoundException", trail.get_event_data_store, EventDataStore=arn)
print("all held")
