"""Every IAM and STS operation that has behaviour, as boto3 asks for it, with the refusals AWS documents."""
import base64
import hmac
import json
import struct
import time

import boto3
from refusal import refused

iam, sts = boto3.client("iam"), boto3.client("sts")
ROOT = "arn:aws:iam::000000000000:"
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "S", "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]})
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ROOT + "root"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}


# Users.
user = iam.create_user(UserName="Ann", Path="/ops/", Tags=[{"Key": "team", "Value": "red"}])["User"]
assert user["Arn"] == ROOT + "user/ops/Ann" and user["UserId"].startswith("AIDA") and len(user["UserId"]) == 21
refused("EntityAlreadyExists", iam.create_user, UserName="ANN")
assert iam.get_user(UserName="ann")["User"]["Tags"] == [{"Key": "team", "Value": "red"}]
refused("NoSuchEntity", iam.get_user, UserName="nobody")
for i in range(5):
    iam.create_user(UserName=f"u{i}")
names = [u["UserName"] for p in iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}) for u in p["Users"]]
assert names == ["Ann", "u0", "u1", "u2", "u3", "u4"], names
assert [u["UserName"] for u in iam.list_users(PathPrefix="/ops/")["Users"]] == ["Ann"]
iam.tag_user(UserName="Ann", Tags=[{"Key": "cost", "Value": "1"}])
iam.untag_user(UserName="Ann", TagKeys=["team"])
assert iam.list_user_tags(UserName="Ann")["Tags"] == [{"Key": "cost", "Value": "1"}]
refused("InvalidInput", iam.tag_user, UserName="Ann", Tags=[{"Key": "aws:x", "Value": "1"}])

# Keys.
key = iam.create_access_key(UserName="Ann")["AccessKey"]
assert key["AccessKeyId"].startswith("AKIA") and len(key["SecretAccessKey"]) == 40
second = iam.create_access_key(UserName="Ann")["AccessKey"]
refused("LimitExceeded", iam.create_access_key, UserName="Ann")
assert {k["AccessKeyId"] for k in iam.list_access_keys(UserName="Ann")["AccessKeyMetadata"]} == {key["AccessKeyId"], second["AccessKeyId"]}
as_second = boto3.client("sts", aws_access_key_id=second["AccessKeyId"], aws_secret_access_key=second["SecretAccessKey"])
assert as_second.get_caller_identity()["Arn"] == user["Arn"]
iam.update_access_key(UserName="Ann", AccessKeyId=second["AccessKeyId"], Status="Inactive")
refused("InvalidClientTokenId", as_second.get_caller_identity)
iam.delete_access_key(UserName="Ann", AccessKeyId=second["AccessKeyId"])
refused("NoSuchEntity", iam.delete_access_key, UserName="Ann", AccessKeyId=second["AccessKeyId"])
assert sts.get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"] == "000000000000"

# Groups.
group = iam.create_group(GroupName="Admins")["Group"]
assert group["GroupId"].startswith("AGPA")
refused("EntityAlreadyExists", iam.create_group, GroupName="admins")
iam.add_user_to_group(GroupName="Admins", UserName="Ann")
assert [u["UserName"] for u in iam.get_group(GroupName="Admins")["Users"]] == ["Ann"]
assert [g["GroupName"] for g in iam.list_groups_for_user(UserName="Ann")["Groups"]] == ["Admins"]
assert [g["GroupName"] for g in iam.list_groups()["Groups"]] == ["Admins"]
refused("DeleteConflict", iam.delete_group, GroupName="Admins")
ann = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])
refused("AccessDenied", ann.client("s3").list_buckets)
iam.put_group_policy(GroupName="Admins", PolicyName="list", PolicyDocument=ALLOW)
ann.client("s3").list_buckets()
assert iam.list_group_policies(GroupName="Admins")["PolicyNames"] == ["list"]
assert iam.get_group_policy(GroupName="Admins", PolicyName="list")["PolicyDocument"] == json.loads(ALLOW)
iam.remove_user_from_group(GroupName="Admins", UserName="Ann")
refused("AccessDenied", ann.client("s3").list_buckets)
iam.delete_group_policy(GroupName="Admins", PolicyName="list")
iam.delete_group(GroupName="Admins")

