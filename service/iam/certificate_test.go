package iam

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	api "unyo/api/iam"
	"unyo/base/awserr"
)

// issued is a certificate with its key, in PEM.
type issued struct {
	cert      *x509.Certificate
	key       *ecdsa.PrivateKey
	body, pem string
}

func issue(t testing.TB, name string, by *issued, until time.Time) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: until.AddDate(-1, 0, 0), NotAfter: until, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	parent, signer := form, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, form, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))}
}

// TestServerCertificate: only what belongs together is taken in; it can be renamed, tagged, deleted, and its key is not at rest in the clear.
func TestServerCertificate(t *testing.T) {
	f := setUp(t)
	until := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	root := issue(t, "root", nil, until)
	leaf, other := issue(t, "leaf", root, until), issue(t, "other", nil, until)
	for name, c := range map[string]struct{ body, key, chain, code string }{
		"good": {leaf.body, leaf.pem, root.body, ""}, "alone": {leaf.body, leaf.pem, "", ""}, "not PEM": {"x", leaf.pem, "", "MalformedCertificate"},
		"two bodies": {leaf.body + root.body, leaf.pem, "", "MalformedCertificate"}, "no key": {leaf.body, "x", "", "MalformedCertificate"},
		"other's key": {leaf.body, other.pem, "", "KeyPairMismatch"}, "other's chain": {leaf.body, leaf.pem, other.body, "MalformedCertificate"},
		"broken chain": {leaf.body, leaf.pem, root.body + "x", "MalformedCertificate"},
	} {
		in := &api.UploadServerCertificateInput{ServerCertificateName: new(strings.ReplaceAll(strings.ReplaceAll(name, " ", ""), "'", "")), Path: new("/web/"), CertificateBody: &c.body, PrivateKey: &c.key, Tags: []api.Tag{{Key: new("a"), Value: new("b")}}}
		if c.chain != "" {
			in.CertificateChain = &c.chain
		}
		if _, err := f.s.UploadServerCertificate(f.ctx, in); awserr.Code(err) != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
	if _, err := f.s.UpdateServerCertificate(f.ctx, &api.UpdateServerCertificateInput{ServerCertificateName: new("good"), NewServerCertificateName: new("best"), NewPath: new("/")}); err != nil {
		t.Fatal(err)
	}
	got, err := f.s.GetServerCertificate(f.ctx, &api.GetServerCertificateInput{ServerCertificateName: new("BEST")})
	if err != nil || *got.ServerCertificate.ServerCertificateMetadata.Arn != "arn:aws:iam::111111111111:server-certificate/best" || len(got.ServerCertificate.Tags) != 1 || !got.ServerCertificate.ServerCertificateMetadata.Expiration.Equal(until) {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := f.s.UntagServerCertificate(f.ctx, &api.UntagServerCertificateInput{ServerCertificateName: new("best"), TagKeys: []string{"A"}}); err != nil {
		t.Error(err)
	}
	if tags, err := f.s.ListServerCertificateTags(f.ctx, &api.ListServerCertificateTagsInput{ServerCertificateName: new("best")}); err != nil || len(tags.Tags) != 0 {
		t.Errorf("%v, %v", tags, err)
	}
	if list, err := f.s.ListServerCertificates(f.ctx, &api.ListServerCertificatesInput{PathPrefix: new("/web/")}); err != nil || len(list.ServerCertificateMetadataList) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := f.s.DeleteServerCertificate(f.ctx, &api.DeleteServerCertificateInput{ServerCertificateName: new("best")}); err != nil {
		t.Error(err)
	}
	if _, err := f.s.GetServerCertificate(f.ctx, &api.GetServerCertificateInput{ServerCertificateName: new("best")}); awserr.Code(err) != "NoSuchEntity" {
		t.Errorf("it is still there: %v", err)
	}
}

// TestSigningCertificate: two at most, none twice, none that has expired by the estate's clock.
func TestSigningCertificate(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	until := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	upload := func(body string) (string, error) {
		out, err := f.s.UploadSigningCertificate(f.ctx, &api.UploadSigningCertificateInput{UserName: new("ann"), CertificateBody: &body})
		if err != nil {
			return "", err
		}
		return *out.Certificate.CertificateId, nil
	}
	first := issue(t, "a", nil, until)
	id, err := upload(first.body)
	if err != nil {
		t.Fatal(err)
	}
	for code, body := range map[string]string{"DuplicateCertificate": first.body + "\n", "MalformedCertificate": "x", "InvalidCertificate": issue(t, "old", nil, until.AddDate(-1, 0, 0)).body} {
		if _, err := upload(body); awserr.Code(err) != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	if _, err := upload(issue(t, "b", nil, until).body); err != nil {
		t.Fatal(err)
	}
	if _, err := upload(issue(t, "c", nil, until).body); awserr.Code(err) != "LimitExceeded" {
		t.Errorf("a third: %v", err)
	}
	if _, err := f.s.UpdateSigningCertificate(f.ctx, &api.UpdateSigningCertificateInput{UserName: new("ann"), CertificateId: &id, Status: new("Inactive")}); err != nil {
		t.Fatal(err)
	}
	list, err := f.s.ListSigningCertificates(f.ctx, &api.ListSigningCertificatesInput{UserName: new("ann")})
	inactive := 0
	for _, c := range list.Certificates {
		if *c.Status == "Inactive" && *c.CertificateId == id {
			inactive++
		}
	}
	if err != nil || len(list.Certificates) != 2 || inactive != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := f.s.DeleteUserPolicy(f.ctx, &api.DeleteUserPolicyInput{UserName: new("ann"), PolicyName: new("p")}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.s.DeleteUser(f.ctx, &api.DeleteUserInput{UserName: new("ann")}); awserr.Code(err) != "DeleteConflict" {
		t.Errorf("deleted with certificates: %v", err)
	}
	if _, err := f.s.DeleteSigningCertificate(f.ctx, &api.DeleteSigningCertificateInput{UserName: new("ann"), CertificateId: &id}); err != nil {
		t.Error(err)
	}
}

// TestSSHKey: both encodings of one key are one key; short ones and other kinds are refused.
func TestSSHKey(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	ssh := "ssh-rsa " + base64.StdEncoding.EncodeToString(toWire(&key.PublicKey)) + " ann@laptop"
	small := &rsa.PublicKey{N: new(big.Int).Rsh(key.N, 1024), E: key.E}
	upload := func(body string) (*api.UploadSSHPublicKeyOutput, error) {
		return f.s.UploadSSHPublicKey(f.ctx, &api.UploadSSHPublicKeyInput{UserName: new("ann"), SSHPublicKeyBody: &body})
	}
	up, err := upload(ssh)
	if err != nil {
		t.Fatal(err)
	}
	for body, code := range map[string]string{
		inPEM: "DuplicateSSHPublicKey", "ssh-rsa AAAA": "InvalidPublicKey", "ssh-ed25519 AAAA": "InvalidPublicKey", "": "InvalidPublicKey",
		"ssh-rsa " + base64.StdEncoding.EncodeToString(toWire(small)): "InvalidPublicKey",
	} {
		if _, err := upload(body); awserr.Code(err) != code {
			t.Errorf("%.30q: %v, want %s", body, err, code)
		}
	}
	for encoding, want := range map[string]string{"SSH": strings.TrimSuffix(ssh, " ann@laptop"), "PEM": inPEM} {
		got, err := f.s.GetSSHPublicKey(f.ctx, &api.GetSSHPublicKeyInput{UserName: new("ann"), SSHPublicKeyId: up.SSHPublicKey.SSHPublicKeyId, Encoding: &encoding})
		if err != nil || *got.SSHPublicKey.SSHPublicKeyBody != want || len(*got.SSHPublicKey.Fingerprint) != 47 {
			t.Errorf("%s: %+v, %v", encoding, got, err)
		}
	}
	if _, err := f.s.UpdateSSHPublicKey(f.ctx, &api.UpdateSSHPublicKeyInput{UserName: new("ann"), SSHPublicKeyId: up.SSHPublicKey.SSHPublicKeyId, Status: new("Inactive")}); err != nil {
		t.Fatal(err)
	}
	if list, err := f.s.ListSSHPublicKeys(f.ctx, &api.ListSSHPublicKeysInput{UserName: new("ann")}); err != nil || len(list.SSHPublicKeys) != 1 || *list.SSHPublicKeys[0].Status != "Inactive" {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := f.s.DeleteSSHPublicKey(f.ctx, &api.DeleteSSHPublicKeyInput{UserName: new("ann"), SSHPublicKeyId: up.SSHPublicKey.SSHPublicKeyId}); err != nil {
		t.Error(err)
	}
}

// TestServiceCredential: two for a service, of those that take them; they follow their user's new name.
func TestServiceCredential(t *testing.T) {
	f := setUp(t)
	f.user("ann")
	create := func(service string, days *int32) (*api.CreateServiceSpecificCredentialOutput, error) {
		return f.s.CreateServiceSpecificCredential(f.ctx, &api.CreateServiceSpecificCredentialInput{UserName: new("ann"), ServiceName: &service, CredentialAgeDays: days})
	}
	first, err := create("codecommit.amazonaws.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := create("codecommit.amazonaws.com", nil); err != nil {
		t.Fatal(err)
	}
	key, err := create("bedrock.amazonaws.com", new(int32(30)))
	if err != nil || key.ServiceSpecificCredential.ServicePassword != nil || !key.ServiceSpecificCredential.ExpirationDate.Equal(f.k.Clock.Now().AddDate(0, 0, 30)) {
		t.Fatalf("%+v, %v", key, err)
	}
	for code, got := range map[string]error{
		"LimitExceeded": second(create("codecommit.amazonaws.com", nil)), "NotSupportedService": second(create("s3.amazonaws.com", nil)),
		"InvalidInput": second(create("cassandra.amazonaws.com", new(int32(1)))),
	} {
		if awserr.Code(got) != code {
			t.Errorf("%v, want %s", got, code)
		}
	}
	if _, err := f.s.UpdateUser(f.ctx, &api.UpdateUserInput{UserName: new("ann"), NewUserName: new("eve")}); err != nil {
		t.Fatal(err)
	}
	id := first.ServiceSpecificCredential.ServiceSpecificCredentialId
	reset, err := f.s.ResetServiceSpecificCredential(f.ctx, &api.ResetServiceSpecificCredentialInput{UserName: new("eve"), ServiceSpecificCredentialId: id})
	if err != nil || *reset.ServiceSpecificCredential.ServicePassword == *first.ServiceSpecificCredential.ServicePassword {
		t.Errorf("%+v, %v", reset, err)
	}
	if _, err := f.s.UpdateServiceSpecificCredential(f.ctx, &api.UpdateServiceSpecificCredentialInput{UserName: new("eve"), ServiceSpecificCredentialId: id, Status: new("Inactive")}); err != nil {
		t.Error(err)
	}
	if _, err := f.s.DeleteServiceSpecificCredential(f.ctx, &api.DeleteServiceSpecificCredentialInput{UserName: new("eve"), ServiceSpecificCredentialId: id}); err != nil {
		t.Error(err)
	}
	list, err := f.s.ListServiceSpecificCredentials(f.ctx, &api.ListServiceSpecificCredentialsInput{AllUsers: new(true)})
	if err != nil || len(list.ServiceSpecificCredentials) != 2 || *list.ServiceSpecificCredentials[0].UserName != "eve" {
		t.Errorf("%+v, %v", list, err)
	}
}

func second[T any](_ T, err error) error { return err }

func FuzzParseCertificate(f *testing.F) {
	f.Add("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
	f.Fuzz(func(t *testing.T, body string) {
		if c, err := parseCertificate(body); err == nil && c == nil {
			t.Error("neither a certificate nor an error")
		}
		holdsKey(body)
	})
}

func FuzzParseSSHKey(f *testing.F) {
	f.Add("ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB")
	f.Fuzz(func(t *testing.T, body string) {
		wire, err := parseSSHKey(body)
		if err != nil {
			return
		}
		text, err := encodeSSHKey(wire, api.EncodingTypePem)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := parseSSHKey(text); err != nil || string(again) != string(wire) {
			t.Errorf("what was read cannot be read again: %v", err)
		}
	})
}
