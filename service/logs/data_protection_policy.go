package logs

import (
	"context"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// maxProtection is the length of a policy in bytes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html
const maxProtection = 30720

// PutDataProtectionPolicy has sensitive data masked in what comes into a group from now on, wherever it is shown or sent.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDataProtectionPolicy.html
func (s *Service) PutDataProtectionPolicy(ctx context.Context, in *api.PutDataProtectionPolicyInput) (*api.PutDataProtectionPolicyOutput, error) {
	if len(*in.PolicyDocument) > maxProtection {
		return nil, invalid("The data protection policy is longer than %d characters.", maxProtection)
	}
	audit, err := s.admitAudit(ctx, *in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	row, err := s.protect(ctx, *in.LogGroupIdentifier, *in.PolicyDocument, audit)
	return &api.PutDataProtectionPolicyOutput{LogGroupIdentifier: in.LogGroupIdentifier, PolicyDocument: in.PolicyDocument, LastUpdatedTime: &row.Updated}, err
}

// DeleteDataProtectionPolicy lets what comes in from now on be shown. What has come in before stays masked.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteDataProtectionPolicy.html
func (s *Service) DeleteDataProtectionPolicy(ctx context.Context, in *api.DeleteDataProtectionPolicyInput) (*api.DeleteDataProtectionPolicyOutput, error) {
	_, err := s.protect(ctx, *in.LogGroupIdentifier, "", false)
	return &api.DeleteDataProtectionPolicyOutput{}, err
}

// GetDataProtectionPolicy shows the policy that holds now.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetDataProtectionPolicy.html
func (s *Service) GetDataProtectionPolicy(ctx context.Context, in *api.GetDataProtectionPolicyInput) (*api.GetDataProtectionPolicyOutput, error) {
	name, err := identified(ctx, *in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	out := &api.GetDataProtectionPolicyOutput{LogGroupIdentifier: in.LogGroupIdentifier}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil || g.Guard != api.DataProtectionStatusActivated {
			return err
		}
		for _, row := range s.protections.Prefix(tx, store.Key(g.ID, ""), "") {
			out.PolicyDocument, out.LastUpdatedTime = new(row.Document), new(row.Updated) // the last one holds
		}
		return nil
	})
}

// protect begins a new chapter of a group's protection, behind what has come in so far.
func (s *Service) protect(ctx context.Context, identifier, document string, audit bool) (row protection, err error) {
	name, err := identified(ctx, identifier)
	if err != nil {
		return row, err
	}
	row = protection{Document: document, Updated: s.nowMs()}
	return row, s.behind(ctx, name, func(tx *store.Tx, g *group, head uint64) error {
		switch {
		case g.Class == classInfrequent:
			return api.NewInvalidOperationException("Log groups of the class %s do not support data protection policies.", classInfrequent)
		case document == "" && g.Guard != api.DataProtectionStatusActivated:
			return api.NewResourceNotFoundException("The specified log group has no data protection policy.")
		}
		g.Guard, g.Audited = api.DataProtectionStatusActivated, audit
		if document == "" {
			g.Guard = api.DataProtectionStatusDeleted
		}
		s.groups.Put(tx, name, *g)
		row := row
		row.From = head
		s.protections.Put(tx, protectionKey(g.ID, head), row)
		return nil
	})
}

// protectionNeeds names what data protection is asked by, and what unmask asks for beside reading.
func (s *Service) protectionNeeds(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	var identifier *string
	switch in := in.(type) {
	case *api.PutDataProtectionPolicyInput:
		identifier = in.LogGroupIdentifier
	case *api.GetDataProtectionPolicyInput:
		identifier = in.LogGroupIdentifier
	case *api.DeleteDataProtectionPolicyInput:
		identifier = in.LogGroupIdentifier
	default:
		return nil, false
	}
	return s.need(ctx, op, nil, identifier, ":log-stream:"), true
}

// unmasked adds the permission to see what is masked.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data-viewunmasked.html
func (s *Service) unmasked(ctx context.Context, needs []rt.Need, unmask *bool, name, identifier *string) []rt.Need {
	if !rt.Val(unmask) {
		return needs
	}
	return append(needs, s.need(ctx, "Unmask", name, identifier, ":log-stream:")...)
}
