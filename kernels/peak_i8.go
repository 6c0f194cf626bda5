package kernels

import "time"

// PeakI8 is a row of the table of loops that only multiply bytes and add to
// int32 in registers, in at least 12 independent chains and without loads: what
// one core reaches with the instructions that GemmI8 has on it.
type PeakI8 struct {
	Name  string
	Needs Features
	OPs   int              // multiplications and additions in a round
	Func  func(rounds int) // rounds ≥ 1
}

// Measure returns the operations per second of this core now: the best of a
// few runs, 1 ms in all.
func (p *PeakI8) Measure() float64 {
	best := 0.0
	for range 16 {
		start := time.Now()
		p.Func(peakRounds)
		if d := time.Since(start).Seconds(); d > 0 {
			best = max(best, float64(p.OPs*peakRounds)/d)
		}
	}
	return best
}

var genericPeakI8 = PeakI8{"generic", 0, 16, peakI8Generic}

func peakI8Generic(rounds int) {
	var acc [8]int32
	peakSumI8(&acc, rounds)
}

//go:noinline
func peakSumI8(acc *[8]int32, rounds int) {
	x := acc[0] + 3
	a, b, c, d, e, f, g, h := x, x, x, x, x, x, x, x
	for i := range rounds {
		y := int32(i) & 255
		a, b, c, d = a+x*y, b+x*(y+1), c+x*(y+2), d+x*(y+3)
		e, f, g, h = e+x*(y+4), f+x*(y+5), g+x*(y+6), h+x*(y+7)
	}
	*acc = [8]int32{a, b, c, d, e, f, g, h}
}

// PeakI8Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func PeakI8Rows(f Features) []*PeakI8 {
	var rows []*PeakI8
	for i := range archPeakI8 {
		if f.Has(archPeakI8[i].Needs) {
			rows = append(rows, &archPeakI8[i])
		}
	}
	return append(rows, &genericPeakI8)
}
