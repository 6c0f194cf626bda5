package motion

import (
	"math"
	"time"
)

// Gate watches one camera. It serves one goroutine; once made it allocates
// nothing.
type Gate struct {
	cfg     Config
	back    []float32 // the background, in levels
	noise   []float32 // mean deviation of each cell while it is still, in levels
	before  []float32 // the grid of the frame before
	diff    []float32 // the grid less the background in the picture's light
	fit     fit
	regions regions

	frames  int       // of the first background so far
	last    time.Time // of the frame before
	elapsed float64   // seconds since the first frame
	calm    float64   // when light has settled, in seconds of elapsed
}

// noisy is how many times its mean deviation a cell has to differ by, and
// maxThreshold what that comes to at most: something bright always counts.
const (
	noisy        = 4
	maxThreshold = 64
)

// A cut changes more than cutShare of the cells from one frame to the next,
// and the correlation of edges falls below cutLikeness. (Cuts in a clip of a
// concert have 0.5 and 0.04; the wildest motion in it 0.26, and 0.03 where
// little changes.)
const (
	cutShare    = 0.35
	cutLikeness = 0.2
)

// exposureStep is how many thresholds the exposure changes the picture by at
// most from one frame to the next.
const exposureStep = 2

// New returns a Gate that knows no background yet, or an *ErrConfig.
func New(cfg Config) (*Gate, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	n := cfg.W * cfg.H
	return &Gate{
		cfg: cfg, back: make([]float32, n), noise: make([]float32, n), diff: make([]float32, n),
		before:  make([]float32, n),
		regions: newRegions(cfg.W, cfg.H, cfg.MinCells),
	}, nil
}

// Reset forgets the background, as when a camera was opened anew.
func (g *Gate) Reset() { g.frames = 0 }

// Update takes in the grid of the frame captured at a time, W×H cells row by
// row, and says what it is. A time that is not after that of the frame before
// counts as the same moment. A grid of another size is an *ErrGrid.
func (g *Gate) Update(at time.Time, grid []uint8) (Result, error) {
	if len(grid) != len(g.back) {
		return Result{}, &ErrGrid{len(grid), len(g.back)}
	}
	dt := g.pass(at)
	if g.frames == 0 || g.elapsed < g.cfg.Learn.Seconds() {
		g.learn(grid)
		return Result{Reason: Learning, Gain: 1}, nil
	}
	cut := g.cut(grid)
	gain, offset := g.fit.find(g.back, grid, g.cfg.Threshold)
	share := g.changed(grid)
	sudden := cut || share > g.cfg.LightShare && !g.exposure(grid, gain, offset)
	if sudden || g.elapsed < g.calm {
		r := Result{Reason: Light, Share: share, Gain: gain, Offset: offset}
		switch {
		case cut:
			r.Reason = Scene
		case sudden:
			g.calm = g.elapsed + g.cfg.Settle.Seconds()
		}
		g.restart(grid)
		return r, nil
	}
	r := Result{Gain: gain, Offset: offset, Share: g.compare(grid, gain, offset)}
	r.Regions = g.regions.find()
	if len(r.Regions) > 0 {
		r.Reason = Motion
	}
	g.follow(dt)
	return r, nil
}

// pass moves the clock on and returns by how many seconds.
func (g *Gate) pass(at time.Time) float64 {
	dt := 0.0
	if g.frames > 0 {
		dt = max(0, at.Sub(g.last).Seconds())
	} else {
		g.elapsed, g.calm = 0, 0
	}
	g.last = at
	g.elapsed += dt
	return dt
}

// learn makes the background the mean of the first frames.
func (g *Gate) learn(grid []uint8) {
	g.frames++
	k := 1 / float32(g.frames)
	if g.frames == 1 {
		clear(g.back)
		clear(g.noise)
	}
	for i, v := range grid {
		d := float32(v) - g.back[i]
		g.back[i] += k * d
		g.before[i] = float32(v)
		if g.frames > 1 {
			g.noise[i] += k * (abs(d) - g.noise[i])
		}
	}
}

// changed returns which share of the cells differs from the background,
// whatever the reason.
func (g *Gate) changed(grid []uint8) float32 {
	n := 0
	for i, v := range grid {
		if abs(float32(v)-g.back[i]) > g.limit(i) {
			n++
		}
	}
	return float32(n) / float32(len(grid))
}

// exposure reports whether a change is no more than a camera's automatic
// exposure does from frame to frame: small, and the same for most cells.
func (g *Gate) exposure(grid []uint8, gain, offset float32) bool {
	step := float32(0)
	for _, b := range g.back {
		step += abs(b*gain + offset - b)
	}
	n := float32(len(grid))
	same := float32(agreeing(g.back, grid, gain, offset, g.cfg.Threshold)) / n
	return step/n <= exposureStep*g.cfg.Threshold && same >= 1-g.cfg.LightShare
}

// cut reports whether the grid shows another scene than the one before:
// much has changed, and edges are elsewhere, where light would leave them.
func (g *Gate) cut(grid []uint8) bool {
	n := 0
	for i, v := range grid {
		if abs(float32(v)-g.before[i]) > g.cfg.Threshold {
			n++
		}
	}
	like, edges := 1.0, false
	if float32(n) > cutShare*float32(len(grid)) {
		like, edges = likeness(g.before, grid, g.cfg.W)
	}
	for i, v := range grid {
		g.before[i] = float32(v)
	}
	return edges && like < cutLikeness
}

// limit is by how much cell i has to differ.
func (g *Gate) limit(i int) float32 {
	if n := noisy * g.noise[i]; n > g.cfg.Threshold {
		return min(n, max(maxThreshold, g.cfg.Threshold))
	}
	return g.cfg.Threshold
}

// restart takes the grid for the background.
func (g *Gate) restart(grid []uint8) {
	for i, v := range grid {
		g.back[i] = float32(v)
	}
}

// compare brings the background into the picture's light, and marks the cells
// that differ even so; it returns their share. The background stays in that
// light: what drifts slowly for all is followed without delay.
func (g *Gate) compare(grid []uint8, gain, offset float32) float32 {
	n := 0
	for i, v := range grid {
		g.back[i] = lit(g.back[i], gain, offset)
		g.diff[i] = float32(v) - g.back[i]
		moved := abs(g.diff[i]) > g.limit(i)
		g.regions.mark(i, moved)
		if moved {
			n++
		}
	}
	return float32(n) / float32(len(grid))
}

// follow lets the background follow what was seen.
func (g *Gate) follow(dt float64) {
	still := float32(1 - math.Exp(-dt/g.cfg.Adapt.Seconds()))
	moving := float32(1 - math.Exp(-dt/g.cfg.Absorb.Seconds()))
	for i, d := range g.diff {
		if g.regions.marked(i) {
			g.back[i] += moving * d
			continue
		}
		g.back[i] += still * d
		g.noise[i] += still * (abs(d) - g.noise[i])
	}
}

func abs(v float32) float32 { return float32(math.Abs(float64(v))) }
