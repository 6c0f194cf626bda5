package face

import (
	"fmt"
	"slices"

	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// The names of the landmarks that Ocellus knows. Right and left are those of
// the person. Points of the iBUG 300-W scheme of 68 are "ibug_0" to "ibug_67".
const (
	RightEye         = "right_eye"
	LeftEye          = "left_eye"
	NoseTip          = "nose_tip"
	RightMouthCorner = "right_mouth_corner"
	LeftMouthCorner  = "left_mouth_corner"
	MouthCentre      = "mouth_centre"
	RightTragion     = "right_ear_tragion"
	LeftTragion      = "left_ear_tragion"
)

// derived lists of which points of the iBUG scheme a landmark is the middle.
var derived = map[string][]int{
	RightEye: {36, 37, 38, 39, 40, 41}, LeftEye: {42, 43, 44, 45, 46, 47}, NoseTip: {30},
	RightMouthCorner: {48}, LeftMouthCorner: {54}, MouthCentre: {62, 66},
}

// lookup finds a landmark among points of those names: the indices of the
// points whose middle it is, nil where it cannot be had.
func lookup(names []string, name string, derive bool) []int {
	if i := slices.Index(names, name); i >= 0 {
		return []int{i}
	}
	if !derive {
		return nil
	}
	var at []int
	for _, p := range derived[name] {
		i := slices.Index(names, fmt.Sprintf("ibug_%d", p))
		if i < 0 {
			return nil
		}
		at = append(at, i)
	}
	return at
}

// middle returns the middle of some of the points.
func middle(points []vision.Point, at []int) vision.Point {
	var x, y float32
	for _, i := range at {
		x += points[i].X
		y += points[i].Y
	}
	n := float32(len(at))
	return vision.Point{X: x / n, Y: y / n}
}

// Aligner puts faces upright as a model wants them.
type Aligner struct {
	points   int            // landmarks that a face has
	from     [][]int        // for each point of the template, those that it is the middle of
	template []vision.Point // in pixels of the model's input
	w, h     float64        // the input's sides
}

// NewAligner returns what takes faces with landmarks of those names to the
// template of a model's metadata. Landmarks of the template that the faces
// have by name are used, those alone; where they share fewer than two, the
// eyes, nose and mouth are made of points of the iBUG scheme. The error is an
// *ErrModel.
func NewAligner(model string, m *meta.Model, names []string) (*Aligner, error) {
	no := func(format string, args ...any) error {
		return &ErrModel{model, "alignment", fmt.Sprintf(format, args...)}
	}
	l := m.Landmarks
	switch {
	case m.Preprocess == nil:
		return nil, no("its metadata has no ocellus.preprocess")
	case l == nil || len(l.Template) == 0:
		return nil, no("its metadata has no template in ocellus.landmarks")
	}
	a := &Aligner{points: len(names), w: float64(m.Preprocess.Width), h: float64(m.Preprocess.Height)}
	for _, derive := range []bool{false, true} {
		a.from, a.template = nil, nil
		for i, name := range l.Names {
			if at := lookup(names, name, derive); at != nil {
				a.from, a.template = append(a.from, at), append(a.template, l.Template[i])
			}
		}
		if len(a.from) >= 2 {
			return a, nil
		}
	}
	return nil, no("its template shares fewer than two landmarks with a face that has %.200q", names)
}

// Crop says how the picture of an aligned face differs from the template.
type Crop struct {
	Margin float64 // what is seen beyond it on each side, as a share of its side; may be negative
	Mirror bool    // left and right exchanged
}

// Align returns the map from pixels of the model's input to those of the
// picture in which a face's landmarks are. The error is an *ErrPoints.
func (a *Aligner) Align(points []vision.Point, c Crop) (vision.Affine, error) {
	if len(points) != a.points {
		return vision.Affine{}, &ErrPoints{fmt.Sprintf("there are %d, want %d", len(points), a.points)}
	}
	var memory [68]vision.Point
	to := memory[:0]
	for _, at := range a.from {
		to = append(to, middle(points, at))
	}
	fit, ok := vision.FitSimilarity(a.template, to)
	if !ok {
		return vision.Affine{}, &ErrPoints{"they lie in one place, or nowhere"}
	}
	s := 1 + 2*c.Margin
	wider := vision.Affine{XX: s, YY: s, X0: a.w / 2 * (1 - s), Y0: a.h / 2 * (1 - s)}
	if c.Mirror {
		wider.XX, wider.X0 = -wider.XX, a.w-wider.X0
	}
	return wider.Then(fit), nil
}
