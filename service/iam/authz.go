package iam

import (
	"context"
	"reflect"
	"strconv"
	"strings"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Needs names the user, group, role or policy that an operation touches. Their ARNs hold a path that the
// input does not tell, so the facts alone cannot bind them.
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	c := call.From(ctx)
	v := reflect.ValueOf(in).Elem()
	if a := text(v, "PolicyArn"); a != "" && text(v, "UserName") == "" && text(v, "RoleName") == "" && text(v, "GroupName") == "" {
		return need(op, a), true
	}
	var found string
	err := s.k.View(ctx, func(tx *store.Tx) error {
		tx = tx.In(scope(c.Account))
		found = s.named(tx, c, op, v)
		return nil
	})
	if err != nil || found == "" {
		return nil, false
	}
	needs := need(op, found)
	switch in := in.(type) {
	case *api.UpdateUserInput:
		needs[0].Resources = append(needs[0].Resources, renamed(found, in.NewUserName, in.NewPath))
	case *api.UpdateGroupInput:
		needs[0].Resources = append(needs[0].Resources, renamed(found, in.NewGroupName, in.NewPath))
	case *api.UpdateServerCertificateInput:
		needs[0].Resources = append(needs[0].Resources, renamed(found, in.NewServerCertificateName, in.NewPath))
	}
	if in, ok := in.(*api.AddRoleToInstanceProfileInput); ok {
		passed, err := s.passed(ctx, c, *in.RoleName)
		if err != nil {
			return nil, false
		}
		needs = append(needs, rt.Need{Action: "iam:PassRole", Resources: []string{passed}})
	}
	return needs, true
}

// passed is the ARN of the role that goes into an instance profile: who puts it there must be allowed to pass it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
func (s *Service) passed(ctx context.Context, c *call.Call, name string) (found string, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		path := "/"
		if r, ok := s.roles.Get(tx.In(scope(c.Account)), fold(name)); ok {
			path, name = r.Path, r.Name
		}
		found = s.arn(c.Account, "role", path, name)
		return nil
	})
	return found, err
}

// renamed is the ARN that what is renamed is about to bear: who does it must be allowed to on both.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_rename.html
func renamed(before string, newName, newPath *string) string {
	first, last := strings.IndexByte(before, '/'), strings.LastIndexByte(before, '/')
	if first < 0 {
		return before
	}
	path, name := before[first:last+1], before[last+1:]
	if newPath != nil {
		path = *newPath
	}
	if newName != nil {
		name = *newName
	}
	return before[:first] + path + name
}

func need(op, resource string) []rt.Need {
	return []rt.Need{{Action: "iam:" + op, Resources: []string{resource}}}
}

// named finds the ARN of what the input names; for something that is about to be made it takes the input's path.
func (s *Service) named(tx *store.Tx, c *call.Call, op string, v reflect.Value) string {
	if a, ok := s.meant(tx, c, v); ok {
		return a
	}
	path := text(v, "Path")
	if path == "" {
		path = "/"
	}
	if name := text(v, "VirtualMFADeviceName"); name != "" {
		return s.arn(c.Account, "mfa", path, name)
	}
	if serial := text(v, "SerialNumber"); serial != "" && text(v, "UserName") == "" {
		return s.holding(tx, c, op, serial)
	}
	if name := text(v, "InstanceProfileName"); name != "" {
		if p, ok := s.profiles.Get(tx, fold(name)); ok {
			path, name = p.Path, p.Name
		}
		return s.arn(c.Account, "instance-profile", path, name)
	}
	if name := text(v, "ServerCertificateName"); name != "" {
		if c, ok := s.serverCerts.Get(tx, fold(name)); ok {
			path, name = c.Path, c.Name
		}
		return s.arn(c.Account, "server-certificate", path, name)
	}
	if name := text(v, "GroupName"); name != "" {
		if g, ok := s.groups.Get(tx, fold(name)); ok {
			path, name = g.Path, g.Name
		}
		return s.arn(c.Account, "group", path, name)
	}
	if name := text(v, "UserName"); name != "" {
		if u, ok := s.users.Get(tx, fold(name)); ok {
			path, name = u.Path, u.Name
		}
		return s.arn(c.Account, "user", path, name)
	}
	if name := text(v, "RoleName"); name != "" {
		if r, ok := s.roles.Get(tx, fold(name)); ok {
			path, name = r.Path, r.Name
		}
		return s.arn(c.Account, "role", path, name)
	}
	if name := text(v, "PolicyName"); name != "" {
		return s.arn(c.Account, "policy", path, name)
	}
	if all := v.FieldByName("AllUsers"); all.IsValid() && !all.IsNil() && all.Elem().Bool() {
		return s.arn(c.Account, "user", "/", "*")
	}
	if v.FieldByName("UserName").IsValid() || op == "ChangePassword" { // left out: the caller themself
		return c.Principal.ARN
	}
	return ""
}

