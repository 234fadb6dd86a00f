package functions

import (
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// https://trino.io/docs/current/functions/geospatial.html#accessors
func init() {
	number := func(name string, f func(g geom.Geometry) float64) {
		geometric(name+"(geometry) double", func(r *Row, g func(int) geom.Geometry) { r.PutFloat(f(g(0))) })
	}
	number("st_area", func(g geom.Geometry) float64 { return g.Area() })
	bounds := func(name string, f func(low, high geom.XY) float64) {
		geometric(name+"(geometry) double", func(r *Row, g func(int) geom.Geometry) {
			if low, high, ok := g(0).Envelope().MinMaxXYs(); ok {
				r.PutFloat(f(low, high))
			}
		})
	}
	bounds("st_xmin", func(low, high geom.XY) float64 { return low.X })
	bounds("st_ymin", func(low, high geom.XY) float64 { return low.Y })
	bounds("st_xmax", func(low, high geom.XY) float64 { return high.X })
	bounds("st_ymax", func(low, high geom.XY) float64 { return high.Y })
	coordinate := func(name string, f func(xy geom.XY) float64) {
		geometric(name+"(geometry) double", func(r *Row, g func(int) geom.Geometry) {
			p, ok := g(0).AsPoint()
			if !ok {
				wrongKind(r, g(0), name, "POINT")
			} else if xy, there := p.XY(); there {
				r.PutFloat(f(xy))
			}
		})
	}
	coordinate("st_x", func(xy geom.XY) float64 { return xy.X })
	coordinate("st_y", func(xy geom.XY) float64 { return xy.Y })
	geometric("st_length(geometry) double", func(r *Row, g func(int) geom.Geometry) {
		if t := g(0).Type(); t != geom.TypeLineString && t != geom.TypeMultiLineString {
			wrongKind(r, g(0), "ST_Length", "LINE_STRING or MULTI_LINE_STRING")
			return
		}
		r.PutFloat(g(0).Length())
	})
	geometric("st_centroid(geometry) geometry", func(r *Row, g func(int) geom.Geometry) { r.putGeometry(g(0).Centroid().AsGeometry()) })
	geometric("st_pointonsurface(geometry) geometry", func(r *Row, g func(int) geom.Geometry) {
		if !g(0).IsEmpty() && !crowded(r, g(0)) {
			r.putGeometry(g(0).PointOnSurface().AsGeometry())
		}
	})
	geometric("st_distance(geometry,geometry) double", func(r *Row, g func(int) geom.Geometry) {
		if n, m := g(0).DumpCoordinates().Length(), g(1).DumpCoordinates().Length(); n*m > mostCompared {
			r.Invalid("the distance of geometries of so many points is not supported: %d and %d", n, m)
		} else if d, ok := geom.Distance(g(0), g(1)); ok {
			r.PutFloat(d)
		}
	})
	geometric("st_coorddim(geometry) tinyint", func(r *Row, g func(int) geom.Geometry) { r.PutInt(int64(g(0).CoordinatesType().Dimension())) })
	geometric("st_dimension(geometry) tinyint", func(r *Row, g func(int) geom.Geometry) { r.PutInt(int64(g(0).Dimension())) })
	geometric("st_geometrytype(geometry) varchar", func(r *Row, g func(int) geom.Geometry) {
		r.PutText(map[geom.GeometryType]string{geom.TypePoint: "ST_Point", geom.TypeLineString: "ST_LineString", geom.TypePolygon: "ST_Polygon", geom.TypeMultiPoint: "ST_MultiPoint",
			geom.TypeMultiLineString: "ST_MultiLineString", geom.TypeMultiPolygon: "ST_MultiPolygon", geom.TypeGeometryCollection: "ST_GeomCollection"}[g(0).Type()])
	})
	judged()
	geometryElements()
	alongLines()
}

// judged are the questions with yes or no.
func judged() {
	is := func(name string, f func(r *Row, g geom.Geometry) bool) {
		geometric(name+"(geometry) boolean", func(r *Row, g func(int) geom.Geometry) {
			if yes := f(r, g(0)); r.err == nil {
				r.PutBool(yes)
			}
		})
	}
	is("st_isempty", func(_ *Row, g geom.Geometry) bool { return g.IsEmpty() })
	is("st_isclosed", func(r *Row, g geom.Geometry) bool {
		if m, ok := g.AsMultiLineString(); ok {
			closed := true
			for _, l := range m.Dump() {
				closed = closed && l.IsClosed()
			}
			return closed
		}
		l, _ := line(r, g, "ST_IsClosed")
		return l.IsClosed()
	})
	is("st_isring", func(r *Row, g geom.Geometry) bool {
		l, _ := line(r, g, "ST_IsRing")
		return !crowded(r, g) && l.IsRing()
	})
	is("st_issimple", func(r *Row, g geom.Geometry) bool {
		if crowded(r, g) {
			return false
		}
		simple, known := g.IsSimple()
		if !known {
			for _, part := range g.Dump() {
				if ok, _ := part.IsSimple(); !ok {
					return false
				}
			}
			return true
		}
		return simple
	})
	is("st_isvalid", func(r *Row, g geom.Geometry) bool { return !crowded(r, g) && g.Validate() == nil })
	geometric("geometry_invalid_reason(geometry) varchar", func(r *Row, g func(int) geom.Geometry) {
		if crowded(r, g(0)) {
			return
		}
		if err := g(0).Validate(); err != nil {
			r.PutText(err.Error())
		}
	})
}

// geometryElements are what geometries are made of.
func geometryElements() {
	nth := func(text string, of func(r *Row, g geom.Geometry) []geom.Geometry) {
		geospatial.rows(text, func(r *Row) {
			defer r.recovered()
			list := of(r, readGeometry(r.Bytes(0)))
			if n := r.Int(1); r.err == nil && n >= 1 && n <= int64(len(list)) {
				r.putGeometry(list[n-1])
			}
		})
	}
	count := func(text string, of func(r *Row, g geom.Geometry) int) {
		geometric(text, func(r *Row, g func(int) geom.Geometry) {
			if n := of(r, g(0)); r.err == nil {
				r.PutInt(int64(n))
			}
		})
	}
	rings := func(name string) func(r *Row, g geom.Geometry) []geom.Geometry {
		return func(r *Row, g geom.Geometry) (out []geom.Geometry) {
			p, _ := polygon(r, g, name)
			for i := range p.NumInteriorRings() {
				out = append(out, p.InteriorRingN(i).AsGeometry())
			}
			return out
		}
	}
	nth("st_geometryn(geometry,bigint) geometry", func(_ *Row, g geom.Geometry) []geom.Geometry { return geometryParts(g) })
	nth("st_interiorringn(geometry,bigint) geometry", rings("ST_InteriorRingN"))
	nth("st_pointn(geometry,bigint) geometry", func(r *Row, g geom.Geometry) (out []geom.Geometry) {
		l, _ := line(r, g, "ST_PointN")
		return points(l.Coordinates())
	})
	count("st_numgeometries(geometry) bigint", func(_ *Row, g geom.Geometry) int { return len(geometryParts(g)) })
	count("st_numinteriorring(geometry) bigint", func(r *Row, g geom.Geometry) int { return len(rings("ST_NumInteriorRing")(r, g)) })
	count("st_numpoints(geometry) bigint", func(_ *Row, g geom.Geometry) int {
		n := g.DumpCoordinates().Length()
		for _, part := range g.Dump() {
			if p, ok := part.AsPolygon(); ok && !p.IsEmpty() { // a ring's last point is its first
				n -= p.NumRings()
			}
		}
		return n
	})
	geometric("st_geometries(geometry) array(geometry)", func(r *Row, g func(int) geom.Geometry) {
		if !g(0).IsEmpty() {
			r.putGeometries(geometryParts(g(0)))
		}
	})
	geometric("st_interiorrings(geometry) array(geometry)", func(r *Row, g func(int) geom.Geometry) {
		if list := rings("ST_InteriorRings")(r, g(0)); r.err == nil && !g(0).IsEmpty() {
			r.putGeometries(list)
		}
	})
	geometric("st_points(geometry) array(geometry)", func(r *Row, g func(int) geom.Geometry) {
		if !g(0).IsEmpty() {
			r.putGeometries(points(g(0).DumpCoordinates()))
		}
	})
	geometric("st_exteriorring(geometry) geometry", func(r *Row, g func(int) geom.Geometry) {
		if p, ok := polygon(r, g(0), "ST_ExteriorRing"); ok && !p.IsEmpty() {
			r.putGeometry(p.ExteriorRing().AsGeometry())
		}
	})
}

func points(s geom.Sequence) (out []geom.Geometry) {
	for i := range s.Length() {
		out = append(out, s.GetXY(i).AsPoint().AsGeometry())
	}
	return out
}

// alongLines are points of lines.
func alongLines() {
	end := func(name string, f func(l geom.LineString) geom.Point) {
		geometric(name+"(geometry) geometry", func(r *Row, g func(int) geom.Geometry) {
			if l, ok := line(r, g(0), name); ok && !l.IsEmpty() {
				r.putGeometry(f(l).AsGeometry())
			}
		})
	}
	end("st_startpoint", geom.LineString.StartPoint)
	end("st_endpoint", geom.LineString.EndPoint)
	fraction := func(r *Row) (geom.LineString, bool) {
		l, ok := line(r, readGeometry(r.Bytes(0)), "line_interpolate_point")
		if f := r.Float(1); ok && !(f >= 0 && f <= 1) {
			r.Invalid("line_interpolate_point: Fraction must be between 0 and 1, but is %v", f)
			return l, false
		}
		return l, ok && !l.IsEmpty()
	}
	geospatial.rows("line_interpolate_point(geometry,double) geometry", func(r *Row) {
		if l, ok := fraction(r); ok {
			r.putGeometry(l.InterpolatePoint(r.Float(1)).AsGeometry())
		}
	})
	geospatial.rows("line_interpolate_points(geometry,double) array(geometry)", func(r *Row) {
		l, ok := fraction(r)
		if !ok {
			return
		}
		step := r.Float(1)
		list := []geom.Geometry{}
		if step == 0 {
			list = append(list, l.StartPoint().AsGeometry())
		} else if step < 1e-5 {
			r.Invalid("line_interpolate_points: more than 100000 points are not supported")
			return
		}
		for i := 1; step > 0 && float64(i)*step <= 1+1e-12; i++ {
			list = append(list, l.InterpolatePoint(min(1, float64(i)*step)).AsGeometry())
		}
		r.putGeometries(list)
	})
	geometric("line_locate_point(geometry,geometry) double", func(r *Row, g func(int) geom.Geometry) {
		l, ok := line(r, g(0), "line_locate_point")
		p, is := g(1).AsPoint()
		if ok && !is {
			wrongKind(r, g(1), "line_locate_point", "POINT")
			return
		}
		if xy, there := p.XY(); ok && there && !l.IsEmpty() {
			r.PutFloat(located(l.Coordinates(), xy))
		}
	})
}

// located is the share of a line's length at which it is nearest to a point.
func located(s geom.Sequence, p geom.XY) float64 {
	nearest, at, length := math.Inf(1), 0.0, 0.0
	for i := range s.Length() - 1 {
		a, b := s.GetXY(i), s.GetXY(i+1)
		along := b.Sub(a)
		share := 0.0
		if n := along.Dot(along); n > 0 {
			share = max(0, min(1, p.Sub(a).Dot(along)/n))
		}
		if d := p.Sub(a.Add(along.Scale(share))).Length(); d < nearest {
			nearest, at = d, length+share*along.Length()
		}
		length += along.Length()
	}
	if length == 0 {
		return 0
	}
	return at / length
}
