package kernels

import (
	"math"
	"unsafe"
)

// WinogradF32 is a row of the table of transforms for convolutions of 3×3 at
// stride 1 by Winograd's minimal filtering F(4×4, 3×3): a tile of 4×4 results
// takes 36 products a pair of channels instead of 144, each of which belongs
// to one of 36 matrix products (over channels) that GemmF32 computes. See
// A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks"
// (2016). The points of interpolation are 0, ±√½, ±√2 and ∞, whose transforms
// round less than those of the usual 0, ±1, ±2, ∞: results differ from direct
// convolution by less than 2⁻¹⁸ of Σ|x·w|. An infinity or NaN in a pixel
// reaches all results of its tile, not only those whose windows hold it.
//
// Channels are in multiples of WinogradChannels.
type WinogradF32 struct {
	Name   string
	Needs  Features
	Input  func(*WinogradF32InputArgs)
	Output func(*WinogradF32OutputArgs)
}

// WinogradTile is the extent of the results of a tile, WinogradPoints how many
// values stand for a tile once transformed.
const (
	WinogradTile     = 4
	WinogradPoints   = 36
	WinogradChannels = 16
)

// WinogradF32InputArgs are the arguments of the transform of one tile of 6×6
// pixels: V[p][c] = (Bᵀ·D·B)[p] for each channel c.
type WinogradF32InputArgs struct {
	A   unsafe.Pointer // what Off counts from
	Off *int32         // [36] offsets in bytes of rows of C floats: the pixels, row by row
	V   *float32       // result: 36 rows of C floats
	LDV int            // bytes from row to row of V
	C   int            // multiple of WinogradChannels
	Tmp *float32       // [36·WinogradChannels], overwritten
}

// WinogradF32OutputArgs are the arguments of the transform of one tile back to
// 4×4 pixels: clamp(Aᵀ·M·A + Bias + Res).
type WinogradF32OutputArgs struct {
	M          *float32 // 36 rows of N floats
	LDM        int      // bytes from row to row of M
	Bias       *float32 // [N]
	Out        *float32 // Rows×Cols pixels of N floats
	Res        *float32 // likewise, laid out as Out is; nil for none. May be Out itself.
	LDX, LDY   int      // bytes from pixel to pixel, and from row to row of pixels, of Out and Res
	Rows, Cols int      // pixels to store: 1..4. Nothing past them is read from Res or written.
	N          int      // multiple of WinogradChannels
	Lo, Hi     float32  // clamp; NaN stays NaN
	Tmp        *float32 // [24·WinogradChannels], overwritten
}

const (
	rootHalf = 0.70710678118654752440 // √½
	rootTwo  = 1.41421356237309504880 // √2
)

// WinogradF32Weights transforms a filter of 3×3, row by row, into the 36
// factors G·g·Gᵀ.
func WinogradF32Weights(dst *[WinogradPoints]float32, g *[9]float32) {
	transform := func(x, y, z float64) [6]float64 {
		return [6]float64{
			x,
			(x + rootHalf*y + z/2) / -1.5,
			(x - rootHalf*y + z/2) / -1.5,
			(x + rootTwo*y + 2*z) / 6,
			(x - rootTwo*y + 2*z) / 6,
			z,
		}
	}
	var half [3][6]float64 // [column][point]
	for c := range half {
		half[c] = transform(float64(g[c]), float64(g[3+c]), float64(g[6+c]))
	}
	for p := range 6 {
		for q, v := range transform(half[0][p], half[1][p], half[2][p]) {
			dst[6*p+q] = float32(v)
		}
	}
}

// WinogradF32WeightsQuick is WinogradF32Weights in float32 and without
// divisions: for training, where weights are others with every step.
func WinogradF32WeightsQuick(dst *[WinogradPoints]float32, g *[9]float32) {
	var half [3][6]float32 // [column][point]
	for c := range half {
		winogradWeights1(&half[c], g[c], g[3+c], g[6+c])
	}
	for p := range 6 {
		winogradWeights1((*[6]float32)(dst[6*p:]), half[0][p], half[1][p], half[2][p])
	}
}

