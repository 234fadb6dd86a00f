package policy

// Membership is an account's place in an organisation, as far as decisions ask for it; the zero value is in none.
type Membership struct {
	Organization string // o-a1b2c3d4e5
	// Path leads from the organisation to what the account is in: o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-view-data-orgs.html#access_policies_last-accessed-viewing-orgs-entity-path
	Path       string
	Management string
	// Closed is an account whose principals are let in nowhere.
	Closed bool
	// SCPs and RCPs are those of the root, of each unit down to the account, and of the account itself. The management account is under none.
	SCPs, RCPs [][]*Document
	// TagRules are what tag policies enforce, also in the management account.
	TagRules []TagRule
}

// rcpServices are those whose resources a resource control policy has a say over.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services
var rcpServices = map[string]bool{
	"s3": true, "sts": true, "kms": true, "sqs": true, "secretsmanager": true, "cognito-identity": true, "cognito-idp": true,
	"logs": true, "dynamodb": true, "ecr": true, "aoss": true,
}

// SupportsRCP reports whether actions of a service (by its prefix) on resources are under resource control policies.
func SupportsRCP(service string) bool { return rcpServices[service] }
