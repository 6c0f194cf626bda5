package capture

import (
	"errors"
	"fmt"
)

// Reason is a code for what went wrong, for programs and for metrics.
type Reason string

const (
	NotFound    Reason = "not-found"   // there is no such camera, file or address
	Permission  Reason = "permission"  // this user may not
	Busy        Reason = "busy"        // someone else uses it, or every buffer is held
	Unplugged   Reason = "unplugged"   // it was there and has gone
	Timeout     Reason = "timeout"     // no frame came in time
	Torn        Reason = "torn"        // a frame is damaged or incomplete
	NoSignal    Reason = "no-signal"   // the device is there but has no picture
	Unsupported Reason = "unsupported" // a kind of source, format or setting that is not read
	Invalid     Reason = "invalid"     // the caller asks for what makes no sense
	Closed      Reason = "closed"      // the source was closed
)

// Temporary reports whether the same source may yet give frames.
func (r Reason) Temporary() bool {
	return r == Timeout || r == Torn || r == NoSignal || r == Busy
}

// ErrCapture says why there is no source or no frame, and, where something
// can be done about it, what.
type ErrCapture struct {
	Source string // as the caller named it, without passwords
	Reason Reason
	Why    string
	Cure   string // what is missing and how to get it; may be empty
	Rows   int    // of a torn frame: how many are whole
	Err    error  // the cause beneath; may be nil
}

func (e *ErrCapture) Error() string {
	s := fmt.Sprintf("%s: %s", e.Source, e.Why)
	if e.Cure != "" {
		s += "; " + e.Cure
	}
	return s
}

// Unwrap returns the cause beneath.
func (e *ErrCapture) Unwrap() error { return e.Err }

// reasonIn returns the code of an error, empty where it has none.
func reasonIn(err error) Reason {
	var e *ErrCapture
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}
