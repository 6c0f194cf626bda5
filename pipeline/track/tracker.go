package track

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// Tracker follows the objects of one camera. It serves one goroutine.
type Tracker struct {
	cfg   Config
	alike map[int]int // class → the first of its set
	next  int64       // ID of the track that enters next

	last time.Time // of the frame before; zero: none yet
	now  float64   // seconds that have passed since the first frame

	objects []object
	out     []Track
	refused uint64

	order []ranked // what can be used of this frame's detections, best first
	free  []bool   // whether a detection of order is not taken yet
	rows  []int32  // candidates of a stage, in objects
	cols  []int32  // the same, in order
	pairs assigner
}

// object is a track and all that is known of it.
type object struct {
	id          int64 // 0: not confirmed yet
	state       State
	event       Event
	group       int
	votes       votes
	filter      filter
	first, seen float64 // when, in seconds of Tracker.now
	score       float32
	box         vision.Box // of the last detection
	hits        int
	detection   int // of this frame, -1: none
}

// ranked is a detection that can be used.
type ranked struct {
	score float32
	index int32
}

// New returns a Tracker without tracks, or an *ErrConfig.
func New(cfg Config) (*Tracker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	t := &Tracker{cfg: cfg, next: 1, alike: map[int]int{}}
	for _, set := range cfg.Alike {
		for _, class := range set {
			t.alike[class] = set[0]
		}
	}
	return t, nil
}

// Update takes in what was detected in the frame captured at a time, and
// returns every track that is confirmed, lost, or removed by this frame,
// oldest first, valid until the next call. Boxes are in pixels. A time that is
// not after that of the frame before counts as the same moment, so that a
// clock set back harms nothing. Detections with an empty or infinite box, one
// further than 2²⁰ pixels from the corner, or a score that is NaN are refused
// and counted (Refused).
func (t *Tracker) Update(at time.Time, dets []vision.Detection) []Track {
	dt := t.pass(at)
	t.rank(dets)
	t.begin(dt)
	t.pair(&first, dets, t.cfg.IoU)
	t.pair(&second, dets, t.cfg.LowIoU)
	t.pair(&unassigned, dets, t.cfg.TentativeIoU)
	t.finish()
	t.start(dets)
	return t.report()
}

// Hold lets time pass for a frame in which nothing was looked for, because
// nothing had moved: every track stays where it is and ages no closer to its
// removal. It returns what Update would.
func (t *Tracker) Hold(at time.Time) []Track {
	dt := t.pass(at)
	for i := range t.objects {
		o := &t.objects[i]
		o.seen += dt
		o.detection, o.event = -1, NoEvent
	}
	return t.report()
}

// Flush removes every track, as at the end of a source, and returns those that
// had entered, with the event Left. IDs go on where they were.
func (t *Tracker) Flush() []Track {
	for i := range t.objects {
		t.objects[i].remove()
	}
	t.last = time.Time{}
	return t.report()
}

// Refused returns how many detections were unusable, or one too many, so far.
func (t *Tracker) Refused() uint64 { return t.refused }

// pass moves the clock on and returns by how many seconds.
func (t *Tracker) pass(at time.Time) float64 {
	dt := 0.0
	if !t.last.IsZero() {
		dt = max(0, at.Sub(t.last).Seconds())
	}
	t.last = at
	t.now += dt
	return dt
}

// farthest bounds coordinates, in pixels, so that nothing overflows.
const farthest = 1 << 20

func usable(d *vision.Detection) bool {
	b := &d.Box
	return !b.Empty() && b.X1 >= -farthest && b.Y1 >= -farthest && b.X2 <= farthest && b.Y2 <= farthest &&
		d.Score >= 0 && d.Score <= math.MaxFloat32
}

