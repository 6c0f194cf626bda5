package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// extremes32 are whole numbers at which sums and products wrap around.
var extremes32 = []int32{math.MinInt32, math.MaxInt32, -1, 0, 1, 1 << 16, 1<<16 - 1, 255 << 7, 1<<24 + 1}

// wholes32 returns n extremes where those are asked for, else numbers of
// samples.
func wholes32(r *rand.Rand, n int, extreme bool) []int32 {
	v := make([]int32, n)
	for i := range v {
		v[i] = r.Int32N(255<<7 + 1)
		if extreme {
			v[i] = extremes32[r.IntN(len(extremes32))]
		}
	}
	return v
}

// TestPictureSample takes every number of positions and of taps from rows that
// end and begin at a guard, down to a row that is no wider than the taps.
func TestPictureSample(t *testing.T) {
	for _, row := range PictureRows(testFeatures(t)) {
		r := rand.New(rand.NewPCG(5, 6))
		fa, fs, fw, fd := check.NewFence(t, 1<<10), check.NewFence(t, 1<<10), check.NewFence(t, 1<<12), check.NewFence(t, 1<<12)
		for round := range 900 {
			n, taps, side, extreme := round%60, 1+round%7, check.Sides[round%2], round < 120
			width := taps + [...]int{0, 1, 2, 40}[r.IntN(4)]
			src := fenced(t, fa, fillsI8[round%len(fillsI8)].activations(r, width*3), side)
			start, weights := make([]int32, n), wholes32(r, n*taps, extreme)
			for i := range start {
				start[i] = r.Int32N(int32(width - taps + 1))
			}
			slices.Sort(start)
			dst := check.Fenced[int32](t, fd, 3*n, side)
			a := &SampleI8Args{A: &src[0], N: n, Taps: taps, Width: width}
			if n > 0 {
				a.Dst, a.Start, a.Weights = &dst[0], &fenced(t, fs, start, side)[0], &fenced(t, fw, weights, side)[0]
			}
			row.Sample(a)
			fd.Check(t)
			for i, got := range dst {
				want := int32(256)
				for j := range taps {
					want += int32(src[3*(int(start[i/3])+j)+i%3]) * weights[i/3*taps+j]
				}
				if got != want>>9 {
					t.Fatalf("%s: %d of %d positions of %d taps, width %d: %d, want %d", row.Name, i, n, taps, width, got, want>>9)
				}
			}
		}
	}
}

func TestPictureMix(t *testing.T) {
	for _, row := range PictureRows(testFeatures(t)) {
		r := rand.New(rand.NewPCG(7, 8))
		fa, fb, fd := check.NewFence(t, 1<<10), check.NewFence(t, 1<<10), check.NewFence(t, 1<<10)
		for n := range 100 {
			for _, side := range check.Sides {
				for _, extreme := range []bool{true, false} {
					x, y := fenced(t, fa, wholes32(r, n, extreme), side), fenced(t, fb, wholes32(r, n, extreme), side)
					w := wholes32(r, 2, extreme)
					want := make([]int32, n)
					for i := range want {
						want[i] = x[i]*w[0] + y[i]*w[1]
					}
					dst := check.Fenced[int32](t, fd, n, side)
					a := &MixI32Args{WA: w[0], WB: w[1], N: n}
					if n > 0 {
						a.Dst, a.A, a.B = &dst[0], &x[0], &y[0]
					}
					row.Mix(a)
					fd.Check(t)
					if !slices.Equal(dst, want) {
						t.Fatalf("%s: %d mixed: %v, want %v", row.Name, n, dst, want)
					}
					a.Dst = a.B // in place
					row.Mix(a)
					fb.Check(t)
					if !slices.Equal(y, want) {
						t.Fatalf("%s: %d mixed in place: %v, want %v", row.Name, n, y, want)
					}
				}
			}
		}
	}
}

// TestPictureFloats holds both forms, bit for bit, against a value at a time.
func TestPictureFloats(t *testing.T) {
	for _, row := range PictureRows(testFeatures(t)) {
		r := rand.New(rand.NewPCG(9, 10))
		fa, fence := check.NewFence(t, 1<<10), func() *check.Fence { return check.NewFence(t, 1<<10) }
		fd := [3]*check.Fence{fence(), fence(), fence()}
		for round := range 320 {
			n, side := round/4, check.Sides[round%2]
			src := fenced(t, fa, wholes32(r, 3*n, round%4 < 2), side)
			a := &ScaleI32Args{N: n, Mul: [3]float32{0x1p-23, -1.0 / (58.395 * (1 << 23)), 3e30}, Add: [3]float32{-2.1179, 0x1p-100, -1e10}}
			want := func(i int) float32 {
				v := float32(float32(src[i]) * a.Mul[i%3])
				return v + a.Add[i%3]
			}
			var planes [3][]float32
			for c := range planes {
				planes[c] = check.Fenced[float32](t, fd[c], n, side)
				if n > 0 {
					a.A, a.Dst[c] = &src[0], &planes[c][0]
				}
			}
			row.ToPlanes(a)
			for c := range planes {
				fd[c].Check(t)
			}
			for i := range src {
				if got := planes[i%3][i/3]; got != want(i) {
					t.Fatalf("%s: plane %d, %d of %d: %v, want %v", row.Name, i%3, i/3, n, got, want(i))
				}
			}
			pixels := check.Fenced[float32](t, fd[0], 3*n, side)
			a.Dst = [3]*float32{}
			if n > 0 {
				a.Dst[0] = &pixels[0]
			}
			row.ToPixels(a)
			fd[0].Check(t)
			for i, got := range pixels {
				if got != want(i) {
					t.Fatalf("%s: value %d of %d pixels: %v, want %v", row.Name, i, n, got, want(i))
				}
			}
		}
	}
}
