package s3

import (
	"context"
	"iter"
	"slices"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/kernel/store"
)

// ListObjectVersions lists all versions and delete markers, by key and then newest first.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
func (s *Service) ListObjectVersions(ctx context.Context, in *api.ListObjectVersionsInput) (*api.ListObjectVersionsOutput, error) {
	limit, err := limitOf("max-keys", in.MaxKeys)
	if err != nil {
		return nil, err
	}
	encode, err := encoder(in.EncodingType)
	if err != nil {
		return nil, err
	}
	id := rt.Val(in.VersionIdMarker)
	if id != "" && rt.Val(in.KeyMarker) == "" {
		return nil, invalidArgument("version-id-marker", id, "A version-id marker cannot be specified without a key marker.")
	}
	l := listing{prefix: rt.Val(in.Prefix), delimiter: rt.Val(in.Delimiter), after: rt.Val(in.KeyMarker), limit: limit}
	out := &api.ListObjectVersionsOutput{
		Name: in.Bucket, Prefix: encode(l.prefix), Delimiter: encodeSome(encode, in.Delimiter), KeyMarker: encode(l.after), VersionIdMarker: new(id),
		MaxKeys: new(int32(limit)), EncodingType: in.EncodingType, IsTruncated: new(false),
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		_, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil || limit == 0 {
			return err
		}
		page, more, err := s.listVersions(tx, *in.Bucket, l, id)
		if err != nil {
			return err
		}
		s.fillVersions(out, page, encode, slices.Contains(in.OptionalObjectAttributes, "RestoreStatus"))
		if out.IsTruncated = new(more); more {
			last := page[len(page)-1]
			out.NextKeyMarker = encode(last.key)
			if !last.prefix {
				out.NextVersionIdMarker = new(last.object.shown())
			}
		}
		return nil
	})
	return out, err
}

func (s *Service) fillVersions(out *api.ListObjectVersionsOutput, page []versionEntry, encode func(string) *string, restores bool) {
	for i := range page {
		e := &page[i]
		o := &e.object
		switch {
		case e.prefix:
			out.CommonPrefixes = append(out.CommonPrefixes, api.CommonPrefix{Prefix: encode(e.key)})
		case o.Marker:
			out.DeleteMarkers = append(out.DeleteMarkers, api.DeleteMarkerEntry{
				Key: encode(e.key), VersionId: new(o.shown()), IsLatest: new(e.latest), LastModified: new(o.Modified), Owner: &api.Owner{ID: new(s.canonical(o.Owner))},
			})
		default:
			v := api.ObjectVersion{
				Key: encode(e.key), VersionId: new(o.shown()), IsLatest: new(e.latest), LastModified: new(o.Modified), ETag: new(quote(o.ETag)),
				Size: new(o.Size), StorageClass: new(o.Class), Owner: &api.Owner{ID: new(s.canonical(o.Owner))},
			}
			if o.Sum.Algorithm != "" {
				v.ChecksumAlgorithm, v.ChecksumType = []string{o.Sum.Algorithm}, new(o.Sum.Type)
			}
			if restores {
				v.RestoreStatus = o.restoreStatus(s.k.Clock.Now())
			}
			out.Versions = append(out.Versions, v)
		}
	}
}

type versionEntry struct {
	entry
	latest bool
}

// listVersions merges the newest versions with the older ones, key by key.
func (s *Service) listVersions(tx *store.Tx, name string, l listing, id string) (page []versionEntry, more bool, err error) {
	m := &versionMerge{s: s, tx: tx, name: name, prefix: l.prefix}
	defer m.stop()
	m.seek(l.prefix, 0)
	if l.after != "" {
		p, ok := l.common(l.after)
		switch {
		case ok && p == l.after:
			m.seek(max(l.prefix, successor(p)), 0)
		case id == "":
			m.seek(max(l.prefix, l.after+"\x00"), 0)
		default:
			o, found, err := s.version(tx, name, l.after, id)
			if err != nil {
				return nil, false, err
			}
			if !found {
				o.Seq, _ = sequenceOf(id) // deleted since; its place is known all the same
			}
			m.seek(l.after, o.Seq)
		}
	}
	for {
		e, ok := m.next()
		if !ok {
			return page, false, nil
		}
		if len(page) == l.limit {
			return page, true, nil
		}
		if p, ok := l.common(e.key); ok {
			page = append(page, versionEntry{entry: entry{key: p, prefix: true}})
			if next := successor(p); next != "" {
				m.seek(next, 0)
				continue
			}
			return page, false, nil
		}
		page = append(page, e)
	}
}

// versionMerge walks over both tables at once.
type versionMerge struct {
	s            *Service
	tx           *store.Tx
	name, prefix string
	newest       head
	older        head
	last         string // key given out last
	any          bool
}

// head is a table's next row.
type head struct {
	pull func() (string, object, bool)
	stop func()
	key  string
	row  object
	ok   bool
}

func (h *head) move(parts int) {
	k, o, ok := h.pull()
	if h.ok = ok; !ok {
		return
	}
	p, _ := store.Split(k, parts)
	h.key, h.row = p[1], o
}

// seek goes to the first version of the first key >= key; below the version numbered seq, if that is not 0.
func (m *versionMerge) seek(key string, seq uint64) {
	m.stop()
	under := store.Key(m.name, "")
	hi := successor(under + m.prefix)
	lo := under + key
	newest, ok := m.s.objects.Get(m.tx, lo)
	passed := seq != 0 && (!ok || newest.Seq >= seq) // the newest version is behind us, unless it has become that since
	if passed {
		lo += "\x00"
	}
	m.newest.pull, m.newest.stop = iter.Pull2(m.s.objects.Between(m.tx, lo, hi))
	m.newest.move(2)
	lo, hi = under+encodedPrefix(key), successor(under+encodedPrefix(m.prefix))
	if seq != 0 {
		lo = place(m.name, key, seq) + "\x00"
	}
	m.older.pull, m.older.stop = iter.Pull2(m.s.versions.Between(m.tx, lo, hi))
	m.older.move(3)
	m.last, m.any = key, passed
}

func (m *versionMerge) stop() {
	for _, h := range []*head{&m.newest, &m.older} {
		if h.stop != nil {
			h.stop()
		}
	}
}

// next returns the next version in order. The first one met of a key is its latest.
func (m *versionMerge) next() (versionEntry, bool) {
	from, parts := &m.older, 3
	if m.newest.ok && (!m.older.ok || m.newest.key <= m.older.key) {
		from, parts = &m.newest, 2
	}
	if !from.ok {
		return versionEntry{}, false
	}
	e := versionEntry{entry{key: from.key, object: from.row}, !m.any || from.key != m.last}
	m.last, m.any = from.key, true
	from.move(parts)
	return e, true
}
