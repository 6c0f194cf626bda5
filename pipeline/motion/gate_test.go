package motion

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// scene is a textured wall under changing light, seen by a noisy camera.
type scene struct {
	w, h         int
	wall         []float64
	rng          *rand.Rand
	noise        float64 // standard deviation of a cell, in levels
	gain, offset float64
	local        func(x, y int) float64 // added to the wall
	object       vision.Box             // in cells; empty: none
	level        float64                // of the object
	grid         []uint8
}

func newScene(seed uint64, noise float64) *scene {
	c := DefaultConfig()
	s := &scene{w: c.W, h: c.H, rng: rand.New(rand.NewPCG(seed, 1)), noise: noise, gain: 1, level: 200, grid: make([]uint8, c.W*c.H)}
	for i := range s.w * s.h {
		x, y := float64(i%s.w), float64(i/s.w)
		s.wall = append(s.wall, 90+40*math.Sin(x/7)*math.Cos(y/5)+20*s.rng.Float64())
	}
	return s
}

func (s *scene) look() []uint8 {
	for i := range s.grid {
		x, y := i%s.w, i/s.w
		v := s.wall[i]
		if s.local != nil {
			v += s.local(x, y)
		}
		if s.object.Contains(vision.Point{X: float32(x), Y: float32(y)}) {
			v = s.level
		}
		s.grid[i] = uint8(max(0, min(255, math.Round(v*s.gain+s.offset+s.noise*s.rng.NormFloat64()))))
	}
	return s.grid
}

// run plays seconds of a scene at 15 frames a second and counts reasons.
type run struct {
	t     *testing.T
	g     *Gate
	s     *scene
	frame int
	last  Result
}

func newRun(t *testing.T, s *scene) *run {
	t.Helper()
	g, err := New(DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, g: g, s: s}
	if n := r.play(1.5, nil); n[Learning] < 15 || n[Light] > 0 {
		t.Fatalf("learning: %v", n)
	}
	return r
}

const rate = 15.0

var epoch = time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)

func (r *run) play(seconds float64, change func(s float64)) (n [reasons]int) {
	for i := range int(seconds * rate) {
		if change != nil {
			change(float64(i) / rate)
		}
		r.frame++
		res, err := r.g.Update(epoch.Add(time.Duration(float64(r.frame)/rate*1e9)), r.s.look())
		if err != nil {
			r.t.Fatal(err)
		}
		n[res.Reason]++
		r.last = res
	}
	return n
}

func TestNoiseIsStill(t *testing.T) {
	for _, noise := range []float64{0, 1, 3, 5} {
		r := newRun(t, newScene(1, noise))
		if n := r.play(12, nil); n[Still] != 12*rate {
			t.Errorf("noise of %v levels: %v", noise, n)
		}
	}
}

// TestObject moves something through the picture: it is seen in every frame,
// and the largest region covers it.
func TestObject(t *testing.T) {
	for _, noise := range []float64{0, 2, 4} {
		s := newScene(2, noise)
		r := newRun(t, s)
		n := [reasons]int{}
		for i := range 60 {
			x := float32(i)
			s.object = vision.Box{X1: x, Y1: 20, X2: x + 10, Y2: 45}
			for k, v := range r.play(1/rate+1e-9, nil) {
				n[k] += v
			}
			if len(r.last.Regions) == 0 {
				continue
			}
			b := r.last.Regions[0]
			b = vision.Box{X1: b.X1 * 80, Y1: b.Y1 * 60, X2: b.X2 * 80, Y2: b.Y2 * 60}
			if c := s.object.Coverage(b); c < 0.95 || b.Area() > 3*s.object.Area() {
				t.Fatalf("noise %v, frame %d: %v for the object at %v", noise, i, b, s.object)
			}
		}
		if n[Motion] != 60 {
			t.Errorf("noise %v: %v", noise, n)
		}
		s.object = vision.Box{}
		r.play(1, nil)
		if n := r.play(5, nil); n[Still] != 5*rate {
			t.Errorf("noise %v, gone again: %v", noise, n)
		}
	}
}

