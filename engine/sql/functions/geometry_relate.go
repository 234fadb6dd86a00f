package functions

import (
	"github.com/peterstace/simplefeatures/geom"
)

// https://trino.io/docs/current/functions/geospatial.html#relationship-tests
func init() {
	relates := func(name string, apart bool, f func(a, b geom.Geometry) (bool, error)) {
		geometric(name+"(geometry,geometry) boolean", func(r *Row, g func(int) geom.Geometry) {
			a, b := g(0), g(1)
			if !geom.Intersects(a, b) {
				r.PutBool(apart)
				return
			}
			if crowded(r, a, b) {
				return
			}
			is, err := f(a, b)
			if err != nil {
				r.Invalid("%v", err)
				return
			}
			r.PutBool(is)
		})
	}
	relates("st_contains", false, geom.Contains)
	relates("st_crosses", false, geom.Crosses)
	relates("st_overlaps", false, geom.Overlaps)
	relates("st_touches", false, geom.Touches)
	relates("st_within", false, geom.Within)
	relates("st_intersects", false, func(a, b geom.Geometry) (bool, error) { return true, nil })
	relates("st_disjoint", true, func(a, b geom.Geometry) (bool, error) { return false, nil })
	geometric("st_equals(geometry,geometry) boolean", func(r *Row, g func(int) geom.Geometry) {
		a, b := g(0), g(1)
		if a.IsEmpty() || b.IsEmpty() {
			r.PutBool(a.IsEmpty() && b.IsEmpty())
			return
		}
		if crowded(r, a, b) {
			return
		}
		if is, err := geom.Equals(a, b); err != nil {
			r.Invalid("%v", err)
		} else {
			r.PutBool(is)
		}
	})
	geospatial.rows("st_relate(geometry,geometry,varchar) boolean", func(r *Row) {
		defer r.recovered()
		a, b := readGeometry(r.Bytes(0)), readGeometry(r.Bytes(1))
		if crowded(r, a, b) {
			return
		}
		matrix, err := geom.Relate(a, b)
		is := false
		if err == nil {
			is, err = geom.RelateMatches(matrix, r.Text(2))
		}
		if err != nil {
			r.Invalid("%v", err)
			return
		}
		r.PutBool(is)
	})
}
