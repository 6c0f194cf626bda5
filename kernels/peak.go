package kernels

import "time"

// PeakF32 is a row of the table of loops that only multiply and add in
// registers, in at least 8 independent chains: what the arithmetic units of
// one core reach when nothing else holds them up. Other kernels are measured
// against it.
type PeakF32 struct {
	Name  string
	Needs Features
	FLOPs int              // operations in a round
	Func  func(rounds int) // rounds ≥ 1
}

// Measure returns the operations per second of this core now: the best of a
// few runs, 1 ms in all.
func (p *PeakF32) Measure() float64 {
	best := 0.0
	for range 16 {
		start := time.Now()
		p.Func(peakRounds)
		if d := time.Since(start).Seconds(); d > 0 {
			best = max(best, float64(p.FLOPs*peakRounds)/d)
		}
	}
	return best
}

// peakRounds of 6 to 12 cycles stay under 100 µs.
const peakRounds = 1 << 13

var genericPeakF32 = PeakF32{"generic", 0, 16, peakF32Generic}

// peakF32Generic writes to a variable of its caller's, so that the compiler
// cannot leave the loop out.
func peakF32Generic(rounds int) {
	var acc [8]float32
	peakSum(&acc, rounds)
}

//go:noinline
func peakSum(acc *[8]float32, rounds int) {
	x, y := acc[0]+0.5, acc[1]+1
	a, b, c, d, e, f, g, h := y, y, y, y, y, y, y, y
	for range rounds {
		a, b, c, d = a*x+y, b*x+y, c*x+y, d*x+y
		e, f, g, h = e*x+y, f*x+y, g*x+y, h*x+y
	}
	*acc = [8]float32{a, b, c, d, e, f, g, h}
}

// PeakF32Rows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func PeakF32Rows(f Features) []*PeakF32 {
	var rows []*PeakF32
	for i := range archPeakF32 {
		if f.Has(archPeakF32[i].Needs) {
			rows = append(rows, &archPeakF32[i])
		}
	}
	return append(rows, &genericPeakF32)
}
