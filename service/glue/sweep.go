package glue

import (
	"context"
	"strings"

	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// sweepAtOnce bounds the tables that one transaction takes out of the index.
const sweepAtOnce = 300

// sweepArg names a database that was deleted.
type sweepArg struct{ Database string }

// sweepTables takes the tables of a database that is being deleted out of the estate's index: a few at once, many later.
func (s *Service) sweepTables(tx *store.Tx, db string) {
	var arns []string
	for key := range s.tables.Prefix(tx, store.Key(db, ""), "") {
		if len(arns) == sweepAtOnce {
			s.sweep.AtKey(tx, db, s.k.Clock.Now(), sweepArg{db})
			break
		}
		arns = append(arns, s.tableARN(tx, key))
	}
	for _, arn := range arns {
		s.k.Resources.Delete(tx, arn)
	}
}

func (s *Service) tableARN(tx *store.Tx, key string) string {
	parts, _ := store.Split(key, 2)
	return s.arn(tx.Scope(), "table/"+parts[0]+"/"+parts[1])
}

// runSweep takes tables that are gone out of the index. The database's name may have been given again, so a table that
// is there stays.
func (s *Service) runSweep(ctx context.Context, a sweepArg) error {
	after := ""
	for more := true; more; {
		err := s.k.Update(ctx, func(tx *store.Tx) error {
			c := tx.Scope()
			prefix := s.arn(c, "table/"+a.Database+"/")
			from := prefix
			if after != "" {
				from = after
			}
			var gone []string
			last, seen := from, 0
			more = false
			for r := range s.k.Resources.Scan(tx, c.Account, c.Region, "AWS::Glue::Table", from) {
				name, ok := strings.CutPrefix(r.ARN, prefix)
				if !ok {
					break
				}
				if seen == sweepAtOnce {
					more = true
					break
				}
				if !s.tables.Has(tx, store.Key(a.Database, name)) {
					gone = append(gone, r.ARN)
				}
				last = r.ARN
				seen++
			}
			for _, arn := range gone {
				s.k.Resources.Delete(tx, arn)
			}
			if !more {
				jobs.Settle(ctx, tx)
				return nil
			}
			tx.After(func() { after = last })
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
