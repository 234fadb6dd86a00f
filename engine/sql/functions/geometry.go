package functions

import (
	"math"
	"runtime"
	"slices"

	"github.com/peterstace/simplefeatures/geom"

	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/geospatial.html
const geospatial = page("geospatial")

// geometries are what a function's last calls were given: a constant is read once.
type geometries struct {
	bytes [2]string
	read  [2]geom.Geometry
	known [2]bool
}

func (g *geometries) at(r *Row, i int) geom.Geometry {
	b := r.Bytes(i)
	if !g.known[i] || g.bytes[i] != string(b) {
		g.bytes[i], g.read[i], g.known[i] = string(b), readGeometry(b), true
	}
	return g.read[i]
}

func readGeometry(b []byte) geom.Geometry {
	g, err := geom.UnmarshalWKB(b, geom.NoValidate{})
	if err != nil {
		panic(err) // only bytes of geometries come to be geometries
	}
	return g
}

// geometric declares a function of geometries.
func geometric(text string, f func(r *Row, g func(i int) geom.Geometry), options ...option) {
	geospatial.kernel(text, func(args []*types.Type, result *types.Type) Kernel {
		return remembering(args, result, func() *geometries { return &geometries{} }, func(r *Row, m *geometries) {
			defer r.recovered()
			f(r, func(i int) geom.Geometry { return m.at(r, i) })
		})
	}, options...)
}

// recovered takes what the geometry of a value that is not valid does to those who compute with it.
func (r *Row) recovered() {
	switch p := recover().(type) {
	case nil:
	case string: // what the library says of what it cannot do
		r.Invalid("the geometry cannot be computed with: %s", p)
	case runtime.Error:
		panic(p)
	case error:
		if p == vector.ErrTooLarge {
			panic(p)
		}
		r.Invalid("the geometry cannot be computed with: %v", p)
	default:
		panic(p)
	}
}

// putGeometry answers one.
func (r *Row) putGeometry(g geom.Geometry) {
	r.Out.Data = g.AppendWKB(r.Out.Data)
	r.Out.AppendText(nil)
}

// putGeometries answers an array of them.
func (r *Row) putGeometries(list []geom.Geometry) {
	for _, g := range list {
		r.Out.Elems[0].AppendText(g.AsBinary())
	}
	r.Out.EndSpan()
}

// geometriesOf is an array's elements; false after an error.
func geometriesOf(r *Row, i int) (out []geom.Geometry, ok bool) {
	v, from, to := r.Span(i)
	for ; from < to; from++ {
		e, at := v.Elems[0].At(from)
		if e.IsNull(at) {
			r.Invalid("Invalid input: array element must not be null at index %d", len(out)+1)
			return nil, false
		}
		out = append(out, readGeometry(e.Text(at)))
	}
	return out, true
}

// line is a geometry as a line, and polygon as a polygon: to what else it is the function does not apply.
func line(r *Row, g geom.Geometry, name string) (geom.LineString, bool) {
	l, ok := g.AsLineString()
	if !ok {
		wrongKind(r, g, name, "LINE_STRING")
	}
	return l, ok
}

func polygon(r *Row, g geom.Geometry, name string) (geom.Polygon, bool) {
	p, ok := g.AsPolygon()
	if !ok {
		wrongKind(r, g, name, "POLYGON")
	}
	return p, ok
}

func wrongKind(r *Row, g geom.Geometry, name, want string) {
	r.Invalid("%s only applies to %s. Input type is: %s", name, want, kindName(g))
}

// kindName is what ST_GeometryType calls a kind, without ST_.
func kindName(g geom.Geometry) string {
	return map[geom.GeometryType]string{geom.TypePoint: "POINT", geom.TypeLineString: "LINE_STRING", geom.TypePolygon: "POLYGON", geom.TypeMultiPoint: "MULTI_POINT",
		geom.TypeMultiLineString: "MULTI_LINE_STRING", geom.TypeMultiPolygon: "MULTI_POLYGON", geom.TypeGeometryCollection: "GEOMETRY_COLLECTION"}[g.Type()]
}

// geometryParts are the geometries of a collection; of another geometry, itself; of an empty one, none.
func geometryParts(g geom.Geometry) (out []geom.Geometry) {
	if g.IsEmpty() {
		return nil
	}
	if c, ok := g.AsGeometryCollection(); ok {
		for i := range c.NumGeometries() {
			out = append(out, c.GeometryN(i))
		}
		return out
	}
	return g.Dump()
}

// lines are the rings and lines of a geometry.
func lines(g geom.Geometry) (out []geom.Sequence) {
	for _, part := range g.Dump() {
		if l, ok := part.AsLineString(); ok {
			out = append(out, l.Coordinates())
		} else if p, ok := part.AsPolygon(); ok {
			out = append(out, p.Coordinates()...)
		}
	}
	return out
}

// How much may be computed at once: nobody can end what lies two geometries over each other while it does. So many lines may come near so many others,
// and so many may be compared to find that out.
const (
	mostMeetings = 1 << 18
	mostCompared = 1 << 26
)

// crowded tells whether the lines of geometries meet in so many places that it would take too long; then the call has failed.
func crowded(r *Row, list ...geom.Geometry) bool {
	type box struct{ x0, x1, y0, y1 float64 }
	var boxes []box
	for _, g := range list {
		for _, s := range lines(g) {
			for i := range s.Length() - 1 {
				a, b := s.GetXY(i), s.GetXY(i+1)
				boxes = append(boxes, box{min(a.X, b.X), max(a.X, b.X), min(a.Y, b.Y), max(a.Y, b.Y)})
			}
		}
	}
	slices.SortFunc(boxes, func(a, b box) int { return types.CompareFloat(a.x0, b.x0) })
	met, compared := 0, 0
	for i, a := range boxes {
		for _, b := range boxes[i+1:] {
			if b.x0 > a.x1 {
				break
			}
			compared++
			if b.y0 <= a.y1 && b.y1 >= a.y0 {
				met++
			}
		}
		if met > mostMeetings+2*len(boxes) || compared > mostCompared {
			r.Fail(fault.New(fault.NotSupported, "geometries whose lines meet in more than %d places are not supported", mostMeetings))
			return true
		}
	}
	return false
}

func finite(list ...float64) bool {
	return !slices.ContainsFunc(list, func(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) })
}
