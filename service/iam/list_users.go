package iam

import (
	"context"
	"iter"
	"strings"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// ListUsers lists users, by name, below a path prefix.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
func (s *Service) ListUsers(ctx context.Context, in *api.ListUsersInput) (*api.ListUsersOutput, error) {
	account := call.From(ctx).Account
	out := &api.ListUsersOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		rows := func(after string) iter.Seq2[string, user] { return s.users.From(tx, after) }
		out.Users, out.Marker, err = listed("users"+rt.Val(in.PathPrefix), in.Marker, in.MaxItems, rows, func(_ string, u user) (api.User, bool) {
			return *s.userShape(tx, account, &u), strings.HasPrefix(u.Path, rt.Val(in.PathPrefix))
		})
		return err
	})
	out.IsTruncated = new(out.Marker != nil)
	return out, err
}