func TestTwoObjects(t *testing.T) {
	s := newScene(3, 1)
	r := newRun(t, s)
	s.local = func(x, y int) float64 {
		if x >= 60 && x < 64 && y >= 10 && y < 14 {
			return 60
		}
		return 0
	}
	s.object = vision.Box{X1: 10, Y1: 30, X2: 20, Y2: 50}
	r.play(1/rate+1e-9, nil)
	if len(r.last.Regions) != 2 || r.last.Regions[0].X1 > 0.3 || r.last.Regions[1].X1 < 0.6 {
		t.Errorf("%+v", r.last)
	}
}

// TestLightsOn: a sudden change of everything is light, whether by a gain, an
// offset or a lamp from one side, and the picture is still soon after.
func TestLightsOn(t *testing.T) {
	for what, change := range map[string]func(*scene){
		"on":       func(s *scene) { s.gain = 2 },
		"off":      func(s *scene) { s.gain = 0.3 },
		"brighter": func(s *scene) { s.offset = 60 },
		"lamp":     func(s *scene) { s.local = func(x, _ int) float64 { return 100 - 1.2*float64(x) } },
		"white":    func(s *scene) { s.offset = 500 },
	} {
		s := newScene(4, 2)
		r := newRun(t, s)
		change(s)
		n := r.play(5, nil)
		if n[Motion] > 0 || n[Light] < 1 || n[Light] > 9 {
			t.Errorf("%s: %v", what, n)
		}
		if n[Scene] > 0 {
			t.Errorf("%s is another scene", what)
		}
	}
}

// TestScene: a cut, or a camera that is turned, is told from light. It is said
// once, and what was behind is forgotten.
func TestScene(t *testing.T) {
	s := newScene(12, 2)
	r := newRun(t, s)
	other := newScene(13, 2)
	for i := range other.wall { // turned by a third of the picture, and brighter
		x, y := (i%s.w+27)%s.w, i/s.w
		s.wall[i] = 150 + 50*math.Sin(float64(x)/3+1)*math.Cos(float64(y)/4) + other.wall[y*s.w+x]/8
	}
	n := r.play(5, nil)
	if n[Scene] != 1 || n[Still] != 5*rate-1 {
		t.Errorf("%v", n)
	}
}

// TestExposure: automatic exposure, which changes the whole picture smoothly
// or in steps too small to be light, moves nothing, and an object before it is
// still seen.
func TestExposure(t *testing.T) {
	s := newScene(5, 2)
	r := newRun(t, s)
	n := r.play(4, func(at float64) { s.gain, s.offset = 1+0.5*at/4, -10*at/4 })
	if n[Still] != 4*rate {
		t.Errorf("exposure: %v", n)
	}
	before := s.gain
	s.gain *= 0.9
	if r.play(1/rate+1e-9, nil); math.Abs(float64(r.last.Gain)-s.gain/before) > 0.03 || r.last.Reason != Still {
		t.Errorf("a step of exposure: %+v", r.last)
	}
	n = r.play(3, func(at float64) {
		s.gain = before * (0.9 + 0.1*at/3)
		x := float32(5 + 15*at)
		s.object = vision.Box{X1: x, Y1: 10, X2: x + 12, Y2: 40}
	})
	if n[Motion] != 3*rate {
		t.Errorf("an object while exposure changes: %v", n)
	}
}

// TestSlowDrift: the sun wanders over the wall.
func TestSlowDrift(t *testing.T) {
	s := newScene(6, 2)
	r := newRun(t, s)
	n := r.play(40, func(at float64) {
		s.offset = 0.8 * at
		s.local = func(x, y int) float64 { return at * float64(x) / 80 * 0.8 }
	})
	if n[Still] != 40*rate {
		t.Errorf("%v", n)
	}
}

