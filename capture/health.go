package capture

import (
	"sync/atomic"
	"time"
)

// Health is a code for how a supervised source fares, for metrics and JSON.
type Health string

const (
	Opening     Health = "opening"     // it has given no frame yet
	OK          Health = "ok"          // frames come, and they show something
	Frozen      Health = "frozen"      // the same picture comes again and again
	Black       Health = "black"       // the picture is all dark: lens covered, or no light
	Overexposed Health = "overexposed" // the picture is all white
	Stalled     Health = "stalled"     // no frame came in time, or the reader does not answer
	Gone        Health = "gone"        // the device or the connection has gone
	Reopening   Health = "reopening"   // it is opened again for another reason, which the cause tells
	Ended       Health = "ended"       // a recording is at its end, or cannot go on
	Shut        Health = "closed"      // by Close
)

// Healths lists all codes.
var Healths = []Health{Opening, OK, Frozen, Black, Overexposed, Stalled, Gone, Reopening, Ended, Shut}

// State is what a Health means for who waits for frames.
type State string

const (
	Up       State = "up"       // frames come
	Degraded State = "degraded" // frames come, but should not be relied on
	Down     State = "down"     // no frames come, which may change
	Over     State = "over"     // no frames will come
)

// State returns what h means for who waits for frames.
func (h Health) State() State {
	switch h {
	case OK:
		return Up
	case Frozen, Black, Overexposed:
		return Degraded
	case Ended, Shut:
		return Over
	}
	return Down
}

// Snapshot is how a supervised source fares at one moment. Counts are since
// Supervise.
type Snapshot struct {
	Source    string    `json:"source"` // without passwords
	State     State     `json:"state"`
	Health    Health    `json:"reason"`
	Since     time.Time `json:"since"`                // of this Health
	Cause     Reason    `json:"cause,omitempty"`      // the code of the last error
	Problem   string    `json:"last_error,omitempty"` // and its text
	Err       error     `json:"-"`                    // the last error; nil: there was none
	Frames    uint64    `json:"frames"`               // given to the caller
	Dropped   uint64    `json:"dropped"`              // lost before that, as the source counts them
	Torn      uint64    `json:"torn"`                 // damaged, and left out
	Reopened  uint64    `json:"reopened"`             // how often the source was opened again
	Abandoned uint64    `json:"abandoned"`            // readers that did not answer
	Stuck     int       `json:"stuck"`                // of those, how many still have not
}

// status is what changes seldom.
type status struct {
	health Health
	since  time.Time
	err    error
}

// published is what any goroutine may read while Next runs.
type published struct {
	status                                     atomic.Pointer[status]
	info                                       atomic.Pointer[Info]
	frames, dropped, torn, reopened, abandoned atomic.Uint64
	stuck                                      atomic.Int64
	damaged                                    atomic.Int64 // reports of damage in a row
}

func (p *published) snapshot(source string) Snapshot {
	st := p.status.Load()
	s := Snapshot{
		Source: source, State: st.health.State(), Health: st.health, Since: st.since, Err: st.err,
		Frames: p.frames.Load(), Dropped: p.dropped.Load(), Torn: p.torn.Load(),
		Reopened: p.reopened.Load(), Abandoned: p.abandoned.Load(), Stuck: int(p.stuck.Load()),
	}
	if st.err != nil {
		s.Problem = st.err.Error()
		s.Cause = reasonIn(st.err)
	}
	return s
}

// set publishes a health, and an error unless that is nil. It returns whether
// the health is another than before.
func (p *published) set(h Health, err error, now func() time.Time) bool {
	old := p.status.Load()
	if old != nil && old.health == h && err == nil {
		return false
	}
	st := &status{health: h, err: err}
	if old != nil && err == nil {
		st.err = old.err
	}
	changed := old == nil || old.health != h
	if changed {
		st.since = now()
	} else {
		st.since = old.since
	}
	p.status.Store(st)
	return changed
}
