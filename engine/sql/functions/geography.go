package functions

import (
	"math"

	"github.com/peterstace/simplefeatures/geom"
)

// The earth as a sphere, in kilometers. A geography is a geometry whose points are longitudes and latitudes.
const earthRadius = 6371.01

// spherical tells whether a geometry lies on the earth; else the call has failed.
func spherical(r *Row, g geom.Geometry) bool {
	s := g.DumpCoordinates()
	if s.CoordinatesType().Is3D() {
		r.Invalid("Cannot convert 3D geometry to a spherical geography")
		return false
	}
	for i := range s.Length() {
		if xy := s.GetXY(i); !onEarth(r, xy) {
			return false
		}
	}
	return true
}

func onEarth(r *Row, xy geom.XY) bool {
	switch {
	case !(xy.Y >= -90 && xy.Y <= 90):
		r.Invalid("Latitude must be between -90 and 90")
	case !(xy.X >= -180 && xy.X <= 180):
		r.Invalid("Longitude must be between -180 and 180")
	default:
		return true
	}
	return false
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// greatCircle is the way from one point to another, in kilometers.
func greatCircle(a, b geom.XY) float64 {
	sin1, cos1 := math.Sincos(radians(a.Y))
	sin2, cos2 := math.Sincos(radians(b.Y))
	sin, cos := math.Sincos(radians(a.X) - radians(b.X))
	t1, t2 := cos2*sin, cos1*sin2-sin1*cos2*cos
	return math.Atan2(math.Sqrt(t1*t1+t2*t2), sin1*sin2+cos1*cos2*cos) * earthRadius
}

// excess is the angle by which a ring's angles are more than those of a flat one: its area on a sphere of radius 1.
func excess(ring geom.Sequence) float64 {
	sum, turned := 0.0, 0.0
	for i := range ring.Length() - 1 {
		a, b := ring.GetXY(i), ring.GetXY(i+1)
		turn := math.Remainder(radians(b.X)-radians(a.X), 2*math.Pi)
		p, q := math.Tan(radians(a.Y)/2), math.Tan(radians(b.Y)/2)
		turned += turn
		sum += 2 * math.Atan2(math.Tan(turn/2)*(p+q), 1+p*q)
	}
	if sum = math.Abs(sum); math.Abs(turned) > math.Pi { // a pole lies within
		return 2*math.Pi - sum
	}
	return sum
}

// sphereArea is in square meters.
func sphereArea(g geom.Geometry) (area float64) {
	for _, part := range g.Dump() {
		p, _ := part.AsPolygon()
		for i, ring := range p.Coordinates() {
			if a := excess(ring) * earthRadius * earthRadius * 1e6; i == 0 {
				area += a
			} else {
				area -= a
			}
		}
	}
	return area
}

func init() {
	p := geospatial
	p.rows("to_spherical_geography(geometry) sphericalgeography", func(r *Row) {
		if spherical(r, readGeometry(r.Bytes(0))) {
			r.PutArg(0)
		}
	})
	p.rows("to_geometry(sphericalgeography) geometry", func(r *Row) { r.PutArg(0) })
	p.rows("great_circle_distance(double,double,double,double) double", func(r *Row) {
		a, b := geom.XY{X: r.Float(1), Y: r.Float(0)}, geom.XY{X: r.Float(3), Y: r.Float(2)}
		if onEarth(r, a) && onEarth(r, b) {
			r.PutFloat(greatCircle(a, b))
		}
	})
	geometric("st_area(sphericalgeography) double", func(r *Row, g func(int) geom.Geometry) {
		if t := g(0).Type(); t != geom.TypePolygon && t != geom.TypeMultiPolygon {
			wrongKind(r, g(0), "ST_Area", "POLYGON or MULTI_POLYGON")
			return
		}
		r.PutFloat(sphereArea(g(0)))
	})
	geometric("st_length(sphericalgeography) double", func(r *Row, g func(int) geom.Geometry) {
		if t := g(0).Type(); t != geom.TypeLineString && t != geom.TypeMultiLineString {
			wrongKind(r, g(0), "ST_Length", "LINE_STRING or MULTI_LINE_STRING")
			return
		}
		sum := 0.0
		for _, s := range lines(g(0)) {
			for i := range s.Length() - 1 {
				sum += greatCircle(s.GetXY(i), s.GetXY(i+1))
			}
		}
		r.PutFloat(sum * 1000)
	})
	geometric("st_distance(sphericalgeography,sphericalgeography) double", func(r *Row, g func(int) geom.Geometry) {
		a, first := g(0).AsPoint()
		b, second := g(1).AsPoint()
		if !first || !second {
			wrongKind(r, g(0), "When applied to SphericalGeography inputs, ST_Distance", "POINT")
			return
		}
		x, there := a.XY()
		y, too := b.XY()
		if there && too {
			r.PutFloat(greatCircle(x, y) * 1000)
		}
	})
	p.rows("to_encoded_polyline(geometry) varchar", func(r *Row) {
		g := readGeometry(r.Bytes(0))
		if t := g.Type(); t != geom.TypeLineString && t != geom.TypeMultiPoint {
			wrongKind(r, g, "to_encoded_polyline", "LINE_STRING or MULTI_POINT")
			return
		}
		r.PutBytes(polyline(g.DumpCoordinates()))
	})
	p.rows("from_encoded_polyline(varchar) geometry", func(r *Row) {
		if list, ok := readPolyline(r.Bytes(0)); ok {
			r.putGeometry(lineOf(list).AsGeometry())
		} else {
			r.Invalid("Invalid encoded polyline: %s", r.Text(0))
		}
	})
}

// polyline writes latitudes and longitudes to five digits, each as how far it is from the one before, in pieces of five bits.
// https://developers.google.com/maps/documentation/utilities/polylinealgorithm
func polyline(s geom.Sequence) (out []byte) {
	before := [2]int64{}
	for i := range s.Length() {
		xy := s.GetXY(i)
		for k, x := range [2]float64{xy.Y, xy.X} {
			n := int64(math.Round(x * 1e5))
			d := (n - before[k]) << 1
			if before[k] = n; d < 0 {
				d = ^d
			}
			for ; d >= 0x20; d >>= 5 {
				out = append(out, byte(d&0x1f|0x20)+63)
			}
			out = append(out, byte(d)+63)
		}
	}
	return out
}

func readPolyline(b []byte) (out []geom.XY, ok bool) {
	at := [2]int64{}
	for len(b) > 0 {
		for k := range at {
			n, shift := int64(0), 0
			for {
				if len(b) == 0 || b[0] < 63 || b[0] > 126 || shift > 55 {
					return nil, false
				}
				piece := int64(b[0] - 63)
				b = b[1:]
				n |= piece & 0x1f << shift
				shift += 5
				if piece < 0x20 {
					break
				}
			}
			if n&1 == 1 {
				n = ^n
			}
			at[k] += n >> 1
		}
		out = append(out, geom.XY{X: float64(at[1]) / 1e5, Y: float64(at[0]) / 1e5})
	}
	return out, true
}
