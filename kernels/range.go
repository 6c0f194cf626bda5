package kernels

import "unsafe"

// RangeF32Args are the arguments of the kernels that find the range of N
// floats: Lo becomes the least of Lo and A, Hi the greatest of Hi and A, and
// both become NaN where A has one. The sign of a zero is not settled.
type RangeF32Args struct {
	A      *float32
	N      int     // elements, ≥ 0
	Lo, Hi float32 // both NaN, or neither
}

// RangeF32 is a row of the table of kernels for ranges.
type RangeF32 struct {
	Name  string
	Needs Features
	Func  func(*RangeF32Args)
}

func rangeF32Generic(a *RangeF32Args) {
	for _, v := range unsafe.Slice(a.A, a.N) {
		a.Lo, a.Hi = min(a.Lo, v), max(a.Hi, v)
	}
}

var genericRangeF32 = RangeF32{"generic", 0, rangeF32Generic}

// RangeF32Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func RangeF32Rows(f Features) []*RangeF32 {
	var rows []*RangeF32
	for i := range archRangeF32 {
		if f.Has(archRangeF32[i].Needs) {
			rows = append(rows, &archRangeF32[i])
		}
	}
	return append(rows, &genericRangeF32)
}
