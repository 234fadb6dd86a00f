package functions

import (
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// https://trino.io/docs/current/functions/geospatial.html#operations
func init() {
	overlay := func(name string, f func(a, b geom.Geometry) (geom.Geometry, error)) {
		geometric(name+"(geometry,geometry) geometry", func(r *Row, g func(int) geom.Geometry) {
			if a, b := g(0), g(1); !crowded(r, a, b) {
				put(r, func() (geom.Geometry, error) { return f(a, b) })
			}
		})
	}
	overlay("st_difference", geom.Difference)
	overlay("st_intersection", geom.Intersection)
	overlay("st_symdifference", geom.SymmetricDifference)
	overlay("st_union", geom.Union)
	geospatial.rows("geometry_union(array(geometry)) geometry", func(r *Row) {
		defer r.recovered()
		list, ok := presentGeometries(r)
		if ok && !crowded(r, list...) && len(list) > 0 {
			put(r, func() (geom.Geometry, error) { return united(list) })
		}
	})
	geometric("st_boundary(geometry) geometry", func(r *Row, g func(int) geom.Geometry) { r.putGeometry(g(0).Boundary()) })
	geometric("st_convexhull(geometry) geometry", func(r *Row, g func(int) geom.Geometry) { r.putGeometry(g(0).ConvexHull()) })
	geometric("st_envelope(geometry) geometry", func(r *Row, g func(int) geom.Geometry) {
		low, high, ok := g(0).Envelope().MinMaxXYs()
		if !ok {
			r.putGeometry(geom.Polygon{}.AsGeometry())
			return
		}
		r.putGeometry(rectangle(low, high).AsGeometry())
	})
	geometric("st_envelopeaspts(geometry) array(geometry)", func(r *Row, g func(int) geom.Geometry) {
		if low, high, ok := g(0).Envelope().MinMaxXYs(); ok {
			r.putGeometries([]geom.Geometry{low.AsPoint().AsGeometry(), high.AsPoint().AsGeometry()})
		}
	})
	geospatial.rows("simplify_geometry(geometry,double) geometry", func(r *Row) {
		defer r.recovered()
		switch by := r.Float(1); {
		case !(by >= 0):
			r.Invalid("distanceTolerance must be greater than or equal to 0")
		default:
			put(r, func() (geom.Geometry, error) { return readGeometry(r.Bytes(0)).Simplify(by) })
		}
	})
	geospatial.rows("st_buffer(geometry,double) geometry", func(r *Row) {
		defer r.recovered()
		switch by := r.Float(1); {
		case math.IsNaN(by):
			r.Invalid("distance is NaN")
		case by < 0 || math.IsInf(by, 0):
			r.Invalid("distance is negative")
		case by == 0:
			r.PutArg(0)
		default:
			put(r, func() (geom.Geometry, error) { return buffer(r, readGeometry(r.Bytes(0)), by) })
		}
	})
	aggregateGeometry("convex_hull_agg", func(a, b geom.Geometry) (geom.Geometry, error) {
		return geom.NewGeometryCollection([]geom.Geometry{a, b}).ConvexHull(), nil
	}, func(g geom.Geometry) geom.Geometry { return g.ConvexHull() })
	aggregateGeometry("geometry_union_agg", geom.Union, func(g geom.Geometry) geom.Geometry { return g })
}

// put answers what f computes, if it does.
func put(r *Row, f func() (geom.Geometry, error)) {
	g, err := f()
	if r.err != nil {
		return
	}
	if err != nil {
		r.Invalid("%v", err)
		return
	}
	r.putGeometry(g)
}

// united is all of them together, two and two: many at once lose what only one of them covers.
func united(list []geom.Geometry) (geom.Geometry, error) {
	if len(list) == 1 {
		return list[0], nil
	}
	a, err := united(list[:len(list)/2])
	if err != nil {
		return a, err
	}
	b, err := united(list[len(list)/2:])
	if err != nil {
		return b, err
	}
	return geom.Union(a, b)
}

// presentGeometries is an array's elements but the nulls.
func presentGeometries(r *Row) (out []geom.Geometry, ok bool) {
	v, from, to := r.Span(0)
	for ; from < to; from++ {
		if e, at := v.Elems[0].At(from); !e.IsNull(at) {
			out = append(out, readGeometry(e.Text(at)))
		}
	}
	return out, true
}

// aggregateGeometry declares an aggregate that puts two geometries together.
func aggregateGeometry(name string, both func(a, b geom.Geometry) (geom.Geometry, error), first func(g geom.Geometry) geom.Geometry) {
	type state struct {
		g     geom.Geometry
		there bool
		size  int
	}
	add := func(s *state, g geom.Geometry, r *Row) {
		defer r.recovered()
		if !s.there {
			s.g, s.there = first(g), true
		} else if crowded(r, s.g, g) {
			return
		} else if sum, err := both(s.g, g); err != nil {
			r.Invalid("%v", err)
		} else {
			s.g = sum
		}
		s.size = 64 * s.g.DumpCoordinates().Length()
	}
	folding(geospatial, name+"(geometry) geometry", func(s *state, r *Row) { add(s, readGeometry(r.Bytes(0)), r) },
		func(s, o *state, r *Row) {
			if o.there {
				add(s, o.g, r)
			}
		},
		func(s *state, r *Row) {
			if s.there {
				r.putGeometry(s.g)
			}
		}, func(s *state) int { return s.size })
}

func rectangle(low, high geom.XY) geom.Polygon {
	return geom.NewPolygon([]geom.LineString{ringOf(low, geom.XY{X: low.X, Y: high.Y}, high, geom.XY{X: high.X, Y: low.Y})})
}

// A quarter of a circle is so many straight lines.
const quarterLines = 8

// maxBuffered bounds the lines that are widened.
const maxBuffered = 2000

// buffer is what lies within a distance: around each line the hull of the circles at its ends, and all of them together.
func buffer(r *Row, g geom.Geometry, by float64) (geom.Geometry, error) {
	circle := func(at geom.XY) (out []geom.XY) {
		for i := range 4 * quarterLines {
			sin, cos := math.Sincos(float64(i) * math.Pi / (2 * quarterLines))
			out = append(out, geom.XY{X: at.X + by*cos, Y: at.Y + by*sin})
		}
		return out
	}
	hull := func(list []geom.XY) geom.Geometry { return lineOf(list).AsGeometry().ConvexHull() }
	var all []geom.Geometry
	for _, part := range g.Dump() {
		if p, ok := part.AsPoint(); ok {
			if xy, there := p.XY(); there {
				all = append(all, hull(circle(xy)))
			}
		} else if part.IsPolygon() && !part.IsEmpty() {
			all = append(all, part.Force2D())
		}
	}
	for _, s := range lines(g) {
		for i := range s.Length() - 1 {
			all = append(all, hull(append(circle(s.GetXY(i)), circle(s.GetXY(i+1))...)))
		}
	}
	if len(all) > maxBuffered {
		r.Invalid("a buffer around more than %d points and lines is not supported", maxBuffered)
		return geom.Geometry{}, nil
	}
	if len(all) == 0 {
		return geom.Polygon{}.AsGeometry(), nil
	}
	if crowded(r, all...) {
		return geom.Geometry{}, nil
	}
	return united(all)
}