// rank sorts what can be used of dets, best first, and keeps the best
// MaxObjects.
func (t *Tracker) rank(dets []vision.Detection) {
	t.order = t.order[:0]
	for i := range dets {
		if d := &dets[i]; !usable(d) {
			t.refused++
		} else if d.Score >= t.cfg.Low {
			t.order = append(t.order, ranked{d.Score, int32(i)})
		}
	}
	slices.SortFunc(t.order, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.index, b.index))
	})
	if n := t.cfg.MaxObjects; len(t.order) > n {
		t.refused += uint64(len(t.order) - n)
		t.order = t.order[:n]
	}
	t.free = t.free[:0]
	for range t.order {
		t.free = append(t.free, true)
	}
}

// begin drops what is gone, moves every track to where it should be after dt
// seconds, and removes those that were unseen for too long: they are not
// paired any more, however well something fits.
func (t *Tracker) begin(dt float64) {
	for i := range t.objects {
		o := &t.objects[i]
		o.detection, o.event = -1, NoEvent
		o.filter.predict(dt)
		if o.state == Lost {
			o.filter.slow(dt)
		}
		if t.now-o.seen > t.cfg.MaxLost.Seconds() {
			o.remove()
		}
	}
}

func (o *object) remove() {
	if o.state == Confirmed || o.state == Lost {
		o.event = Left
	}
	o.state = Removed
	o.detection = -1
}

// finish marks as lost what was confirmed and is not seen now, and removes
// what was not even confirmed.
func (t *Tracker) finish() {
	for i := range t.objects {
		o := &t.objects[i]
		switch {
		case o.detection >= 0 || o.state == Removed:
		case o.state == Tentative:
			o.remove()
		case o.state == Confirmed:
			o.state = Lost
			o.filter.freeze()
		}
	}
}

// start makes a track of every good detection that none has claimed.
func (t *Tracker) start(dets []vision.Detection) {
	for i, r := range t.order {
		if r.score < t.cfg.New {
			return
		}
		if !t.free[i] {
			continue
		}
		if len(t.objects) >= t.cfg.MaxObjects {
			t.refused++
			continue
		}
		d := &dets[r.index]
		o := object{group: t.group(d.Class), first: t.now, detection: -1}
		o.filter.init(d.Box)
		t.objects = append(t.objects, o)
		t.see(&t.objects[len(t.objects)-1], d, r.index)
	}
}

// see notes that a track was seen.
func (t *Tracker) see(o *object, d *vision.Detection, index int32) {
	o.detection, o.score, o.box, o.seen = int(index), d.Score, d.Box, t.now
	o.votes.add(d)
	o.hits++
	switch {
	case o.state == Lost:
		o.state = Confirmed
	case o.state == Tentative && o.hits >= t.cfg.Hits:
		o.state, o.event, o.id = Confirmed, Entered, t.next
		t.next++
	}
}

// group returns the class that stands for all with which this one may be
// taken for.
func (t *Tracker) group(class int) int {
	if t.cfg.Agnostic {
		return 0
	}
	if g, ok := t.alike[class]; ok {
		return g
	}
	return class
}

// report fills out, and forgets what was removed.
func (t *Tracker) report() []Track {
	t.out = t.out[:0]
	kept := t.objects[:0]
	for i := range t.objects {
		o := &t.objects[i]
		if o.id != 0 {
			t.out = append(t.out, t.track(o))
		}
		if o.state != Removed {
			kept = append(kept, *o)
		}
	}
	t.objects = kept
	return t.out
}

func (t *Tracker) track(o *object) Track {
	w := o.votes.winner()
	k := Track{
		ID: o.id, State: o.state, Event: o.event, Class: w.class, Label: w.label, Score: o.score,
		Box: o.box, Detection: o.detection,
		VX: float32(o.filter.cx.v), VY: float32(o.filter.cy.v),
		Hits: o.hits, Age: seconds(t.now - o.first), Unseen: seconds(t.now - o.seen),
	}
	if o.detection < 0 {
		k.Box = o.filter.box()
	}
	return k
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
