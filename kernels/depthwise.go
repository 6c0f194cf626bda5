package kernels

import "unsafe"

// TapsF32Args are the arguments of the kernels that combine, for every pixel,
// Taps rows of C floats into one: depthwise convolution and pooling over
// NHWC.
type TapsF32Args struct {
	A      unsafe.Pointer // what Off counts from
	Off    *int32         // [Pixels][Taps] offsets in bytes of rows of C floats
	W      *float32       // depthwise: [Taps][C] weights; unused by pooling
	Bias   *float32       // depthwise: [C], never nil; unused by pooling
	Scale  *float32       // average pooling: [Pixels] factors; unused otherwise
	Out    *float32       // Pixels rows of C floats
	LDO    int            // bytes from row to row of Out
	Pixels int
	Taps   int     // ≥ 1
	C      int     // ≥ 1
	Lo, Hi float32 // clamp of depthwise results; unused by pooling
}

// TapsF32 is a row of the tables of depthwise and pooling kernels.
type TapsF32 struct {
	Name  string
	Needs Features
	Func  func(*TapsF32Args)
}

func (a *TapsF32Args) off(p int) []int32 {
	return unsafe.Slice((*int32)(unsafe.Add(unsafe.Pointer(a.Off), p*a.Taps*4)), a.Taps)
}

func (a *TapsF32Args) out(p int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(a.Out), p*a.LDO)), a.C)
}

func (a *TapsF32Args) row(off int32) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(a.A, off)), a.C)
}

// depthwiseF32Generic: Out[p][c] = clamp(Bias[c] + Σ_t A_p,t[c]·W[t][c]).
func depthwiseF32Generic(a *TapsF32Args) {
	w := unsafe.Slice(a.W, a.Taps*a.C)
	bias := unsafe.Slice(a.Bias, a.C)
	for p := range a.Pixels {
		out := a.out(p)
		copy(out, bias)
		for t, o := range a.off(p) {
			wt := w[t*a.C:][:a.C]
			for c, x := range a.row(o) {
				out[c] += x * wt[c]
			}
		}
		for c, x := range out {
			out[c] = clamp(x, a.Lo, a.Hi)
		}
	}
}

// maxPoolF32Generic: Out[p][c] = max_t A_p,t[c]. Callers point padding taps at
// a row that is in the window anyway. A NaN is taken over only if it comes first.
func maxPoolF32Generic(a *TapsF32Args) {
	for p := range a.Pixels {
		out := a.out(p)
		for t, o := range a.off(p) {
			row := a.row(o)
			if t == 0 {
				copy(out, row)
				continue
			}
			for c, x := range row {
				if x > out[c] {
					out[c] = x
				}
			}
		}
	}
}

// avgPoolF32Generic: Out[p][c] = Scale[p]·Σ_t A_p,t[c].
func avgPoolF32Generic(a *TapsF32Args) {
	scale := unsafe.Slice(a.Scale, a.Pixels)
	for p := range a.Pixels {
		out := a.out(p)
		clear(out)
		for _, o := range a.off(p) {
			for c, x := range a.row(o) {
				out[c] += x
			}
		}
		for c := range out {
			out[c] *= scale[p]
		}
	}
}

var (
	genericDepthwiseF32 = TapsF32{"generic", 0, depthwiseF32Generic}
	genericMaxPoolF32   = TapsF32{"generic", 0, maxPoolF32Generic}
	genericAvgPoolF32   = TapsF32{"generic", 0, avgPoolF32Generic}
)

// DepthwiseF32Rows, MaxPoolF32Rows and AvgPoolF32Rows return the rows that a
// CPU with the features f can run, best first; the last is generic Go.
func DepthwiseF32Rows(f Features) []*TapsF32 {
	return tapsRows(archDepthwiseF32, &genericDepthwiseF32, f)
}

// MaxPoolF32Rows: see DepthwiseF32Rows.
func MaxPoolF32Rows(f Features) []*TapsF32 { return tapsRows(archMaxPoolF32, &genericMaxPoolF32, f) }

// AvgPoolF32Rows: see DepthwiseF32Rows.
func AvgPoolF32Rows(f Features) []*TapsF32 { return tapsRows(archAvgPoolF32, &genericAvgPoolF32, f) }

func tapsRows(arch []TapsF32, generic *TapsF32, f Features) []*TapsF32 {
	var rows []*TapsF32
	for i := range arch {
		if f.Has(arch[i].Needs) {
			rows = append(rows, &arch[i])
		}
	}
	return append(rows, generic)
}
