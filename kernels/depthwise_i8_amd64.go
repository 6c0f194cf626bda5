//go:build amd64 && !purego

package kernels

import "unsafe"

// depthwiseI8AVX2 takes blocks of 32 channels. What is left after them, where it
// fits half a vector, is taken of two pixels side by side: of 48 or 72 channels a
// quarter of the work would be on none.
func depthwiseI8AVX2(a *TapsI8Args) {
	const block, half = 32, 16
	rest := a.C % block
	if rest == 0 || rest > half {
		depthwise32I8AVX2(a)
		return
	}
	at := a.C - rest
	part := *a
	if at > 0 {
		part.C = at
		depthwise32I8AVX2(&part)
	}
	part.C = rest
	part.A = unsafe.Add(a.A, at)
	part.W = (*int8)(unsafe.Add(unsafe.Pointer(a.W), nibbles{}.len(a.Taps, at)))
	part.Bias = (*int32)(unsafe.Add(unsafe.Pointer(a.Bias), 4*at))
	part.Scale = (*float32)(unsafe.Add(unsafe.Pointer(a.Scale), 4*at))
	if a.ScaleNeg != nil {
		part.ScaleNeg = (*float32)(unsafe.Add(unsafe.Pointer(a.ScaleNeg), 4*at))
	}
	part.Out = (*uint8)(unsafe.Add(unsafe.Pointer(a.Out), at))
	depthwise16I8AVX2(&part)
}
