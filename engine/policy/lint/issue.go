package lint

import "strings"

// Severity is what a finding means for the policy.
type Severity string

const (
	Error           Severity = "ERROR"
	SecurityWarning Severity = "SECURITY_WARNING"
	Warning         Severity = "WARNING"
	Suggestion      Severity = "SUGGESTION"
)

// page is where AWS tells of each check; its anchors call warnings general.
const page = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-"

func link(severity Severity, code string) string {
	kind := strings.ReplaceAll(strings.ToLower(string(severity)), "_", "-")
	if severity == Warning {
		kind = "general-warning"
	}
	return page + kind + "-" + strings.ReplaceAll(strings.ToLower(code), "_", "-")
}

// issues are AWS's codes with AWS's words; {} is filled in.
var issues = map[string]struct {
	severity Severity
	text     string
}{
	"ARN_ACCOUNT_NOT_ALLOWED":            {Error, "The service {} does not support specifying an account ID in the resource ARN."},
	"ARN_REGION_NOT_ALLOWED":             {Error, "The service {} does not support specifying a Region in the resource ARN."},
	"DATA_TYPE_MISMATCH":                 {Error, "The text does not match the expected JSON data type {}."},
	"DUPLICATE_KEYS_WITH_DIFFERENT_CASE": {Error, "The condition key {} appears more than once with different capitalization in the same condition block. Remove the duplicate condition keys."},
	"INVALID_ACTION":                     {Error, "The action {} does not exist."},
	"INVALID_ARN_ACCOUNT":                {Error, "The resource ARN account ID {} is not valid. Provide a 12-digit account ID."},
	"INVALID_ARN_PREFIX":                 {Error, "Add the required prefix (arn) to the resource ARN."},
	"INVALID_ARN_SERVICE_CASE":           {Error, "Update the service name {} in the resource ARN to use all lowercase letters."},
	"INVALID_CONDITION_KEY_FORMAT":       {Error, "The condition key format is not valid. Use the format service:keyname."},
	"INVALID_CONDITION_MULTIPLE_BOOLEAN": {Error, "The condition key {} does not support multiple Boolean values. Use a single Boolean value."},
	"INVALID_CONDITION_OPERATOR":         {Error, "The condition operator {} is not valid. Use a valid condition operator."},
	"INVALID_EFFECT":                     {Error, "The effect {} is not valid. Use Allow or Deny."},
	"INVALID_GLOBAL_CONDITION_KEY":       {Error, "The condition key {} does not exist. Use a valid condition key."},
	"INVALID_PARTITION":                  {Error, "The resource ARN for the service does not support the partition {}. Use the supported values: aws, aws-cn, aws-us-gov"},
	"INVALID_POLICY_ELEMENT":             {Error, "The policy element {} is not valid."},
	"INVALID_PRINCIPAL_FORMAT":           {Error, "The Principal element contents are not valid. Specify a key-value pair in the Principal element."},
	"INVALID_PRINCIPAL_KEY":              {Error, "The principal key {} is not valid."},
	"INVALID_SERVICE_CONDITION_KEY":      {Error, "The condition key {} does not exist in the service. Use a valid condition key."},
	"INVALID_SERVICE_IN_ACTION":          {Error, "The service {} specified in the action does not exist."},
	"INVALID_VARIABLE_FOR_OPERATOR":      {Error, "Policy variables can only be used with String and ARN operators."},
	"INVALID_VERSION":                    {Error, "The version {} is not valid. Use one of the following versions: 2012-10-17, 2008-10-17"},
	"JSON_SYNTAX_ERROR":                  {Error, "Fix the JSON syntax error {}."},
	"MISSING_ACTION":                     {Error, "Add an Action or NotAction element to the policy statement."},
	"MISSING_ARN_FIELD":                  {Error, "Resource ARNs must include at least 6 fields in the following structure: arn:partition:service:region:account:resource"},
	"MISSING_EFFECT":                     {Error, "Add an Effect element to the policy statement with a value of Allow or Deny."},
	"MISSING_PRINCIPAL":                  {Error, "Add a Principal element to the policy statement."},
	"MISSING_QUALIFIER":                  {Error, "The request context key {} has multiple values. Use the ForAllValues or ForAnyValue condition key qualifiers in your policy."},
	"MISSING_RESOURCE":                   {Error, "Add a Resource or NotResource element to the policy statement."},
	"MISSING_STATEMENT":                  {Error, "Add a statement to the policy"},
	"MISSING_TAG_KEY_IN_CONDITION":       {Error, "The condition key {} must include a tag key to control access based on tags. Use the format {}/tag-key and specify a key name for tag-key."},
	"MISSING_BRACE_IN_VARIABLE":          {Error, "The policy variable is missing a closing curly brace. Add } after the variable text."},
	"MISSING_QUOTE_IN_VARIABLE":          {Error, "The policy variable default value must begin and end with a single quote. Add the missing quote."},
	"EMPTY_VARIABLE":                     {Error, "Empty policy variable. Remove the ${ } variable structure or provide a variable within the structure."},
	"NULL_WITH_IF_EXISTS":                {Error, "The Null condition operator cannot be used with the IfExists suffix. Update the operator or the suffix."},
	"POLICY_SIZE_EXCEEDS_SCP_QUOTA":      {Error, "The {} characters in the service control policy (SCP) exceed the 5120 character maximum for SCPs. We recommend that you use multiple granular policies."},
	"PRIVATE_IP_ADDRESS":                 {Error, "aws:SourceIp works only for public IP address ranges. The values for condition key aws:SourceIp include only private IP addresses and will not have the desired effect. Update the value to include only public IP addresses."},
	"PRIVATE_NOT_IP_ADDRESS":             {Error, "The values for condition key aws:SourceIp include only private IP addresses and has no effect. aws:SourceIp works only for public IP address ranges. Update the value to include only public IP addresses."},
	"SCP_SYNTAX_ERROR_PRINCIPAL":         {Error, "SCPs do not support specifying principals. Remove the Principal or NotPrincipal element."},
	"UNIQUE_SIDS_REQUIRED":               {Error, "Duplicate statement IDs are not supported for this policy type. Update the Sid value."},
	"UNSUPPORTED_ELEMENT_COMBINATION":    {Error, "The policy elements {} can not be used in the same statement. Remove one of these elements."},
	"UNSUPPORTED_GLOBAL_CONDITION_KEY":   {Error, "The condition key aws:ARN is not supported. Use aws:PrincipalArn or aws:SourceArn instead."},
	"UNSUPPORTED_PRINCIPAL":              {Error, "The policy type IDENTITY_POLICY does not support the Principal element. Remove the Principal element."},
	"UNSUPPORTED_SID":                    {Error, "Update the characters in the Sid element to use one of the following character types: [a-z, A-Z, 0-9]"},
	"UNSUPPORTED_WILDCARD_IN_PRINCIPAL":  {Error, "Wildcards (*, ?) are not supported with the principal key {}. Replace the wildcard with a valid principal value."},
	"VARIABLE_UNSUPPORTED_IN_ELEMENT":    {Error, "Policy variables are supported in the Resource and Condition elements. Remove the policy variable {} from this element."},
	"VARIABLE_UNSUPPORTED_IN_VERSION":    {Error, "To include variables in your policy, use the policy version 2012-10-17 or later."},

	"ALLOW_WITH_NOT_PRINCIPAL":                       {SecurityWarning, "Using Allow with NotPrincipal can be overly permissive. We recommend that you use Principal instead."},
	"FORALLVALUES_WITH_SINGLE_VALUED_KEY":            {SecurityWarning, "Using ForAllValues qualifier with the single-valued condition key {} can be overly permissive. We recommend that you remove ForAllValues:."},
	"MISSING_PAIRED_CONDITION_KEYS":                  {SecurityWarning, "Using the condition key {} can be overly permissive without also using the following condition keys: aws:SourceVpc. Condition keys like this one are more secure when paired with a related key. We recommend that you add the related condition keys to the same condition block."},
	"PASS_ROLE_WITH_NOT_RESOURCE":                    {SecurityWarning, "Using the iam:PassRole action with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
	"PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": {SecurityWarning, "Using an action with a wildcard (*) and NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
	"PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE":     {SecurityWarning, "Using NotAction with NotResource can be overly permissive because it can allow iam:PassRole permissions on multiple resources.. We recommend that you specify resource ARNs instead."},
	"PASS_ROLE_WITH_STAR_IN_RESOURCE":                {SecurityWarning, "Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive because it allows iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."},
	"PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE":     {SecurityWarning, "Using wildcards (*) in the action and the resource can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."},
	"PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": {SecurityWarning, "Using a resource with wildcards (*) and NotAction can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."},

	"CREATE_SLR_WITH_NOT_RESOURCE":                    {Warning, "Using the iam:CreateServiceLinkedRole action with NotResource can allow creation of unintended service-linked roles for multiple resources. We recommend that you specify resource ARNs instead."},
	"CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE": {Warning, "Using an action with a wildcard(*) and NotResource can allow creation of unintended service-linked roles because it can allow iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
	"CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE":     {Warning, "Using NotAction with NotResource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on multiple resources. We recommend that you specify resource ARNs instead."},
	"CREATE_SLR_WITH_STAR_IN_RESOURCE":                {Warning, "Using the iam:CreateServiceLinkedRole action with wildcards (*) in the resource can allow creation of unintended service-linked roles. We recommend that you specify resource ARNs instead."},
	"CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE":     {Warning, "Using wildcards (*) in the action and the resource can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead."},
	"CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION": {Warning, "Using a resource with wildcards (*) and NotAction can allow creation of unintended service-linked roles because it allows iam:CreateServiceLinkedRole permissions on all resources. We recommend that you specify resource ARNs instead."},
	"INVALID_DATE_VALUE":                              {Warning, "The date {} might not resolve as expected. We recommend that you use the YYYY-MM-DD format."},
	"INVALID_ROLE_REFERENCE":                          {Warning, "The Principal element includes the IAM role ID {}. We recommend that you use a role ARN instead."},
	"INVALID_USER_REFERENCE":                          {Warning, "The Principal element includes the IAM user ID {}. We recommend that you use a user ARN instead."},
	"MISSING_VERSION":                                 {Warning, "We recommend that you specify the Version element to help you with debugging permission issues."},
	"POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA":       {Warning, "The {} characters in the identity policy, excluding whitespace, exceed the character maximum for inline and managed policies. We recommend that you use multiple granular policies."},
	"TYPE_MISMATCH":                                   {Warning, "Use the operator type {} for the condition key."},
	"TYPE_MISMATCH_BOOLEAN":                           {Warning, "Add a valid Boolean value (true or false) for the condition operator {}."},
	"TYPE_MISMATCH_DATE":                              {Warning, "The date condition operator is used with an invalid value. Specify a valid date using YYYY-MM-DD or other ISO 8601 date/time format."},
	"TYPE_MISMATCH_IP_RANGE":                          {Warning, "The condition operator {} is used with an invalid IP range value. Specify the IP range in standard CIDR format."},
	"TYPE_MISMATCH_NUMBER":                            {Warning, "Add a valid numeric value for the condition operator {}."},
	"TYPE_MISMATCH_STRING":                            {Warning, "Add a valid base64-encoded string value for the condition operator {}."},
	"UNIQUE_SIDS_RECOMMENDED":                         {Warning, "We recommend that you use statement IDs that are unique to your policy. Update the Sid value."},
	"WILDCARD_WITHOUT_LIKE_OPERATOR":                  {Warning, "Your condition value includes a * or ? character. If you meant to use a wildcard (*, ?), update the condition operator to include Like."},

	"EMPTY_ARRAY_ACTION":                 {Suggestion, "This statement includes no actions and does not affect the policy. Specify actions."},
	"EMPTY_ARRAY_CONDITION":              {Suggestion, "There are no values for the condition key {} and it does not affect the policy. Specify conditions."},
	"EMPTY_ARRAY_CONDITION_FORALLVALUES": {Suggestion, "The ForAllValues prefix with an empty condition key matches only if the key {} is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead."},
	"EMPTY_ARRAY_CONDITION_FORANYVALUE":  {Suggestion, "The ForAnyValue prefix with an empty condition key {} never matches the request context and it does not affect the policy. Specify conditions."},
	"EMPTY_ARRAY_CONDITION_IFEXISTS":     {Suggestion, "The IfExists suffix with an empty condition key matches only if the key {} is missing from the request context. To determine if the request context is empty, we recommend that you use the Null condition operator with the value of true instead."},
	"EMPTY_ARRAY_PRINCIPAL":              {Suggestion, "This statement includes no principals and does not affect the policy. Specify principals."},
	"EMPTY_ARRAY_RESOURCE":               {Suggestion, "This statement includes no resources and does not affect the policy. Specify resources."},
	"EMPTY_OBJECT_CONDITION":             {Suggestion, "This condition block is empty and it does not affect the policy. Specify conditions."},
	"EMPTY_OBJECT_PRINCIPAL":             {Suggestion, "This statement includes no principals and does not affect the policy. Specify principals."},
	"EMPTY_SID_VALUE":                    {Suggestion, "Add a value to the empty string in the Sid element."},
	"IMPROVE_IP_RANGE":                   {Suggestion, "The non-zero bits in the IP address after the masked bits are ignored. Replace address with {}."},
	"NULL_WITH_QUALIFIER":                {Suggestion, "Avoid using the Null condition operator with the ForAllValues or ForAnyValue qualifiers because they always return a true or false respectively."},
	"PRIVATE_IP_ADDRESS_SUBSET":          {Suggestion, "The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses will not have the desired effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp."},
	"PRIVATE_NOT_IP_ADDRESS_SUBSET":      {Suggestion, "The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses have no effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp."},
	"REDUNDANT_ACTION":                   {Suggestion, "The {} action(s) are redundant because they provide similar permissions. Update the policy to remove the redundant action such as: {}."},
	"REDUNDANT_CONDITION_VALUE_NUM":      {Suggestion, "Multiple values in {} are redundant. Replace with the greatest/least single value for {}."},
	"REDUNDANT_RESOURCE":                 {Suggestion, "The {} resource ARN(s) are redundant because they reference the same resource. Review the use of wildcards (*)"},
	"REDUNDANT_STATEMENT":                {Suggestion, "The statements are redundant because they provide identical permissions. Update the policy to remove the redundant statement."},
	"WILDCARD_IN_SERVICE_NAME":           {Suggestion, "Avoid using wildcards (*, ?) in the service name because it might grant unintended access to other AWS services with similar names."},
}
