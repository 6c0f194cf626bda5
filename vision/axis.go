package vision

import (
	"math"

	"github.com/ocellus-vision/ocellus/kernels"
)

const (
	// weightOne is the sum of the weights of one sample along an axis.
	weightOne = 1 << 16
	// rowBits are the fraction bits that a sample keeps after its row has been
	// resampled. 255 << (rowBits+16) is still below 1<<31.
	rowBits = 16 - kernels.SampleShift
)

// axis is how one axis of an input is sampled: for each position a first
// source pixel and taps weights, all integers, so that every CPU computes
// the same input.
type axis struct {
	key     axisKey
	lo, hi  int     // positions that show the picture; the rest are padding
	taps    int     // source pixels a position
	start   []int32 // first source pixel, for positions lo..hi
	weights []int32 // taps a position, of sum weightOne
}

// axisKey is all that an axis depends on.
type axisKey struct {
	n, src   int     // positions; pixels of the picture
	scale    float64 // picture pixels a position
	offset   float64 // where position 0 begins in the picture
	from, to float64 // the region, in the picture
	resample Resample
}

// set makes a the axis of key k; it is cheap when that has not changed.
func (a *axis) set(k axisKey) {
	if a.key == k {
		return
	}
	a.key = k
	a.lo, a.hi = k.n, 0
	lo, hi := max(k.from, 0), min(k.to, float64(k.src))
	for i := range k.n {
		if c := k.at(float64(i) + 0.5); c >= lo && c < hi {
			a.lo, a.hi = min(a.lo, i), i+1
		}
	}
	a.lo = min(a.lo, a.hi)
	switch {
	case k.averaging():
		a.taps = min(int(min(math.Ceil(k.scale), float64(k.src)))+1, k.src)
	case k.resample == Bilinear:
		a.taps = min(2, k.src)
	default:
		a.taps = 1
	}
	a.start = resize(a.start, a.hi-a.lo)
	a.weights = resize(a.weights, (a.hi-a.lo)*a.taps)
	for i := a.lo; i < a.hi; i++ {
		w := a.weights[(i-a.lo)*a.taps : (i-a.lo+1)*a.taps]
		a.start[i-a.lo] = int32(k.sample(w, float64(i)))
	}
}

// averaging reports whether positions are means over the pixels under them.
// At a scale of just 2 that and bilinear sampling are the same.
func (k *axisKey) averaging() bool {
	return k.resample == Area || k.resample == Bilinear && k.scale > 2
}

// at returns where a position lies in the picture. The explicit conversion
// keeps the product and the sum from being fused on some CPUs.
func (k *axisKey) at(i float64) float64 { return float64(i*k.scale) + k.offset }

// sample fills the weights of position i and returns its first source pixel.
func (k *axisKey) sample(w []int32, i float64) int {
	last := k.src - len(w)
	switch {
	case k.averaging():
		from, to := max(k.at(i), 0), min(k.at(i+1), float64(k.src))
		start := min(int(from), last)
		shares(w, from-float64(start), to-float64(start))
		return start
	case len(w) == 2:
		c := k.at(i+0.5) - 0.5
		start := max(0, min(int(math.Floor(c)), last))
		w[1] = int32(min(max(c-float64(start), 0), 1)*weightOne + 0.5)
		w[0] = weightOne - w[1]
		return start
	}
	w[0] = weightOne
	return min(int(k.at(i+0.5)), last)
}

// shares weighs pixels 0, 1, … by how much of from..to each covers. What is
// rounded off one weight goes to the next, so that the sum is exact.
func shares(w []int32, from, to float64) {
	given := int32(0)
	for j := range w {
		upto := (min(max(float64(j+1), from), to) - from) / (to - from)
		sum := int32(float64(upto*weightOne) + 0.5)
		w[j], given = sum-given, sum
	}
}

// resize returns s with length n, its memory reused where it suffices.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
