"""An account's passwords, certificates, reports and service-linked roles, as boto3 asks for them."""
import csv
import io
import subprocess
import tempfile
import time

import boto3
from refusal import refused

iam = boto3.client("iam")
ROOT = "arn:aws:iam::000000000000:"


def eventually(look):
    for _ in range(1800):
        if look():
            return
        time.sleep(0.1)
    raise AssertionError("it does not come")


# The account's name and counts.
iam.create_account_alias(AccountAlias="one-estate")
assert iam.list_account_aliases()["AccountAliases"] == ["one-estate"]
iam.delete_account_alias(AccountAlias="one-estate")
before = iam.get_account_summary()["SummaryMap"]
iam.create_user(UserName="pat")
assert iam.get_account_summary()["SummaryMap"]["Users"] == before["Users"] + 1
iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")

# Passwords.
refused("NoSuchEntity", iam.get_account_password_policy)
refused("PasswordPolicyViolation", iam.create_login_profile, UserName="pat", Password="short")
iam.update_account_password_policy(MinimumPasswordLength=12, RequireSymbols=True, PasswordReusePrevention=3, MaxPasswordAge=90, AllowUsersToChangePassword=True)
assert iam.get_account_password_policy()["PasswordPolicy"]["ExpirePasswords"]
assert "symbol" in refused("PasswordPolicyViolation", iam.create_login_profile, UserName="pat", Password="twelve-is-not-enough".replace("-", "x"))
iam.create_login_profile(UserName="pat", Password="first-password", PasswordResetRequired=True)
refused("EntityAlreadyExists", iam.create_login_profile, UserName="pat", Password="first-password")
key = iam.create_access_key(UserName="pat")["AccessKey"]
pat = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])
refused("AccessDenied", pat.client("iam").change_password, OldPassword="wrong-password", NewPassword="second-password")
pat.client("iam").change_password(OldPassword="first-password", NewPassword="second-password")
refused("PasswordPolicyViolation", pat.client("iam").change_password, OldPassword="second-password", NewPassword="first-password")
refused("AccessDenied", pat.client("iam").list_users)
assert not iam.get_login_profile(UserName="pat")["LoginProfile"]["PasswordResetRequired"]
iam.update_login_profile(UserName="pat", Password="third-password")
refused("DeleteConflict", iam.delete_user, UserName="pat")

