package zone

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/vision"
)

// Anchor is the point of a box that stands for the whole object.
type Anchor uint8

const (
	BottomCentre Anchor = iota // where people and vehicles touch the ground
	Centre                     // for faces and what hangs or flies
)

var anchorNames = [...]string{"bottom-centre", "centre"}

func (a Anchor) String() string {
	if int(a) < len(anchorNames) {
		return anchorNames[a]
	}
	return "unknown"
}

// MarshalText writes bottom-centre or centre.
func (a Anchor) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads a name.
func (a *Anchor) UnmarshalText(b []byte) error {
	for i, n := range anchorNames {
		if string(b) == n {
			*a = Anchor(i)
			return nil
		}
	}
	return &ErrShape{Shape: "anchor", Reason: BadSetting, Point: -1, Why: fmt.Sprintf("%q is none", b), Cure: "give bottom-centre or centre"}
}

// Of returns the anchor of a box in pixels as a share of a picture of w×h
// pixels. What lies beyond the picture's edge counts as on it, so that a
// person whose feet are cut off still stands in a zone along the edge.
func (a Anchor) Of(b vision.Box, w, h int) vision.Point {
	p := b.Centre()
	if a == BottomCentre {
		p.Y = b.Y2
	}
	return vision.Point{X: share(p.X, w), Y: share(p.Y, h)}
}

func share(v float32, n int) float32 {
	if n <= 0 || !(v > 0) {
		return 0
	}
	return min(1, v/float32(n))
}
