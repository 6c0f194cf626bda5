package pipeline

import (
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// EventType says what happened.
type EventType string

// The types of events.
const (
	Found     EventType = "found"      // something is in a frame, where nothing is tracked
	Enter     EventType = "enter"      // a track was confirmed: something is there
	Update    EventType = "update"     // it still is; sent now and then
	Leave     EventType = "leave"      // it was not seen for so long that it has gone
	ZoneEnter EventType = "zone_enter" // a track came into a zone
	ZoneLeave EventType = "zone_leave" // a track left a zone, or ended in it
	ZoneDwell EventType = "zone_dwell" // a track has been in a zone as long as its setting says
	Line      EventType = "line"       // a track crossed a line
	Identify  EventType = "identity"   // it was decided who a track is, or that nobody knows
	State     EventType = "state"      // the source changed its state
)

// Event is something that happened, with all that it was decided on: the
// frame and how old it was, the scores, and the models. It has one JSON form,
// a line of which is
//
//	{"type":"enter","time":"2026-03-01T08:30:00.250000Z","age_ms":31.4,"source":"door","sequence":812,
//	 "width":640,"height":480,"track":7,"detection":{"label":"face","score":0.93,"box":[…],"landmarks":[…],
//	 "track":7,"age_ms":31.4,"model":"blazeface-front"},"models":[{"name":"blazeface-front","sha256":"…"}]}
//
// type, time, age_ms, source, sequence and models are always there; what is
// zero of the others is left out. Durations are in ms, boxes and landmarks in
// pixels of the picture, width×height, as it was captured.
type Event struct {
	Type     EventType `json:"type"`
	Time     time.Time `json:"time"`     // when the frame was captured, by the wall clock, in UTC
	AgeMS    float64   `json:"age_ms"`   // how old the frame was when the event was made, by the monotonic clock
	Source   string    `json:"source"`   // its name, without passwords
	Sequence uint64    `json:"sequence"` // of the frame, see capture.Frame
	Width    int       `json:"width,omitzero"`
	Height   int       `json:"height,omitzero"`

	Track      int64            `json:"track,omitzero"`     // from 1, never used again by this source
	Detection  vision.Detection `json:"detection,omitzero"` // where the track is, as last seen
	Identity   Identity         `json:"identity,omitzero"`
	Models     []Model          `json:"models"`               // shared by many events: not to be changed
	Zone       string           `json:"zone,omitzero"`        // name of the zone or the line
	Direction  string           `json:"direction,omitzero"`   // across a line, seen from its first end to its second: "right" or "left"
	DurationMS float64          `json:"duration_ms,omitzero"` // how long the track has been there, or in the zone

	State  string `json:"state,omitzero"`  // of the source, see Stats.State
	Reason string `json:"reason,omitzero"` // a code: why the state, why nobody is known
	Detail string `json:"detail,omitzero"` // the reason in words, for people
}

// Unknown is the name of who is in no gallery. It is an answer, not the lack
// of one: an Identity without a name has not been decided.
const Unknown = "unknown"

// Identity is who a track was found to be.
type Identity struct {
	Name       string  `json:"name"`       // Unknown where nobody is near enough
	Similarity float32 `json:"similarity"` // to the best of the gallery, 0..1: the mean of the votes
	Margin     float32 `json:"margin"`     // how much better than the runner-up, the least of the votes
	Votes      int     `json:"votes"`      // frames that say so
	Of         int     `json:"of"`         // frames that were asked
	AgeMS      float64 `json:"age_ms"`     // how old the newest of those votes was when the event was made; in a View 0

	Captured time.Time `json:"-"` // when the frame of the newest of those votes was captured
}

// Model is a model that had a part in a decision.
type Model struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256,omitzero"` // of its file, in hex
}

// CopyTo makes dst a copy of e that shares no memory with the loop, in memory
// that dst already has where that is enough.
func (e *Event) CopyTo(dst *Event) {
	points := append(dst.Detection.Landmarks[:0], e.Detection.Landmarks...)
	*dst = *e
	dst.Detection.Landmarks = points
}
