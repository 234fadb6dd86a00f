package sts

import (
	"path"
	"strings"
)

// issuerClaims are claims that AWS makes condition keys of for the issuers it knows, beside those that every issuer's tokens
// have: ISSUER:claim.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
var issuerClaims = []struct {
	hosts  []string // patterns of path.Match; what stands behind the host may be anything
	claims []string
}{
	{[]string{"token.actions.githubusercontent.com", "token.actions.*.ghe.com", "github.com"}, strings.Fields("actor actor_id enterprise_id environment job_workflow_ref ref repository repository_id repository_owner_id workflow")},
	{[]string{"gitlab.com"}, strings.Fields("namespace_id pipeline_source project_id ref_protected runner_environment user_access_level user_email user_id user_login")},
	{[]string{"agent.buildkite.com", "agent.*.buildkite.dev", "agent.*.buildkite.site"}, strings.Fields("build_branch cluster_id cluster_name organization_id organization_slug pipeline_id pipeline_slug")},
	{[]string{"oidc.circleci.com"}, []string{"oidc.circleci.com/project-id"}},
	{[]string{"idcs-*.identity.oraclecloud.com"}, []string{"rpst_id"}},
}

// claimsOf are the claims of an issuer's tokens that become condition keys; the issuer without https://.
func claimsOf(issuer string) (claims []string) {
	claims = []string{"sub", "azp", "amr", "email"}
	host, _, _ := strings.Cut(issuer, "/")
	for _, known := range issuerClaims {
		for _, pattern := range known.hosts {
			if ok, _ := path.Match(pattern, host); ok {
				claims = append(claims, known.claims...)
			}
		}
	}
	return claims
}
