package main

import (
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// difference is how far one output of Ocellus is from the peer's.
type difference struct {
	Output  string  `json:"output"`
	Shape   []int   `json:"shape"`
	Largest float64 `json:"largest"`       // magnitude in the peer's output
	Worst   float64 `json:"worst"`         // largest difference
	Off     float64 `json:"off"`           // the same as a share of Largest
	Why     string  `json:"why,omitempty"` // what cannot be expressed as a number
	// Top1 is "same" or "other" for an output that is a row of two or more
	// scores, and empty for any other.
	Top1 string `json:"top1,omitempty"`
}

// compare holds got against want, the peer's. What is not a float must be
// equal.
func compare(got, want *nn.Tensor) difference {
	d := difference{Shape: append([]int{}, want.Shape.Slice()...)}
	if got.DType != want.DType || got.Shape != want.Shape {
		d.Why = fmt.Sprintf("is %v %v, want %v %v", got.DType, got.Shape, want.DType, want.Shape)
		return d
	}
	for i := range want.Elems() {
		g, w := got.Float(i), want.Float(i)
		if g == w || math.IsNaN(g) && math.IsNaN(w) {
			d.Largest = max(d.Largest, finite(w))
			continue
		}
		off := math.Abs(g - w)
		if math.IsNaN(off) || math.IsInf(off, 0) || !want.DType.IsFloat() {
			if d.Why == "" {
				d.Why = fmt.Sprintf("element %d is %v, want %v", i, g, w)
			}
			continue
		}
		d.Largest, d.Worst = max(d.Largest, math.Abs(w)), max(d.Worst, off)
	}
	if d.Worst > 0 {
		// Against zeros any difference is infinite, which JSON cannot hold.
		d.Off = min(d.Worst/d.Largest, math.MaxFloat64)
	}
	d.Top1 = top1(got, want)
	return d
}

// finite returns the magnitude of a number, and 0 for what is none.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return math.Abs(v)
}

func top1(got, want *nn.Tensor) string {
	scores := want.Elems()
	if scores < 2 || want.Shape.Rank < 1 || want.Shape.Dims[want.Shape.Rank-1] != scores || !want.DType.IsFloat() {
		return ""
	}
	if argmax(got) == argmax(want) {
		return "same"
	}
	return "other"
}

func argmax(t *nn.Tensor) int {
	best := 0
	for i := range t.Elems() {
		if t.Float(i) > t.Float(best) {
			best = i
		}
	}
	return best
}

// tolerance is what an output may differ by: a share of its largest magnitude,
// or so much.
type tolerance struct {
	Relative float64 `json:"relative"`
	Absolute float64 `json:"absolute"`
}

// allows reports whether the difference is one that t allows.
func (t tolerance) allows(d *difference) bool {
	return d.Why == "" && (d.Off <= t.Relative || d.Worst <= t.Absolute)
}

// worse keeps the worse of the differences of one output on two inputs: the
// one that takes more tolerance.
func (t tolerance) worse(a, b difference) difference {
	if a.Top1 == "other" || b.Top1 == "other" {
		a.Top1, b.Top1 = "other", "other"
	}
	switch {
	case t.allows(&a) != t.allows(&b):
		if t.allows(&a) {
			return b
		}
		return a
	case b.Why == a.Why && b.Off > a.Off:
		return b
	}
	return a
}
