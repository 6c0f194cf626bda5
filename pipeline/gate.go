package pipeline

import (
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

// gate decides which frames are searched.
type gate struct {
	c        Motion
	gate     *motion.Gate
	grid     []uint8
	moved    time.Time // the moment of the last frame in which something did
	searched time.Time // of the last that was searched
}

func newGate(m *Motion) (*gate, error) {
	if err := m.validate(); err != nil {
		return nil, err
	}
	g, err := motion.New(m.Config)
	return &gate{c: *m, gate: g, grid: make([]uint8, m.W*m.H)}, err
}

// open reports whether the frame of a moment is to be searched: when something
// moves in the region, in shares of the picture's sides, or did so lately; when
// it is not yet known what it looks like when nothing moves, or no more; and
// now and then. A picture too small for the grid is always searched.
func (g *gate) open(at time.Time, p *Picture, region vision.Box) bool {
	if !p.at.Luma(g.grid, g.c.W, g.c.H) {
		return true
	}
	r, err := g.gate.Update(at, g.grid)
	if err != nil || r.Reason == motion.Light || r.Reason == motion.Learning || touches(r.Regions, region) {
		g.moved = at
	}
	if at.Sub(g.moved) > g.c.Hold && (g.c.Every == 0 || at.Sub(g.searched) < g.c.Every) {
		return false
	}
	g.searched = at
	return true
}

func touches(list []vision.Box, region vision.Box) bool {
	for _, b := range list {
		if b.IoU(region) > 0 {
			return true
		}
	}
	return false
}

// still reports whether nothing moves, and then takes the frame for one like
// those before it: tracks stand where they were.
func (l *Loop) still() bool {
	if l.gate == nil {
		return false
	}
	v := &l.view
	start := time.Now()
	open := l.gate.open(v.At, &l.picture, l.c.Region)
	v.Stages[StageMotion] = time.Since(start)
	if open {
		return false
	}
	v.Gated = true
	if l.tracker != nil {
		l.place(l.tracker.Hold(v.At), nil)
	}
	return true
}
