package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"unyo/base/call"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// sessions are the roles' sessions that services have opened. A service goes on in the one that it has until that ends, as AWS's do: the trail
// shows one AssumeRole for it. What changes in the role's trust policy meanwhile is seen by the next; a role that is gone takes its sessions along.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
type sessions struct {
	rows store.Table[call.Principal] // by what the service took the role on for
	end  jobs.Job[endArg]
}

// endArg names a session that has ended, unless another has come in its place.
type endArg struct{ Key string }

func newSessions(k *kernel.Kernel) *sessions {
	house := k.For("gateway")
	s := &sessions{rows: store.TableOf[call.Principal](house.Rows, "session", store.Regional)}
	s.end = jobs.Handle(house.Jobs, "end", func(ctx context.Context, a endArg) error {
		return house.Update(ctx, func(tx *store.Tx) error {
			if p, ok := s.rows.Get(tx, a.Key); ok && !house.Clock.Now().Before(p.ExpiresAt) {
				s.rows.Delete(tx, a.Key)
			}
			return nil
		})
	}, jobs.Every(time.Hour))
	return s
}

// session returns a session of role for the house: the one that it has, or a new one. The call of parent that is made in it has the same number
// either way, so that a job which runs again after a crash makes the same calls.
func (g *Gateway) session(ctx context.Context, parent *call.Call, role call.Role) (call.Principal, error) {
	sum := sha256.Sum256([]byte(store.Key(role.Service, role.ARN, role.SessionName, role.SourceARN, role.SourceAccount)))
	key := hex.EncodeToString(sum[:])
	var p call.Principal
	var has bool
	if err := g.kernel.Store.View(ctx, func(tx *store.Tx) error {
		p, has = g.sessions.rows.Get(tx, key)
		return nil
	}); err != nil {
		return p, err
	}
	if has && g.kernel.Clock.Now().Before(p.ExpiresAt) {
		stands, err := g.identity.Stands(ctx, &p)
		if err != nil {
			return p, err
		}
		if stands {
			parent.Draw() // that of AssumeRole
			return p, nil
		}
	}
	p, err := g.identity.Session(ctx, role)
	if err != nil || p.ExpiresAt.IsZero() {
		return p, err
	}
	return p, g.kernel.Store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		g.sessions.rows.Put(tx, key, p)
		g.sessions.end.AtKey(tx, key, p.ExpiresAt, endArg{key})
		return nil
	}, store.Relaxed)
}
