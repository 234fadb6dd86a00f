package embedded_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"unyo/base/call"
	"unyo/kernel/store"
	"unyo/kernel/store/memory"
	"unyo/kernel/store/storetest"
)

type group struct {
	Name    string `json:"name"`
	Stored  int64  `json:"stored"`
	Retain  int    `json:"retainDays"`
	Class   string `json:"class"`
	KMS     string `json:"kms"`
	Created int64  `json:"created"`
}

var aGroup = group{"/aws/lambda/ingest-orders", 123456789, 30, "STANDARD", "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab", 1767225600000}

func bench(b *testing.B, e store.Engine) (*store.Store, store.Table[group]) {
	s, err := store.New(e, store.Options{})
	ok(b, err)
	b.Cleanup(func() { ok(b, s.Close()) })
	return s, store.TableOf[group](s.Space("logs"), "group", store.Regional)
}

// Durable transactions at 64 writers: each reads a row and writes it back, and one more.
func BenchmarkDurable64(b *testing.B) {
	s, groups := bench(b, open(b, b.TempDir(), nil))
	b.SetParallelism(32)
	next := make(chan int, 1<<16)
	go func() {
		for i := range b.N {
			next <- i
		}
	}()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ctx := storetest.Context(storetest.Home)
		for pb.Next() {
			k := fmt.Sprintf("group-%d", <-next)
			if err := s.Update(ctx, func(tx *store.Tx) error {
				g, _ := groups.Get(tx, k)
				g = aGroup
				groups.Put(tx, k, g)
				return nil
			}); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}

func BenchmarkDurable1(b *testing.B) {
	s, groups := bench(b, open(b, b.TempDir(), nil))
	ctx := storetest.Context(storetest.Home)
	for i := range b.N {
		ok(b, s.Update(ctx, func(tx *store.Tx) error { groups.Put(tx, fmt.Sprint(i), aGroup); return nil }))
	}
}

func BenchmarkRelaxed1(b *testing.B) {
	s, groups := bench(b, open(b, b.TempDir(), nil))
	ctx := storetest.Context(storetest.Home)
	b.ReportAllocs()
	for i := range b.N {
		ok(b, s.Update(ctx, func(tx *store.Tx) error { groups.Put(tx, fmt.Sprint(i), aGroup); return nil }, store.Relaxed))
	}
}

func BenchmarkView(b *testing.B) {
	for name, e := range map[string]store.Engine{"memory": memory.New(), "embedded": open(b, b.TempDir(), nil)} {
		b.Run(name, func(b *testing.B) {
			s, err := store.New(e, store.Options{})
			ok(b, err)
			groups := store.TableOf[group](s.Space("logs"), "group", store.Regional)
			ctx := storetest.Context(storetest.Home)
			for i := range 100 {
				ok(b, s.Update(ctx, func(tx *store.Tx) error {
					for j := range 100 {
						groups.Put(tx, fmt.Sprint(i*100+j), aGroup)
					}
					return nil
				}))
			}
			b.Run("get", func(b *testing.B) {
				b.ReportAllocs()
				for i := range b.N {
					ok(b, s.View(ctx, func(tx *store.Tx) error {
						if _, found := groups.Get(tx, fmt.Sprint(i%10000)); !found {
							b.Fatal("lost")
						}
						return nil
					}))
				}
			})
			b.Run("scan100", func(b *testing.B) {
				b.ReportAllocs()
				for i := range b.N {
					n := 0
					ok(b, s.View(ctx, func(tx *store.Tx) error {
						for range groups.From(tx, fmt.Sprint(i%90)) {
							if n++; n == 100 {
								break
							}
						}
						return nil
					}))
				}
			})
			b.Run("put", func(b *testing.B) {
				b.ReportAllocs()
				for i := range b.N {
					ok(b, s.Update(ctx, func(tx *store.Tx) error { groups.Put(tx, fmt.Sprint(i%10000), aGroup); return nil }, store.Relaxed))
				}
			})
		})
	}
}

// Opening an estate of a million rows whose process was killed: nothing was flushed on purpose.
func BenchmarkOpenAfterKill(b *testing.B) {
	dir := b.TempDir()
	fill(b, dir, 1_000_000)
	b.ResetTimer()
	for i := range b.N {
		b.StopTimer()
		copied := fmt.Sprintf("%s/copy%d", dir, i)
		for os.CopyFS(copied, os.DirFS(dir+"/live")) != nil { // files come and go while Pebble tidies up
			ok(b, os.RemoveAll(copied))
		}
		b.StartTimer()
		e := open(b, copied, nil)
		b.StopTimer()
		ok(b, e.Close())
		ok(b, os.RemoveAll(copied))
		b.StartTimer()
	}
}

func fill(b *testing.B, dir string, n int) {
	e := open(b, dir+"/live", nil)
	b.Cleanup(func() { ok(b, e.Close()) })
	s, err := store.New(e, store.Options{})
	ok(b, err)
	groups := store.TableOf[group](s.Space("logs"), "group", store.Regional)
	ctx := call.With(context.Background(), &call.Call{Scope: storetest.Home})
	for i := 0; i < n; i += 500 {
		ok(b, s.Update(ctx, func(tx *store.Tx) error {
			for j := range 500 {
				groups.Put(tx, fmt.Sprintf("%09d", (i+j)*7919%n), aGroup)
			}
			return nil
		}, store.Relaxed))
	}
	ok(b, s.Sync())
}
