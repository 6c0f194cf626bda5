package zone

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/vision"
)

// Limits are what a detection has to keep to. Areas are shares of the
// picture's area.
type Limits struct {
	Score   float32 // least score
	MinArea float32 // least area of the box, 0..1
	MaxArea float32 // largest; 0: any
}

// Filter says which detections count.
type Filter struct {
	Default Limits
	Classes map[string]Limits // by label, in place of Default
	Only    map[string]bool   // labels that count at all; empty: every label
	Include []Polygon         // where the anchor has to lie, in one of them; empty: anywhere
	Exclude []Polygon         // where it must not lie, whatever Include says
	Anchor  Anchor
}

// Verdict says whether a detection counts, and if not, why.
type Verdict uint8

const (
	Kept     Verdict = iota
	Broken           // an empty or infinite box, or a score that is NaN
	ByLabel          // its label is not among Only
	ByScore          // below the least score
	BySize           // too small or too large
	ByPlace          // outside of Include or inside of Exclude
	verdicts         // how many there are
)

var verdictNames = [verdicts]string{"kept", "broken", "label", "score", "size", "place"}

func (v Verdict) String() string {
	if v < verdicts {
		return verdictNames[v]
	}
	return "unknown"
}

// Validate returns an *ErrShape for the first mask or limit that makes no
// sense.
func (f *Filter) Validate() error {
	for _, list := range [][]Polygon{f.Include, f.Exclude} {
		for i := range list {
			if err := list[i].Validate(); err != nil {
				return err
			}
		}
	}
	if int(f.Anchor) >= len(anchorNames) {
		return bad("filter", fmt.Sprintf("anchor %d is none", f.Anchor), "give bottom-centre or centre")
	}
	if err := f.Default.validate("filter"); err != nil {
		return err
	}
	for label, l := range f.Classes {
		if err := l.validate(fmt.Sprintf("filter of %q", label)); err != nil {
			return err
		}
	}
	return nil
}

func (l *Limits) validate(of string) error {
	switch {
	case !(l.Score >= 0 && l.Score <= 1):
		return bad(of, fmt.Sprintf("the least score is %v", l.Score), "give 0 to 1")
	case !(l.MinArea >= 0 && l.MinArea <= 1):
		return bad(of, fmt.Sprintf("the least area is %v", l.MinArea), "give a share of the picture, 0 to 1")
	case !(l.MaxArea >= 0 && l.MaxArea <= 1):
		return bad(of, fmt.Sprintf("the largest area is %v", l.MaxArea), "give a share of the picture, 0 to 1")
	case l.MaxArea > 0 && l.MaxArea < l.MinArea:
		return bad(of, fmt.Sprintf("the largest area, %v, is below the least, %v", l.MaxArea, l.MinArea), "exchange them")
	}
	return nil
}

func bad(of, why, cure string) error {
	return &ErrShape{Shape: of, Reason: BadSetting, Point: -1, Why: why, Cure: cure}
}

// Judge says whether a detection in a picture of w×h pixels counts. It
// allocates nothing.
func (f *Filter) Judge(d *vision.Detection, w, h int) Verdict {
	if d.Box.Empty() || !d.Box.Finite() || d.Score != d.Score || w <= 0 || h <= 0 {
		return Broken
	}
	if len(f.Only) > 0 && !f.Only[d.Label] {
		return ByLabel
	}
	l, ok := f.Classes[d.Label]
	if !ok {
		l = f.Default
	}
	if d.Score < l.Score {
		return ByScore
	}
	area := float64(d.Box.Area()) / (float64(w) * float64(h))
	if area < float64(l.MinArea) || l.MaxArea > 0 && area > float64(l.MaxArea) {
		return BySize
	}
	if !f.allows(f.Anchor.Of(d.Box, w, h)) {
		return ByPlace
	}
	return Kept
}

func (f *Filter) allows(p vision.Point) bool {
	return (len(f.Include) == 0 || anyContains(f.Include, p)) && !anyContains(f.Exclude, p)
}

func anyContains(list []Polygon, p vision.Point) bool {
	for i := range list {
		if list[i].Contains(p) {
			return true
		}
	}
	return false
}

// Apply moves those of dets that count to its front, in their order, and
// returns them.
func (f *Filter) Apply(dets []vision.Detection, w, h int) []vision.Detection {
	n := 0
	for i := range dets {
		if f.Judge(&dets[i], w, h) == Kept {
			dets[n] = dets[i]
			n++
		}
	}
	return dets[:n]
}
