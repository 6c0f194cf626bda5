package main

import (
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// comparison says how an array differs from the one expected.
type comparison struct {
	Match   bool    `json:"match"`
	Why     string  `json:"why,omitempty"`
	Wrong   int     `json:"wrong"` // elements beyond the tolerance
	Total   int     `json:"total"`
	MaxDiff float64 `json:"max_diff"` // among elements that are numbers on both sides
}

func (c comparison) String() string {
	if c.Match {
		return fmt.Sprintf("as expected; largest difference %.3g", c.MaxDiff)
	}
	return "DIFFERS: " + c.Why
}

// compare holds got against want. Types and shapes must be equal.
func compare(got, want *nn.Tensor, rtol, atol float64) comparison {
	c := comparison{Total: want.Elems()}
	if got.DType != want.DType || got.Shape != want.Shape {
		c.Wrong = c.Total
		c.Why = fmt.Sprintf("is %v %v, expected %v %v", got.DType, got.Shape, want.DType, want.Shape)
		return c
	}
	if !got.DType.IsFloat() {
		rtol, atol = 0, 0
	}
	first := -1
	for i := range c.Total {
		g, w := got.Float(i), want.Float(i)
		d := math.Abs(g - w)
		if d <= math.MaxFloat64 {
			c.MaxDiff = max(c.MaxDiff, d)
		}
		if g == w && !differsBelow(got, want, i) || math.IsNaN(g) && math.IsNaN(w) || d <= atol+rtol*math.Abs(w) && !math.IsInf(w, 0) && rtol+atol > 0 {
			continue
		}
		if c.Wrong++; first < 0 {
			first = i
		}
	}
	if c.Match = c.Wrong == 0; !c.Match {
		c.Why = fmt.Sprintf("%d of %d elements; element %d is %v, expected %v; largest difference %.3g",
			c.Wrong, c.Total, first, got.Float(first), want.Float(first), c.MaxDiff)
	}
	return c
}

// differsBelow tells apart 64-bit integers that are one float64.
func differsBelow(got, want *nn.Tensor, i int) bool {
	return got.DType == nn.Int64 && got.I64()[i] != want.I64()[i]
}
