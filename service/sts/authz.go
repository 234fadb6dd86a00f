package sts

import (
	"context"

	"unyo/api/rt"
	api "unyo/api/sts"
	"unyo/base/call"
)

// Needs: AssumeRole is judged by the role's trust policy under the keys of the request; who one is, and
// whose key a key is, may be asked by anyone.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	switch in := in.(type) {
	case *api.GetCallerIdentityInput, *api.GetSessionTokenInput:
		return nil, true
	case *api.AssumeRoleWithWebIdentityInput, *api.AssumeRoleWithSAMLInput: // asked for once the provider's word is known to be its own
		return nil, true
	case *api.GetFederationTokenInput:
		c := call.From(ctx)
		need := rt.Need{Action: "sts:GetFederationToken", Resources: []string{"arn:" + s.k.Partition + ":sts::" + c.Account + ":federated-user/" + *in.Name}}
		if len(in.Tags) == 0 {
			return []rt.Need{need}, true
		}
		return []rt.Need{need, {Action: "sts:TagSession", Resources: need.Resources}}, true
	case *api.AssumeRoleInput:
		return assumeNeeds(in, call.From(ctx).Principal.SourceIdentity, s.present(ctx, in.SerialNumber, in.TokenCode)), true
	case *api.AssumeRootInput:
		return s.rootNeeds(call.From(ctx).Account, in), true
	case *api.DecodeAuthorizationMessageInput:
		return []rt.Need{{Action: "sts:DecodeAuthorizationMessage", Resources: []string{"*"}}}, true
	case *api.GetAccessKeyInfoInput:
		return []rt.Need{{Action: "sts:GetAccessKeyInfo", Resources: []string{"*"}}}, true
	}
	return nil, false
}

// inherited is the source identity of the calling session: it goes on to the next one. mfa says that the request shows a code.
func assumeNeeds(in *api.AssumeRoleInput, inherited string, mfa bool) []rt.Need {
	keys := map[string][]string{"sts:rolesessionname": {*in.RoleSessionName}}
	if mfa {
		keys["aws:multifactorauthpresent"], keys["aws:multifactorauthage"] = []string{"true"}, []string{"0"}
	}
	if in.ExternalId != nil {
		keys["sts:externalid"] = []string{*in.ExternalId}
	}
	identity := inherited
	if in.SourceIdentity != nil {
		identity = *in.SourceIdentity
	}
	if identity != "" {
		keys["sts:sourceidentity"] = []string{identity}
	}
	needs := []rt.Need{{Action: "sts:AssumeRole", Resources: []string{*in.RoleArn}, Keys: keys}}
	if len(in.Tags) > 0 {
		if len(in.TransitiveTagKeys) > 0 {
			keys["sts:transitivetagkeys"] = in.TransitiveTagKeys
		}
		needs = append(needs, rt.Need{Action: "sts:TagSession", Resources: []string{*in.RoleArn}, Keys: keys})
	}
	if identity != "" {
		needs = append(needs, rt.Need{Action: "sts:SetSourceIdentity", Resources: []string{*in.RoleArn}, Keys: keys})
	}
	return needs
}
