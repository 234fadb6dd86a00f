package iam

import (
	"context"

	api "unyo/api/iam"
	"unyo/kernel/store"
)

// UpdateGroup renames a group or moves it to another path; its users and policies go with it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html
func (s *Service) UpdateGroup(ctx context.Context, in *api.UpdateGroupInput) (*api.UpdateGroupOutput, error) {
	return &api.UpdateGroupOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		g, ok := s.groups.Get(tx, fold(*in.GroupName))
		if !ok {
			return noSuch("group", *in.GroupName)
		}
		from := g.Name
		if in.NewGroupName != nil {
			g.Name = *in.NewGroupName
		}
		if in.NewPath != nil {
			g.Path = *in.NewPath
		}
		if fold(g.Name) != fold(from) {
			if s.groups.Has(tx, fold(g.Name)) {
				return exists("Group", g.Name)
			}
			s.renameGroup(tx, from, g.Name)
		}
		s.groups.Put(tx, fold(g.Name), g)
		return nil
	})
}

// renameGroup moves everything that hangs on a group's name.
func (s *Service) renameGroup(tx *store.Tx, from, to string) {
	s.groups.Delete(tx, fold(from))
	for key := range s.members.Prefix(tx, fold(from)+sep, "") {
		u := tail(key)
		s.members.Delete(tx, key)
		s.belongs.Delete(tx, u+sep+fold(from))
		s.members.Put(tx, fold(to)+sep+u, none{})
		s.belongs.Put(tx, u+sep+fold(to), none{})
	}
	s.moveEntity(tx, entity{"group", from}, entity{"group", to})
}
