"""The Glue Data Catalog as boto3 asks for it, with the refusals AWS documents, and the AWS CLI's pages."""
import json
import subprocess

import boto3
from refusal import refused

glue, iam = boto3.client("glue"), boto3.client("iam")


# Databases.
glue.create_database(DatabaseInput={"Name": "Web", "Description": "logs", "Parameters": {"k": "v"}}, Tags={"team": "ops"})
refused("AlreadyExistsException", glue.create_database, DatabaseInput={"Name": "web"})
refused("InvalidInputException", glue.create_database, DatabaseInput={"Name": "x"}, Tags={"aws:a": "b"})
for i in range(3):
    glue.create_database(DatabaseInput={"Name": f"d{i}"})
assert [d["Name"] for p in glue.get_paginator("get_databases").paginate(PaginationConfig={"PageSize": 2}) for d in p["DatabaseList"]] == ["d0", "d1", "d2", "web"]
glue.update_database(Name="web", DatabaseInput={"Name": "web", "Description": "of the web"})
assert glue.get_database(Name="WEB")["Database"]["Description"] == "of the web"
refused("EntityNotFoundException", glue.get_database, Name="nobody")
arn = "arn:aws:glue:eu-central-1:000000000000:database/web"
glue.tag_resource(ResourceArn=arn, TagsToAdd={"cost": "1"})
glue.untag_resource(ResourceArn=arn, TagsToRemove=["team"])
assert glue.get_tags(ResourceArn=arn)["Tags"] == {"cost": "1"}
assert glue.get_catalog_import_status()["ImportStatus"]["ImportCompleted"]

