package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// TestChannelsF32 holds every row against the generic one, behind fences, for
// every number of channels up to two blocks and a bit.
func TestChannelsF32(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	var fences [7]*check.Fence
	for i := range fences {
		fences[i] = check.NewFence(t, 1<<12)
	}
	for _, row := range ChannelsF32Rows(testFeatures(t)) {
		for op := range numChannelOps {
			for c := 1; c < 20; c++ {
				for _, rows := range [...]int{1, 2, 5} {
					for variant := range 4 {
						holdChannels(t, r, fences[:], row, op, rows, c, variant&1 != 0, variant&2 != 0)
					}
				}
			}
		}
	}
}

// channelCase is one call's data.
type channelCase struct{ x, d, y, dst, u, v, w []float32 }

func (k *channelCase) all() [7]*[]float32 {
	return [...]*[]float32{&k.x, &k.d, &k.y, &k.dst, &k.u, &k.v, &k.w}
}

func (k *channelCase) args(rows, c int, masked, add bool) *ChannelsF32Args {
	a := &ChannelsF32Args{X: &k.x[0], D: &k.d[0], Dst: &k.dst[0], U: &k.u[0], V: &k.v[0], W: &k.w[0],
		Rows: rows, C: c, Slope: 1, Hi: inf32(1), Add: add, StepX: 4 * c}
	if masked {
		a.Y, a.Slope, a.Hi = &k.y[0], 0.25, 0.5
	}
	return a
}

func holdChannels(t *testing.T, r *rand.Rand, fences []*check.Fence, row *ChannelsF32, op ChannelOp, rows, c int, masked, add bool) {
	t.Helper()
	var plain channelCase
	for i, p := range plain.all() {
		n := rows * c
		if i > 3 {
			n = c
		}
		*p = make([]float32, n)
		for j := range *p {
			(*p)[j] = r.Float32()*2 - 1
		}
	}
	for i := 0; i < len(plain.x); i += 3 {
		plain.x[i] = plain.y[i] // what ChannelTake looks for
	}
	masked = masked || op == ChannelTake
	for _, side := range check.Sides {
		var got channelCase
		from := plain.all()
		for i, p := range got.all() {
			*p = fenced(t, fences[i], *from[i], side)
		}
		want := channelCase{clone(plain.x), clone(plain.d), clone(plain.y), clone(plain.dst), clone(plain.u), clone(plain.v), clone(plain.w)}
		row.Funcs[op](got.args(rows, c, masked, add))
		genericChannelsF32.Funcs[op](want.args(rows, c, masked, add))
		for _, f := range fences {
			f.Check(t)
		}
		for _, p := range [...][2][]float32{{got.dst, want.dst}, {got.d, want.d}, {got.v, want.v}, {got.w, want.w}, {got.u, want.u}} {
			for i := range p[0] {
				if math.Abs(float64(p[0][i]-p[1][i])) > 1e-5 {
					t.Fatalf("%s op %d, %d rows of %d, masked %v, add %v: %v, want %v", row.Name, op, rows, c, masked, add, p[0], p[1])
				}
			}
		}
	}
}

func clone(s []float32) []float32 { return append([]float32(nil), s...) }

// TestChannelsF32NaN: a limit lets NaN through, and NaN does not pass as
// positive.
func TestChannelsF32NaN(t *testing.T) {
	for _, row := range ChannelsF32Rows(testFeatures(t)) {
		for _, c := range [...]int{3, 8} {
			k := channelCase{make([]float32, c), make([]float32, c), make([]float32, c), make([]float32, c), make([]float32, c), make([]float32, c), make([]float32, c)}
			for i := range c {
				k.x[i], k.d[i], k.y[i], k.v[i] = nan32, 1, nan32, 1
			}
			a := k.args(1, c, true, false)
			a.Slope = 0
			row.Funcs[ChannelAffine](a)
			if k.dst[0] == k.dst[0] {
				t.Errorf("%s: affine of NaN is %v", row.Name, k.dst[0])
			}
			row.Funcs[ChannelPass](a)
			if k.dst[0] != 0 {
				t.Errorf("%s: a gradient of %v passes NaN", row.Name, k.dst[0])
			}
		}
	}
}

func BenchmarkChannelsF32(b *testing.B) {
	f, err := Available()
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range ChannelsF32Rows(f) {
		for op := range numChannelOps {
			b.Run(fmt.Sprintf("%s/%d", row.Name, op), func(b *testing.B) {
				const rows, c = ChannelSumRows, 16
				k := channelCase{make([]float32, rows*c), make([]float32, rows*c), make([]float32, rows*c), make([]float32, rows*c), make([]float32, c), make([]float32, c), make([]float32, c)}
				a := k.args(rows, c, true, false)
				for b.Loop() {
					row.Funcs[op](a)
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/(rows*c), "ns/element")
			})
		}
	}
}

// TestChannelDotsF32Step: rows of X that lie apart.
func TestChannelDotsF32Step(t *testing.T) {
	for _, row := range ChannelsF32Rows(testFeatures(t)) {
		const rows, c, step = 5, 11, 25
		x, d, v := make([]float32, rows*step), make([]float32, rows*c), make([]float32, c)
		want := make([]float32, c)
		for r := range rows {
			for i := range c {
				x[r*step+i], d[r*c+i] = float32(r+i), float32(i-r)
				want[i] += float32((r + i) * (i - r))
			}
		}
		row.Funcs[ChannelDots](&ChannelsF32Args{X: &x[0], D: &d[0], V: &v[0], Rows: rows, C: c, StepX: 4 * step})
		for i := range want {
			if v[i] != want[i] {
				t.Fatalf("%s: %v, want %v", row.Name, v, want)
			}
		}
	}
}
