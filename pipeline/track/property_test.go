package track

import (
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// TestProperties throws detections without sense at a Tracker and holds what
// must be true of every frame.
func TestProperties(t *testing.T) {
	total := 0
	for seed := range uint64(40) {
		rng := seeded(seed)
		k := tracker(t, func(c *Config) { c.Hits = 1 + int(seed%4); c.MaxObjects = 30; c.Agnostic = seed%2 == 0 })
		entered, left := map[int64]bool{}, map[int64]bool{}
		newest, now := int64(0), 0.0
		hot := [6]vision.Point{}
		for i := range hot {
			hot[i] = vision.Point{X: 100 * float32(i), Y: 100}
		}
		for frame := range 200 {
			now += rng.Float64() * rng.Float64() * 0.4
			var dets []vision.Detection
			for range rng.IntN(12) {
				p := hot[rng.IntN(len(hot))]
				dets = append(dets, vision.Detection{Class: rng.IntN(2), Score: rng.Float32(),
					Box: vision.BoxAround(p.X+10*rng.Float32(), p.Y+10*rng.Float32(), 40+20*rng.Float32(), 60*rng.Float32())})
			}
			used := map[int]bool{}
			last := int64(0)
			for _, x := range k.Update(at(now), dets) {
				switch {
				case x.ID <= last:
					t.Fatalf("seed %d, frame %d: %d after %d", seed, frame, x.ID, last)
				case left[x.ID]:
					t.Fatalf("seed %d, frame %d: %d has left before", seed, frame, x.ID)
				case entered[x.ID] == (x.Event == Entered):
					t.Fatalf("seed %d, frame %d: entered %v, %+v", seed, frame, entered[x.ID], x)
				case (x.Event == Left) != (x.State == Removed) || x.State == Tentative:
					t.Fatalf("seed %d, frame %d: %+v", seed, frame, x)
				case (x.Detection >= 0) != (x.State == Confirmed) || x.Detection >= len(dets) || used[x.Detection]:
					t.Fatalf("seed %d, frame %d: %+v of %d, used %v", seed, frame, x, len(dets), used)
				case x.Detection >= 0 && (x.Box != dets[x.Detection].Box || x.Unseen != 0):
					t.Fatalf("seed %d, frame %d: %+v is not %+v", seed, frame, x, dets[x.Detection])
				case x.State == Lost && (x.Unseen <= 0 && now > 0 || x.Unseen > time.Second+time.Millisecond):
					t.Fatalf("seed %d, frame %d: %+v", seed, frame, x)
				case x.Box.Empty() || !x.Box.Finite() || x.Age < 0 || x.Hits < 1:
					t.Fatalf("seed %d, frame %d: %+v", seed, frame, x)
				}
				last = x.ID
				if x.Detection >= 0 {
					used[x.Detection] = true
				}
				if x.Event == Entered {
					if newest++; x.ID != newest {
						t.Fatalf("seed %d, frame %d: %d entered, want %d", seed, frame, x.ID, newest)
					}
					entered[x.ID] = true
				}
				left[x.ID] = x.Event == Left
			}
		}
		for _, x := range k.Flush() {
			left[x.ID] = x.Event == Left
		}
		for id := range entered {
			if !left[id] {
				t.Fatalf("seed %d: %d never left", seed, id)
			}
		}
		total += len(entered)
	}
	if total < 100 {
		t.Errorf("only %d tracks", total)
	}
}

// TestOrderDoesNotMatter: the order of detections decides nothing but their
// index.
func TestOrderDoesNotMatter(t *testing.T) {
	w := &world{jitter: 0.05, miss: 0.1, clutter: 1, rng: seeded(5)}
	for i := range 6 {
		w.actors = append(w.actors, actor{x: 100 + 90*float64(i), y: 300, vx: 10 * float64(i-3), w: 80, h: 150})
	}
	a, b := tracker(t, nil), tracker(t, nil)
	for _, s := range even(150, 30) {
		dets := w.detect(s)
		mixed := append([]vision.Detection{}, dets...)
		w.rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		x, y := a.Update(at(s), dets), b.Update(at(s), mixed)
		if len(x) != len(y) {
			t.Fatalf("%d and %d tracks", len(x), len(y))
		}
		for i := range x {
			if x[i].Box != y[i].Box || x[i].State != y[i].State {
				t.Fatalf("at %v: %+v and %+v", s, x[i], y[i])
			}
		}
	}
}

// crowd is 100 people who walk about, of whom some come and go.
func crowd(seed uint64) *world {
	w := &world{jitter: 0.03, miss: 0.05, weak: 0.1, clutter: 2, occlude: 0.6, rng: seeded(seed)}
	for i := range 100 {
		x, y := float64(i%20)*95, float64(i/20)*210
		w.actors = append(w.actors, actor{x: x, y: y, vx: 60 * (w.rng.Float64() - 0.5), vy: 30 * (w.rng.Float64() - 0.5), w: 60, h: 150})
	}
	return w
}

// frames are detections made beforehand, to be played again and again.
func frames(w *world, n int) (f [][]vision.Detection) {
	for _, s := range even(n, 30) {
		f = append(f, w.detect(s))
	}
	return f
}

func TestAllocations(t *testing.T) {
	f := frames(crowd(6), 90)
	k := tracker(t, nil)
	i, events := 0, 0
	step := func() {
		for _, x := range k.Update(at(float64(i)/30), f[i%len(f)]) {
			if x.Event != NoEvent {
				events++
			}
		}
		i++
	}
	for range 3 * len(f) {
		step()
	}
	before := events
	if n := testing.AllocsPerRun(2*len(f), step); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
	if events-before < 10 {
		t.Errorf("only %d events while it was measured", events-before)
	}
}

// BenchmarkUpdate follows 100 objects.
func BenchmarkUpdate(b *testing.B) {
	f := frames(crowd(7), 90)
	k := tracker(b, nil)
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		k.Update(at(float64(i)/30), f[i%len(f)])
		i++
	}
}
