package logs

import (
	"context"

	"unyo/base/call"
	"unyo/kernel/store"
)

// behind changes what is done with a group's events, for those that come in behind head: all that is in the group by now.
func (s *Service) behind(ctx context.Context, name string, change func(tx *store.Tx, g *group, head uint64) error) error {
	var g group
	if err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		g, err = s.groupNamed(tx, name)
		return err
	}); err != nil {
		return err
	}
	head, err := s.store.Head(ctx, folder(call.ScopeOf(ctx), g.ID))
	if err != nil {
		return err
	}
	id := g.ID
	return s.k.Update(ctx, func(tx *store.Tx) error {
		g, err := s.groupNamed(tx, name)
		if err != nil {
			return err
		}
		if g.ID != id {
			return noGroup()
		}
		return change(tx, &g, head)
	})
}
