package kernels

import "unsafe"

// WinogradI8 is a row of the table of kernels for convolutions of bytes of 3×3 at
// stride 1 by Winograd's minimal filtering F(2×2, 3×3): a tile of 2×2 results takes
// 16 products a pair of channels instead of 36. Everything is exact: pixels
// transform to at most 4·255 in magnitude and weights, four times those of the
// usual transform, to at most 9·127, both in int16, and sums in int32 may wrap on the
// way as long as four times the result does not. Results are therefore those of
// GemmI8, bit by bit. See A. Lavin and S. Gray, "Fast Algorithms for Convolutional
// Neural Networks" (2016).
//
// It pays where multiplying bytes takes as many instructions as multiplying
// int16, which is wherever there is no dot product of bytes.
//
// Channels are in multiples of WinogradChannels, and
// 4·255·Σ|w| over the weights of a result is less than 2³¹.
type WinogradI8 struct {
	Name     string
	Needs    Features
	Input    func(*WinogradI8InputArgs)
	Multiply func(*WinogradI8GemmArgs)
	Output   func(*WinogradI8OutputArgs)
}

// WinogradI8Tile is the extent of the results of a tile, WinogradI8Points how
// many values stand for a tile once transformed, WinogradI8Block how many tiles
// are multiplied together.
const (
	WinogradI8Tile   = 2
	WinogradI8Points = 16
	WinogradI8Block  = 6
)

// WinogradI8InputArgs are the arguments of the transform of one tile of 4×4
// pixels: V[p][c] = (Bᵀ·D·B)[p] for each channel c.
type WinogradI8InputArgs struct {
	A   unsafe.Pointer // what Off counts from
	Off *int32         // [16] offsets in bytes of rows of C bytes: the pixels, row by row
	V   *int16         // result: 16 rows of C
	LDV int            // bytes from row to row of V
	C   int            // multiple of WinogradChannels
}

// WinogradI8GemmArgs are the arguments of the product of one point:
// M[t][n] = Σ_c V[t][c]·U[c][n], for WinogradChannels columns n.
type WinogradI8GemmArgs struct {
	V     *int16 // Tiles rows of C
	U     *int16 // [C/2][WinogradChannels][2]: pairs of c side by side
	M     *int32 // Tiles rows
	LDM   int    // bytes from row to row of M
	Tiles int    // multiple of WinogradI8Block, > 0
	C     int    // multiple of WinogradChannels, > 0
}

// WinogradI8OutputArgs are the arguments of the transform of one tile back to
// 2×2 pixels: RequantiseSloped(Bias + Aᵀ·M·A ∕ 4).
type WinogradI8OutputArgs struct {
	M               *int32   // 16 rows of N
	LDM             int      // bytes from row to row of M
	Bias            *int32   // [N]
	Scale, ScaleNeg *float32 // [N]: of sums, and of negative sums
	Out             *uint8   // Rows×Cols pixels of N bytes; nothing past them is written
	LDX, LDY        int      // bytes from pixel to pixel, and from row to row of pixels, of Out
	Rows, Cols      int      // pixels to store: 1 or 2
	N               int      // multiple of WinogradChannels
	Zero            int32    // see GemmI8Args
	Lo, Hi          float32
}

// WinogradI8Weights transforms a filter of 3×3, row by row, into the 16 factors
// 4·G·g·Gᵀ.
func WinogradI8Weights(dst *[WinogradI8Points]int16, g *[9]int8) {
	transform := func(x, y, z int16) [4]int16 { return [4]int16{2 * x, x + y + z, x - y + z, 2 * z} }
	var half [3][4]int16 // [column][point]
	for c := range half {
		half[c] = transform(int16(g[c]), int16(g[3+c]), int16(g[6+c]))
	}
	for p := range 4 {
		line := transform(half[0][p], half[1][p], half[2][p])
		copy(dst[4*p:], line[:])
	}
}

// winogradI8Input1 is the transform Bᵀ of a line.
func winogradI8Input1(d *[4]int16) [4]int16 {
	return [4]int16{d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]}
}

func winogradInputI8Generic(a *WinogradI8InputArgs) {
	off := unsafe.Slice(a.Off, WinogradI8Points)
	for c := range a.C {
		var half [4][4]int16 // [column][point]
		for x := range 4 {
			var d [4]int16
			for y := range 4 {
				d[y] = int16(*(*uint8)(unsafe.Add(a.A, int(off[4*y+x])+c)))
			}
			half[x] = winogradI8Input1(&d)
		}
		for p := range 4 {
			line := [4]int16{half[0][p], half[1][p], half[2][p], half[3][p]}
			for q, v := range winogradI8Input1(&line) {
				*(*int16)(unsafe.Add(unsafe.Pointer(a.V), (4*p+q)*a.LDV+2*c)) = v
			}
		}
	}
}

func winogradMultiplyI8Generic(a *WinogradI8GemmArgs) {
	u := unsafe.Slice(a.U, a.C*WinogradChannels)
	for t := range a.Tiles {
		v := unsafe.Slice((*int16)(unsafe.Add(unsafe.Pointer(a.V), 2*t*a.C)), a.C)
		m := unsafe.Slice((*int32)(unsafe.Add(unsafe.Pointer(a.M), t*a.LDM)), WinogradChannels)
		clear(m)
		for c, x := range v {
			for n := range m {
				m[n] += int32(x) * int32(u[c/2*2*WinogradChannels+2*n+c%2])
			}
		}
	}
}

func winogradOutputI8Generic(a *WinogradI8OutputArgs) {
	bias, scale, neg := unsafe.Slice(a.Bias, a.N), unsafe.Slice(a.Scale, a.N), unsafe.Slice(a.ScaleNeg, a.N)
	for n := range a.N {
		var half [4][2]int32 // [column][row of the result]
		for x := range 4 {
			var m [4]int32
			for y := range 4 {
				m[y] = *(*int32)(unsafe.Add(unsafe.Pointer(a.M), (4*y+x)*a.LDM+4*n))
			}
			half[x] = [2]int32{m[0] + m[1] + m[2], m[1] - m[2] - m[3]}
		}
		for y := range a.Rows {
			both := [2]int32{half[0][y] + half[1][y] + half[2][y], half[1][y] - half[2][y] - half[3][y]}
			for x := range a.Cols {
				out := (*uint8)(unsafe.Add(unsafe.Pointer(a.Out), y*a.LDY+x*a.LDX+n))
				*out = RequantiseSloped(both[x]>>2+bias[n], scale[n], neg[n], a.Lo, a.Hi, a.Zero)
			}
		}
	}
}

var genericWinogradI8 = WinogradI8{"generic", 0, winogradInputI8Generic, winogradMultiplyI8Generic, winogradOutputI8Generic}

// WinogradI8Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func WinogradI8Rows(f Features) []*WinogradI8 {
	var rows []*WinogradI8
	for i := range archWinogradI8 {
		if f.Has(archWinogradI8[i].Needs) {
			rows = append(rows, &archWinogradI8[i])
		}
	}
	return append(rows, &genericWinogradI8)
}
