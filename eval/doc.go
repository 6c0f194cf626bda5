// Package eval makes figures out of what models answered and what is true:
// average precision for detectors, by the rules of COCO, and error rates for
// the comparison of faces, by the protocol of LFW. Answers stream in, one
// picture or pair at a time, and figures come out; no model is run here.
package eval

import (
	"encoding/json"
	"fmt"
	"math"
)

// Ratio is a figure in 0..1. It is NaN where there is nothing to measure, and
// then null in JSON and "–" in print.
type Ratio float64

// MarshalJSON writes the number, or null.
func (r Ratio) MarshalJSON() ([]byte, error) {
	if !r.Known() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(r))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Ratio) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*r = Unknown()
		return nil
	}
	return json.Unmarshal(b, (*float64)(r))
}

// Known reports whether there was something to measure.
func (r Ratio) Known() bool { return !math.IsNaN(float64(r)) }

// String writes per cent with one decimal, without the sign.
func (r Ratio) String() string {
	if !r.Known() {
		return "–"
	}
	return fmt.Sprintf("%.1f", 100*float64(r))
}

// Unknown is the Ratio of what cannot be measured.
func Unknown() Ratio { return Ratio(math.NaN()) }

// share is k of n, unknown of none.
func share(k, n int) Ratio {
	if n == 0 {
		return Unknown()
	}
	return Ratio(float64(k) / float64(n))
}

// ErrInput says that what was added makes no sense.
type ErrInput struct {
	Item int // which: 0 is the first picture or pair that was added
	Why  string
}

func (e *ErrInput) Error() string { return fmt.Sprintf("eval: item %d: %s", e.Item, e.Why) }