# Managed policies and their versions.
refused("MalformedPolicyDocument", iam.create_policy, PolicyName="bad", PolicyDocument='{"Version":"2012-10-17"}')
policy = iam.create_policy(PolicyName="list", PolicyDocument=ALLOW, Description="d", Tags=[{"Key": "a", "Value": "b"}])["Policy"]
arn = policy["Arn"]
assert arn == ROOT + "policy/list" and policy["DefaultVersionId"] == "v1"
refused("EntityAlreadyExists", iam.create_policy, PolicyName="LIST", PolicyDocument=ALLOW)
iam.attach_user_policy(UserName="Ann", PolicyArn=arn)
ann.client("s3").list_buckets()
assert iam.list_attached_user_policies(UserName="Ann")["AttachedPolicies"] == [{"PolicyName": "list", "PolicyArn": arn}]
assert [u["UserName"] for u in iam.list_entities_for_policy(PolicyArn=arn)["PolicyUsers"]] == ["Ann"]
DENY = ALLOW.replace("Allow", "Deny")
for n in range(2, 6):
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=DENY, SetAsDefault=n == 5)["PolicyVersion"]["VersionId"] == f"v{n}"
refused("LimitExceeded", iam.create_policy_version, PolicyArn=arn, PolicyDocument=DENY)
assert "with an explicit deny in an identity-based policy" in refused("AccessDenied", ann.client("s3").list_buckets)
assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == json.loads(ALLOW)
refused("DeleteConflict", iam.delete_policy_version, PolicyArn=arn, VersionId="v5")
iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
ann.client("s3").list_buckets()
assert [v["VersionId"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"] if v["IsDefaultVersion"]] == ["v1"]
refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
iam.detach_user_policy(UserName="Ann", PolicyArn=arn)
refused("NoSuchEntity", iam.detach_user_policy, UserName="Ann", PolicyArn=arn)
refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
for n in range(2, 6):
    iam.delete_policy_version(PolicyArn=arn, VersionId=f"v{n}")
assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0
assert [p["PolicyName"] for p in iam.list_policies(Scope="Local")["Policies"]] == ["list"]
assert "AdministratorAccess" in [p["PolicyName"] for page in iam.get_paginator("list_policies").paginate(Scope="AWS") for p in page["Policies"]]

# Inline policies of users; boundaries.
iam.put_user_policy(UserName="Ann", PolicyName="p", PolicyDocument=ALLOW)
assert iam.list_user_policies(UserName="Ann")["PolicyNames"] == ["p"]
assert iam.get_user_policy(UserName="Ann", PolicyName="p")["PolicyDocument"] == json.loads(ALLOW)
iam.put_user_permissions_boundary(UserName="Ann", PermissionsBoundary="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
assert "because no permissions boundary allows" in refused("AccessDenied", ann.client("s3").list_buckets)
iam.delete_user_permissions_boundary(UserName="Ann")
ann.client("s3").list_buckets()
iam.delete_user_policy(UserName="Ann", PolicyName="p")
refused("NoSuchEntity", iam.get_user_policy, UserName="Ann", PolicyName="p")

# Roles and sessions.
refused("MalformedPolicyDocument", iam.create_role, RoleName="bad", AssumeRolePolicyDocument=ALLOW)
role = iam.create_role(RoleName="Ops", Path="/x/", AssumeRolePolicyDocument=json.dumps(TRUST), MaxSessionDuration=7200, Tags=[{"Key": "team", "Value": "blue"}])["Role"]
assert role["Arn"] == ROOT + "role/x/Ops" and role["AssumeRolePolicyDocument"] == TRUST
assert iam.get_role(RoleName="ops")["Role"]["MaxSessionDuration"] == 7200
assert [r["RoleName"] for r in iam.list_roles(PathPrefix="/x/")["Roles"]] == ["Ops"]
iam.tag_role(RoleName="Ops", Tags=[{"Key": "k", "Value": "v"}])
iam.untag_role(RoleName="Ops", TagKeys=["k"])
assert iam.list_role_tags(RoleName="Ops")["Tags"] == [{"Key": "team", "Value": "blue"}]
iam.attach_role_policy(RoleName="Ops", PolicyArn=arn)
iam.put_user_policy(UserName="Ann", PolicyName="assume", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": role["Arn"]}]}))
take = lambda **more: ann.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="s1", **more)
answer = take(DurationSeconds=7200, Tags=[{"Key": "team", "Value": "green"}])
assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::000000000000:assumed-role/Ops/s1"
session = lambda c: boto3.Session(c["AccessKeyId"], c["SecretAccessKey"], c["SessionToken"])
session(answer["Credentials"]).client("s3").list_buckets()
refused("ValidationError", take, DurationSeconds=7201)
narrow = take(Policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]}))
assert "because no session policy allows" in refused("AccessDenied", session(narrow["Credentials"]).client("s3").list_buckets)
iam.update_role(RoleName="Ops", MaxSessionDuration=3600, Description="new")
refused("ValidationError", take, DurationSeconds=7200)
iam.put_role_permissions_boundary(RoleName="Ops", PermissionsBoundary=arn)
iam.delete_role_permissions_boundary(RoleName="Ops")
TRUST["Statement"][0]["Principal"] = {"Service": "ec2.amazonaws.com"}
iam.update_assume_role_policy(RoleName="Ops", PolicyDocument=json.dumps(TRUST))
refused("AccessDenied", take)
iam.put_role_policy(RoleName="Ops", PolicyName="p", PolicyDocument=ALLOW)
assert iam.list_role_policies(RoleName="Ops")["PolicyNames"] == ["p"] and iam.get_role_policy(RoleName="Ops", PolicyName="p")["PolicyName"] == "p"
assert iam.list_attached_role_policies(RoleName="Ops")["AttachedPolicies"][0]["PolicyArn"] == arn
refused("DeleteConflict", iam.delete_role, RoleName="Ops")
iam.delete_role_policy(RoleName="Ops", PolicyName="p")
iam.detach_role_policy(RoleName="Ops", PolicyArn=arn)
iam.delete_role(RoleName="Ops")
token = ann.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
assert session(token).client("sts").get_caller_identity()["Arn"] == user["Arn"]
refused("AccessDenied", session(token).client("sts").get_session_token)
refused("InvalidAuthorizationMessageException", sts.decode_authorization_message, EncodedMessage="x")

