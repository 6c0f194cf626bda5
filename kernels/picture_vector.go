//go:build (amd64 || arm64) && !purego

package kernels

import "unsafe"

//go:noescape
func samplePixelsI8(a *SampleI8Args)

//go:noescape
func mixI32Vector(a *MixI32Args)

//go:noescape
func planesOf8I32(a *ScaleI32Args)

//go:noescape
func pixelsOf8I32(a *ScaleI32Args)

// sampleI8Vector samples a pixel at a time, of which the assembly reads up to two bytes
// and writes four too many: what lies at the end of the row is left to Go.
func sampleI8Vector(a *SampleI8Args) {
	n, start := a.N-1, unsafe.Slice(a.Start, a.N)
	for n > 0 && int(start[n-1])+a.Taps >= a.Width {
		n--
	}
	b := *a
	if n > 0 {
		b.N = n
		samplePixelsI8(&b)
		b.N = a.N - n
		b.Dst = (*int32)(unsafe.Add(unsafe.Pointer(a.Dst), 12*n))
		b.Start = &start[n]
		b.Weights = (*int32)(unsafe.Add(unsafe.Pointer(a.Weights), 4*a.Taps*n))
	}
	sampleI8Generic(&b)
}

// planesI32Vector leaves to Go what is left over of eight pixels.
func planesI32Vector(a *ScaleI32Args) {
	planesOf8I32(a)
	if n := a.N &^ 7; n < a.N {
		b := a.from(n)
		for c, dst := range a.Dst {
			b.Dst[c] = (*float32)(unsafe.Add(unsafe.Pointer(dst), 4*n))
		}
		planesI32Generic(&b)
	}
}

// pixelsI32Vector does so too.
func pixelsI32Vector(a *ScaleI32Args) {
	pixelsOf8I32(a)
	if n := a.N &^ 7; n < a.N {
		b := a.from(n)
		b.Dst[0] = (*float32)(unsafe.Add(unsafe.Pointer(a.Dst[0]), 12*n))
		pixelsI32Generic(&b)
	}
}

// from returns the arguments for the pixels from the n'th on, but for Dst.
func (a *ScaleI32Args) from(n int) ScaleI32Args {
	b := *a
	b.A, b.N = (*int32)(unsafe.Add(unsafe.Pointer(a.A), 12*n)), a.N-n
	return b
}
