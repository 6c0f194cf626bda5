package kernels

import "unsafe"

// TapsI8Args are the arguments of the integer kernels that combine, for every
// pixel, Taps rows of C bytes into one: depthwise convolution and pooling over
// NHWC. Activations and requantisation are those of GemmI8.
type TapsI8Args struct {
	A     unsafe.Pointer // what Off counts from
	Off   *int32         // [Pixels][Taps] offsets in bytes of rows of C bytes; up to ReadPast bytes after a row may be read
	W     *int8          // depthwise: weights of this row's own Pack; unused by pooling
	Bias  *int32         // depthwise: [ChannelPad(C)] added to the sums; unused by pooling
	Scale *float32       // depthwise: [ChannelPad(C)]; average pooling: [Pixels]; finite and ≥ 0; unused by maxima
	// ScaleNeg is, for depthwise, what takes the place of Scale where a sum is
	// negative: [ChannelPad(C)], finite; nil for none.
	ScaleNeg *float32
	Out      *uint8 // Pixels rows of C bytes; nothing past them is written
	LDO      int    // bytes from row to row of Out
	Pixels   int
	Taps     int     // ≥ 1
	C        int     // ≥ 1
	Offset   int32   // average pooling: added to each sum; −Taps·z makes padding of the zero point z count for nothing
	Zero     int32   // zero point of Out, 0..255; unused by maxima, as are
	Lo, Hi   float32 // the limits of Out less Zero: whole numbers, −Zero ≤ Lo ≤ Hi ≤ 255−Zero
}

// ChannelPad rounds c up to the length that per-channel operands of the
// depthwise kernels have. What lies past c is read, but counts for nothing.
func ChannelPad(c int) int { return (c + 63) &^ 63 }

// TapsI8 is a row of the tables of integer depthwise and pooling kernels.
type TapsI8 struct {
	Name   string
	Needs  Features
	Func   func(*TapsI8Args)
	layout tapsLayout // of depthwise weights; nil for pooling
}

// tapsLayout is the order of depthwise weights in memory.
type tapsLayout interface {
	len(taps, c int) int // bytes
	pack(dst, src []int8, taps, c, strideT, strideC int)
}

// PackedLen returns the bytes that Pack writes.
func (r *TapsI8) PackedLen(taps, c int) int { return r.layout.len(taps, c) }

// Pack lays the depthwise weights src[t*strideT + c*strideC], all in
// −127..127, out as this row reads them.
func (r *TapsI8) Pack(dst, src []int8, taps, c, strideT, strideC int) {
	r.layout.pack(dst[:r.PackedLen(taps, c)], src, taps, c, strideT, strideC)
}

func (a *TapsI8Args) off(p int) []int32 {
	return unsafe.Slice((*int32)(unsafe.Add(unsafe.Pointer(a.Off), p*a.Taps*4)), a.Taps)
}

func (a *TapsI8Args) out(p int) []uint8 {
	return unsafe.Slice((*uint8)(unsafe.Add(unsafe.Pointer(a.Out), p*a.LDO)), a.C)
}

func (a *TapsI8Args) at(off int32, c int) uint8 {
	return *(*uint8)(unsafe.Add(a.A, int(off)+c))
}

// depthwiseI8Generic: Out[p][c] = RequantiseSloped(Bias[c] + Σ_t A_p,t[c]·W[t][c], Scale[c], ScaleNeg[c]).
func depthwiseI8Generic(a *TapsI8Args) {
	w, bias, scale := unsafe.Slice(a.W, a.Taps*a.C), unsafe.Slice(a.Bias, a.C), unsafe.Slice(a.Scale, a.C)
	neg := scale
	if a.ScaleNeg != nil {
		neg = unsafe.Slice(a.ScaleNeg, a.C)
	}
	for p := range a.Pixels {
		off, out := a.off(p), a.out(p)
		for c := range out {
			acc := bias[c]
			for t, o := range off {
				acc += int32(a.at(o, c)) * int32(w[t*a.C+c])
			}
			out[c] = RequantiseSloped(acc, scale[c], neg[c], a.Lo, a.Hi, a.Zero)
		}
	}
}

// maxPoolI8Generic: Out[p][c] = max_t A_p,t[c]. Callers point padding taps at a
// row that is in the window anyway, or at zeros.
func maxPoolI8Generic(a *TapsI8Args) {
	for p := range a.Pixels {
		off, out := a.off(p), a.out(p)
		for c := range out {
			out[c] = 0
			for _, o := range off {
				out[c] = max(out[c], a.at(o, c))
			}
		}
	}
}

// avgPoolI8Generic: Out[p][c] = Requantise(Offset + Σ_t A_p,t[c], Scale[p]).
func avgPoolI8Generic(a *TapsI8Args) {
	scale := unsafe.Slice(a.Scale, a.Pixels)
	for p := range a.Pixels {
		off, out := a.off(p), a.out(p)
		for c := range out {
			acc := a.Offset
			for _, o := range off {
				acc += int32(a.at(o, c))
			}
			out[c] = Requantise(acc, scale[p], a.Lo, a.Hi, a.Zero)
		}
	}
}

var (
	genericDepthwiseI8 = TapsI8{"generic", 0, depthwiseI8Generic, tapMajor{}}
	genericMaxPoolI8   = TapsI8{"generic", 0, maxPoolI8Generic, nil}
	genericAvgPoolI8   = TapsI8{"generic", 0, avgPoolI8Generic, nil}
)

// DepthwiseI8Rows, MaxPoolI8Rows and AvgPoolI8Rows return the rows that a CPU
// with the features f can run, best first; the last is generic Go.
func DepthwiseI8Rows(f Features) []*TapsI8 {
	return tapsI8Rows(archDepthwiseI8, &genericDepthwiseI8, f)
}

// MaxPoolI8Rows: see DepthwiseI8Rows.
func MaxPoolI8Rows(f Features) []*TapsI8 { return tapsI8Rows(archMaxPoolI8, &genericMaxPoolI8, f) }

// AvgPoolI8Rows: see DepthwiseI8Rows.
func AvgPoolI8Rows(f Features) []*TapsI8 { return tapsI8Rows(archAvgPoolI8, &genericAvgPoolI8, f) }

func tapsI8Rows(arch []TapsI8, generic *TapsI8, f Features) []*TapsI8 {
	var rows []*TapsI8
	for i := range arch {
		if f.Has(arch[i].Needs) {
			rows = append(rows, &arch[i])
		}
	}
	return append(rows, generic)
}