# Who used what last.
last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
assert last["UserName"] == "pat" and last["AccessKeyLastUsed"]["ServiceName"] == "iam" and last["AccessKeyLastUsed"]["Region"] == "us-east-1", last
iam.generate_credential_report()
eventually(lambda: iam.generate_credential_report()["State"] == "COMPLETE")
rows = {r["user"]: r for r in csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode()))}
assert rows["pat"]["password_enabled"] == "true" and rows["pat"]["access_key_1_last_used_service"] == "iam" and rows["pat"]["password_next_rotation"] != "N/A", rows["pat"]
assert rows["<root_account>"]["arn"] == ROOT + "root"
iam.attach_user_policy(UserName="pat", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
pat.client("iam").list_users()
job = iam.generate_service_last_accessed_details(Arn=ROOT + "user/pat", Granularity="ACTION_LEVEL")["JobId"]
eventually(lambda: iam.get_service_last_accessed_details(JobId=job)["JobStatus"] == "COMPLETED")
seen = iam.get_service_last_accessed_details(JobId=job)["ServicesLastAccessed"]
assert [s["ServiceNamespace"] for s in seen] == ["iam"] and "ListUsers" in [a["ActionName"] for a in seen[0]["TrackedActionsLastAccessed"]], seen
assert iam.get_service_last_accessed_details_with_entities(JobId=job, ServiceNamespace="iam")["EntityDetailsList"][0]["EntityInfo"]["Name"] == "pat"
assert iam.list_policies_granting_service_access(Arn=ROOT + "user/pat", ServiceNamespaces=["iam"])["PoliciesGrantingServiceAccess"][0]["Policies"][0]["PolicyName"] == "IAMReadOnlyAccess"
details = iam.get_account_authorization_details(Filter=["User", "AWSManagedPolicy"])
assert "pat" in [u["UserName"] for u in details["UserDetailList"]] and "IAMReadOnlyAccess" in [p["PolicyName"] for p in details["Policies"]]
iam.detach_user_policy(UserName="pat", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")

# AWS's managed policies.
view = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")["Policy"]
document = iam.get_policy_version(PolicyArn=view["Arn"], VersionId=view["DefaultVersionId"])["PolicyVersion"]["Document"]
assert document["Version"] == "2012-10-17" and len(document["Statement"]) > 0

# Certificates and keys, made by openssl.
with tempfile.TemporaryDirectory() as d:
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", d + "/k", "-out", d + "/c", "-days", "3650", "-subj", "/CN=pat"], check=True, capture_output=True)
    subprocess.run(["openssl", "rsa", "-in", d + "/k", "-pubout", "-out", d + "/p"], check=True, capture_output=True)
    private, cert, public = (open(f"{d}/{n}").read() for n in "kcp")
up = iam.upload_server_certificate(ServerCertificateName="web", CertificateBody=cert, PrivateKey=private, Tags=[{"Key": "a", "Value": "b"}])["ServerCertificateMetadata"]
assert up["Arn"] == ROOT + "server-certificate/web"
refused("MalformedCertificate", iam.upload_server_certificate, ServerCertificateName="bad", CertificateBody="x", PrivateKey=private)
iam.update_server_certificate(ServerCertificateName="web", NewServerCertificateName="www")
assert iam.get_server_certificate(ServerCertificateName="www")["ServerCertificate"]["CertificateBody"].strip() == cert.strip()
iam.tag_server_certificate(ServerCertificateName="www", Tags=[{"Key": "c", "Value": "d"}])
iam.untag_server_certificate(ServerCertificateName="www", TagKeys=["a"])
assert iam.list_server_certificate_tags(ServerCertificateName="www")["Tags"] == [{"Key": "c", "Value": "d"}]
assert len(iam.list_server_certificates()["ServerCertificateMetadataList"]) == 1
iam.delete_server_certificate(ServerCertificateName="www")
signer = iam.upload_signing_certificate(UserName="pat", CertificateBody=cert)["Certificate"]["CertificateId"]
iam.update_signing_certificate(UserName="pat", CertificateId=signer, Status="Inactive")
assert iam.list_signing_certificates(UserName="pat")["Certificates"][0]["Status"] == "Inactive"
iam.delete_signing_certificate(UserName="pat", CertificateId=signer)
ssh = iam.upload_ssh_public_key(UserName="pat", SSHPublicKeyBody=public)["SSHPublicKey"]["SSHPublicKeyId"]
assert iam.get_ssh_public_key(UserName="pat", SSHPublicKeyId=ssh, Encoding="SSH")["SSHPublicKey"]["SSHPublicKeyBody"].startswith("ssh-rsa ")
iam.update_ssh_public_key(UserName="pat", SSHPublicKeyId=ssh, Status="Inactive")
assert iam.list_ssh_public_keys(UserName="pat")["SSHPublicKeys"][0]["Status"] == "Inactive"
iam.delete_ssh_public_key(UserName="pat", SSHPublicKeyId=ssh)
cred = iam.create_service_specific_credential(UserName="pat", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
refused("NotSupportedService", iam.create_service_specific_credential, UserName="pat", ServiceName="s3.amazonaws.com")
assert iam.reset_service_specific_credential(UserName="pat", ServiceSpecificCredentialId=cred["ServiceSpecificCredentialId"])["ServiceSpecificCredential"]["ServicePassword"] != cred["ServicePassword"]
iam.update_service_specific_credential(UserName="pat", ServiceSpecificCredentialId=cred["ServiceSpecificCredentialId"], Status="Inactive")
assert iam.list_service_specific_credentials(UserName="pat")["ServiceSpecificCredentials"][0]["Status"] == "Inactive"
iam.delete_service_specific_credential(UserName="pat", ServiceSpecificCredentialId=cred["ServiceSpecificCredentialId"])

# Groups, policies and roles: what changes without losing what they are.
group = iam.create_group(GroupName="ops")["Group"]["GroupId"]
iam.update_group(GroupName="ops", NewGroupName="operators")
assert iam.get_group(GroupName="operators")["Group"]["GroupId"] == group
iam.delete_group(GroupName="operators")
policy = iam.create_policy(PolicyName="tagged", PolicyDocument='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}')["Policy"]["Arn"]
iam.tag_policy(PolicyArn=policy, Tags=[{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}])
iam.untag_policy(PolicyArn=policy, TagKeys=["a"])
assert iam.list_policy_tags(PolicyArn=policy)["Tags"] == [{"Key": "c", "Value": "d"}]
iam.delete_policy(PolicyArn=policy)
linked = iam.create_service_linked_role(AWSServiceName="cloudtrail.amazonaws.com")["Role"]["RoleName"]
refused("UnmodifiableEntity", iam.delete_role, RoleName=linked)
assert iam.update_role_description(RoleName=linked, Description="trails")["Role"]["Description"] == "trails"
task = iam.delete_service_linked_role(RoleName=linked)["DeletionTaskId"]
eventually(lambda: iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED")
refused("NoSuchEntity", iam.get_role, RoleName=linked)

iam.delete_login_profile(UserName="pat")
iam.delete_access_key(UserName="pat", AccessKeyId=key["AccessKeyId"])
iam.delete_user(UserName="pat")
iam.delete_account_password_policy()
print("all held")
