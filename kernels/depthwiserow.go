package kernels

import "unsafe"

// DepthwiseRowF32 is a row of the table of kernels for depthwise convolution
// by rows of pixels: they take DepthwisePixels results side by side, whose
// windows share most of their columns, and so load each pixel once for all of
// them. They add in the order of DepthwiseF32, to the bit.
type DepthwiseRowF32 struct {
	Name     string
	Needs    Features
	Width    int // taps in a row of the filter
	Stride   int // from window to window along the row
	Channels int // C is a multiple of it
	Func     func(*DepthwiseRowF32Args)
}

// DepthwisePixels is the number of results that share their columns.
const DepthwisePixels = 4

// Columns is the number of columns under the windows of DepthwisePixels results.
func (d *DepthwiseRowF32) Columns() int { return (DepthwisePixels-1)*d.Stride + d.Width }

// DepthwiseRowF32Args are the arguments for some results in one row:
// Out[p][c] = clamp(Bias[c] + Σ_r Σ_k A_r,p·Stride+k[c] · W[r][k][c]).
type DepthwiseRowF32Args struct {
	A      unsafe.Pointer // what Off counts from
	Off    *int32         // [group of DepthwisePixels][Rows][Columns] offsets in bytes of rows of C floats; all are readable, also past Pixels
	W      *float32       // [Rows][Width][C]
	Bias   *float32       // [C]
	Out    *float32       // Pixels rows of C floats
	LDO    int            // bytes from row to row of Out
	Pixels int            // ≥ 1
	Rows   int            // of the filter, ≥ 1
	C      int            // ≥ 1
	Lo, Hi float32        // clamp; NaN stays NaN
}

func depthwiseRowF32Generic(width, stride int) func(*DepthwiseRowF32Args) {
	cols := (DepthwisePixels-1)*stride + width
	return func(a *DepthwiseRowF32Args) {
		groups := (a.Pixels + DepthwisePixels - 1) / DepthwisePixels
		off := unsafe.Slice(a.Off, groups*a.Rows*cols)
		w, bias := unsafe.Slice(a.W, a.Rows*width*a.C), unsafe.Slice(a.Bias, a.C)
		for p := range a.Pixels {
			out := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(a.Out), p*a.LDO)), a.C)
			copy(out, bias)
			for r := range a.Rows {
				at := (p/DepthwisePixels*a.Rows+r)*cols + p%DepthwisePixels*stride
				for k := range width {
					x := unsafe.Slice((*float32)(unsafe.Add(a.A, off[at+k])), a.C)
					wk := w[(r*width+k)*a.C:][:a.C]
					for c := range out {
						out[c] += x[c] * wk[c]
					}
				}
			}
			for c, v := range out {
				out[c] = clamp(v, a.Lo, a.Hi)
			}
		}
	}
}

// DepthwiseRowF32Rows returns the rows that a CPU with the features f can run,
// best first for each width and stride; the last ones are generic Go.
func DepthwiseRowF32Rows(f Features) []*DepthwiseRowF32 {
	var rows []*DepthwiseRowF32
	for i := range archDepthwiseRowF32 {
		if f.Has(archDepthwiseRowF32[i].Needs) {
			rows = append(rows, &archDepthwiseRowF32[i])
		}
	}
	for _, width := range [...]int{3, 5} {
		for stride := 1; stride <= 2; stride++ {
			rows = append(rows, &DepthwiseRowF32{"generic", 0, width, stride, 1, depthwiseRowF32Generic(width, stride)})
		}
	}
	return rows
}
