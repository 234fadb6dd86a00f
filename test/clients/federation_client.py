"""People and machines who have no user here: web identity, federated users, and the AWS CLI's profiles."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

import boto3
import rsa
from botocore import UNSIGNED
from botocore.config import Config
from refusal import refused

iam, sts = boto3.client("iam"), boto3.client("sts")
ROOT = "arn:aws:iam::000000000000:"
S3 = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]})
session = lambda c: boto3.Session(c["AccessKeyId"], c["SecretAccessKey"], c["SessionToken"])
anyone = boto3.client("sts", config=Config(signature_version=UNSIGNED))


b64 = lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
public, private = rsa.newkeys(2048)
number = lambda n: b64(n.to_bytes((n.bit_length() + 7) // 8, "big"))


class Issuer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/keys":
            answer = {"keys": [{"kty": "RSA", "kid": "k", "use": "sig", "alg": "RS256", "n": number(public.n), "e": number(public.e)}]}
        else:
            answer = {"issuer": ISSUER, "jwks_uri": ISSUER + "/keys"}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_):
        pass


home = tempfile.TemporaryDirectory()
subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", home.name + "/key", "-out", home.name + "/cert", "-days", "30", "-subj", "/CN=issuer",
                "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(home.name + "/cert", home.name + "/key")
server.socket = tls.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
ISSUER = f"https://127.0.0.1:{server.server_address[1]}"
HOST = ISSUER.removeprefix("https://")


def token(key=private, alg="RS256", **change):
    claims = {"iss": ISSUER, "sub": "repo:ours/app", "aud": "sts.amazonaws.com", "iat": int(time.time()), "exp": int(time.time()) + 600} | change
    text = b64(json.dumps({"alg": alg, "kid": "k"}).encode()) + "." + b64(json.dumps(claims).encode())
    return text + "." + b64(rsa.sign(text.encode(), key, "SHA-256"))


# A pipeline's token opens a session of the role that trusts it. Without a thumbprint, the issuer is asked for its certificate.
provider = iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["other"], Tags=[{"Key": "a", "Value": "b"}])["OpenIDConnectProviderArn"]
assert provider == ROOT + "oidc-provider/" + HOST and [p["Arn"] for p in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]] == [provider]
iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=provider, ClientID="sts.amazonaws.com")
iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=provider, ClientID="other")
held = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)
assert held["ClientIDList"] == ["sts.amazonaws.com"] and len(held["ThumbprintList"]) == 1 and held["Url"] == HOST
iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=provider, Tags=[{"Key": "c", "Value": "d"}])
iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=provider, TagKeys=["a"])
assert iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=provider)["Tags"] == [{"Key": "c", "Value": "d"}]
iam.create_role(RoleName="pipeline", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
     "Condition": {"StringEquals": {HOST + ":aud": "sts.amazonaws.com"}, "StringLike": {HOST + ":sub": "repo:ours/*"}}}]}))
iam.put_role_policy(RoleName="pipeline", PolicyName="p", PolicyDocument=S3)
enter = lambda text: anyone.assume_role_with_web_identity(RoleArn=ROOT + "role/pipeline", RoleSessionName="run-1", WebIdentityToken=text)
answer = enter(token())
assert answer["SubjectFromWebIdentityToken"] == "repo:ours/app" and answer["Audience"] == "sts.amazonaws.com" and answer["Provider"] == ISSUER
pipeline = session(answer["Credentials"])
assert pipeline.client("sts").get_caller_identity()["Arn"] == "arn:aws:sts::000000000000:assumed-role/pipeline/run-1"
pipeline.client("s3").list_buckets()
refused("AccessDenied", pipeline.client("iam").list_users)
for code, text in {"InvalidIdentityToken": [token(aud="evil"), token(rsa.newkeys(2048)[1]), token(alg="none"), token(alg="HS256"), token(iss="https://evil.example"), "no.token.here"],
                   "ExpiredTokenException": [token(exp=int(time.time()) - 1)], "AccessDenied": [token(sub="repo:theirs/app")]}.items():
    for t in text:
        refused(code, anyone.assume_role_with_web_identity, RoleArn=ROOT + "role/pipeline", RoleSessionName="run-1", WebIdentityToken=t)
iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=provider, ThumbprintList=["0" * 40])
assert "thumbprint" in refused("InvalidIdentityToken", anyone.assume_role_with_web_identity, RoleArn=ROOT + "role/pipeline", RoleSessionName="run-1", WebIdentityToken=token())
iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=provider, ThumbprintList=held["ThumbprintList"])

# People of a directory: an assertion that it has signed, by hand in the one form that signatures are made of.
subprocess.run(["openssl", "rsa", "-in", home.name + "/key", "-traditional", "-out", home.name + "/pkcs1"], check=True, capture_output=True)
idp = rsa.PrivateKey.load_pkcs1(open(home.name + "/pkcs1", "rb").read())
cert = "".join(open(home.name + "/cert").read().split("-----")[2].split())
METADATA = ('<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">'
            f'<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{cert}</X509Certificate></X509Data></KeyInfo></KeyDescriptor></IDPSSODescriptor></EntityDescriptor>')
stamp = lambda seconds: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def assertion(role, name="ann", audience="urn:amazon:webservices", age=0):
    attribute = lambda name, value: f'<s:Attribute Name="https://aws.amazon.com/SAML/Attributes/{name}"><s:AttributeValue>{value}</s:AttributeValue></s:Attribute>'
    head = f'<s:Assertion xmlns:s="urn:oasis:names:tc:SAML:2.0:assertion" ID="a1" IssueInstant="{stamp(-age)}" Version="2.0"><s:Issuer>https://idp.example</s:Issuer>'
    tail = (f'<s:Subject><s:NameID>{name}</s:NameID><s:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><s:SubjectConfirmationData NotOnOrAfter="{stamp(300)}" Recipient="https://signin.aws.amazon.com/saml">'
            f'</s:SubjectConfirmationData></s:SubjectConfirmation></s:Subject><s:Conditions NotOnOrAfter="{stamp(600)}"><s:AudienceRestriction><s:Audience>{audience}</s:Audience></s:AudienceRestriction></s:Conditions>'
            f'<s:AttributeStatement>{attribute("Role", role + "," + ROOT + "saml-provider/directory")}{attribute("RoleSessionName", name)}</s:AttributeStatement></s:Assertion>')
    digest = base64.b64encode(hashlib.sha256((head + tail).encode()).digest()).decode()
    info = ('<d:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></d:CanonicalizationMethod><d:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></d:SignatureMethod>'
            '<d:Reference URI="#a1"><d:Transforms><d:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></d:Transform><d:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"></d:Transform></d:Transforms>'
            f'<d:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></d:DigestMethod><d:DigestValue>{digest}</d:DigestValue></d:Reference>')
    ns = ' xmlns:d="http://www.w3.org/2000/09/xmldsig#"'
    signature = base64.b64encode(rsa.sign(f"<d:SignedInfo{ns}>{info}</d:SignedInfo>".encode(), idp, "SHA-256")).decode()
    text = ('<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="r1" Version="2.0"><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></p:StatusCode></p:Status>'
            f"{head}<d:Signature{ns}><d:SignedInfo>{info}</d:SignedInfo><d:SignatureValue>{signature}</d:SignatureValue></d:Signature>{tail}</p:Response>")
    return base64.b64encode(text.encode()).decode()


refused("InvalidInput", iam.create_saml_provider, Name="directory", SAMLMetadataDocument="<a>" + "x" * 1000 + "</a>")
directory = iam.create_saml_provider(Name="directory", SAMLMetadataDocument=METADATA, Tags=[{"Key": "a", "Value": "b"}])["SAMLProviderArn"]
assert directory == ROOT + "saml-provider/directory" and [p["Arn"] for p in iam.list_saml_providers()["SAMLProviderList"]] == [directory]
iam.update_saml_provider(SAMLProviderArn=directory, SAMLMetadataDocument=METADATA)
assert iam.get_saml_provider(SAMLProviderArn=directory)["SAMLMetadataDocument"] == METADATA
iam.tag_saml_provider(SAMLProviderArn=directory, Tags=[{"Key": "c", "Value": "d"}])
iam.untag_saml_provider(SAMLProviderArn=directory, TagKeys=["a"])
assert iam.list_saml_provider_tags(SAMLProviderArn=directory)["Tags"] == [{"Key": "c", "Value": "d"}]
staff = iam.create_role(RoleName="staff", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Federated": directory}, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml", "SAML:sub": ["ann", "eve"]}}}]}))["Role"]["Arn"]
iam.put_role_policy(RoleName="staff", PolicyName="own", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": {"StringEquals": {"saml:sub": "ann"}}}]}))
show = lambda text: anyone.assume_role_with_saml(RoleArn=staff, PrincipalArn=directory, SAMLAssertion=text)
answer = show(assertion(staff))
assert answer["Subject"] == "ann" and answer["Issuer"] == "https://idp.example" and answer["Audience"] == "https://signin.aws.amazon.com/saml"
session(answer["Credentials"]).client("s3").list_buckets()
refused("AccessDenied", session(show(assertion(staff, "eve"))["Credentials"]).client("s3").list_buckets)
forged = base64.b64encode(base64.b64decode(assertion(staff)).replace(b">ann<", b">eve<")).decode()
for code, text in {"InvalidIdentityToken": forged, "AccessDenied": assertion(staff, "bob"), "ExpiredTokenException": assertion(staff, age=301)}.items():
    refused(code, anyone.assume_role_with_saml, RoleArn=staff, PrincipalArn=directory, SAMLAssertion=text)
refused("InvalidIdentityToken", anyone.assume_role_with_saml, RoleArn=staff, PrincipalArn=directory, SAMLAssertion=assertion(staff, audience="urn:evil"))
refused("AccessDenied", anyone.assume_role_with_saml, RoleArn=ROOT + "role/pipeline", PrincipalArn=directory, SAMLAssertion=assertion(staff))
iam.delete_saml_provider(SAMLProviderArn=directory)

# A user vouches for others, with no more than it may do itself.
iam.create_user(UserName="fay")
key = iam.create_access_key(UserName="fay")["AccessKey"]
iam.put_user_policy(UserName="fay", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "sts:*", "iam:*"], "Resource": "*"}]}))
fay = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])
guest = fay.client("sts").get_federation_token(Name="guest", Policy=S3, DurationSeconds=900)
assert guest["FederatedUser"]["Arn"] == "arn:aws:sts::000000000000:federated-user/guest"
guest = session(guest["Credentials"])
assert guest.client("sts").get_caller_identity()["Arn"] == "arn:aws:sts::000000000000:federated-user/guest"
guest.client("s3").list_buckets()
refused("AccessDenied", guest.client("iam").list_users)
refused("AccessDenied", session(fay.client("sts").get_federation_token(Name="bare")["Credentials"]).client("s3").list_buckets)

# A role that demands a code, which the AWS CLI asks for.
device = iam.create_virtual_mfa_device(VirtualMFADeviceName="fays-phone")["VirtualMFADevice"]


def shown(step):
    mac = hmac.digest(base64.b32decode(device["Base32StringSeed"]), struct.pack(">Q", step), "sha1")
    return "%06d" % ((struct.unpack(">I", mac[mac[-1] & 15:][:4])[0] & 0x7FFFFFFF) % 1_000_000)


while True:  # codes of the two steps before this one; another may begin meanwhile
    now = int(time.time()) // 30
    try:
        iam.enable_mfa_device(UserName="fay", SerialNumber=device["SerialNumber"], AuthenticationCode1=shown(now - 2), AuthenticationCode2=shown(now - 1))
        break
    except iam.exceptions.InvalidAuthenticationCodeException:
        assert int(time.time()) // 30 > now
iam.create_role(RoleName="guarded", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": ROOT + "root"}, "Action": "sts:AssumeRole", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}))

# The AWS CLI's profiles: a role by way of another profile, a role by way of a token, and a program that knows the keys.
iam.create_role(RoleName="switch", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ROOT + "root"}, "Action": "sts:AssumeRole"}]}))
with open(home.name + "/token", "w") as f:
    f.write(token())
with open(home.name + "/keys.py", "w") as f:
    f.write(f"print('''{json.dumps({'Version': 1, 'AccessKeyId': key['AccessKeyId'], 'SecretAccessKey': key['SecretAccessKey']})}''')\n")
with open(home.name + "/config", "w") as f:
    f.write(f"""[profile fay]
