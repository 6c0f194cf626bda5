package kernels

import "unsafe"

// ResizeI8Args are the arguments of the interpolation of a row of pixels of
// bytes between four neighbours each:
//
//	Dst = (Σ wy·wx·x + 2²¹) >> 22
//
// with wy of the upper and the lower row and wx of the left and the right pixel:
// whole numbers that add up to ResizeI8Unit. Zero points and scales stay what
// they are.
type ResizeI8Args struct {
	Dst          *uint8 // [Pixels][C]; overlaps nothing that is read
	Upper, Lower *uint8 // rows of the source
	Off          *int32 // [Pixels][2]: bytes from a row to the left and the right pixel
	Right        *int32 // [Pixels]: wx of the right pixel, 0..ResizeI8Unit
	Below        int32  // wy of the lower row, 0..ResizeI8Unit
	Pixels, C    int    // ≥ 0
}

// ResizeI8Unit is the sum of the weights along a dimension: they have 11 bits,
// as in OpenCV's resize, and sums stay below 2³⁰.
const ResizeI8Unit = 1 << 11

const resizeI8Shift = 22

// ResizeI8 is a row of the table of interpolating kernels on bytes.
type ResizeI8 struct {
	Name  string
	Needs Features
	Func  func(*ResizeI8Args)
}

func resizeI8Generic(a *ResizeI8Args) {
	off, right := unsafe.Slice(a.Off, 2*a.Pixels), unsafe.Slice(a.Right, a.Pixels)
	for p, wx := range right {
		at := func(row *uint8, side int) []uint8 {
			return unsafe.Slice((*uint8)(unsafe.Add(unsafe.Pointer(row), off[2*p+side])), a.C)
		}
		ul, ur, ll, lr := at(a.Upper, 0), at(a.Upper, 1), at(a.Lower, 0), at(a.Lower, 1)
		w11 := a.Below * wx
		w10 := a.Below*ResizeI8Unit - w11
		w01 := wx*ResizeI8Unit - w11
		w00 := 1<<resizeI8Shift - w10 - w01 - w11
		dst := unsafe.Slice((*uint8)(unsafe.Add(unsafe.Pointer(a.Dst), p*a.C)), a.C)
		ul, ur, ll, lr = ul[:len(dst)], ur[:len(dst)], ll[:len(dst)], lr[:len(dst)]
		for c := range dst {
			sum := int32(ul[c])*w00 + int32(ur[c])*w01 + int32(ll[c])*w10 + int32(lr[c])*w11
			dst[c] = uint8((sum + 1<<(resizeI8Shift-1)) >> resizeI8Shift)
		}
	}
}

var genericResizeI8 = ResizeI8{"generic", 0, resizeI8Generic}

// ResizeI8Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func ResizeI8Rows(f Features) []*ResizeI8 {
	var rows []*ResizeI8
	for i := range archResizeI8 {
		if f.Has(archResizeI8[i].Needs) {
			rows = append(rows, &archResizeI8[i])
		}
	}
	return append(rows, &genericResizeI8)
}
