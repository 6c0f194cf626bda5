package kernels

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// fenced returns a copy of src in f.
func fenced[T any](t testing.TB, f *check.Fence, src []T, side check.Side) []T {
	dst := check.Fenced[T](t, f, len(src), side)
	copy(dst, src)
	return dst
}

// isCanary reports whether x is what a fence is filled with.
func isCanary(x float32) bool { return math.Float32bits(x) == 0xfff5a55a }
