package kernels

import (
	"bytes"
	"fmt"
	"slices"
	"unsafe"
)

// TrustedGemmI8 returns the first row of GemmI8Rows that gives the known answers
// on this machine: one for a CPU that no test has run on is chosen only so.
func TrustedGemmI8(f Features) *GemmI8 { return trusted(GemmI8Rows(f)) }

func trusted(rows []*GemmI8) *GemmI8 {
	for _, row := range rows[:len(rows)-1] {
		if row.KnownAnswer() == nil {
			return row
		}
	}
	return rows[len(rows)-1]
}

// KnownAnswer runs a few tiles, the largest activations and weights among them,
// and returns an *ErrKernel when one is not what the specification says. A row
// that tests cannot run everywhere is chosen only after this; it takes
// microseconds.
func (g *GemmI8) KnownAnswer() error {
	for i, tile := range [][4]int{{g.MR, g.NR, 64, 2}, {g.MR, g.NR, 7, 9}, {1, g.NR, 33, 1}, {g.MR, 1, 5, 3}} {
		m, n, k, taps := tile[0], tile[1], tile[2], tile[3]
		s := sequence(i + 1)
		a := s.fill(make([]uint8, g.MR*taps*k+ReadPast))
		w := make([]int8, n*taps*k)
		for j := range w {
			w[j] = s.weight()
			if i == 0 {
				a[j%(len(a)-ReadPast)], w[j] = 255, int8(127-j/k/taps%2*254)
			}
		}
		off := make([]int32, taps*g.MR)
		for t := range taps {
			for r := range g.MR {
				off[t*g.MR+r] = int32((min(r, m-1)*taps + t) * k)
			}
		}
		b, bias := make([]int8, g.PackedLen(n, taps, k)), make([]int32, g.NR)
		scale, neg := make([]float32, g.NR), make([]float32, g.NR)
		g.Pack(b, w, n, taps, k, taps*k, k, 1)
		for j := range bias {
			bias[j], scale[j] = int32(int8(s.next()))<<6, float32(s.next())*0x1p-20
			neg[j] = scale[j]
			if i%2 == 1 {
				neg[j] = float32(int8(s.next())) * 0x1p-20
			}
		}
		c, want := make([]uint8, m*n), make([]uint8, m*n)
		for j := range want {
			acc := bias[j%n]
			for kk := range taps * k {
				acc += int32(a[j/n*taps*k+kk]) * int32(w[j%n*taps*k+kk])
			}
			want[j] = RequantiseSloped(acc, scale[j%n], neg[j%n], -100, 140, 100)
		}
		args := GemmI8Args{A: unsafe.Pointer(&a[0]), Off: &off[0], B: &b[0], Bias: &bias[0], Scale: &scale[0], C: &c[0],
			LDC: n, Taps: taps, K: k, M: m, N: n, Zero: 100, Lo: -100, Hi: 140}
		if i%2 == 1 {
			args.ScaleNeg = &neg[0]
		}
		g.Func(&args)
		if !bytes.Equal(c, want) {
			return &ErrKernel{"GemmI8Rows", g.Name, fmt.Sprintf("%d×%d×%d in %d taps", m, n, k, taps)}
		}
	}
	return nil
}