# A virtual MFA device: its codes are those an authenticator application shows, each is good once, and a role may demand one.
def shown(seed, step):
    mac = hmac.digest(base64.b32decode(seed), struct.pack(">Q", step), "sha1")
    at = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000)


device = iam.create_virtual_mfa_device(VirtualMFADeviceName="anns-phone", Tags=[{"Key": "kind", "Value": "phone"}])["VirtualMFADevice"]
serial, seed = device["SerialNumber"], device["Base32StringSeed"]
assert serial == ROOT + "mfa/anns-phone" and device["QRCodePNG"].startswith(b"\x89PNG") and len(seed) == 64
refused("EntityAlreadyExists", iam.create_virtual_mfa_device, VirtualMFADeviceName="anns-phone")
refused("InvalidAuthenticationCode", iam.enable_mfa_device, UserName="Ann", SerialNumber=serial, AuthenticationCode1="000000", AuthenticationCode2="000001")
while True:  # codes of the two steps before this one, which leaves two; another may begin meanwhile
    now = int(time.time()) // 30
    try:
        iam.enable_mfa_device(UserName="Ann", SerialNumber=serial, AuthenticationCode1=shown(seed, now - 2), AuthenticationCode2=shown(seed, now - 1))
        break
    except iam.exceptions.InvalidAuthenticationCodeException:
        assert int(time.time()) // 30 > now
refused("EntityAlreadyExists", iam.enable_mfa_device, UserName="Ann", SerialNumber=serial, AuthenticationCode1=shown(seed, now), AuthenticationCode2=shown(seed, now + 1))
assert [d["SerialNumber"] for d in iam.list_mfa_devices(UserName="Ann")["MFADevices"]] == [serial]
assert iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"][0]["User"]["UserName"] == "Ann"
assert not iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]
assert iam.get_mfa_device(SerialNumber=serial)["UserName"] == "Ann" and iam.list_mfa_device_tags(SerialNumber=serial)["Tags"][0]["Value"] == "phone"
iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "os", "Value": "x"}])
iam.untag_mfa_device(SerialNumber=serial, TagKeys=["os"])
iam.create_role(RoleName="Guarded", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": ROOT + "root"}, "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}))
iam.put_user_policy(UserName="Ann", PolicyName="guarded", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROOT + "role/Guarded"}]}))
guarded = dict(RoleArn=ROOT + "role/Guarded", RoleSessionName="ann")
refused("AccessDenied", ann.client("sts").assume_role, **guarded)
refused("AccessDenied", ann.client("sts").assume_role, SerialNumber=serial, TokenCode="000000", **guarded)
refused("AccessDenied", ann.client("sts").assume_role, SerialNumber=serial, TokenCode=shown(seed, now - 1), **guarded)
ann.client("sts").assume_role(SerialNumber=serial, TokenCode=shown(seed, now), **guarded)
refused("AccessDenied", ann.client("sts").assume_role, SerialNumber=serial, TokenCode=shown(seed, now), **guarded)
strong = session(ann.client("sts").get_session_token(SerialNumber=serial, TokenCode=shown(seed, now + 1))["Credentials"])
strong.client("sts").assume_role(**guarded)
refused("DeleteConflict", iam.delete_virtual_mfa_device, SerialNumber=serial)
iam.deactivate_mfa_device(UserName="Ann", SerialNumber=serial)
refused("NoSuchEntity", iam.resync_mfa_device, UserName="Ann", SerialNumber=serial, AuthenticationCode1="000000", AuthenticationCode2="000000")
iam.delete_virtual_mfa_device(SerialNumber=serial)
iam.delete_user_policy(UserName="Ann", PolicyName="guarded")
iam.delete_role(RoleName="Guarded")

