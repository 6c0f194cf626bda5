package conformance

import (
	"errors"
	"fmt"
)

// disputed are cases whose expected outputs contradict the definition of the
// operator, with the reason. A wrong answer to one counts as unsupported
// rather than failed, and says why.
var disputed = [...]struct{ name, why string }{
	{"test_qlinearmatmul_2D_int8_float16", wraps},
	{"test_qlinearmatmul_2D_int8_float32", wraps},
	{"test_qlinearmatmul_3D_int8_float16", wraps},
	{"test_qlinearmatmul_3D_int8_float32", wraps},
}

// The generator of these cases cast to int8 without clipping: −236 became 20
// where QLinearMatMul's definition says saturate, hence −128. With half scales
// it also rounded the product of the scales to half.
const wraps = "its expected output wraps around where the operator is defined to saturate"

// dispute turns a mismatch of a disputed case into the reason for it.
func dispute(name string, r Result) Result {
	var m *mismatch
	if r.Verdict != Failed || !errors.As(r.Why, &m) {
		return r
	}
	for _, d := range disputed {
		if d.name == name {
			return Result{Unsupported, fmt.Errorf("disputed: %s (%w)", d.why, r.Why)}
		}
	}
	return r
}
