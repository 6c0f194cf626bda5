package kernels

import (
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// matrices are those of BT.601 and BT.709, of either range, and one with
// other signs.
var matrices = []YCC{
	{76309, 16, 104597, 25674, 53279, 132201}, {65536, 0, 91881, 22554, 46802, 116130},
	{76309, 16, 117489, 13975, 34925, 138438}, {65536, 0, 103206, 12276, 30679, 121609},
	{60000, 10, -100000, -70001, 50003, 111111},
}

// TestColour converts rows of every length that end and begin at a guard, the
// extremes of samples first, and holds them against the definition in 64 bits.
func TestColour(t *testing.T) {
	fence := func() *check.Fence { return check.NewFence(t, 1<<10) }
	fd, in := fence(), [3]*check.Fence{fence(), fence(), fence()}
	for _, row := range ColourRows(testFeatures(t)) {
		r := rand.New(rand.NewPCG(11, 12))
		for round := range 2000 {
			op, n, side, m := ColourOp(round%4), round/4%100, check.Sides[round/4%2], &matrices[round/400]
			samples := extremes
			if round%400 >= 200 {
				samples = uniformA
			}
			luma, cb, cr := make([]uint8, (n+1)&^1), make([]uint8, (n+1)/2), make([]uint8, (n+1)/2)
			for _, s := range [][]uint8{luma, cb, cr} {
				for i := range s {
					s[i] = samples(r, i)
				}
			}
			var at [3]*uint8
			for i, s := range lay(op, luma, cb, cr, n) {
				if s = fenced(t, in[i], s, side); len(s) > 0 {
					at[i] = &s[0]
				}
			}
			dst := check.Fenced[uint8](t, fd, 3*n, side)
			row.Funcs[op](addr(dst), at[0], at[1], at[2], n, m)
			fd.Check(t)
			for i, got := range dst {
				if want := colourOf(m, luma[i/3], cb[i/6], cr[i/6], i%3); got != want {
					t.Fatalf("%s, way %d, matrix %d: colour %d of pixel %d of %d is %d, want %d", row.Name, op, round/400, i%3, i/3, n, got, want)
				}
			}
		}
	}
}

func extremes(r *rand.Rand, _ int) uint8 { return [...]uint8{0, 255, 128, 16, 235}[r.IntN(5)] }

func addr(s []uint8) *uint8 {
	if len(s) == 0 {
		return nil
	}
	return &s[0]
}

// lay returns the operands of op for n pixels.
func lay(op ColourOp, luma, cb, cr []uint8, n int) (rows [3][]uint8) {
	switch op {
	case ColourPlanes:
		return [3][]uint8{luma[:n], cb, cr}
	case ColourPairs:
		rows[0] = luma[:n]
		for i := range cb {
			rows[1] = append(rows[1], cb[i], cr[i])
		}
		return rows
	}
	for i := range cb {
		group := []uint8{luma[2*i], cb[i], luma[2*i+1], cr[i]}
		if op == ColourUYVY {
			group = []uint8{cb[i], luma[2*i], cr[i], luma[2*i+1]}
		}
		rows[0] = append(rows[0], group...)
	}
	return rows
}

// colourOf is the definition of a colour.
func colourOf(m *YCC, luma, cb, cr uint8, colour int) uint8 {
	u, v := int64(cb)-128, int64(cr)-128
	chroma := [...]int64{int64(m.RV) * v, -int64(m.GU)*u - int64(m.GV)*v, int64(m.BU) * u}[colour]
	return uint8(max(0, min(255, ((int64(luma)-int64(m.Black))*int64(m.Gain)+chroma+1<<15)>>16)))
}
