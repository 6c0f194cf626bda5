package pipeline

import (
	"context"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline/motion"
	"github.com/ocellus-vision/ocellus/vision"
)

// Motion says which frames the detector sees.
type Motion struct {
	motion.Config
	Hold  time.Duration // how long frames go on being searched after the last that moved
	Every time.Duration // how often one is searched although nothing moves; 0: never
}

// DefaultMotion returns motion.DefaultConfig, two seconds of Hold and a search
// every five seconds.
func DefaultMotion() *Motion {
	return &Motion{Config: motion.DefaultConfig(), Hold: 2 * time.Second, Every: 5 * time.Second}
}

func (m *Motion) validate() error {
	switch {
	case m.Hold < 0:
		return &ErrConfig{"Motion.Hold", m.Hold, "0 or more"}
	case m.Every < 0:
		return &ErrConfig{"Motion.Every", m.Every, "0 or more"}
	}
	return m.Validate()
}

// gate looks at a small grid of each frame's brightness: whether the frame is
// to be searched, and whether it shows another scene than those before it.
type gate struct {
	c        *Motion // nil: all frames are searched
	w, h     int     // of the grid
	gate     *motion.Gate
	grid     []uint8
	moved    time.Time // the moment of the last frame in which something did
	searched time.Time // of the last that was searched
}

func newGate(m *Motion) (*gate, error) {
	c := motion.DefaultConfig()
	if m != nil {
		if err := m.validate(); err != nil {
			return nil, err
		}
		c = m.Config
	}
	g, err := motion.New(c)
	return &gate{c: m, w: c.W, h: c.H, gate: g, grid: make([]uint8, c.W*c.H)}, err
}

// look reports whether the frame of a moment is to be searched: when something
// moves in the region, in shares of the picture's sides, or did so lately; when
// it is not yet known what it looks like when nothing moves, or no more; and
// now and then. A picture too small for the grid is always searched. scene
// says that tracks end here.
func (g *gate) look(at time.Time, p *Picture, region vision.Box) (search, scene bool) {
	if !p.at.Luma(g.grid, g.w, g.h) {
		return true, false
	}
	r, err := g.gate.Update(at, g.grid)
	scene = r.Reason == motion.Scene
	if g.c == nil {
		return true, scene
	}
	if err != nil || scene || r.Reason == motion.Light || r.Reason == motion.Learning || touches(r.Regions, region) {
		g.moved = at
	}
	if at.Sub(g.moved) > g.c.Hold && (g.c.Every == 0 || at.Sub(g.searched) < g.c.Every) {
		return false, false
	}
	g.searched = at
	return true, scene
}

func touches(list []vision.Box, region vision.Box) bool {
	for _, b := range list {
		if b.IoU(region) > 0 {
			return true
		}
	}
	return false
}

// reasonScene is why tracks leave when the picture shows another scene: who
// then stands where someone stood is someone else.
const reasonScene = "scene"

// still reports whether nothing moves, and then takes the frame for one like
// those before it: tracks stand where they were. At a new scene all tracks
// leave.
func (l *Loop) still(ctx context.Context) bool {
	if l.gate == nil {
		return false
	}
	v := &l.view
	start := time.Now()
	search, scene := l.gate.look(v.At, &l.picture, l.c.Region)
	v.Stages[StageMotion] = time.Since(start)
	if scene && l.tracker != nil {
		v.Age = max(time.Since(v.Captured), 0)
		l.leave(ctx, l.tracker.Flush(), reasonScene)
		v.Tracks = v.Tracks[:0]
	}
	if search {
		return false
	}
	v.Gated = true
	if l.tracker != nil {
		l.place(l.tracker.Hold(v.At), nil)
	}
	return true
}
