package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// halfValue is what the bits of a half mean, by the definition of IEEE 754.
func halfValue(h uint16) float64 {
	sign, e, m := 1.0, int(h>>10&31), float64(h&0x3ff)
	if h>>15 == 1 {
		sign = -1
	}
	switch {
	case e == 31 && m == 0:
		return math.Inf(int(sign))
	case e == 31:
		return math.NaN()
	case e == 0:
		return sign * m * 0x1p-24
	}
	return sign * math.Ldexp(1024+m, e-25)
}

// nearestHalf rounds to the values that halfs have.
func nearestHalf(x float64) float64 {
	if math.Abs(x) >= 65520 {
		return math.Inf(int(math.Copysign(1, x)))
	}
	_, e := math.Frexp(x)
	step := math.Ldexp(1, max(e-11, -24))
	return math.Copysign(math.RoundToEven(x/step)*step, x)
}

func TestWidenF16(t *testing.T) {
	for _, row := range ConvertF16Rows(testFeatures(t)) {
		half, float := make([]uint16, 1<<16), make([]float32, 1<<16)
		for i := range half {
			half[i] = uint16(i)
		}
		row.Widen(&ConvertF16Args{&half[0], &float[0], len(half)})
		for i, f := range float {
			want := halfValue(uint16(i))
			if got := float64(f); got != want && (got == got || want == want) || math.Signbit(got) != (i>>15 == 1) {
				t.Fatalf("%s: %#04x is %v, want %v", row.Name, i, got, want)
			}
			if bits := math.Float32bits(widenF16(uint16(i))); math.Float32bits(f) != bits {
				t.Fatalf("%s: %#04x has bits %#08x, generic Go %#08x", row.Name, i, math.Float32bits(f), bits)
			}
		}
	}
}

func TestNarrowF16(t *testing.T) {
	var float []float32
	// Every half, every middle between two, and the numbers beside both.
	for i := range uint16(0x7c00) {
		for _, v := range []float64{halfValue(i), (halfValue(i) + nextHalf(i)) / 2} {
			f := float32(v)
			for _, f := range []float32{f, math.Nextafter32(f, -1), math.Nextafter32(f, 1e6)} {
				float = append(float, f, -f)
			}
		}
	}
	for bits := uint64(0); bits < 1<<32; bits += 65_537 * 3 {
		float = append(float, math.Float32frombits(uint32(bits)))
	}
	float = append(float, strange...)
	for _, row := range ConvertF16Rows(testFeatures(t)) {
		half := make([]uint16, len(float))
		row.Narrow(&ConvertF16Args{&half[0], &float[0], len(half)})
		for i, f := range float {
			want, got := nearestHalf(float64(f)), halfValue(half[i])
			if got != want && (got == got || f == f) || math.Signbit(float64(f)) != (half[i]>>15 == 1) {
				t.Fatalf("%s: %v becomes %v, want %v", row.Name, f, got, want)
			}
			if bits := narrowF16(f); half[i] != bits {
				t.Fatalf("%s: %v has bits %#04x, generic Go %#04x", row.Name, f, half[i], bits)
			}
		}
	}
}

func nextHalf(h uint16) float64 {
	if h == 0x7bff {
		return 65536
	}
	return halfValue(h + 1)
}

func TestConvertF16Sizes(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 17))
	halves, floats := check.NewFence(t, 4096), check.NewFence(t, 4096)
	for _, row := range ConvertF16Rows(testFeatures(t)) {
		for n := range 68 {
			for _, side := range check.Sides {
				src := make([]uint16, n)
				for i := range src {
					src[i] = uint16(r.IntN(0x7c00))
				}
				half, float := fenced(t, halves, src, side), check.Fenced[float32](t, floats, n, side)
				row.Widen(&ConvertF16Args{first(half), first(float), n})
				clear(half)
				row.Narrow(&ConvertF16Args{first(half), first(float), n})
				for i := range src {
					if half[i] != src[i] || float[i] != widenF16(src[i]) {
						t.Fatalf("%s: n=%d %v: [%d] %#04x became %v and %#04x", row.Name, n, side, i, src[i], float[i], half[i])
					}
				}
				halves.Check(t)
				floats.Check(t)
			}
		}
	}
}