// winogradWeights1 is the transform G of a line.
func winogradWeights1(to *[6]float32, x, y, z float32) {
	e, o := (x+z*0.5)*(-2./3), y*(-2./3*rootHalf)
	f, q := (x+z*2)*(1./6), y*(rootTwo/6)
	to[0], to[1], to[2], to[3], to[4], to[5] = x, e+o, e-o, f+q, f-q, z
}

// winogradInput1 is the transform Bᵀ of a line.
func winogradInput1(d *[6]float32) [6]float32 {
	e, o := d[4]-2*d[2], rootHalf*(d[3]-2*d[1])
	f, q := d[4]-d[2]/2, rootTwo*(d[3]-d[1]/2)
	return [6]float32{d[0] + d[4] - 2.5*d[2], e + o, e - o, f + q, f - q, d[1] + d[5] - 2.5*d[3]}
}

// winogradOutput1 is the transform Aᵀ of a line.
func winogradOutput1(m *[6]float32) [4]float32 {
	s, d, u, e := m[1]+m[2], m[1]-m[2], m[3]+m[4], m[3]-m[4]
	return [4]float32{m[0] + s + u, rootHalf*d + rootTwo*e, s/2 + 2*u, rootHalf/2*d + 2*rootTwo*e + m[5]}
}

func winogradInputF32Generic(a *WinogradF32InputArgs) {
	off := unsafe.Slice(a.Off, WinogradPoints)
	for c := range a.C {
		var half [6][6]float32 // [column][point]
		for x := range 6 {
			var d [6]float32
			for y := range 6 {
				d[y] = *(*float32)(unsafe.Add(a.A, int(off[6*y+x])+4*c))
			}
			half[x] = winogradInput1(&d)
		}
		for p := range 6 {
			line := [6]float32{half[0][p], half[1][p], half[2][p], half[3][p], half[4][p], half[5][p]}
			for q, v := range winogradInput1(&line) {
				*(*float32)(unsafe.Add(unsafe.Pointer(a.V), (6*p+q)*a.LDV+4*c)) = v
			}
		}
	}
}

func winogradOutputF32Generic(a *WinogradF32OutputArgs) {
	bias := unsafe.Slice(a.Bias, a.N)
	for c := range a.N {
		var half [6][4]float32 // [point][row]
		for q := range 6 {
			var m [6]float32
			for p := range 6 {
				m[p] = *(*float32)(unsafe.Add(unsafe.Pointer(a.M), (6*p+q)*a.LDM+4*c))
			}
			half[q] = winogradOutput1(&m)
		}
		for y := range a.Rows {
			line := [6]float32{half[0][y], half[1][y], half[2][y], half[3][y], half[4][y], half[5][y]}
			row := winogradOutput1(&line)
			for x := range a.Cols {
				at := y*a.LDY + x*a.LDX + 4*c
				v := row[x] + bias[c]
				if a.Res != nil {
					v += *(*float32)(unsafe.Add(unsafe.Pointer(a.Res), at))
				}
				*(*float32)(unsafe.Add(unsafe.Pointer(a.Out), at)) = clamp(v, a.Lo, a.Hi)
			}
		}
	}
}

var genericWinogradF32 = WinogradF32{"generic", 0, winogradInputF32Generic, winogradOutputF32Generic}

// WinogradF32Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func WinogradF32Rows(f Features) []*WinogradF32 {
	var rows []*WinogradF32
	for i := range archWinogradF32 {
		if f.Has(archWinogradF32[i].Needs) {
			rows = append(rows, &archWinogradF32[i])
		}
	}
	return append(rows, &genericWinogradF32)
}

// The numbers of the transforms, for assembly.
//
//lint:ignore U1000 the assembly reads it
var winogradNumbers = [...]float32{0.5, 2, 2.5, float32(rootHalf), float32(math.Sqrt2), float32(rootHalf / 2), float32(2 * rootTwo)}
