package conformance

import (
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// Tolerances: a float may differ by atol + rtol·|expected|; integers and bools
// must be equal.
const (
	rtol     = 1e-3
	atol     = 1e-5
	rtolHalf = 1e-2
	atolHalf = 1e-3 // half's own step at 1
)

// A mismatch says where an output is not what is expected.
type mismatch struct{ why string }

func (m *mismatch) Error() string { return m.why }

func mismatchf(format string, args ...any) error { return &mismatch{fmt.Sprintf(format, args...)} }

// compare returns an error, a *mismatch, that says where got is not what is expected.
func compare(got, want *nn.Tensor) error {
	if got.DType != want.DType || got.Shape != want.Shape {
		return mismatchf("is %v %v, expected %v %v", got.DType, got.Shape, want.DType, want.Shape)
	}
	r, a := rtol, atol
	if want.DType == nn.Float16 {
		r, a = rtolHalf, atolHalf
	}
	wrong, first, worst := 0, -1, 0.0
	for i := range want.Elems() {
		g, w := got.Float(i), want.Float(i)
		d := math.Abs(g - w)
		switch {
		case want.DType == nn.Int64 && got.I64()[i] == want.I64()[i], want.DType != nn.Int64 && g == w,
			math.IsNaN(g) && math.IsNaN(w):
			continue
		case want.DType.IsFloat() && d <= a+r*math.Abs(w):
			continue
		}
		if wrong++; first < 0 {
			first = i
		}
		worst = max(worst, d)
	}
	if wrong == 0 {
		return nil
	}
	return mismatchf("%d of %d elements are wrong; the first, element %d, is %v, expected %v; worst difference %.3g",
		wrong, want.Elems(), first, got.Float(first), want.Float(first), worst)
}