// meant is the ARN of what an input names by other than its name.
func (s *Service) meant(tx *store.Tx, c *call.Call, v reflect.Value) (string, bool) {
	for _, member := range []string{"OpenIDConnectProviderArn", "SAMLProviderArn"} {
		if a := text(v, member); a != "" {
			return a, true
		}
	}
	switch in := v.Addr().Interface().(type) {
	case *api.CreateSAMLProviderInput:
		return s.samlARN(c.Account, *in.Name), true
	case *api.CreateOpenIDConnectProviderInput:
		return s.oidcARN(c.Account, strings.TrimSuffix(*in.Url, "/")), true
	case *api.GenerateOrganizationsAccessReportInput:
		return s.arn(c.Account, "access-report", "/", *in.EntityPath), true
	case *api.GenerateServiceLastAccessedDetailsInput:
		return *in.Arn, true
	case *api.ListPoliciesGrantingServiceAccessInput:
		return *in.Arn, true
	case *api.CreateServiceLinkedRoleInput:
		_, name, _ := linkedName(*in.AWSServiceName, in.CustomSuffix)
		return s.arn(c.Account, "role", linkedPath+*in.AWSServiceName+"/", name), true
	case *api.GetServiceLinkedRoleDeletionStatusInput:
		role := strings.TrimPrefix(*in.DeletionTaskId, "task") // /aws-service-role/SERVICE/NAME/UUID
		return s.arn(c.Account, "role", role[:max(0, strings.LastIndexByte(role, '/'))], ""), true
	case *api.GetAccessKeyLastUsedInput:
		k, _ := s.keys.Get(tx, *in.AccessKeyId)
		if u, ok := s.users.Get(tx, fold(k.User)); ok && k.Account == c.Account {
			return s.arn(c.Account, "user", u.Path, u.Name), true
		}
		return s.arn(c.Account, "user", "/", "*"), true
	}
	return "", false
}

// holding is what an operation on an MFA device touches: the user whose it is, or the device where only that is meant.
func (s *Service) holding(tx *store.Tx, c *call.Call, op, serial string) string {
	if op != "GetMFADevice" && op != "DeactivateMFADevice" {
		return serial
	}
	d, _ := s.devices.Get(tx, fold(serial))
	if u, ok := s.users.Get(tx, fold(d.User)); ok && op == "GetMFADevice" {
		return s.arn(c.Account, "user", u.Path, u.Name)
	}
	return c.Principal.ARN
}

func text(v reflect.Value, member string) string {
	if f := v.FieldByName(member); f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.String {
		return f.Elem().String()
	}
	return ""
}

// Conditions gives the condition keys of IAM's own actions.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
func (s *Service) Conditions(ctx context.Context, _ string, in any, resource string) (map[string][]string, error) {
	v := reflect.ValueOf(in).Elem()
	keys, err := s.entityKeys(ctx, resource)
	if err != nil {
		return nil, err
	}
	if a := text(v, "PolicyArn"); a != "" {
		keys["iam:policyarn"] = []string{a}
	}
	if a := text(v, "PermissionsBoundary"); a != "" {
		keys["iam:permissionsboundary"] = []string{a}
	}
	if a := text(v, "AWSServiceName"); a != "" {
		keys["iam:awsservicename"] = []string{a}
	}
	if id := text(v, "OrganizationsPolicyId"); id != "" {
		keys["iam:organizationspolicyid"] = []string{id}
	}
	if in, ok := in.(*api.CreateServiceSpecificCredentialInput); ok {
		keys["iam:servicespecificcredentialservicename"] = []string{*in.ServiceName}
		if in.CredentialAgeDays != nil {
			keys["iam:servicespecificcredentialagedays"] = []string{strconv.Itoa(int(*in.CredentialAgeDays))}
		}
	} else if id := text(v, "ServiceSpecificCredentialId"); id != "" {
		return keys, s.credentialKeys(ctx, keys, text(v, "UserName"), id)
	}
	return keys, nil
}

// credentialKeys adds which service a credential is for.
func (s *Service) credentialKeys(ctx context.Context, keys map[string][]string, name, id string) error {
	c := call.From(ctx)
	if name == "" {
		name = c.Principal.Name
	}
	return s.k.View(ctx, func(tx *store.Tx) error {
		if cred, ok := s.serviceCreds.Get(tx.In(scope(c.Account)), fold(name)+sep+id); ok {
			keys["iam:servicespecificcredentialservicename"] = []string{cred.Service}
		}
		return nil
	})
}

// entityKeys are the keys that tell of the resource itself: its tags, and the boundary it has already.
func (s *Service) entityKeys(ctx context.Context, resource string) (map[string][]string, error) {
	keys := map[string][]string{}
	a, err := arn.Parse(resource)
	if err != nil || a.Service != "iam" {
		return keys, nil
	}
	kind, name := cutName(a.Resource)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		clear(keys)
		tx = tx.In(scope(a.Account))
		boundary := ""
		switch kind {
		case "user":
			u, _ := s.users.Get(tx, fold(name))
			boundary = u.Boundary
		case "role":
			r, _ := s.roles.Get(tx, fold(name))
			boundary = r.Boundary
		}
		if boundary != "" {
			keys["iam:permissionsboundary"] = []string{boundary}
		}
		for _, t := range s.k.Tags.List(tx, resource) {
			keys["iam:resourcetag/"+strings.ToLower(t.Key)] = []string{t.Value}
		}
		return nil
	})
	return keys, err
}