aws_access_key_id = {key["AccessKeyId"]}
aws_secret_access_key = {key["SecretAccessKey"]}
[profile switch]
role_arn = {ROOT}role/switch
source_profile = fay
role_session_name = cli
[profile guarded]
role_arn = {ROOT}role/guarded
source_profile = fay
role_session_name = cli
mfa_serial = {device["SerialNumber"]}
[profile pipeline]
role_arn = {ROOT}role/pipeline
web_identity_token_file = {home.name}/token
role_session_name = cli
[profile program]
credential_process = {sys.executable} {home.name}/keys.py
""")
env = {k: v for k, v in os.environ.items() if k not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")} | {"AWS_CONFIG_FILE": home.name + "/config", "HOME": home.name}
for profile, want in {"fay": ROOT + "user/fay", "switch": "arn:aws:sts::000000000000:assumed-role/switch/cli", "pipeline": "arn:aws:sts::000000000000:assumed-role/pipeline/cli", "program": ROOT + "user/fay",
                      "guarded": "arn:aws:sts::000000000000:assumed-role/guarded/cli"}.items():
    code = shown(int(time.time()) // 30) + "\n"
    got = subprocess.run(["aws", "sts", "get-caller-identity", "--profile", profile, "--query", "Arn", "--output", "text"], env=env, capture_output=True, text=True, input=code, start_new_session=True)
    assert got.stdout.strip().endswith(want), f"{profile}: {got.stdout} {got.stderr}"

# Who vouched for a call, and for what a session did, stands in the trail.
trail = boto3.client("cloudtrail", region_name="us-east-1")  # where what belongs to no region is recorded
event = lambda name: json.loads(trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])["Events"][-1]["CloudTrailEvent"])
who = event("AssumeRoleWithWebIdentity")["userIdentity"]
assert who["type"] == "WebIdentityUser" and who["identityProvider"] == provider and who["userName"] == "repo:ours/app", who
assert event("AssumeRoleWithSAML")["userIdentity"]["type"] == "SAMLUser"
refused("AccessDenied", pipeline.client("iam").create_user, UserName="x")
made = [json.loads(e["CloudTrailEvent"])["userIdentity"] for e in trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}])["Events"]]
assert provider in [w.get("sessionContext", {}).get("webIdFederationData", {}).get("federatedProvider") for w in made], made

# Attacks on tokens: another key under the same id, the public key as a secret, and a provider of another account.
header = b64(json.dumps({"alg": "HS256", "kid": "k"}).encode()) + "." + token().split(".")[1]
confused = [header + "." + b64(hmac.digest(header.encode(), public.save_pkcs1(fmt).rstrip() + tail, "sha256")) for fmt in ("PEM", "DER") for tail in (b"", b"\n")]
for text in [*confused, token().rsplit(".", 1)[0] + ".", ".".join(token().split(".")[:2]), token() + "A", token()[:-4]]:
    refused("InvalidIdentityToken", anyone.assume_role_with_web_identity, RoleArn=ROOT + "role/pipeline", RoleSessionName="run-1", WebIdentityToken=text)
refused("InvalidIdentityToken", anyone.assume_role_with_web_identity, RoleArn="arn:aws:iam::111111111111:role/pipeline", RoleSessionName="run-1", WebIdentityToken=token())
before = token()
public, private = rsa.newkeys(2048)  # the provider turns to another key, under the same id
enter(token(private))
refused("InvalidIdentityToken", anyone.assume_role_with_web_identity, RoleArn=ROOT + "role/pipeline", RoleSessionName="run-1", WebIdentityToken=before)

# A session that a code has opened is kept, as aws-vault keeps it, and used for role after role until it ends on the estate's clock.
code = shown(int(time.time()) // 30 + 1)
vault = fay.client("sts").get_session_token(SerialNumber=device["SerialNumber"], TokenCode=code, DurationSeconds=3600)["Credentials"]
refused("AccessDenied", fay.client("sts").get_session_token, SerialNumber=device["SerialNumber"], TokenCode=code)  # a code opens once
refused("AccessDenied", fay.client("sts").assume_role, RoleArn=ROOT + "role/guarded", RoleSessionName="bare")
for name in "first", "second":
    inside = session(session(vault).client("sts").assume_role(RoleArn=ROOT + "role/guarded", RoleSessionName=name)["Credentials"])
    assert inside.client("sts").get_caller_identity()["Arn"].endswith("/guarded/" + name)
subprocess.run(["unyo", "clock", "advance", "3601s"], check=True, capture_output=True)
refused("ExpiredToken", session(vault).client("sts").assume_role, RoleArn=ROOT + "role/guarded", RoleSessionName="late")
refused("ExpiredToken", inside.client("sts").get_caller_identity)

iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=provider)
refused("InvalidIdentityToken", anyone.assume_role_with_web_identity, RoleArn=ROOT + "role/pipeline", RoleSessionName="run-1", WebIdentityToken=token())
print("all held")
