package sql_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// shape is a random polygon of few corners, which lie on a grid or anywhere, or a line.
func shape(r *rand.Rand) string {
	number := func() string {
		if r.IntN(2) == 0 {
			return fmt.Sprint(r.IntN(10))
		}
		return fmt.Sprintf("%.3f", r.Float64()*10)
	}
	var list []string
	for range 3 + r.IntN(4) {
		list = append(list, number()+" "+number())
	}
	hull := "ST_ConvexHull(ST_GeometryFromText('MULTIPOINT (" + strings.Join(list, ", ") + ")'))"
	if r.IntN(4) == 0 && list[0] != list[1] {
		return "ST_GeometryFromText('LINESTRING (" + strings.Join(list[:2], ", ") + ")')"
	}
	return hull
}

// What is true of any shapes: of their areas together, of relations the other way round, of what lies within a distance.
func TestShapesAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(*randomSeed, 13))
	m := world(t)
	laws := map[string]string{
		"areas":    "abs(ST_Area(ST_Union(a, b)) + ST_Area(ST_Intersection(a, b)) - ST_Area(a) - ST_Area(b)) < 1e-6",
		"rest":     "abs(ST_Area(ST_Difference(a, b)) + ST_Area(ST_Difference(b, a)) - ST_Area(ST_SymDifference(a, b))) < 1e-6",
		"all":      "abs(ST_Area(geometry_union(ARRAY[a, b, c])) - ST_Area(ST_Union(ST_Union(a, b), c))) < 1e-6",
		"within":   "ST_Within(a, b) = ST_Contains(b, a)",
		"apart":    "ST_Disjoint(a, b) <> ST_Intersects(a, b)",
		"distance": "(ST_Distance(a, b) = 0) = ST_Intersects(a, b)",
		"equal":    "ST_Equals(a, a) AND ST_Equals(a, b) = ST_Equals(b, a)",
		"hull":     "ST_Contains(ST_ConvexHull(ST_GeometryFromText('GEOMETRYCOLLECTION EMPTY')), a) = false AND ST_Area(ST_ConvexHull(ST_Union(a, b))) > ST_Area(ST_Union(a, b)) - 1e-6",
		"around":   "ST_Area(ST_Buffer(a, 1)) > ST_Area(a) + 3 AND ST_Distance(ST_Buffer(a, 0.5), b) >= ST_Distance(a, b) - 0.5 - 1e-9",
		"again":    "ST_AsText(ST_GeometryFromText(ST_AsText(a))) = ST_AsText(a) AND ST_AsBinary(ST_GeomFromBinary(ST_AsBinary(a))) = ST_AsBinary(a)",
	}
	var names, list []string
	for name, law := range laws {
		names, list = append(names, name), append(list, law)
	}
	for i := range *randomQueries / 5 {
		query := fmt.Sprintf("SELECT %s FROM (VALUES (%s, %s, %s)) t(a, b, c)", strings.Join(list, ", "), shape(r), shape(r), shape(r))
		for k, got := range strings.Split(m.rows(query), "|") {
			if got != "true" {
				t.Fatalf("%d: %s is %s: %s", i, names[min(k, len(names)-1)], got, query[strings.Index(query, "FROM (VALUES"):])
			}
		}
	}
}

// Geometries that nobody could compute with in time are refused.
func TestHostileGeometry(t *testing.T) {
	comb := func(n int, swap bool) string {
		var list []string
		for i := range n {
			a, b := fmt.Sprintf("%d 0", i), fmt.Sprintf("%d %d", i, n)
			if swap {
				a, b = fmt.Sprintf("0 %d", i), fmt.Sprintf("%d %d", n, i)
			}
			if i%2 == 1 {
				a, b = b, a
			}
			list = append(list, a, b)
		}
		return "ST_GeometryFromText('LINESTRING (" + strings.Join(list, ", ") + ")')"
	}
	check(t, world(t), [][2]string{
		{"SELECT ST_AsText(ST_Intersection(" + comb(2000, false) + ", " + comb(2000, true) + "))", "!NOT_SUPPORTED"}, {"SELECT ST_Crosses(" + comb(2000, false) + ", " + comb(2000, true) + ")", "!NOT_SUPPORTED"},
		{"SELECT ST_NumGeometries(ST_Intersection(" + comb(20, false) + ", " + comb(20, true) + ")) > 100", "true"}, {"SELECT ST_Buffer(" + comb(2000, false) + ", 0.1)", "!INVALID_FUNCTION_ARGUMENT"},
	})
}
