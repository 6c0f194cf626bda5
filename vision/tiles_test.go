package vision

import (
	"math"
	"testing"
)

func TestTilesReachEveryObject(t *testing.T) {
	r := newRand(11)
	for _, c := range []TileConfig{
		{Width: 128, Height: 128, Smallest: 0.15, Largest: 0.9},
		{Width: 320, Height: 240, Smallest: 0.05, Largest: 1},
		{Width: 128, Height: 128, Smallest: 0.4, Largest: 0.7, MinObject: 40},
	} {
		c.MaxTiles = 1 << 20
		smallest := c.MinObject
		if smallest == 0 {
			smallest = 20
		}
		for _, pic := range [][2]int{{640, 480}, {1500, 2000}, {100, 90}, {3000, 200}, {25, 25}} {
			w, h := float32(pic[0]), float32(pic[1])
			tiles := Tiles(pic[0], pic[1], c)
			if tiles[0] != (Box{0, 0, w, h}) {
				t.Errorf("the first tile is %v", tiles[0])
			}
			short := float32(min(c.Width, c.Height))
			// Up to what the whole picture shows; a little slack for the last scale.
			p := Preprocess{Width: c.Width, Height: c.Height}
			whole := float32(p.Place(tiles[0]).ScaleX) * short
			for range 2000 {
				size := smallest * 1.06 * float32(math.Pow(float64(c.Largest*whole/smallest), r.Float64()))
				if size > c.Largest*whole || size > min(w, h) {
					continue
				}
				x, y := r.Float32()*(w-size), r.Float32()*(h-size)
				if !found(tiles, &c, Box{x, y, x + size, y + size}) {
					t.Fatalf("%v, picture %v: no tile of %d finds an object of %v pixels at (%v, %v)", c, pic, len(tiles), size, x, y)
				}
			}
		}
	}
}

// found reports whether some tile holds the object whole, at a size within
// the detector's reach.
func found(tiles []Box, c *TileConfig, o Box) bool {
	p := Preprocess{Width: c.Width, Height: c.Height}
	for _, b := range tiles {
		share := o.Width() / float32(p.Place(b).ScaleX) / float32(min(c.Width, c.Height))
		if o.Coverage(b) > 0.9999 && share >= c.Smallest*0.999 && share <= c.Largest*1.001 {
			return true
		}
	}
	return false
}

func TestTilesAreBounded(t *testing.T) {
	for _, c := range []TileConfig{
		{Width: 128, Height: 128, Smallest: 0.15, Largest: 0.9},
		{Width: 128, Height: 128, Smallest: 0.7, Largest: 0.71, MinObject: 0.001},
		{Width: 1, Height: 1000, Smallest: 1e-6, Largest: 1},
	} {
		for _, pic := range [][2]int{{1, 1}, {8000, 6000}, {1 << 20, 1}, {1 << 20, 1 << 20}} {
			for _, limit := range []int{0, 1, 7} {
				c.MaxTiles = limit
				n := len(Tiles(pic[0], pic[1], c))
				if limit == 0 {
					limit = DefaultMaxTiles
				}
				if n < 1 || n > limit {
					t.Errorf("%v, picture %v: %d tiles", c, pic, n)
				}
			}
		}
	}
	nan := float32(math.NaN())
	good := TileConfig{Width: 9, Height: 9, Smallest: 0.1, Largest: 0.9}
	for _, bad := range []TileConfig{{}, {Width: 9, Height: 9}, {Width: 9, Height: 9, Smallest: 0.5, Largest: 0.4}, {Width: 9, Height: 9, Smallest: nan, Largest: 1}, {Width: 9, Height: 9, Smallest: 0.1, Largest: 1, MinObject: nan}} {
		if bad.Validate() == nil || Tiles(100, 100, bad) != nil {
			t.Errorf("%v accepted", bad)
		}
	}
	if Tiles(0, 5, good) != nil || good.Validate() != nil {
		t.Error("an empty picture has tiles")
	}
}
