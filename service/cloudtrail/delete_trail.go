package cloudtrail

import (
	"context"

	api "unyo/api/cloudtrail"
	"unyo/base/call"
	"unyo/kernel/store"
)

// DeleteTrail deletes a trail. What it has recorded so far, its own deletion included, is still delivered.
// https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html
func (s *Service) DeleteTrail(ctx context.Context, in *api.DeleteTrailInput) (*api.DeleteTrailOutput, error) {
	ctx = s.asOwner(ctx, *in.Name)
	c := call.From(ctx)
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		t, err := s.find(tx, *in.Name)
		if err != nil {
			return err
		}
		if err := foreign(ctx, &t); err != nil {
			return err
		}
		if t.Home != c.Region {
			return api.NewInvalidHomeRegionException("Trail %s can only be deleted from its home region: %s", t.Name, t.Home)
		}
		had := t
		s.halt(tx, &t)
		s.setDigests(tx, &had, &t)
		s.trails.Delete(tx, t.key())
		s.setWatchman(tx, watchman{Trail: t.key()})
		id := s.arn(c.Account, &t)
		s.k.Resources.Delete(tx, id)
		s.k.Tags.Clear(tx, id)
		if !t.Files.idle() || !t.Lines.idle() {
			s.bury(tx, t)
		}
		tx.After(s.look)
		return nil
	})
	return &api.DeleteTrailOutput{}, err
}

// bury keeps a deleted trail until all is delivered, under a key that no trail has.
func (s *Service) bury(tx *store.Tx, t trail) {
	t.Gone = true
	key := store.Key(t.Home, t.Name, tx.Call().RequestID)
	s.trails.Put(tx, key, t)
	for at, c := range s.chains.Prefix(tx, store.Key(t.Digests.Chain, ""), "") {
		c.Row = key
		s.chains.Put(tx, at, c)
	}
	due := s.k.Clock.Now().Truncate(rhythm).Add(rhythm)
	s.deliver.AtKey(tx, key, due, deliverArg{key})
	s.write.AtKey(tx, key, due, deliverArg{key})
}
