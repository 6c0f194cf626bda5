package pipeline

import (
	"context"
	"slices"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline/track"
	"github.com/ocellus-vision/ocellus/pipeline/zone"
	"github.com/ocellus-vision/ocellus/vision"
)

// followed is what a loop knows of a track besides what the tracker does.
type followed struct {
	id       int64
	points   []vision.Point // landmarks as last seen
	box      vision.Box     // likewise
	score    float32        // likewise, as the detector gave it
	since    time.Time
	told     time.Time // when the last event was
	seen     int
	missed   int
	identity Identity // as events told it
}

// see follows what was found, into l.view.Tracks.
func (l *Loop) see(found []vision.Detection) {
	if l.tracker == nil {
		l.untracked(found)
		return
	}
	l.place(l.tracker.Update(l.view.At, found), found)
}

// untracked makes each detection a Track without an ID.
func (l *Loop) untracked(found []vision.Detection) {
	for i := range found {
		d := &found[i]
		l.view.Tracks = append(l.view.Tracks, Track{Detection: *d, Since: l.view.At, Seen: 1})
	}
}

// place makes the tracks of the view of what the tracker says. One that has
// left is there for the last time.
func (l *Loop) place(tracks []track.Track, found []vision.Detection) {
	v := &l.view
	for i := range tracks {
		t := &tracks[i]
		f := l.known(t)
		if v.Gated {
			// It was not looked for.
		} else if f.missed++; t.Detection >= 0 {
			f.missed = 0
			f.seen++
			f.score, f.box = l.scores[t.Detection], t.Box
			f.points = append(f.points[:0], found[t.Detection].Landmarks...)
		}
		v.Tracks = append(v.Tracks, Track{
			ID: t.ID, Since: f.since, Seen: f.seen, Missed: f.missed, Identity: f.identity, event: t.Event,
			Detection: vision.Detection{
				Label: t.Label, Class: t.Class, Score: f.score, Box: l.where(t, f), Landmarks: f.points, Track: t.ID, Model: l.model(),
			},
		})
	}
}

// where returns where a track is: as it was seen, or should be while it is
// not; for one that has left, where it was seen last.
func (l *Loop) where(t *track.Track, f *followed) vision.Box {
	if f.missed == 0 || t.Event == track.Left {
		return f.box
	}
	if b := t.Box.Clip(vision.Box{X2: float32(l.w), Y2: float32(l.h)}); !b.Empty() {
		return b
	}
	return f.box
}

// model returns the name of the detector's model.
func (l *Loop) model() string {
	if len(l.c.Models) == 0 {
		return ""
	}
	return l.c.Models[0].Name
}

// known returns what is known of a track, which may be a new one.
func (l *Loop) known(t *track.Track) *followed {
	if i := slices.IndexFunc(l.followed, func(f followed) bool { return f.id == t.ID }); i >= 0 {
		return &l.followed[i]
	}
	n := len(l.followed)
	if n < cap(l.followed) { // the landmarks' memory of one that has gone
		l.followed = l.followed[:n+1]
	} else {
		l.followed = append(l.followed, followed{})
	}
	f := &l.followed[n]
	*f = followed{id: t.ID, points: f.points[:0], since: l.view.At.Add(-t.Age), seen: t.Hits - 1}
	return f
}

// forget drops a track that has gone.
func (l *Loop) forget(id int64) {
	i := slices.IndexFunc(l.followed, func(f followed) bool { return f.id == id })
	if i < 0 {
		return
	}
	// The place goes to the end, for its landmarks' memory to be used again.
	last := len(l.followed) - 1
	l.followed[i], l.followed[last] = l.followed[last], l.followed[i]
	l.followed = l.followed[:last]
	if l.c.Faces != nil {
		l.c.Faces.Forget(id)
	}
}

// report tells the sinks what happened in the frame and what is in it, and
// brings the figures up to date.
func (l *Loop) report(ctx context.Context) {
	start := time.Now()
	v := &l.view
	v.Stages[StagePublish] = l.publish
	l.tell(ctx)
	for _, s := range l.frames {
		l.heed(s.Frame(ctx, v))
	}
	l.publish = time.Since(start)
	l.estimate.learn(&v.Stages)
	l.count()
}