# Instance profiles: one role in each, and neither goes while the other holds on to it.
iam.create_role(RoleName="Machine", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
profile = iam.create_instance_profile(InstanceProfileName="machine", Path="/web/", Tags=[{"Key": "a", "Value": "b"}])["InstanceProfile"]
assert profile["Arn"] == ROOT + "instance-profile/web/machine" and profile["Roles"] == []
refused("EntityAlreadyExists", iam.create_instance_profile, InstanceProfileName="machine")
iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="Machine")
refused("LimitExceeded", iam.add_role_to_instance_profile, InstanceProfileName="machine", RoleName="Machine")
assert [r["RoleName"] for r in iam.get_instance_profile(InstanceProfileName="machine")["InstanceProfile"]["Roles"]] == ["Machine"]
assert [p["InstanceProfileName"] for p in iam.list_instance_profiles_for_role(RoleName="Machine")["InstanceProfiles"]] == ["machine"]
assert [p["InstanceProfileName"] for p in iam.list_instance_profiles(PathPrefix="/web/")["InstanceProfiles"]] == ["machine"]
assert not iam.list_instance_profiles(PathPrefix="/other/")["InstanceProfiles"]
iam.tag_instance_profile(InstanceProfileName="machine", Tags=[{"Key": "c", "Value": "d"}])
iam.untag_instance_profile(InstanceProfileName="machine", TagKeys=["a"])
assert iam.list_instance_profile_tags(InstanceProfileName="machine")["Tags"] == [{"Key": "c", "Value": "d"}]
refused("DeleteConflict", iam.delete_role, RoleName="Machine")
refused("DeleteConflict", iam.delete_instance_profile, InstanceProfileName="machine")
iam.remove_role_from_instance_profile(InstanceProfileName="machine", RoleName="Machine")
refused("NoSuchEntity", iam.remove_role_from_instance_profile, InstanceProfileName="machine", RoleName="Machine")
iam.delete_instance_profile(InstanceProfileName="machine")
refused("NoSuchEntity", iam.get_instance_profile, InstanceProfileName="machine")
iam.delete_role(RoleName="Machine")

# A user under another name keeps all that hangs on it.
iam.update_user(UserName="Ann", NewUserName="Anna", NewPath="/")
assert ann.client("sts").get_caller_identity()["Arn"] == ROOT + "user/Anna"
assert iam.list_user_tags(UserName="Anna")["Tags"] == [{"Key": "cost", "Value": "1"}]
refused("DeleteConflict", iam.delete_user, UserName="Anna")
iam.delete_access_key(UserName="Anna", AccessKeyId=key["AccessKeyId"])
iam.delete_user_policy(UserName="Anna", PolicyName="assume")
iam.delete_user(UserName="Anna")
iam.delete_policy(PolicyArn=arn)
refused("NoSuchEntity", iam.get_policy, PolicyArn=arn)
# Who takes a deleted user's name is somebody else: policies that named the first one name an id now.
s3 = boto3.client("s3")
s3.create_bucket(Bucket="named-once", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
named = lambda who: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": who}, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::named-once"}]})
refused("MalformedPolicy", s3.put_bucket_policy, Bucket="named-once", Policy=named(ROOT + "user/gus"))


def gus():
    who = iam.create_user(UserName="gus")["User"]["UserId"]
    iam.put_user_policy(UserName="gus", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}))
    key = iam.create_access_key(UserName="gus")["AccessKey"]
    return who, key["AccessKeyId"], boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])


first, key, session = gus()
s3.put_bucket_policy(Bucket="named-once", Policy=named(ROOT + "user/gus"))
iam.create_role(RoleName="of-gus", AssumeRolePolicyDocument=json.dumps(TRUST | {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ROOT + "user/gus"}, "Action": "sts:AssumeRole"}]}))
session.client("s3").list_objects_v2(Bucket="named-once")
session.client("sts").assume_role(RoleArn=ROOT + "role/of-gus", RoleSessionName="gus")
iam.delete_access_key(UserName="gus", AccessKeyId=key)
iam.delete_user_policy(UserName="gus", PolicyName="p")
iam.delete_user(UserName="gus")
second, key, session = gus()
assert first != second
refused("AccessDenied", session.client("s3").list_objects_v2, Bucket="named-once")
refused("AccessDenied", session.client("sts").assume_role, RoleArn=ROOT + "role/of-gus", RoleSessionName="gus")
assert iam.get_role(RoleName="of-gus")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": first}
assert json.loads(s3.get_bucket_policy(Bucket="named-once")["Policy"])["Statement"][0]["Principal"] == {"AWS": first}
assert sts.get_access_key_info(AccessKeyId=key)["Account"] == "000000000000"
print("all held")
