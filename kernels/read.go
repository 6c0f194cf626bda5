package kernels

import (
	"time"
	"unsafe"
)

// Read is a row of the table of loops that only read memory, from first byte
// to last: what one core can get from wherever the bytes lie. Steps that read
// every weight once are measured against it.
type Read struct {
	Name  string
	Needs Features
	Func  func(p *byte, rounds int) uint64 // ReadRound bytes a round, rounds ≥ 1; the OR of all bits, folded
}

// ReadRound is how many bytes a row reads in a round.
const ReadRound = 256

// Measure returns the bytes per second at which one pass reads p, whose rest
// past a multiple of ReadRound is left out. For the speed of memory p must be
// several times as large as the caches, and have been written to: pages that
// never were may all be the same one.
func (r *Read) Measure(p []byte) float64 {
	rounds := len(p) / ReadRound
	if rounds == 0 {
		return 0
	}
	start := time.Now()
	r.Func(&p[0], rounds)
	if d := time.Since(start).Seconds(); d > 0 {
		return float64(rounds*ReadRound) / d
	}
	return 0
}

var genericRead = Read{"generic", 0, readGeneric}

func readGeneric(p *byte, rounds int) uint64 {
	var a, b, c, d uint64
	const words = ReadRound / 8
	for i := range rounds {
		w := (*[words]uint64)(unsafe.Add(unsafe.Pointer(p), i*ReadRound))
		for j := 0; j < words; j += 4 {
			a, b, c, d = a|w[j], b|w[j+1], c|w[j+2], d|w[j+3]
		}
	}
	return a | b | c | d
}

// ReadRows returns the rows that a CPU with the features f can run, best
// first; the last is generic Go.
func ReadRows(f Features) []*Read {
	var rows []*Read
	for i := range archRead {
		if f.Has(archRead[i].Needs) {
			rows = append(rows, &archRead[i])
		}
	}
	return append(rows, &genericRead)
}
