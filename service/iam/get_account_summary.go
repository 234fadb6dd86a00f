package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/base/call"
	"unyo/kernel/store"
)

// GetAccountSummary counts what the account has, and tells its quotas.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
func (s *Service) GetAccountSummary(ctx context.Context, _ *api.GetAccountSummaryInput) (*api.GetAccountSummaryOutput, error) {
	account := call.From(ctx).Account
	out := &api.GetAccountSummaryOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		a, _ := s.accounts.Get(tx, account)
		own, inUse := 0, 0
		for _, d := range s.devices.From(tx, "") {
			if own++; d.User != "" {
				inUse++
			}
		}
		out.SummaryMap = map[string]int32{
			"Users": int32(count(s.users.From(tx, ""))), "UsersQuota": maxUsers,
			"Groups": int32(count(s.groups.From(tx, ""))), "GroupsQuota": maxAccountGroups, "GroupsPerUserQuota": maxGroups,
			"Roles": int32(count(s.roles.From(tx, ""))), "RolesQuota": maxRoles,
			"Policies": int32(count(s.policies.From(tx, ""))), "PoliciesQuota": maxPolicies, "PolicySizeQuota": maxManaged, "VersionsPerPolicyQuota": maxVersions,
			"PolicyVersionsInUse": int32(s.versionsInUse(tx)), "PolicyVersionsInUseQuota": maxPolicyVersionsUse,
			"InstanceProfiles": int32(count(s.profiles.From(tx, ""))), "InstanceProfilesQuota": maxProfiles,
			"ServerCertificates": int32(count(s.serverCerts.From(tx, ""))), "ServerCertificatesQuota": maxServerCerts,
			"MFADevices": int32(own), "MFADevicesInUse": int32(inUse),
			"Providers":            int32(s.countProviders(tx)),
			"UserPolicySizeQuota":  int32(inlineQuota["user"]),
			"GroupPolicySizeQuota": int32(inlineQuota["group"]), "RolePolicySizeQuota": int32(inlineQuota["role"]),
			"AttachedPoliciesPerUserQuota": maxAttached, "AttachedPoliciesPerGroupQuota": maxAttached, "AttachedPoliciesPerRoleQuota": maxAttached,
			"AccessKeysPerUserQuota": maxKeys, "SigningCertificatesPerUserQuota": maxSigners, "AssumeRolePolicySizeQuota": maxTrust,
			"AccountMFAEnabled": 0, "AccountAccessKeysPresent": int32(s.rootKeys(account)), "AccountPasswordPresent": 0, "AccountSigningCertificatesPresent": 0,
			"GlobalEndpointTokenVersion": 1,
		}
		if a.TokenV2 {
			out.SummaryMap["GlobalEndpointTokenVersion"] = 2
		}
		return nil
	})
}

// rootKeys is 1 where the account's root has a long-term key.
func (s *Service) rootKeys(account string) int {
	if s.root.Loopback || account == s.root.Account {
		return 1
	}
	return 0
}

// versionsInUse counts the versions of managed policies that are in force somewhere.
func (s *Service) versionsInUse(tx *store.Tx) (n int) {
	last := ""
	for key := range s.bearers.From(tx, "") {
		if arn := key[:indexOf(key, sep)]; arn != last {
			n, last = n+1, arn
		}
	}
	return n
}
