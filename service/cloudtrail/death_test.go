package cloudtrail

import (
	"context"
	"fmt"
	"maps"
	"os"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/kernel"
)

// mortal is an estate that keeps what would be left of it if the process had died at this moment or that.
type mortal struct {
	t      *testing.T
	k      *kernel.Kernel
	s      *Service
	out    *outside
	disk   *vfs.MemFS
	dir    string // of blobs
	deaths []death
}

// death is what is left: rows, blobs, and what S3 has been given.
type death struct {
	rows    *vfs.MemFS
	dir     string
	objects map[string]string
	meta    map[string]map[string]string
}

func dying(t *testing.T) *mortal {
	t.Helper()
	m := &mortal{t: t, disk: vfs.NewCrashableMem(), dir: t.TempDir()}
	m.k, m.s, m.out = openAt(t, kernel.Options{Dir: "estate", FS: m.disk}, m.dir)
	return m
}

func (m *mortal) ctx() context.Context { return in(m.k, mine, here) }

// dies notes two deaths: one that takes what the rows have not synced, and one that takes nothing.
func (m *mortal) dies() {
	for _, synced := range []bool{false, true} {
		if synced {
			ok(m.t, m.k.Store.Sync())
		}
		to := m.t.TempDir()
		ok(m.t, os.CopyFS(to, os.DirFS(m.dir)))
		m.deaths = append(m.deaths, death{m.disk.CrashClone(vfs.CrashCloneCfg{}), to, maps.Clone(m.out.objects), maps.Clone(m.out.meta)})
	}
}

// diesAround has it die from now on before and after each object is written or read.
func (m *mortal) diesAround() {
	ok(m.t, m.k.Store.Sync())
	m.out.at = m.dies
}

// afterEach opens what each of at least so many deaths has left, and has it tried.
func (m *mortal) afterEach(least int, try func(t *testing.T, i int, k *kernel.Kernel, s *Service, out *outside)) {
	m.t.Helper()
	if len(m.deaths) < least {
		m.t.Fatalf("%d deaths", len(m.deaths))
	}
	for i, d := range m.deaths {
		m.t.Run(fmt.Sprintf("death %d of %d", i, len(m.deaths)), func(t *testing.T) {
			k, s, out := openAt(t, kernel.Options{Dir: "estate", FS: d.rows}, d.dir)
			out.objects, out.meta = d.objects, d.meta
			try(t, i, k, s, out)
		})
	}
}