// KnownAnswer holds the row against spec, the last row of its table: see
// GemmI8.KnownAnswer.
func (r *TapsI8) KnownAnswer(spec *TapsI8) error {
	for i, shape := range [][3]int{{5, 9, 67}, {1, 1, 1}, {3, 4, 32}} {
		pixels, taps, c := shape[0], shape[1], shape[2]
		s := sequence(i + 1)
		a := s.fill(make([]uint8, (pixels+taps)*c+ReadPast))
		if i == 0 {
			for j := range a {
				a[j] |= 0xF0
			}
		}
		off := make([]int32, pixels*taps)
		for j := range off {
			off[j] = int32((j/taps + j%taps) * c)
		}
		w, bias, scale := make([]int8, taps*c), make([]int32, ChannelPad(c)), make([]float32, ChannelPad(c))
		for j := range w {
			w[j] = s.weight()
		}
		neg := make([]float32, ChannelPad(c))
		for j := range bias {
			bias[j], scale[j], neg[j] = int32(int8(s.next()))<<6, float32(s.next())*0x1p-14, float32(int8(s.next()))*0x1p-14
		}
		var results [2][]uint8
		for j, row := range []*TapsI8{r, spec} {
			results[j] = make([]uint8, pixels*c)
			args := TapsI8Args{A: unsafe.Pointer(&a[0]), Off: &off[0], Bias: &bias[0], Scale: &scale[0], Out: &results[j][0],
				LDO: c, Pixels: pixels, Taps: taps, C: c, Offset: -int32(taps) * 100, Zero: 100, Lo: -100, Hi: 140}
			if row.layout != nil {
				packed := make([]int8, row.PackedLen(taps, c))
				row.Pack(packed, w, taps, c, c, 1)
				args.W = &packed[0]
				if i > 0 {
					args.ScaleNeg = &neg[0]
				}
			}
			row.Func(&args)
		}
		if !bytes.Equal(results[0], results[1]) {
			return &ErrKernel{"a table of TapsI8", r.Name, fmt.Sprintf("%d pixels of %d channels in %d taps", pixels, c, taps)}
		}
	}
	return nil
}

// KnownAnswer holds every operation of the row against generic Go: see
// GemmI8.KnownAnswer.
func (r *ElementI8) KnownAnswer() error {
	const n = 333
	s := sequence(1)
	x, y, table := s.fill(make([]uint8, n)), s.fill(make([]uint8, n)), [256]uint8(s.fill(make([]uint8, 256)))
	f := make([]float32, n)
	for i := range f {
		f[i] = float32(int32(x[i])-128) * (float32(y[i]) + 0.5)
	}
	for op := range numElementI8Ops {
		var bytesOf [2][]uint8
		var floats [2][]float32
		for i, row := range []*ElementI8{r, &genericElementI8} {
			bytesOf[i], floats[i] = make([]uint8, n), slices.Clone(f)
			row.Funcs[op](&ElementI8Args{Dst: &bytesOf[i][0], A: &x[0], B: &y[0], F32: &floats[i][0], Table: &table, N: n,
				ZeroA: 128, ZeroB: 3, ScaleA: 0.0078125, ScaleB: -0.7, Zero: 100, Lo: -90, Hi: 150})
		}
		if !bytes.Equal(bytesOf[0], bytesOf[1]) || !slices.Equal(floats[0], floats[1]) {
			return &ErrKernel{"ElementI8Rows", r.Name, fmt.Sprintf("operation %d", op)}
		}
	}
	return nil
}

// KnownAnswer holds the row against generic Go: see GemmI8.KnownAnswer.
func (r *SoftmaxI8) KnownAnswer() error {
	const rows, n = 3, 48
	s := sequence(1)
	x := s.fill(make([]uint8, rows*n))
	var table [256]int32
	for d := range table {
		table[d] = SoftmaxI8Unit(n) >> (d / 8)
	}
	var results [2][]uint8
	for i, row := range []*SoftmaxI8{r, &genericSoftmaxI8} {
		results[i] = make([]uint8, rows*n)
		row.Func(&SoftmaxI8Args{Dst: &results[i][0], A: &x[0], Rows: rows, N: n, Stride: 1, Table: &table, Scale: 0x1p-8, Zero: 3, Tmp: &make([]int32, n)[0]})
	}
	if !bytes.Equal(results[0], results[1]) {
		return &ErrKernel{"SoftmaxI8Rows", r.Name, "three rows of 48"}
	}
	return nil
}

