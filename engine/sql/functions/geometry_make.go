package functions

import (
	"strings"

	"github.com/peterstace/simplefeatures/geom"

	"unyo/engine/sql/types"
)

// maxNested bounds parentheses in a text.
const maxNested = 32

// readText reads a well-known text; false after an error.
func readText(r *Row, s string) (geom.Geometry, bool) {
	depth, deepest := 0, 0
	for _, c := range s {
		switch c {
		case '(':
			depth++
			deepest = max(deepest, depth)
		case ')':
			depth--
		}
	}
	if deepest > maxNested {
		r.Invalid("Invalid WKT: nested more than %d deep", maxNested)
		return geom.Geometry{}, false
	}
	g, err := geom.UnmarshalWKT(s, geom.NoValidate{})
	if err == nil && !types.IsWKB(g.AsBinary()) {
		r.Invalid("Invalid WKT: %s", "geometries of more than three dimensions are not supported")
		return g, false
	}
	if err != nil {
		r.Invalid("Invalid WKT: %s", s)
	}
	return g, err == nil
}

func init() {
	p := geospatial
	ofText := func(name string, kinds ...geom.GeometryType) func(r *Row) {
		return func(r *Row) {
			g, ok := readText(r, r.Text(0))
			if !ok {
				return
			}
			for _, k := range kinds {
				ok = g.Type() == k
			}
			if !ok {
				wrongKind(r, g, name, strings.ToUpper(kinds[0].String()))
				return
			}
			r.putGeometry(g)
		}
	}
	p.rows("st_geometryfromtext(varchar) geometry", ofText("ST_GeometryFromText"))
	p.rows("st_linefromtext(varchar) geometry", ofText("ST_LineFromText", geom.TypeLineString))
	p.rows("st_polygon(varchar) geometry", ofText("ST_Polygon", geom.TypePolygon))
	p.rows("st_geomfrombinary(varbinary) geometry", func(r *Row) {
		if b := r.Bytes(0); types.IsWKB(b) {
			r.putGeometry(readGeometry(b))
		} else {
			r.Invalid("Invalid WKB")
		}
	})
	p.rows("st_asbinary(geometry) varbinary", func(r *Row) { r.PutBytes(r.Bytes(0)) })
	geometric("st_astext(geometry) varchar", func(r *Row, g func(int) geom.Geometry) {
		switch x := g(0); { // empty lines and polygons are written as many
		case x.IsEmpty() && x.Type() == geom.TypeLineString, x.IsEmpty() && x.Type() == geom.TypePolygon:
			r.PutText("MULTI" + strings.ToUpper(x.Type().String()) + " EMPTY")
		default:
			r.PutBytes(types.AppendWKT(nil, r.Bytes(0)))
		}
	})
	p.rows("st_point(double,double) geometry", func(r *Row) {
		if x, y := r.Float(0), r.Float(1); finite(x, y) {
			r.putGeometry(geom.XY{X: x, Y: y}.AsPoint().AsGeometry())
		} else {
			r.Invalid("ST_Point requires finite coordinates")
		}
	})
	p.rows("st_linestring(array(geometry)) geometry", func(r *Row) {
		if list, ok := pointsOf(r, "ST_LineString", true); ok {
			r.putGeometry(lineOf(list).AsGeometry())
		}
	})
	p.rows("st_multipoint(array(geometry)) geometry", func(r *Row) {
		list, ok := pointsOf(r, "ST_MultiPoint", false)
		if !ok || len(list) == 0 {
			return
		}
		var points []geom.Point
		for _, xy := range list {
			points = append(points, xy.AsPoint())
		}
		r.putGeometry(geom.NewMultiPoint(points).AsGeometry())
	})
	p.rows("to_geojson_geometry(geometry) varchar", toGeoJSON)
	p.rows("to_geojson_geometry(sphericalgeography) varchar", toGeoJSON)
	p.rows("from_geojson_geometry(varchar) sphericalgeography", func(r *Row) {
		g, err := geom.UnmarshalGeoJSON(r.Bytes(0), geom.NoValidate{})
		if err != nil || !types.IsWKB(g.AsBinary()) {
			r.Invalid("Invalid GeoJSON: %v", err)
		} else if spherical(r, g) {
			r.putGeometry(g)
		}
	})
}

func toGeoJSON(r *Row) {
	defer r.recovered()
	if b, err := readGeometry(r.Bytes(0)).MarshalJSON(); err != nil {
		r.Invalid("%v", err)
	} else {
		r.PutBytes(b)
	}
}

// pointsOf is an array of points that are somewhere, and, if it is a line, none twice in a row.
func pointsOf(r *Row, name string, line bool) (out []geom.XY, ok bool) {
	list, ok := geometriesOf(r, 0)
	for i, g := range list {
		p, is := g.AsPoint()
		xy, there := p.XY()
		switch {
		case !is:
			r.Invalid("Invalid input to %s: geometry is not a point: %s at index %d", name, kindName(g), i+1)
		case !there:
			r.Invalid("Invalid input to %s: empty point at index %d", name, i+1)
		case line && i > 0 && out[i-1] == xy:
			r.Invalid("Invalid input to %s: consecutive duplicate points at index %d", name, i+1)
		default:
			out = append(out, xy)
			continue
		}
		return nil, false
	}
	return out, ok
}

// lineOf is a line through points; of fewer than two it is empty.
func lineOf(list []geom.XY) geom.LineString {
	if len(list) < 2 {
		return geom.LineString{}
	}
	var flat []float64
	for _, xy := range list {
		flat = append(flat, xy.X, xy.Y)
	}
	return geom.NewLineString(geom.NewSequence(flat, geom.DimXY))
}

// ringOf is a closed line through points.
func ringOf(list ...geom.XY) geom.LineString { return lineOf(append(list, list[0])) }
