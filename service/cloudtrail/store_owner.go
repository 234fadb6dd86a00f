package cloudtrail

import (
	"context"
	"iter"
	"slices"
	"strings"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	"unyo/base/call"
	"unyo/kernel/store"
)

// A delegated administrator does with the event data stores of the organization what the management account does, whose they are, but for looking for
// insights, copying events into them and converting them. Other members do not see them.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-lake-organizations.html

type steadKey struct{}

// steadOf is the organization whose event data stores alone, of all that the account has, are there for a call that is made in the management account's
// stead; "" for one in its own.
func steadOf(ctx context.Context) string {
	org, _ := ctx.Value(steadKey{}).(string)
	return org
}

// inStead is the context in which the caller acts in the stead of the management account; ok tells that it may: that it is a delegated administrator.
func (s *Service) inStead(ctx context.Context) (stead context.Context, ok bool) {
	account := call.From(ctx).Account
	org, management := s.organizationOf(ctx, account)
	if org == "" || management == account || !s.administers(ctx, account) {
		return ctx, false
	}
	return context.WithValue(onBehalf(ctx, management), steadKey{}, org), true
}

// whereIs is the context in which something is there: the caller's, or, if it is not there, the one in which a delegated administrator acts. What is
// nowhere is looked for, and missed, by the caller.
func (s *Service) whereIs(ctx context.Context, is func(tx *store.Tx) bool) context.Context {
	stead, ok := s.inStead(ctx)
	if !ok {
		return ctx
	}
	for _, there := range []context.Context{ctx, stead} {
		found := false
		err := s.k.View(there, func(tx *store.Tx) error {
			found = is(tx)
			return nil
		})
		if err == nil && found {
			return there
		}
	}
	return ctx
}

// ofStore is the context in which a call on an event data store acts: its owner's, if the caller may act in its stead.
func (s *Service) ofStore(ctx context.Context, name string) context.Context {
	return s.whereIs(ctx, func(tx *store.Tx) bool {
		_, err := s.dataStoreNamed(tx, name)
		return err == nil
	})
}

// ofStores is ofStore of those that a query names: they are one account's.
func (s *Service) ofStores(ctx context.Context, ids []string) context.Context {
	if len(ids) == 0 {
		return ctx
	}
	return s.ofStore(ctx, ids[0])
}

// ofQuery is the context in which a call on a query acts.
func (s *Service) ofQuery(ctx context.Context, id string) context.Context {
	return s.whereIs(ctx, func(tx *store.Tx) bool {
		_, ok := s.queryAt(tx, id)
		return ok
	})
}

// queryAt finds a query. Who acts in another's stead must be allowed all the event data stores that it has asked.
func (s *Service) queryAt(tx *store.Tx, id string) (q lakeQuery, ok bool) {
	if q, ok = s.queries.Get(tx, id); !ok || steadOf(tx.Context()) == "" {
		return q, ok && !outsideGrant(tx.Context(), q.Stores...)
	}
	return q, !slices.ContainsFunc(q.Stores, func(id string) bool {
		_, err := s.dataStoreNamed(tx, id)
		return err != nil
	})
}

// ownedBy refuses a call that names another owner than that of the event data stores it is about: nothing else is there.
func ownedBy(there context.Context, owner *string) error {
	if owner != nil && *owner != call.From(there).Account {
		return api.NewEventDataStoreNotFoundException("The event data store was not found in the account %s.", *owner)
	}
	return nil
}

// onStore is what it takes to do something with an event data store that lies there. The ARN tells whose it is; what a delegated administrator may do with it,
// its own policies decide.
func (s *Service) onStore(ctx, there context.Context, action, name string) rt.Need {
	id := name
	if !strings.HasPrefix(id, "arn:") {
		c := call.From(there)
		id = s.storeARN(c.Account, &dataStore{ID: id, Home: c.Region})
	}
	n := rt.Need{Action: "cloudtrail:" + action, Resources: []string{id}}
	if steadOf(there) != "" {
		n.Owner = call.From(ctx).Account
	}
	return n
}

// onResources is what it takes to do something with each of some trails and event data stores, by their ARNs.
func (s *Service) onResources(ctx context.Context, action string, ids ...string) (needs []rt.Need) {
	for _, id := range ids {
		needs = append(needs, s.onStore(ctx, s.ofStore(ctx, id), action, id))
	}
	return needs
}

// owned is an event data store and whose it is.
type owned struct {
	dataStore
	account string
}

// others begins the keys of event data stores of other accounts in a list: they come behind the caller's own.
const others = "~"

// visible visits the event data stores behind key after that are there for the caller.
func (s *Service) visible(tx *store.Tx, after string) iter.Seq2[string, owned] {
	return func(yield func(string, owned) bool) {
		after, mineOver := strings.CutPrefix(after, others)
		if !mineOver {
			for key, d := range s.stores.From(tx, after) {
				if !yield(key, owned{d, tx.Scope().Account}) {
					return
				}
			}
			after = ""
		}
		stead, ok := s.inStead(tx.Context())
		if !ok {
			return
		}
		there := call.From(stead).Scope
		for key, d := range s.stores.From(tx.In(there), after) {
			if d.Org == steadOf(stead) && !yield(others+key, owned{d, there.Account}) {
				return
			}
		}
	}
}
