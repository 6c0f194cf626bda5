package track

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

var epoch = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func at(seconds float64) time.Time { return epoch.Add(time.Duration(seconds * float64(time.Second))) }

func tracker(t testing.TB, change func(*Config)) *Tracker {
	t.Helper()
	cfg := DefaultConfig()
	if change != nil {
		change(&cfg)
	}
	k, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// actor is an object that moves as it is told, in pixels and seconds.
type actor struct {
	x, y, vx, vy, w, h float64
	swing              float64 // to both sides of its way, in pixels
	from, to           float64 // when it is there; to 0: always
	hidden             func(s float64) bool
}

func (a *actor) box(s float64) vision.Box {
	return vision.BoxAround(float32(a.x+a.vx*s+a.swing*math.Sin(s+a.y)), float32(a.y+a.vy*s+a.swing*math.Cos(0.7*s+a.x)), float32(a.w), float32(a.h))
}

func (a *actor) there(s float64) bool { return s >= a.from && (a.to == 0 || s < a.to) }

// world is what a detector sees of actors. Those that come later in the list
// are in front.
type world struct {
	actors  []actor
	jitter  float64 // standard deviation of edges, as a share of the side
	miss    float64 // how likely a detection is missing
	weak    float64 // how likely it has a low score
	clutter float64 // false detections a frame, on average
	occlude float32 // share hidden by those in front from which there is no detection; 0: never
	rng     *rand.Rand
}

func (w *world) detect(s float64) (dets []vision.Detection) {
	for i := range w.actors {
		a := &w.actors[i]
		if !a.there(s) || a.hidden != nil && a.hidden(s) || w.occluded(i, s) || w.rng.Float64() < w.miss {
			continue
		}
		score := float32(0.7 + 0.25*w.rng.Float64())
		if w.rng.Float64() < w.weak {
			score = 0.3
		}
		b := a.box(s)
		for _, e := range []*float32{&b.X1, &b.X2} {
			*e += float32(w.jitter * a.w * w.rng.NormFloat64())
		}
		for _, e := range []*float32{&b.Y1, &b.Y2} {
			*e += float32(w.jitter * a.h * w.rng.NormFloat64())
		}
		dets = append(dets, vision.Detection{Label: "person", Score: score, Box: b})
	}
	for w.rng.Float64() < w.clutter/(1+w.clutter) {
		dets = append(dets, vision.Detection{Label: "person", Score: 0.9,
			Box: vision.BoxAround(w.rng.Float32()*1280, w.rng.Float32()*720, 30+60*w.rng.Float32(), 60+60*w.rng.Float32())})
	}
	w.rng.Shuffle(len(dets), func(i, j int) { dets[i], dets[j] = dets[j], dets[i] })
	return dets
}

func (w *world) occluded(i int, s float64) bool {
	for j := i + 1; w.occlude > 0 && j < len(w.actors); j++ {
		if w.actors[j].there(s) && w.actors[i].box(s).Coverage(w.actors[j].box(s)) > w.occlude {
			return true
		}
	}
	return false
}

// count is what CLEAR MOT counts (Bernardin and Stiefelhagen, 2008).
type count struct {
	truth, missed, false, switches int
	last                           map[int]int64 // the track of each actor
	ids                            map[int64]bool
	left                           int
}

// mota is multiple object tracking accuracy: 1 less all errors over all there
// was to find.
func (c *count) mota() float64 {
	return 1 - float64(c.missed+c.false+c.switches)/float64(max(1, c.truth))
}

// add compares a frame with the truth: tracks that are seen or lost stand for
// the actor that their box shares half with; an actor keeps its track while
// that fits.
func (c *count) add(w *world, s float64, tracks []Track) {
	if c.last == nil {
		c.last, c.ids = map[int]int64{}, map[int64]bool{}
	}
	used := map[int64]bool{}
	for _, k := range tracks {
		c.ids[k.ID] = true
		if k.Event == Left {
			c.left++
		}
	}
	for i := range w.actors {
		a := &w.actors[i]
		if !a.there(s) {
			continue
		}
		c.truth++
		best, most := int64(0), float32(0.5)
		for _, k := range tracks {
			iou := k.Box.IoU(a.box(s))
			if k.State == Removed || used[k.ID] || iou < most && (iou < 0.5 || k.ID != c.last[i]) {
				continue
			}
			if best, most = k.ID, iou; k.ID == c.last[i] {
				break
			}
		}
		switch {
		case best == 0:
			c.missed++
			continue
		case c.last[i] != 0 && c.last[i] != best:
			c.switches++
		}
		c.last[i] = best
		used[best] = true
	}
	for _, k := range tracks {
		if k.State == Confirmed && !used[k.ID] {
			c.false++
		}
	}
}

// even returns the times of n frames at a rate.
func even(n int, rate float64) (s []float64) {
	for i := range n {
		s = append(s, float64(i)/rate)
	}
	return s
}

func play(k *Tracker, w *world, times []float64) (c count) {
	for _, s := range times {
		c.add(w, s, k.Update(at(s), w.detect(s)))
	}
	return c
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 99)) }
