package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// tokenLife is how long an answer is kept for a repeat of its request.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
const tokenLife = 24 * time.Hour

// tokens remembers, by idempotency token, what was asked and what was answered.
type tokens struct {
	rows    store.Table[answer]
	expire  jobs.Job[expireArg]
	members sync.Map // reflect.Type → index of the token member, -1 for none
}

type answer struct {
	Sum    string // of the input
	Output json.RawMessage
	At     time.Time
}

// expireArg names a remembered answer.
type expireArg struct{ Key []byte }

// maxAnswer is the largest answer that is remembered, in bytes: a row holds 64 KiB. A repeat of a larger one
// is carried out again.
const maxAnswer = 48 << 10

func newTokens(k *kernel.Kernel) *tokens {
	house := k.For("gateway")
	t := &tokens{rows: store.TableOf[answer](house.Rows, "token", store.Regional)}
	t.expire = jobs.Handle(house.Jobs, "forget", func(ctx context.Context, a expireArg) error {
		return house.Update(ctx, func(tx *store.Tx) error {
			t.rows.Delete(tx, string(a.Key))
			return nil
		})
	}, jobs.Every(time.Hour))
	return t
}

// token returns the idempotency token that in carries, "" for none.
func (t *tokens) token(in any) string {
	v := reflect.ValueOf(in).Elem()
	index, ok := t.members.Load(v.Type())
	if !ok {
		index = -1
		for i := range v.NumField() {
			if slices.Contains(strings.Split(v.Type().Field(i).Tag.Get("aws"), ","), "idempotent") {
				index = i
			}
		}
		t.members.Store(v.Type(), index)
	}
	if index.(int) < 0 {
		return ""
	}
	return textOf(v.Field(index.(int)))
}

// deduplicate answers a repeat of a request, known by its idempotency token, as the first was answered.
// The same token on another request is refused.
func (g *Gateway) deduplicate(ctx context.Context, c *Exchange, next Next) error {
	token := g.tokens.token(c.in)
	if token == "" {
		return next(ctx)
	}
	input, err := json.Marshal(c.in)
	if err != nil {
		return next(ctx) // not to be remembered: a stream
	}
	h := sha256.Sum256(input)
	sum, key := hex.EncodeToString(h[:]), store.Key(c.table.Model.Service, c.op.Name, token)
	var known answer
	var found bool
	if err := g.kernel.Store.View(ctx, func(tx *store.Tx) error {
		known, found = g.tokens.rows.Get(tx, key)
		return nil
	}); err != nil {
		return err
	}
	if found && c.call.At.Sub(known.At) < tokenLife {
		if known.Sum != sum {
			return awserr.New(http.StatusBadRequest, mismatchCode(c.table.Model), "The request uses the same client token as a previous, but non-identical request.")
		}
		c.out = c.op.NewOut()
		return json.Unmarshal(known.Output, c.out)
	}
	if err := next(ctx); err != nil {
		return err
	}
	output, err := json.Marshal(c.out)
	if err != nil {
		return err
	}
	if len(output) > maxAnswer {
		return nil
	}
	return g.kernel.Store.Update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		g.tokens.rows.Put(tx, key, answer{Sum: sum, Output: output, At: c.call.At})
		g.tokens.expire.AtKey(tx, key, c.call.At.Add(tokenLife), expireArg{[]byte(key)})
		return nil
	})
}

// mismatchCode is the service's own code for a token used twice, where its model has one.
func mismatchCode(m *rt.Model) string {
	for _, e := range m.Errors {
		if strings.HasPrefix(e.Code, "IdempotentParameterMismatch") || strings.HasPrefix(e.Code, "IdempotencyParameterMismatch") {
			return e.Code
		}
	}
	return "IdempotentParameterMismatch"
}
