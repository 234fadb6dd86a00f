//go:build unix

package sql_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"unyo/engine/columnar"
)

// TestMapsOfFiles: a map's key is found in files as it was written, over more rows than a batch: in maps that are null or empty, have not the key, have it
// twice (the first counts), or null under it; also where the maps are held beyond their batch.
func TestMapsOfFiles(t *testing.T) {
	typ, err := columnar.ParseType("map<string,string>")
	if err != nil {
		t.Fatal(err)
	}
	id, err := columnar.ParseType("bigint")
	if err != nil {
		t.Fatal(err)
	}
	for i, how := range []columnar.Parquet{{}, {Dictionary: true, Compression: "ZSTD"}, {PageSize: 3000, V2: true}} {
		r := rand.New(rand.NewPCG(uint64(i), 5))
		var file bytes.Buffer
		w, err := how.NewWriter(&file, columnar.Schema{{Name: "id", Type: id}, {Name: "m", Type: typ}})
		if err != nil {
			t.Fatal(err)
		}
		const rows, held = 30_000, 12_000
		var found, ids, late, none int
		for row := range rows {
			m, first := columnar.Value{}, ""
			if r.IntN(6) > 0 {
				m.Valid, m.Items = true, []columnar.Value{}
				has := false
				for range r.IntN(4) {
					k, v := r.IntN(3), columnar.Value{}
					if r.IntN(5) > 0 {
						v.Valid, v.Bytes = true, fmt.Append(nil, "value", r.IntN(7))
					}
					m.Items = append(m.Items, columnar.Value{Valid: true, Bytes: fmt.Append(nil, "key", k)}, v)
					if k == 1 && !has {
						has, first = true, string(v.Bytes)
					}
				}
			}
			switch first {
			case "":
				none++
			case "value3":
				found, ids = found+1, ids+row
				if row >= rows-held {
					late++
				}
			}
			if err := w.Write([]columnar.Value{{Valid: true, Int: int64(row)}, m}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		name := t.TempDir() + "/maps.parquet"
		if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		m := world(t)
		m.tables["maps"] = filesOf(t, name, "id", "bigint", "m", "map<string,string>")
		check(t, m, [][2]string{
			{"SELECT count(*), sum(id) FROM maps WHERE element_at(m, 'key1') = 'value3'", fmt.Sprintf("%d|%d", found, ids)},
			{"SELECT count(*) FROM maps WHERE element_at(m, 'key1') IS NULL", fmt.Sprint(none)},
			{"SELECT count(*) FROM maps WHERE element_at(m, 'key7') = 'value3'", "0"},
			{fmt.Sprintf("SELECT count(*) FROM (SELECT m FROM maps ORDER BY id DESC LIMIT %d) WHERE element_at(m, 'key1') = 'value3'", held), fmt.Sprint(late)},
		})
	}
}
