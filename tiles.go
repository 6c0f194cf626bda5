package ocellus

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/vision"
)

// Tiling says whether Detect searches a picture in tiles.
type Tiling uint8

const (
	// TileAuto searches the whole picture, and then overlapping tiles of it at
	// several scales, as far down as it takes to find an object of a 32nd of
	// the picture's longer side (or as WithLeastObject says). Where the model
	// states how, each detection is then looked at again in crops around it,
	// and stands only if most of them show it too; its score, box and
	// landmarks are the mean of those views.
	TileAuto Tiling = iota
	// TileOff searches the whole picture once and takes what is seen there.
	TileOff
)

func (t Tiling) String() string {
	if t == TileOff {
		return "off"
	}
	return "auto"
}

// MarshalText writes "auto" or "off".
func (t Tiling) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads "auto" or "off".
func (t *Tiling) UnmarshalText(b []byte) error {
	switch string(b) {
	case "auto":
		*t = TileAuto
	case "off":
		*t = TileOff
	default:
		return fmt.Errorf("unknown tiling %q; one of auto, off", b)
	}
	return nil
}

// leastShare is the longer side of a picture over the side of the smallest
// object that is looked for in it.
const leastShare = 32

// regions returns the parts of the picture to search, the first being the
// whole.
func (sc *search) regions() []vision.Box {
	d, whole := sc.det, sc.img.Bounds()
	if d.tiling == TileOff || d.head.Smallest == 0 {
		return []vision.Box{whole}
	}
	least := d.least
	if least == 0 {
		least = max(whole.X2, whole.Y2) / leastShare
	}
	return vision.Tiles(sc.img.W, sc.img.H, vision.TileConfig{
		Width: d.pre.Width, Height: d.pre.Height, Smallest: d.head.Smallest, Largest: d.head.Largest,
		MinObject: least, MaxTiles: maxTiles,
	})
}

// maxTiles bounds the work that one picture can ask for.
const maxTiles = 1024

// whole reports whether a box found in a region keeps clear of those of the
// region's sides beyond which the picture goes on: a box at such a side may be
// that of a part.
func whole(b, region, picture vision.Box) bool {
	const margin = 0.02
	m := margin * max(region.Width(), region.Height())
	return !(region.X1 > picture.X1 && b.X1 < region.X1+m || region.Y1 > picture.Y1 && b.Y1 < region.Y1+m ||
		region.X2 < picture.X2 && b.X2 > region.X2-m || region.Y2 < picture.Y2 && b.Y2 > region.Y2-m)
}