// KnownAnswer holds the row against generic Go, on six tiles with the largest
// pixels and weights among them: see GemmI8.KnownAnswer.
func (r *WinogradI8) KnownAnswer() error {
	const c, tiles, points = WinogradChannels, WinogradI8Block, WinogradI8Points
	s := sequence(1)
	x := s.fill(make([]uint8, (tiles+3)*c))
	copy(x[c:], bytes.Repeat([]uint8{255}, 4*c))
	var off [points]int32
	bias, scale, neg := make([]int32, c), make([]float32, c), make([]float32, c)
	for i := range bias {
		bias[i], scale[i], neg[i] = int32(int8(s.next()))<<6, float32(s.next())*0x1p-18, float32(int8(s.next()))*0x1p-18
	}
	u := make([]int16, points*c*c)
	var factors [points]int16
	for i := range c * c {
		var g [9]int8
		for j := range g {
			g[j] = s.weight()
		}
		WinogradI8Weights(&factors, &g)
		for p, f := range factors {
			u[p*c*c+i] = f
		}
	}
	var results [2][]uint8
	for i, row := range []*WinogradI8{r, &genericWinogradI8} {
		v, m := make([]int16, points*tiles*c), make([]int32, points*tiles*c)
		results[i] = make([]uint8, tiles*4*c)
		for t := range tiles {
			for j := range off {
				off[j] = int32((t + j%4) * c)
			}
			row.Input(&WinogradI8InputArgs{A: unsafe.Pointer(&x[0]), Off: &off[0], V: &v[t*c], LDV: 2 * tiles * c, C: c})
		}
		for p := range points {
			row.Multiply(&WinogradI8GemmArgs{V: &v[p*tiles*c], U: &u[p*c*c], M: &m[p*tiles*c], LDM: 4 * c, Tiles: tiles, C: c})
		}
		for t := range tiles {
			row.Output(&WinogradI8OutputArgs{M: &m[t*c], LDM: 4 * tiles * c, Bias: &bias[0], Scale: &scale[0], ScaleNeg: &neg[0],
				Out: &results[i][4*t*c], LDX: c, LDY: 2 * c, Rows: 2, Cols: 2, N: c, Zero: 100, Lo: -100, Hi: 140})
		}
	}
	if !bytes.Equal(results[0], results[1]) {
		return &ErrKernel{"WinogradI8Rows", r.Name, "six tiles"}
	}
	return nil
}

// KnownAnswer holds the row against generic Go: see GemmI8.KnownAnswer.
func (r *MoveI8) KnownAnswer() error {
	const n = 77
	s := sequence(1)
	x := s.fill(make([]uint8, 3*n))
	var results [2][]uint8
	for i, row := range []*MoveI8{r, &genericMoveI8} {
		dst := make([]uint8, 7*n)
		row.CopyRows(&CopyRowsArgs{Dst: unsafe.Pointer(&dst[0]), A: unsafe.Pointer(&x[0]), LDD: n, LDA: n / 2, Rows: 3, N: n - 9})
		row.EveryOther(&EveryOtherI8Args{Dst: &dst[3*n], A: &x[1], N: n})
		row.Interleave(&InterleaveI8Args{Dst: &dst[4*n], A: &x[0], B: &x[n], C: &x[2*n], N: n})
		results[i] = dst
	}
	if !bytes.Equal(results[0], results[1]) {
		return &ErrKernel{"MoveI8Rows", r.Name, "77 bytes"}
	}
	return nil
}

// KnownAnswer holds the row against generic Go: see GemmI8.KnownAnswer.
func (r *ResizeI8) KnownAnswer() error {
	const pixels, c = 3, 41
	s := sequence(1)
	x := s.fill(make([]uint8, 4*c))
	off, right := [2 * pixels]int32{0, c, c, c, c, 0}, [pixels]int32{700, 0, ResizeI8Unit}
	var results [2][]uint8
	for i, row := range []*ResizeI8{r, &genericResizeI8} {
		results[i] = make([]uint8, pixels*c)
		row.Func(&ResizeI8Args{Dst: &results[i][0], Upper: &x[0], Lower: &x[2*c], Off: &off[0], Right: &right[0], Below: 1500, Pixels: pixels, C: c})
	}
	if !bytes.Equal(results[0], results[1]) {
		return &ErrKernel{"ResizeI8Rows", r.Name, "three pixels of 41"}
	}
	return nil
}
