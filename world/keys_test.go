package world

import (
	"slices"
	"strings"
	"testing"

	"unyo/api/rt"
)

// answered are the services' own condition keys that operations with behaviour can be held to; the tables in
// service/*/condition_keys_test.go and authz_test.go say by which call. Unanswered are those that speak of what is not
// in this estate: AWS would have no value for them either.
var (
	answered = strings.Fields(`cloudwatch:namespace iam:PermissionsBoundary iam:PolicyARN iam:ResourceTag/${TagKey} iam:PassedToService iam:OrganizationsPolicyId iam:AssociatedResourceArn
		logs:DeliveryDestinationResourceArn logs:LogGeneratingResourceArns
		organizations:PolicyType organizations:ServicePrincipal
		iam:AWSServiceName iam:ServiceSpecificCredentialAgeDays iam:ServiceSpecificCredentialServiceName
		s3:ExistingObjectTag/<key> s3:ObjectCreationOperation s3:RequestObjectTag/<key> s3:RequestObjectTagKeys s3:ResourceAccount s3:TlsVersion s3:authType
		s3:delimiter s3:if-match s3:if-none-match s3:locationconstraint s3:max-keys s3:object-lock-legal-hold s3:object-lock-mode s3:object-lock-remaining-retention-days
		s3:object-lock-retain-until-date s3:prefix s3:signatureAge s3:signatureversion s3:versionid s3:x-amz-acl s3:x-amz-bucket-namespace s3:x-amz-content-sha256 s3:x-amz-copy-source
		s3:x-amz-grant-full-control s3:x-amz-grant-read s3:x-amz-grant-read-acp s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive
		s3:x-amz-object-ownership s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id s3:x-amz-server-side-encryption-customer-algorithm
		s3:x-amz-storage-class s3:x-amz-website-redirect-location sts:ExternalId sts:RoleSessionName sts:SourceIdentity sts:TaskPolicyArn sts:TransitiveTagKeys`)
	// vouched begin the keys of issuers' claims: service/sts/issuer_claims.go, and of people in assertions: assume_role_with_saml.go.
	vouched    = strings.Fields("token.actions. github.com/ gitlab.com: agent. oidc.circleci.com/ idcs- saml:")
	unanswered = map[string]string{
		"cloudwatch:HasAccessGrant": "access grants", "glue:FederatedAuthorizationSource": "federated catalogues", "glue:LakeFormationPermissions": "Lake Formation", "iam:FIDO-": "security keys", "iam:RegisterSecurityKey": "security keys", "iam:RoleTemplateARN": "role templates", "organizations:Transfer": "transfers of responsibility", "s3:AccessGrantsInstanceArn": "access grants",
		"s3:AccessPoint": "access points", "s3:DataAccessPoint": "access points", "s3:object-lock-event-hold": "event holds", "s3:x-amz-object-annotation-directive": "annotations",
		"accounts.google.com:": "providers that AWS knows by itself", "cognito-identity.amazonaws.com:": "Cognito", "graph.facebook.com:": "providers that AWS knows by itself", "www.amazon.com:": "providers that AWS knows by itself", "sts:RoleAuthorizedByIdp": "roles that a token names",
	}
)

// TestServiceKeys: every key that the facts give an operation with behaviour is answered, or known to have no value.
func TestServiceKeys(t *testing.T) {
	for _, table := range open(t, "").Gateway.Tables() {
		for i := range table.Model.Operations {
			op := &table.Model.Operations[i]
			if _, stated := table.Handler(op.Name); !stated || table.Model.Authz == nil {
				continue
			}
			for _, name := range op.Actions {
				for _, key := range keysOf(table.Model.Authz.Action(name)) {
					if !strings.HasPrefix(key, "aws:") && !slices.Contains(answered, key) && !excused(key) {
						t.Errorf("%s of %s:%s: nobody answers it", key, table.Model.Service, op.Name)
					}
				}
			}
		}
	}
}

func keysOf(a *rt.Action) (keys []string) {
	if a == nil {
		return nil
	}
	keys = append(keys, a.Keys...)
	for _, r := range a.Resources {
		keys = append(keys, r.Keys...)
	}
	return keys
}

func excused(key string) bool {
	if slices.ContainsFunc(vouched, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
		return true
	}
	for prefix := range unanswered {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
