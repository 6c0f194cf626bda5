package check

import (
	"math"
	"testing"
)

// Close reports the element of got that lies farthest outside
// |got − want| ≤ rtol·|want| + atol, the rule of NumPy's allclose. A NaN equals
// a NaN, an infinity itself.
func Close[T ~float32 | ~float64](t testing.TB, what string, got, want []T, rtol, atol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	worst, at, bad := 0.0, -1, 0
	for i := range want {
		over := excess(float64(got[i]), float64(want[i]), rtol, atol)
		if over <= 0 {
			continue
		}
		bad++
		if at < 0 || over > worst {
			worst, at = over, i
		}
	}
	if bad > 0 {
		t.Errorf("%s: %d of %d values are off; the farthest is [%d] = %v, want %v (rtol %g, atol %g)",
			what, bad, len(want), at, got[at], want[at], rtol, atol)
	}
}

// excess returns by how much g lies outside the tolerance around w; +Inf when
// no distance between them makes sense.
func excess(g, w, rtol, atol float64) float64 {
	if g == w || math.IsNaN(g) && math.IsNaN(w) {
		return 0
	}
	d := math.Abs(g - w)
	if math.IsNaN(d) || math.IsInf(d, 0) {
		return math.Inf(1)
	}
	return d - (rtol*math.Abs(w) + atol)
}
