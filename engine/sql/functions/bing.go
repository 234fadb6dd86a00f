package functions

import (
	"math"
	"strconv"

	"github.com/peterstace/simplefeatures/geom"

	"unyo/engine/sql/types"
)

// Tiles of Bing's maps: https://trino.io/docs/current/functions/geospatial.html#bing-tiles and
// https://learn.microsoft.com/bingmaps/articles/bing-maps-tile-system
const (
	deepestZoom    = 23
	tilePixels     = 256
	highestTiled   = 85.05112878
	mostTiles      = 1_000_000
	farthestAround = 1000 // kilometers
)

type tile struct{ x, y, zoom int64 }

func (t tile) number() int64 { return types.TileNumber(t.x, t.y, t.zoom) }

func tileOf(n int64) tile {
	x, y, zoom := types.TileOf(n)
	return tile{x, y, zoom}
}

func zoomed(r *Row, zoom int64) bool {
	if zoom < 0 || zoom > deepestZoom {
		r.Invalid("Zoom level must be between 0 and %d", deepestZoom)
		return false
	}
	return true
}

// tileAt is the tile in which a point lies.
func tileAt(at geom.XY, zoom int64) tile {
	size := float64(int64(tilePixels) << zoom)
	place := func(share float64) int64 { return int64(max(0, min(size-1, share*size))) / tilePixels }
	sin := math.Sin(radians(at.Y))
	return tile{place((at.X + 180) / 360), place(0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)), zoom}
}

// corner is the point at a tile's upper left.
func corner(x, y, zoom int64) geom.XY {
	n := float64(int64(1) << zoom)
	down := 0.5 - float64(y)/n
	return geom.XY{X: 360*float64(x)/n - 180, Y: 90 - 360*math.Atan(math.Exp(-down*2*math.Pi))/math.Pi}
}

func (t tile) polygon() geom.Polygon {
	a, b := corner(t.x, t.y, t.zoom), corner(t.x+1, t.y+1, t.zoom)
	return rectangle(geom.XY{X: a.X, Y: b.Y}, geom.XY{X: b.X, Y: a.Y})
}

func (t tile) quadkey() string {
	b := make([]byte, t.zoom)
	for i := range b {
		bit := t.zoom - int64(i) - 1
		b[i] = '0' + byte(t.x>>bit&1) + 2*byte(t.y>>bit&1)
	}
	return string(b)
}

// tiled is a point of the arguments latitude and longitude, and a zoom level.
func tiled(r *Row) (at geom.XY, zoom int64, ok bool) {
	at, zoom = geom.XY{X: r.Float(1), Y: r.Float(0)}, r.Int(2)
	switch {
	case !(math.Abs(at.Y) <= highestTiled):
		r.Invalid("Latitude must be between -85.05112878 and 85.05112878")
	case !(math.Abs(at.X) <= 180):
		r.Invalid("Longitude must be between -180.0 and 180.0")
	default:
		return at, zoom, zoomed(r, zoom)
	}
	return at, zoom, false
}

func putTiles(r *Row, list []tile) {
	for _, t := range list {
		r.Out.Elems[0].AppendInt(t.number())
	}
	r.Out.EndSpan()
}

func init() {
	p := geospatial
	p.rows("bing_tile(bigint,bigint,bigint) bingtile", func(r *Row) {
		t := tile{r.Int(0), r.Int(1), r.Int(2)}
		if !zoomed(r, t.zoom) {
			return
		}
		if n := int64(1) << t.zoom; t.x < 0 || t.y < 0 || t.x >= n || t.y >= n {
			r.Invalid("XY coordinates for a Bing tile at zoom level %d must be within [0, %d) range", t.zoom, n)
			return
		}
		r.PutInt(t.number())
	})
	p.rows("bing_tile(varchar) bingtile", func(r *Row) {
		s, t := r.Text(0), tile{}
		if len(s) == 0 || len(s) > deepestZoom {
			r.Invalid("QuadKey must be between 1 and %d characters long", deepestZoom)
			return
		}
		for _, c := range s {
			if c < '0' || c > '3' {
				r.Invalid("Invalid QuadKey digit sequence: %s", s)
				return
			}
			t = tile{t.x<<1 | int64(c-'0')&1, t.y<<1 | int64(c-'0')>>1, t.zoom + 1}
		}
		r.PutInt(t.number())
	})
	p.rows("bing_tile_at(double,double,bigint) bingtile", func(r *Row) {
		if at, zoom, ok := tiled(r); ok {
			r.PutInt(tileAt(at, zoom).number())
		}
	})
	p.rows("bing_tile_quadkey(bingtile) varchar", func(r *Row) { r.PutText(tileOf(r.Int(0)).quadkey()) })
	p.rows("bing_tile_zoom_level(bingtile) tinyint", func(r *Row) { r.PutInt(tileOf(r.Int(0)).zoom) })
	p.rows("bing_tile_polygon(bingtile) geometry", func(r *Row) { r.putGeometry(tileOf(r.Int(0)).polygon().AsGeometry()) })
	p.kernel("bing_tile_coordinates(bingtile) row(integer,integer)", func(args []*types.Type, result *types.Type) Kernel {
		return rowKernel(func(r *Row) {
			t := tileOf(r.Int(0))
			r.Out.Elems[0].AppendInt(t.x)
			r.Out.Elems[1].AppendInt(t.y)
			r.Out.Len++
		}, false, args, result)
	}, typed(func(args []*types.Type) ([]*types.Type, *types.Type, error) {
		return args, types.RowOf(types.Field{Name: "x", Type: types.Int}, types.Field{Name: "y", Type: types.Int}), nil
	}))
	p.rows("bing_tiles_around(double,double,bigint) array(bingtile)", func(r *Row) {
		at, zoom, ok := tiled(r)
		if !ok {
			return
		}
		t, n := tileAt(at, zoom), int64(1)<<zoom
		var list []tile
		for x := max(0, t.x-1); x <= min(n-1, t.x+1); x++ {
			for y := max(0, t.y-1); y <= min(n-1, t.y+1); y++ {
				list = append(list, tile{x, y, zoom})
			}
		}
		putTiles(r, list)
	})
	p.rows("bing_tiles_around(double,double,bigint,double) array(bingtile)", tilesAround)
	geospatial.rows("geometry_to_bing_tiles(geometry,bigint) array(bingtile)", tilesOf)
}

