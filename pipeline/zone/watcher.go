package zone

import (
	"math"
	"slices"
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// Watcher follows where tracks are and tells what they do. It serves one
// goroutine; once warm it allocates nothing.
type Watcher struct {
	cfg    Config
	tracks map[int64]*visitor
	spare  []*visitor // whose tracks have gone
	events []Event
}

// visitor is what is known of a track.
type visitor struct {
	stays []stay // one a zone
	sides []past // one a line
}

// stay is how a track stands to a zone.
type stay struct {
	in      bool
	since   time.Time // when it came in
	dwelt   bool      // whether that was said
	doubted bool      // whether it looks otherwise than in says
	doubt   time.Time // since when
}

// past is how a track stands to a line.
type past struct {
	side  int          // where it was last beyond the margin: -1 left, 1 right, 0 nowhere yet
	point vision.Point // and its anchor then
}

const defaultTracks = 1024

// NewWatcher returns a Watcher, or an *ErrShape.
func NewWatcher(cfg Config) (*Watcher, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.MaxTracks == 0 {
		cfg.MaxTracks = defaultTracks
	}
	return &Watcher{cfg: cfg, tracks: map[int64]*visitor{}}, nil
}

// Observe takes in where a track is in the frame captured at a time, its box
// in pixels of a picture of w×h, and returns what it did, valid until the next
// call. A box that is empty or not finite, and a track that would be one too
// many, are not looked at. Whoever passes on a track's predicted box takes
// guesses for what happened; a track that is lost for a while may as well not
// be observed.
func (w *Watcher) Observe(at time.Time, id int64, label string, box vision.Box, width, height int) []Event {
	w.events = w.events[:0]
	if box.Empty() || !box.Finite() || width <= 0 || height <= 0 {
		return nil
	}
	v := w.visitor(id)
	if v == nil {
		return nil
	}
	p := w.cfg.Anchor.Of(box, width, height)
	for i := range w.cfg.Zones {
		if z := &w.cfg.Zones[i]; isFor(z.Labels, label) {
			w.visit(at, id, i, &v.stays[i], p)
		}
	}
	for i := range w.cfg.Lines {
		if l := &w.cfg.Lines[i]; isFor(l.Labels, label) {
			w.cross(id, i, &v.sides[i], p)
		}
	}
	return w.events
}

// Leave forgets a track that has gone at a time and returns the zones that it
// thereby leaves.
func (w *Watcher) Leave(at time.Time, id int64) []Event {
	w.events = w.events[:0]
	v := w.tracks[id]
	if v == nil {
		return nil
	}
	for i := range v.stays {
		if s := &v.stays[i]; s.in {
			w.say(Event{Kind: Left, Name: w.cfg.Zones[i].Name, Index: i, Track: id, Dwell: since(at, s.since)})
		}
	}
	delete(w.tracks, id)
	w.spare = append(w.spare, v)
	return w.events
}

// Inside reports whether a track is in the zone of an index, and how long it
// has been there at a time.
func (w *Watcher) Inside(at time.Time, id int64, zone int) (time.Duration, bool) {
	v := w.tracks[id]
	if v == nil || zone < 0 || zone >= len(v.stays) || !v.stays[zone].in {
		return 0, false
	}
	return since(at, v.stays[zone].since), true
}

// Count returns how many tracks are in the zone of an index.
func (w *Watcher) Count(zone int) (n int) {
	for _, v := range w.tracks {
		if zone >= 0 && zone < len(v.stays) && v.stays[zone].in {
			n++
		}
	}
	return n
}

func isFor(labels []string, label string) bool {
	return len(labels) == 0 || slices.Contains(labels, label)
}

// visitor returns what is known of a track, nil where it is one too many.
func (w *Watcher) visitor(id int64) *visitor {
	if v := w.tracks[id]; v != nil {
		return v
	}
	if len(w.tracks) >= w.cfg.MaxTracks {
		return nil
	}
	var v *visitor
	if n := len(w.spare); n > 0 {
		v, w.spare = w.spare[n-1], w.spare[:n-1]
		clear(v.stays)
		clear(v.sides)
	} else {
		v = &visitor{stays: make([]stay, len(w.cfg.Zones)), sides: make([]past, len(w.cfg.Lines))}
	}
	w.tracks[id] = v
	return v
}

func (w *Watcher) say(e Event) { w.events = append(w.events, e) }

// since is never negative, whatever becomes of the clock.
func since(at, start time.Time) time.Duration { return max(0, at.Sub(start)) }

// visit brings a stay up to date: it changes once the anchor has been on the
// other side, beyond the margin on the way out, for the time to settle. A
// stay is counted from when the anchor came in.
func (w *Watcher) visit(at time.Time, id int64, zone int, s *stay, p vision.Point) {
	z := &w.cfg.Zones[zone]
	if in := w.inside(&z.Polygon, p, s.in); in == s.in {
		s.doubted = false
	} else if !s.doubted {
		s.doubted, s.doubt = true, at
	}
	e := Event{Name: z.Name, Index: zone, Track: id}
	if s.doubted && since(at, s.doubt) >= w.cfg.Settle {
		s.in, s.doubted = !s.in, false
		e.Kind = Left
		if s.in {
			s.since, s.dwelt = s.doubt, false
			e.Kind = Entered
		}
		e.Dwell = since(s.doubt, s.since)
		w.say(e)
	}
	if e.Dwell = since(at, s.since); s.in && !s.dwelt && z.Dwell > 0 && e.Dwell >= z.Dwell {
		s.dwelt = true
		e.Kind = Dwelt
		w.say(e)
	}
}

func (w *Watcher) inside(p *Polygon, q vision.Point, was bool) bool {
	return p.Contains(q) || was && p.Distance(q) <= float64(w.cfg.Margin)
}

// cross brings the standing to a line up to date. An anchor counts as on a
// side once it is further than the margin from the endless line; a crossing
// is a change of side by a way, from where it was last so far on the old
// side, that meets the segment. Whoever goes round an end has not crossed.
func (w *Watcher) cross(id int64, line int, s *past, p vision.Point) {
	l := &w.cfg.Lines[line]
	twice := side(l.A, l.B, p)
	far := float64(w.cfg.Margin) * math.Hypot(float64(l.B.X-l.A.X), float64(l.B.Y-l.A.Y))
	if twice == 0 || math.Abs(twice) < far {
		return
	}
	now := sign(twice)
	if s.side != 0 && now != s.side && meet(l.A, l.B, s.point, p) {
		d := ToRight
		if now < 0 {
			d = ToLeft
		}
		w.say(Event{Kind: Crossed, Name: l.Name, Index: line, Track: id, Direction: d})
	}
	s.side, s.point = now, p
}
