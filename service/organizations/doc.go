// Package organizations is AWS Organizations: accounts under one management account, in units, and what holds for all of them.
//
// Real here: accounts made on the clock, whole, with a role that lets the management account in (create_account.go); units, moves, the way to all features, closing (no principal
// of a closed account is let in anywhere, nor ever again), leaving, invitations; service control policies, which the gateway lets decide on every call of a
// member's principals, and resource control policies on every call that touches a member's resources (Directory); the keys aws:PrincipalOrgID,
// PrincipalOrgPaths, ResourceOrgID, ResourceOrgPaths, SourceOrgID and SourceOrgPaths; tag policies, laid over each other, and enforced on the tags of every call; delegated
// administrators, who may read the organisation; the resource policy, which the gateway asks about members; trusted services are kept, and
// nobody acts on the trust yet.
// Modelled: an account takes three seconds. Accounts that were there before have the address root@NUMBER.example.
// Not here: other types of policies (they need services that follow them), GovCloud, transfers of
// responsibility: refused with 501. DENY of IamUserAccessToBilling is kept: there is no bill to see.
//
// State: rows of the whole partition, for an organisation spans accounts. What runs later: the steps of a creation, one call each; the end of an
// invitation after 15 days, and its row 30 days after; a closed account leaves after 90 days.
package organizations