// tilesAround are the tiles that a circle of some kilometers touches.
func tilesAround(r *Row) {
	at, zoom, ok := tiled(r)
	radius := r.Float(3)
	if ok && !(radius >= 0 && radius <= farthestAround) {
		r.Invalid("Radius in km must between 0 and %d km", farthestAround)
		return
	}
	if !ok {
		return
	}
	high := radius / earthRadius * 180 / math.Pi
	top, bottom := min(highestTiled, at.Y+high), max(-highestTiled, at.Y-high)
	wide := 180.0
	if s := math.Sin(radius/earthRadius) / math.Cos(radians(at.Y)); s < 1 {
		wide = math.Asin(s) * 180 / math.Pi
	}
	n := int64(1) << zoom
	left, right := tileAt(geom.XY{X: at.X, Y: top}, zoom), tileAt(geom.XY{X: at.X, Y: bottom}, zoom)
	first, last := int64(math.Floor((at.X-wide+180)/360*float64(n))), int64(math.Floor((at.X+wide+180)/360*float64(n)))
	if last-first >= n {
		first, last = 0, n-1
	}
	if (right.y-left.y+1)*(last-first+1) > mostTiles {
		r.Invalid("The number of tiles covering input rectangle exceeds the limit of %d. Number of tiles: %d.", mostTiles, (right.y-left.y+1)*(last-first+1))
		return
	}
	var list []tile
	for y := left.y; y <= right.y; y++ {
		for x := first; x <= last; x++ {
			t := tile{(x%n + n) % n, y, zoom}
			if t.near(at) <= radius {
				list = append(list, t)
			}
		}
	}
	putTiles(r, list)
}

// near is how far a point is from a tile, in kilometers.
func (t tile) near(at geom.XY) float64 {
	a, b := corner(t.x, t.y, t.zoom), corner(t.x+1, t.y+1, t.zoom)
	lat := max(b.Y, min(a.Y, at.Y))
	if at.X >= a.X && at.X <= b.X {
		return greatCircle(at, geom.XY{X: at.X, Y: lat})
	}
	nearest := math.Inf(1)
	for _, x := range []float64{a.X, b.X} {
		// Of a meridian the nearest point has this latitude, unless the meridian lies on the other side of the earth.
		tan := math.Tan(radians(at.Y)) / math.Cos(radians(x-at.X))
		for _, y := range []float64{a.Y, b.Y, max(b.Y, min(a.Y, math.Atan(tan)*180/math.Pi))} {
			nearest = min(nearest, greatCircle(at, geom.XY{X: x, Y: y}))
		}
	}
	return nearest
}

// tilesOf are the tiles that a geometry touches.
func tilesOf(r *Row) {
	defer r.recovered()
	g, zoom := readGeometry(r.Bytes(0)), r.Int(1)
	low, high, ok := g.Envelope().MinMaxXYs()
	switch {
	case !zoomed(r, zoom):
		return
	case !ok:
		putTiles(r, nil)
		return
	case low.Y < -highestTiled || high.Y > highestTiled || low.X < -180 || high.X > 180:
		r.Invalid("Latitude span for the geometry must be in [-85.05112878, 85.05112878] range, and its longitude span in [-180, 180]")
		return
	}
	a, b := tileAt(geom.XY{X: low.X, Y: high.Y}, zoom), tileAt(geom.XY{X: high.X, Y: low.Y}, zoom)
	last := corner(b.x, b.y, zoom) // what only touches the last tiles is not in them
	if last.X == high.X && b.x > a.x {
		b.x--
	}
	if last.Y == low.Y && b.y > a.y {
		b.y--
	}
	n := (b.x - a.x + 1) * (b.y - a.y + 1)
	if n > mostTiles || n*int64(g.DumpCoordinates().Length()) > mostCompared {
		r.Invalid("The geometry is too large or too complex for its tiles at zoom level %s: %d tiles lie around it", strconv.FormatInt(zoom, 10), n)
		return
	}
	var list []tile
	for x := a.x; x <= b.x; x++ {
		for y := a.y; y <= b.y; y++ {
			if t := (tile{x, y, zoom}); n == 1 || geom.Intersects(g, t.polygon().AsGeometry()) {
				list = append(list, t)
			}
		}
	}
	putTiles(r, list)
}
