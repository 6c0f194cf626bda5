package vision

import (
	"fmt"
	"math"
)

// TileConfig tells what a detector can see, for Tiles. Sizes of objects are
// shares of the shorter side of its input.
type TileConfig struct {
	Width, Height int     // of the detector's input, in pixels
	Smallest      float32 // the smallest object it finds, as a share; above 0
	Largest       float32 // the largest it finds, as a share; at most 1, and above Smallest
	MinObject     float32 // the smallest object wanted, in pixels of the picture; 0: 20
	MaxTiles      int     // 0: DefaultMaxTiles
}

// DefaultMaxTiles bounds the plan of Tiles unless told otherwise.
const DefaultMaxTiles = 256

const (
	defaultMinObject = 20
	// scaleStep is the ratio of one scale to the next coarser, where the
	// detector's reach allows it.
	scaleStep = 0.5
	// maxOverlap is the share of a tile that its neighbours may cover, where
	// the detector's reach allows it, and minStride what is left in any case.
	maxOverlap = 0.75
	minStride  = 1.0 / 64
)

// Validate reports the first setting that makes no sense.
func (c *TileConfig) Validate() error {
	switch {
	case c.Width < 1 || c.Height < 1:
		return fmt.Errorf("tiles: an input of %d x %d", c.Width, c.Height)
	case !(c.Smallest > 0 && c.Smallest < c.Largest && c.Largest <= 1):
		return fmt.Errorf("tiles: a reach of %v to %v; 0 < smallest < largest ≤ 1 expected", c.Smallest, c.Largest)
	case !(c.MinObject >= 0) || math.IsInf(float64(c.MinObject), 0):
		return fmt.Errorf("tiles: objects of %v pixels", c.MinObject)
	}
	return nil
}

// Tiles plans in which parts of a picture of w × h pixels to look, so that
// objects from MinObject pixels up to the whole picture come within the
// detector's reach. The first tile is the whole picture; then come finer
// scales, each in overlapping tiles of the input's aspect ratio. Tiles of one
// scale overlap by the largest object that the coarser scale would miss, so
// every object lies whole in some tile that can find it. A tile may
// reach outside the picture where that is smaller than the tile.
//
// When that takes more than MaxTiles, MinObject is raised until it does not.
// A picture without pixels, or a cfg that Validate refuses, yields none.
func Tiles(w, h int, cfg TileConfig) []Box {
	if w < 1 || h < 1 || cfg.Validate() != nil {
		return nil
	}
	object, limit := float64(cfg.MinObject), cfg.MaxTiles
	if object == 0 {
		object = defaultMinObject
	}
	if limit < 1 {
		limit = DefaultMaxTiles
	}
	for {
		scales := tileScales(w, h, &cfg, object)
		n := 1
		for _, s := range scales {
			n += s.x.count * s.y.count
		}
		if n > limit {
			object *= 1.1
			continue
		}
		tiles := append(make([]Box, 0, n), Box{0, 0, float32(w), float32(h)})
		for _, s := range scales {
			tiles = s.appendTo(tiles)
		}
		return tiles
	}
}

// tileScale is the tiles of one scale.
type tileScale struct{ x, y tileAxis }

// tileAxis is where tiles begin along one axis: count of them, from first on.
type tileAxis struct {
	count             int
	first, step, size float64
}

// tileScales plans the scales beneath the whole picture, down to the one that
// finds objects of the given size in pixels. There are few: the scale shrinks
// by a fixed ratio.
func tileScales(w, h int, cfg *TileConfig, object float64) []tileScale {
	short := float64(min(cfg.Width, cfg.Height))
	small, large := float64(cfg.Smallest)*short, float64(cfg.Largest)*short // in input pixels
	// The step is smaller for a detector of little reach, and for one whose
	// smallest object nearly fills a tile, lest tiles overlap almost wholly.
	ratio := max(scaleStep, small/large, min(float64(cfg.Smallest)/maxOverlap, 0.95))
	// Picture pixels per input pixel: of the whole picture, and of the finest scale.
	coarser := max(float64(w)/float64(cfg.Width), float64(h)/float64(cfg.Height))
	finest := object / small
	var scales []tileScale
	for coarser > finest*1.05 {
		scale := max(coarser*ratio, finest)
		missed := min(small*coarser, large*scale)
		scales = append(scales, tileScale{
			tileAlong(float64(w), float64(cfg.Width)*scale, missed),
			tileAlong(float64(h), float64(cfg.Height)*scale, missed),
		})
		coarser = scale
		if len(scales) == maxScales {
			break
		}
	}
	return scales
}

// maxScales bounds the plan for a detector that sees one size only, for which
// the scales lie close together.
const maxScales = 64

// tileAlong spreads tiles of one size evenly over a length, overlapping by at
// least so much. A tile longer than that is centred.
func tileAlong(length, size, overlap float64) tileAxis {
	if size >= length {
		return tileAxis{1, (length - size) / 2, 0, size}
	}
	stride := max(size-overlap, size*minStride)
	n := 1 + int(math.Ceil((length-size)/stride-1e-9))
	return tileAxis{n, 0, (length - size) / float64(n-1), size}
}

func (s tileScale) appendTo(tiles []Box) []Box {
	for j := range s.y.count {
		y := s.y.first + float64(j)*s.y.step
		for i := range s.x.count {
			x := s.x.first + float64(i)*s.x.step
			tiles = append(tiles, Box{float32(x), float32(y), float32(x + s.x.size), float32(y + s.y.size)})
		}
	}
	return tiles
}