// TestAbsorbed: what has come to stay belongs to the background after a while.
func TestAbsorbed(t *testing.T) {
	s := newScene(7, 2)
	r := newRun(t, s)
	s.object = vision.Box{X1: 30, Y1: 20, X2: 45, Y2: 50}
	s.level = 190
	if n := r.play(5, nil); n[Motion] != 5*rate {
		t.Errorf("at first: %v", n)
	}
	r.play(80, nil)
	if n := r.play(5, nil); n[Still] != 5*rate {
		t.Errorf("a minute and a half later: %v", n)
	}
}

// TestClock: a clock that stands still, jumps back or far ahead breaks nothing.
func TestClock(t *testing.T) {
	s := newScene(8, 1)
	r := newRun(t, s)
	now := epoch.Add(time.Minute)
	for _, d := range []time.Duration{0, -time.Hour, 1000 * time.Hour, time.Second, 0} {
		now = now.Add(d)
		if res, _ := r.g.Update(now, s.look()); res.Reason != Still {
			t.Errorf("after a step of %v: %+v", d, res)
		}
	}
}

func TestReset(t *testing.T) {
	s := newScene(9, 1)
	r := newRun(t, s)
	r.g.Reset()
	s.gain = 0.5
	if n := r.play(2, nil); n[Learning] < 14 || n[Light]+n[Motion] > 0 {
		t.Errorf("%v", n)
	}
}

func TestErrors(t *testing.T) {
	g, _ := New(DefaultConfig())
	_, err := g.Update(epoch, make([]uint8, 10))
	var grid *ErrGrid
	if !errors.As(err, &grid) || grid.Got != 10 || grid.Want != 4800 {
		t.Errorf("%v", err)
	}
	for field, set := range map[string]func(*Config){
		"W": func(c *Config) { c.W = 0 }, "H": func(c *Config) { c.H = MaxSide + 1 },
		"Threshold": func(c *Config) { c.Threshold = float32(math.NaN()) }, "MinCells": func(c *Config) { c.MinCells = 0 },
		"Adapt": func(c *Config) { c.Adapt = 0 }, "Absorb": func(c *Config) { c.Absorb = 1 }, "Learn": func(c *Config) { c.Learn = -1 },
		"LightShare": func(c *Config) { c.LightShare = 0 }, "Settle": func(c *Config) { c.Settle = -1 },
	} {
		c := DefaultConfig()
		set(&c)
		_, err := New(c)
		var e *ErrConfig
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// TestAllocations: in all that can happen, from the first frame on.
func TestAllocations(t *testing.T) {
	g, _ := New(DefaultConfig())
	rng := rand.New(rand.NewPCG(10, 1))
	grid := make([]uint8, 80*60)
	i, seen := 0, [reasons]int{}
	if n := testing.AllocsPerRun(300, func() {
		for k := range grid {
			grid[k] = 100
			if i > 40 && rng.IntN(8) < i%4 {
				grid[k] = 220
			}
			if i%50 == 49 {
				grid[k] = 180
			}
			if i > 200 && i < 280 { // stripes down, then across
				if k%4 < 2 != (i > 240 && k/80%4 < 2) {
					grid[k] = 250
				}
			}
		}
		r, _ := g.Update(epoch.Add(time.Duration(i)*time.Second/15), grid)
		seen[r.Reason]++
		i++
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
	for r, n := range seen {
		if n == 0 {
			t.Errorf("%v never came: %v", Reason(r), seen)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	g, _ := New(DefaultConfig())
	s := newScene(11, 2)
	s.object = vision.Box{X1: 30, Y1: 20, X2: 45, Y2: 50}
	a := append([]uint8{}, s.look()...)
	s.object = s.object.Shift(5, 0)
	s.look()
	i := 0
	for b.Loop() {
		grid := a
		if i%2 == 0 {
			grid = s.grid
		}
		_, _ = g.Update(epoch.Add(time.Duration(i)*time.Second/15), grid)
		i++
	}
}
