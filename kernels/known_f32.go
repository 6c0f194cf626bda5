package kernels

import (
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// Known answers of rows in float32. Where a kernel only adds and multiplies,
// operands are whole numbers and results exact, whatever the order of sums;
// elsewhere a row is held against generic Go within the bounds of its table.

func knownAnswersF32(f Features) []Answer {
	var all []Answer
	add := func(table, row, failed string) {
		a := Answer{Table: table, Row: row}
		if failed != "" {
			a.Err = &ErrKernel{table, row, failed}
		}
		all = append(all, a)
	}
	for _, r := range GemmF32Rows(f) {
		add("gemm float32", r.Name, r.knownAnswer())
	}
	for _, t := range []struct {
		name string
		rows []*TapsF32
	}{{"depthwise float32", DepthwiseF32Rows(f)}, {"maxpool float32", MaxPoolF32Rows(f)}, {"avgpool float32", AvgPoolF32Rows(f)}} {
		for _, r := range t.rows {
			add(t.name, r.Name, r.knownAnswer(t.rows[len(t.rows)-1]))
		}
	}
	for _, r := range DepthwiseRowF32Rows(f) {
		add(fmt.Sprintf("depthwise rows of %d by stride %d float32", r.Width, r.Stride), r.Name, r.knownAnswer())
	}
	for _, r := range WinogradF32Rows(f) {
		add("winograd float32", r.Name, r.knownAnswer())
	}
	for _, r := range ElementF32Rows(f) {
		add("element float32", r.Name, r.knownAnswer())
	}
	for _, r := range EveryOtherF32Rows(f) {
		add("every other float32", r.Name, r.knownAnswer())
	}
	for _, r := range SoftmaxF32Rows(f) {
		add("softmax float32", r.Name, r.knownAnswer())
	}
	for _, r := range RangeF32Rows(f) {
		add("range float32", r.Name, r.knownAnswer())
	}
	for _, r := range LRNF32Rows(f) {
		add("lrn float32", r.Name, r.knownAnswer())
	}
	for _, r := range ConvertF16Rows(f) {
		add("convert float16", r.Name, r.knownAnswer())
	}
	return all
}

// knownAnswer of this and the other rows returns the case that fails, or "".
func (g *GemmF32) knownAnswer() string {
	for i, tile := range [][4]int{{g.MR, g.NR, 64, 2}, {g.MR, g.NR, 7, 9}, {1, g.NR, 33, 1}, {g.MR, 1, 5, 3}} {
		m, n, k, taps := tile[0], tile[1], tile[2], tile[3]
		s := sequence(i + 1)
		a, w, bias := s.wholes(g.MR*taps*k), s.wholes(n*taps*k), make([]float32, g.NR)
		copy(bias, s.wholes(n))
		off := make([]int32, taps*g.MR)
		for t := range taps {
			for r := range g.MR {
				off[t*g.MR+r] = int32(4 * (min(r, m-1)*taps + t) * k)
			}
		}
		b := make([]float32, PackedGemmF32Len(n, taps, k, g.NR))
		PackGemmF32(b, w, n, taps, k, g.NR, taps*k, k, 1)
		c := s.wholes(m * n)
		want := slices.Clone(c)
		for j := range want {
			want[j] += bias[j%n]
			for kk := range taps * k {
				want[j] += float32(a[j/n*taps*k+kk] * w[j%n*taps*k+kk])
			}
			want[j] = clamp(want[j], -300, 200)
		}
		g.Func(&GemmF32Args{A: unsafe.Pointer(&a[0]), Off: &off[0], B: &b[0], C: &c[0], Bias: &bias[0], Res: &c[0],
			LDC: 4 * n, LDR: 4 * n, Taps: taps, K: k, M: m, N: n, Lo: -300, Hi: 200})
		if !slices.Equal(c, want) {
			return "a tile of sums of products"
		}
	}
	return ""
}

func (r *TapsF32) knownAnswer(spec *TapsF32) string {
	for i, shape := range [][3]int{{5, 9, 67}, {1, 1, 1}, {3, 4, 32}} {
		pixels, taps, c := shape[0], shape[1], shape[2]
		s := sequence(i + 1)
		a, w, bias, scale := s.wholes((pixels+taps)*c), s.wholes(taps*c), s.wholes(c), make([]float32, pixels)
		off := make([]int32, pixels*taps)
		for j := range off {
			off[j] = int32(4 * (j/taps + j%taps) * c)
		}
		for p := range scale {
			scale[p] = 0.25
		}
		var results [2][]float32
		for j, row := range []*TapsF32{r, spec} {
			results[j] = make([]float32, pixels*c)
			row.Func(&TapsF32Args{A: unsafe.Pointer(&a[0]), Off: &off[0], W: &w[0], Bias: &bias[0], Scale: &scale[0], Out: &results[j][0],
				LDO: 4 * c, Pixels: pixels, Taps: taps, C: c, Lo: -100, Hi: 80})
		}
		if !slices.Equal(results[0], results[1]) {
			return "pixels of many channels"
		}
	}
	return ""
}

func (d *DepthwiseRowF32) knownAnswer() string {
	const pixels, rows = 7, 3
	c := 9 * d.Channels
	s := sequence(1)
	groups := (pixels + DepthwisePixels - 1) / DepthwisePixels
	a, w, bias := s.wholes((groups*rows*d.Columns())*c), s.wholes(rows*d.Width*c), s.wholes(c)
	off := make([]int32, groups*rows*d.Columns())
	for i := range off {
		off[i] = int32(4 * c * i)
	}
	var results [2][]float32
	for i, run := range []func(*DepthwiseRowF32Args){d.Func, depthwiseRowF32Generic(d.Width, d.Stride)} {
		results[i] = make([]float32, pixels*c)
		run(&DepthwiseRowF32Args{A: unsafe.Pointer(&a[0]), Off: &off[0], W: &w[0], Bias: &bias[0], Out: &results[i][0],
			LDO: 4 * c, Pixels: pixels, Rows: rows, C: c, Lo: -100, Hi: 80})
	}
	if !slices.Equal(results[0], results[1]) {
		return "a row of pixels"
	}
	return ""
}

func (w *WinogradF32) knownAnswer() string {
	const c = 2 * WinogradChannels
	s := sequence(1)
	a, bias, off, tmp := s.wholes(36*c), s.wholes(c), make([]int32, 36), make([]float32, 36*WinogradChannels)
	for i := range off {
		off[i] = int32(4 * c * (35 - i))
	}
	var v, out [2][]float32
	for i, row := range []*WinogradF32{w, &genericWinogradF32} {
		v[i], out[i] = make([]float32, 36*c), make([]float32, 16*c)
		row.Input(&WinogradF32InputArgs{A: unsafe.Pointer(&a[0]), Off: &off[0], V: &v[i][0], LDV: 4 * c, C: c, Tmp: &tmp[0]})
		row.Output(&WinogradF32OutputArgs{M: &a[0], LDM: 4 * c, Bias: &bias[0], Out: &out[i][0], LDX: 4 * c, LDY: 16 * c,
			Rows: 4, Cols: 4, N: c, Lo: -100, Hi: 80, Tmp: &tmp[0]})
	}
	// Sums of 36 values up to 8, with factors up to 8.
	const bound = 0x1p-23 * 36 * 8 * 8
	switch {
	case !within(v[0], v[1], func(int) float64 { return bound }):
		return "a tile of the picture"
	case !within(out[0], out[1], func(int) float64 { return bound }):
		return "a tile of the result"
	}
	return ""
}

func (r *ElementF32) knownAnswer() string {
	const n = 333
	for op := range numElementOps {
		s := sequence(op + 1)
		x, y := s.reals(n, 12), s.reals(n, 3)
		var results [2][]float32
		for i, row := range []*ElementF32{r, &genericElementF32} {
			results[i] = make([]float32, n)
			row.Funcs[op](&ElementF32Args{Dst: &results[i][0], A: &x[0], B: &y[0], N: n, Lo: 0.2, Hi: 0.5})
		}
		bound := func(int) float64 { return 0 }
		if op > PReluF32 { // twice the bounds of the table: both rows err
			bound = func(i int) float64 {
				return 0x1p-23 * (8*math.Abs(float64(results[1][i])) + 2*math.Abs(float64(x[i])) + 2)
			}
		}
		if op == ExpF32 {
			bound = func(i int) float64 { return 0x1p-23 * 4 * float64(results[1][i]) }
		}
		if !within(results[0], results[1], bound) {
			return elementNames[op]
		}
	}
	return ""
}

// elementNames are what a message calls the operations.
var elementNames = [numElementOps]string{"addition", "subtraction", "multiplication", "division", "maximum", "minimum",
	"addition of a scalar", "multiplication by a scalar", "clamp", "leaky relu", "prelu", "exp", "sigmoid", "tanh", "silu",
	"hard swish", "hard sigmoid"}

func (r *EveryOtherF32) knownAnswer() string {
	const n = 77
	s := sequence(1)
	x, got := s.reals(2*n-1, 1), make([]float32, n)
	r.Func(&ElementF32Args{Dst: &got[0], A: &x[0], N: n})
	for i, v := range got {
		if v != x[2*i] {
			return "a line of pixels"
		}
	}
	return ""
}

func (r *SoftmaxF32) knownAnswer() string {
	const n, most = 101, 10
	s := sequence(1)
	x := s.reals(n, most)
	var results [2][]float32
	for i, row := range []*SoftmaxF32{r, &genericSoftmaxF32} {
		results[i] = make([]float32, n)
		row.Func(&SoftmaxF32Args{Dst: &results[i][0], A: &x[0], N: n})
	}
	if !within(results[0], results[1], func(i int) float64 { return 0x1p-23 * 2 * (8 + n/8 + 2*most) * float64(results[1][i]) }) {
		return "a row"
	}
	return ""
}

func (r *RangeF32) knownAnswer() string {
	const n = 103
	s := sequence(1)
	x := s.reals(n, 10)
	for i := range x {
		a := RangeF32Args{A: &x[i], N: n - i, Lo: 20, Hi: -20}
		r.Func(&a)
		if a.Lo != slices.Min(x[i:]) || a.Hi != slices.Max(x[i:]) {
			return "a range"
		}
	}
	return ""
}

func (r *LRNF32) knownAnswer() string {
	const n, size = 67, 5
	s := sequence(1)
	x, squares := s.reals(n, 10), s.reals(n+size-1+LRNSlack, 10)
	for i, v := range squares {
		squares[i] = v * v
	}
	var results [2][]float32
	for i, row := range []*LRNF32{r, &genericLRNF32} {
		results[i] = make([]float32, n)
		row.Func(&LRNF32Args{Dst: &results[i][0], A: &x[0], S: &squares[0], N: n, Size: size, Alpha: 0.02, Bias: 1.5})
	}
	if !slices.Equal(results[0], results[1]) {
		return "a row of channels"
	}
	return ""
}

func (r *ConvertF16) knownAnswer() string {
	const n = 259
	s := sequence(1)
	half, float := make([]uint16, n), s.reals(n, 3)
	for i := range half {
		if half[i] = uint16(s.next())<<8 | uint16(s.next()); half[i]&0x7c00 == 0x7c00 {
			half[i] ^= 0x4000 // no infinities and NaN, which are unequal to themselves
		}
		float[i] *= float[i] * float[i]
	}
	var wide [2][]float32
	var narrow [2][]uint16
	for i, row := range []*ConvertF16{r, &genericConvertF16} {
		wide[i], narrow[i] = make([]float32, n), make([]uint16, n)
		row.Widen(&ConvertF16Args{Half: &half[0], Float: &wide[i][0], N: n})
		row.Narrow(&ConvertF16Args{Half: &narrow[i][0], Float: &float[0], N: n})
	}
	switch {
	case !slices.Equal(wide[0], wide[1]):
		return "halves made floats"
	case !slices.Equal(narrow[0], narrow[1]):
		return "floats made halves"
	}
	return ""
}

// within reports whether each element of got is that of want within its bound.
func within(got, want []float32, bound func(i int) float64) bool {
	for i := range want {
		if !(math.Abs(float64(got[i])-float64(want[i])) <= bound(i)) {
			return false
		}
	}
	return true
}
