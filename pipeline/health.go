package pipeline

import (
	"context"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline/track"
)

// supervised is a source that tells how it fares, as capture.Supervisor does.
type supervised interface {
	Snapshot() capture.Snapshot
	// Report tells what became of decoding a frame.
	Report(error)
}

// idlePeriod is how often a loop without frames looks after its source and
// its tracks.
const idlePeriod = 200 * time.Millisecond

// look tells the sinks of a change of the source's state, and has tracks leave
// that no frame can show any more, because none comes.
func (l *Loop) look(ctx context.Context, now time.Time) {
	if now.Sub(l.looked) < idlePeriod {
		return
	}
	l.looked = now
	l.mu.Lock()
	l.consult()
	s := &l.stats
	changed := s.Reason != l.told
	l.told = s.Reason
	e := Event{Type: State, Time: now, Source: l.name, Sequence: l.view.Sequence, Width: s.W, Height: s.H, Models: l.c.Models, State: s.State, Reason: s.Reason, Detail: s.Detail}
	l.mu.Unlock()
	if changed {
		l.event = e
		l.send(ctx)
	}
	if len(l.followed) > 0 && now.Sub(l.worked) > 2*l.c.Track.MaxLost {
		l.view.Captured, l.view.Age = now, now.Sub(l.view.Captured)
		l.view.At = l.view.At.Add(now.Sub(l.worked))
		l.leave(ctx, l.tracker.Update(l.view.At, nil), string(capture.Stalled))
		l.worked = now
	}
}

// consult brings the state up to date with what a supervised source says.
// l.mu is held.
func (l *Loop) consult() {
	src, ok := l.c.Source.(supervised)
	if !ok || l.stats.State == string(capture.Over) {
		return
	}
	snap := src.Snapshot()
	s := &l.stats
	s.Reopened = snap.Reopened
	s.State, s.Reason, s.StateSince, s.Detail = string(snap.State), string(snap.Health), snap.Since, ""
	if snap.State == capture.Down {
		s.Detail = snap.Problem
	}
}

// leave tells of the tracks that have gone because frames did not come.
func (l *Loop) leave(ctx context.Context, tracks []track.Track, reason string) {
	l.view.Tracks = l.view.Tracks[:0]
	l.place(tracks, nil)
	for i := range l.view.Tracks {
		if t := &l.view.Tracks[i]; t.event == track.Left {
			l.gone(ctx, t, reason)
		}
	}
	l.mu.Lock()
	l.stats.Tracks = len(l.followed)
	l.mu.Unlock()
}

// leaveAll tells that every track has left, since the loop ends.
func (l *Loop) leaveAll(ctx context.Context) {
	if l.tracker == nil {
		return
	}
	l.leave(ctx, l.tracker.Flush(), string(capture.Ended))
}
