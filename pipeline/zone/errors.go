package zone

import "fmt"

// Reason is a code for what is wrong with a shape or a setting.
type Reason string

const (
	TooFewPoints     Reason = "too-few-points"    // a polygon has fewer than 3
	TooManyPoints    Reason = "too-many-points"   // a polygon has more than MaxPoints
	Outside          Reason = "outside"           // a point is not within 0 to 1
	SelfIntersecting Reason = "self-intersecting" // two sides of a polygon meet
	NoArea           Reason = "no-area"           // a polygon covers nothing, or a line has no length
	NoName           Reason = "no-name"           // what makes events has no name
	SameName         Reason = "same-name"         // two zones or lines have one name
	BadSetting       Reason = "bad-setting"       // a number that makes no sense
	TooMany          Reason = "too-many"          // more zones and lines than MaxShapes
)

// ErrShape says which shape or setting makes no sense, where, and what to do.
type ErrShape struct {
	Shape  string // its name, or where it stands
	Reason Reason
	Point  int // which point or side is the culprit, from 0; -1: none
	Why    string
	Cure   string
}

func (e *ErrShape) Error() string {
	s := fmt.Sprintf("%s: %s", e.Shape, e.Why)
	if e.Cure != "" {
		s += "; " + e.Cure
	}
	return s
}