# Tables and their versions.
TABLE = {
    "Name": "Access", "TableType": "EXTERNAL_TABLE", "Parameters": {"classification": "json"},
    "PartitionKeys": [{"Name": "day", "Type": "date"}, {"Name": "hour", "Type": "int"}],
    "StorageDescriptor": {
        "Columns": [{"Name": "ip", "Type": "string", "Comment": "of the client"}, {"Name": "tags", "Type": "map<string,array<int>>"}],
        "Location": "s3://logs/access/", "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    },
}
glue.create_table(DatabaseName="web", TableInput=TABLE, PartitionIndexes=[{"IndexName": "by_day", "Keys": ["day"]}])
refused("AlreadyExistsException", glue.create_table, DatabaseName="WEB", TableInput=TABLE)
refused("EntityNotFoundException", glue.create_table, DatabaseName="none", TableInput=TABLE)
t = glue.get_table(DatabaseName="web", Name="ACCESS")["Table"]
assert t["StorageDescriptor"] == TABLE["StorageDescriptor"] and t["VersionId"] == "0" and t["CatalogId"] == "000000000000", t
glue.update_table(DatabaseName="web", TableInput=TABLE | {"Description": "one"})
glue.update_table(DatabaseName="web", TableInput=TABLE | {"Description": "two"}, SkipArchive=True, VersionId="1")
refused("ConcurrentModificationException", glue.update_table, DatabaseName="web", TableInput=TABLE, VersionId="1")
assert [v["VersionId"] for p in glue.get_paginator("get_table_versions").paginate(DatabaseName="web", TableName="access") for v in p["TableVersions"]] == ["2", "0"]
assert glue.get_table_version(DatabaseName="web", TableName="access", VersionId="2")["TableVersion"]["Table"]["Description"] == "two"
glue.delete_table_version(DatabaseName="web", TableName="access", VersionId="0")
assert glue.batch_delete_table_version(DatabaseName="web", TableName="access", VersionIds=["0"])["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
for name in ("alb", "flow", "waf"):
    glue.create_table(DatabaseName="web", TableInput={"Name": name})
assert [t["Name"] for t in glue.get_tables(DatabaseName="web", Expression="*l*")["TableList"]] == ["alb", "flow"]
glue.delete_table(DatabaseName="web", Name="alb")
assert glue.batch_delete_table(DatabaseName="web", TablesToDelete=["flow", "alb"])["Errors"][0]["TableName"] == "alb"

# Partitions.
where = {"DatabaseName": "web", "TableName": "access"}
for day in ("2026-01-01", "2026-01-02"):
    errors = glue.batch_create_partition(**where, PartitionInputList=[{"Values": [day, str(h)], "StorageDescriptor": {"Location": f"s3://logs/access/{day}/{h}/"}} for h in range(24)])["Errors"]
    assert errors == [], errors
glue.create_partition(**where, PartitionInput={"Values": ["2026-01-03", "0"]})
refused("AlreadyExistsException", glue.create_partition, **where, PartitionInput={"Values": ["2026-01-03", "0"]})
refused("InvalidInputException", glue.create_partition, **where, PartitionInput={"Values": ["2026-01-03"]})


def found(expression, **more):
    pages = glue.get_paginator("get_partitions").paginate(**where, Expression=expression, **more)
    return ["T".join(p["Values"]) for page in pages for p in page["Partitions"]]


assert found("day = '2026-01-01' AND hour BETWEEN 9 AND 11") == ["2026-01-01T10", "2026-01-01T11", "2026-01-01T9"]
assert found("NOT day < '2026-01-03' OR hour IN (23) AND day LIKE '%01'") == ["2026-01-01T23", "2026-01-03T0"]
assert len(found("hour >= 10", PaginationConfig={"PageSize": 5})) == 28
assert sum(len(found("hour >= 10", Segment={"SegmentNumber": n, "TotalSegments": 3})) for n in range(3)) == 28
refused("InvalidInputException", glue.get_partitions, **where, Expression="ip = 'a'")
assert glue.get_partition(**where, PartitionValues=["2026-01-02", "7"])["Partition"]["StorageDescriptor"]["Location"] == "s3://logs/access/2026-01-02/7/"
glue.update_partition(**where, PartitionValueList=["2026-01-03", "0"], PartitionInput={"Values": ["2026-01-03", "1"]})
assert glue.batch_update_partition(**where, Entries=[{"PartitionValueList": ["2026-01-03", "0"], "PartitionInput": {}}])["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
assert len(glue.batch_get_partition(**where, PartitionsToGet=[{"Values": ["2026-01-03", v]} for v in "01"])["Partitions"]) == 1
glue.delete_partition(**where, PartitionValues=["2026-01-03", "1"])
assert glue.batch_delete_partition(**where, PartitionsToDelete=[{"Values": ["2026-01-02", "7"]}, {"Values": ["2026-01-03", "1"]}])["Errors"][0]["PartitionValues"] == ["2026-01-03", "1"]
glue.create_partition_index(**where, PartitionIndex={"IndexName": "by_hour", "Keys": ["hour"]})
indexes = glue.get_partition_indexes(**where)["PartitionIndexDescriptorList"]
assert [(i["IndexName"], i["IndexStatus"], i["Keys"]) for i in indexes] == [("by_day", "ACTIVE", [{"Name": "day", "Type": "date"}]), ("by_hour", "ACTIVE", [{"Name": "hour", "Type": "int"}])], indexes
glue.delete_partition_index(**where, IndexName="by_hour")

# Functions.
glue.create_user_defined_function(DatabaseName="web", FunctionInput={"FunctionName": "Geo", "ClassName": "c", "OwnerName": "o", "OwnerType": "USER"})
glue.update_user_defined_function(DatabaseName="web", FunctionName="geo", FunctionInput={"FunctionName": "geo", "ClassName": "d", "OwnerName": "o", "OwnerType": "USER"})
assert glue.get_user_defined_function(DatabaseName="web", FunctionName="geo")["UserDefinedFunction"]["ClassName"] == "d"
assert [f["FunctionName"] for f in glue.get_user_defined_functions(DatabaseName="web", Pattern="g*")["UserDefinedFunctions"]] == ["geo"]
glue.delete_user_defined_function(DatabaseName="web", FunctionName="geo")

# Permissions: catalog, database and table, each of them.
iam.create_user(UserName="reader")
key = iam.create_access_key(UserName="reader")["AccessKey"]
reader = boto3.client("glue", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
base = "arn:aws:glue:eu-central-1:000000000000:"


def allow(*resources):
    statement = {"Effect": "Allow", "Action": "glue:Get*", "Resource": [base + r for r in resources]}
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


all_three = ["catalog", "database/web", "table/web/access"]
for missing in all_three:
    allow(*[r for r in all_three if r != missing])
    assert base + missing in refused("AccessDeniedException", reader.get_partitions, **where), missing
allow(*all_three)
assert len(reader.get_partitions(**where)["Partitions"]) == 47
refused("AccessDeniedException", reader.get_tables, DatabaseName="web")
allow("catalog", "database/web", "table/web/*")
assert len(reader.get_tables(DatabaseName="web")["TableList"]) == 2
refused("AccessDeniedException", reader.delete_table, DatabaseName="web", Name="access")

# Statistics of columns, of the table and of a partition.
column = glue.get_table(DatabaseName="web", Name="access")["Table"]["StorageDescriptor"]["Columns"][0]
values = glue.get_partitions(**where)["Partitions"][0]["Values"]
data = {"Type": "LONG", "LongColumnStatisticsData": {"MinimumValue": 1, "MaximumValue": 9, "NumberOfNulls": 0, "NumberOfDistinctValues": 9}}
stats = [{"ColumnName": column["Name"], "ColumnType": column["Type"], "AnalyzedTime": 1, "StatisticsData": data}]
assert glue.update_column_statistics_for_table(ColumnStatisticsList=stats, **where)["Errors"] == []
assert glue.update_column_statistics_for_partition(ColumnStatisticsList=stats, PartitionValues=values, **where)["Errors"] == []
assert glue.get_column_statistics_for_table(ColumnNames=[column["Name"]], **where)["ColumnStatisticsList"][0]["StatisticsData"] == data
assert glue.get_column_statistics_for_partition(ColumnNames=[column["Name"]], PartitionValues=values, **where)["ColumnStatisticsList"][0]["StatisticsData"] == data
glue.delete_column_statistics_for_table(ColumnName=column["Name"], **where)
glue.delete_column_statistics_for_partition(ColumnName=column["Name"], PartitionValues=values, **where)
assert len(glue.get_column_statistics_for_table(ColumnNames=[column["Name"]], **where)["Errors"]) == 1

# A database takes along what it holds.
cli = json.loads(subprocess.run(["aws", "glue", "get-tables", "--database-name", "web", "--query", "TableList[].Name"], check=True, capture_output=True).stdout)
assert cli == ["access", "waf"], cli
glue.delete_database(Name="web")
glue.create_database(DatabaseInput={"Name": "web"})
assert glue.get_tables(DatabaseName="web")["TableList"] == [] and glue.get_tags(ResourceArn=arn)["Tags"] == {}
refused("EntityNotFoundException", glue.get_partitions, **where)

# The catalog's policy, which only who has seen it changes; nothing is encrypted, and the settings say so.
catalog = "arn:aws:glue:eu-central-1:000000000000:catalog"
share = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "glue:GetTable", "Resource": "*"}]}
refused("EntityNotFoundException", glue.get_resource_policy)
refused("EntityNotFoundException", glue.put_resource_policy, PolicyInJson=json.dumps(share), PolicyExistsCondition="MUST_EXIST")
refused("InvalidInputException", glue.put_resource_policy, PolicyInJson="{}")
seen = glue.put_resource_policy(PolicyInJson=json.dumps(share), PolicyExistsCondition="NOT_EXIST", EnableHybrid="TRUE")["PolicyHash"]
share["Statement"][0]["Action"] = "glue:Get*"
now = glue.put_resource_policy(PolicyInJson=json.dumps(share), PolicyHashCondition=seen)["PolicyHash"]
refused("ConditionCheckFailureException", glue.put_resource_policy, PolicyInJson=json.dumps(share), PolicyHashCondition=seen)
assert json.loads(glue.get_resource_policy(ResourceArn=catalog)["PolicyInJson"]) == share
assert [p["PolicyHash"] for p in glue.get_resource_policies()["GetResourcePoliciesResponseList"]] == [now]
refused("ConditionCheckFailureException", glue.delete_resource_policy, PolicyHashCondition=seen)
glue.delete_resource_policy(PolicyHashCondition=now)
glue.put_data_catalog_encryption_settings(DataCatalogEncryptionSettings={"EncryptionAtRest": {"CatalogEncryptionMode": "DISABLED"}})
refused("NotImplemented", glue.put_data_catalog_encryption_settings, DataCatalogEncryptionSettings={"EncryptionAtRest": {"CatalogEncryptionMode": "SSE-KMS"}})
assert glue.get_data_catalog_encryption_settings()["DataCatalogEncryptionSettings"]["EncryptionAtRest"]["CatalogEncryptionMode"] == "DISABLED"
refused("NotImplemented", glue.start_job_run, JobName="j")
print("all held")