// tell tells of every track of the view what happened to it, and leaves those
// that have not gone in the view.
func (l *Loop) tell(ctx context.Context) {
	v := &l.view
	kept := v.Tracks[:0]
	for i := range v.Tracks {
		t := &v.Tracks[i]
		if t.event == track.Left {
			l.gone(ctx, t, "")
			continue
		}
		l.present(ctx, t)
		kept = append(kept, *t)
	}
	v.Tracks = kept
}

// present tells of a track that is there.
func (l *Loop) present(ctx context.Context, t *Track) {
	if t.ID == 0 {
		l.emit(ctx, Found, t)
		return
	}
	at := l.view.At
	f := &l.followed[slices.IndexFunc(l.followed, func(f followed) bool { return f.id == t.ID })]
	named := t.Identity.Name != f.identity.Name
	f.identity = t.Identity
	switch {
	case t.event == track.Entered:
		f.told = at
		l.emit(ctx, Enter, t)
	case l.c.Update > 0 && t.Missed == 0 && at.Sub(f.told) >= l.c.Update:
		f.told = at
		l.emit(ctx, Update, t)
	}
	if named {
		l.emit(ctx, Identify, t)
	}
	if l.watcher != nil && t.Missed == 0 {
		for _, e := range l.watcher.Observe(at, t.ID, t.Detection.Label, t.Detection.Box, l.view.W, l.view.H) {
			l.emitZone(ctx, t, &e)
		}
	}
}

// gone tells of a track that has left, and forgets it.
func (l *Loop) gone(ctx context.Context, t *Track, reason string) {
	if l.watcher != nil {
		for _, e := range l.watcher.Leave(l.view.At, t.ID) {
			l.emitZone(ctx, t, &e)
		}
	}
	l.begin(Leave, t)
	l.event.Reason = reason
	l.send(ctx)
	l.forget(t.ID)
}

var zoneTypes = [...]EventType{zone.Entered: ZoneEnter, zone.Dwelt: ZoneDwell, zone.Left: ZoneLeave, zone.Crossed: Line}

func (l *Loop) emitZone(ctx context.Context, t *Track, z *zone.Event) {
	l.begin(zoneTypes[z.Kind], t)
	e := &l.event
	e.Zone, e.Direction, e.DurationMS = z.Name, z.Direction.String(), milliseconds(z.Dwell)
	l.send(ctx)
}

func (l *Loop) emit(ctx context.Context, what EventType, t *Track) {
	l.begin(what, t)
	l.send(ctx)
}

// begin makes l.event one of a track in the frame at hand.
func (l *Loop) begin(what EventType, t *Track) {
	v := &l.view
	age := milliseconds(v.Age)
	l.event = Event{
		Type: what, Time: v.Captured, AgeMS: age, Source: l.name, Sequence: v.Sequence, Width: v.W, Height: v.H,
		Track: t.ID, Detection: t.Detection, Identity: t.Identity, Models: v.Models,
		DurationMS: milliseconds(v.At.Sub(t.Since)),
	}
	l.event.Detection.AgeMS = float32(age)
	if id := &l.event.Identity; !id.Captured.IsZero() {
		id.AgeMS = age + milliseconds(v.Captured.Sub(id.Captured))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// send gives l.event to the sinks.
func (l *Loop) send(ctx context.Context) {
	for _, s := range l.sinks {
		l.heed(s.Event(ctx, &l.event))
	}
	l.mu.Lock()
	l.stats.Events++
	if l.event.Type == Enter {
		l.stats.TracksBegun++
	}
	l.mu.Unlock()
}

// heed counts what a sink could not do.
func (l *Loop) heed(err error) {
	if err == nil {
		return
	}
	l.mu.Lock()
	l.stats.SinkErrors++
	l.stats.SinkError = err.Error()
	l.mu.Unlock()
}

// count brings the figures up to date with the frame at hand.
func (l *Loop) count() {
	v := &l.view
	if l.worked = time.Now(); l.begun.IsZero() {
		l.begun = l.worked
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.stats
	if v.Gated {
		s.Gated++
	} else {
		s.Processed++
	}
	if !v.Deadline.IsZero() && v.Captured.Add(v.Age).After(v.Deadline) {
		s.Missed++
	}
	s.Tracks = len(v.Tracks)
	s.Age.Add(v.Age)
	for i, d := range v.Stages {
		if d > 0 {
			s.Stages[i].Add(d)
		}
	}
	s.Active = l.worked.Sub(l.begun)
	l.rate.add(l.worked)
}
