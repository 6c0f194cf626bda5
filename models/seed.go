package models

import (
	"math"

	"github.com/ocellus-vision/ocellus/internal/splitmix"
)

// draw makes the values of one parameter. Each value is a function of seed,
// parameter name and index, computed with integers and a single float32
// product, so that all machines draw the same bits and a layer more or less
// leaves the other parameters as they are.
type draw struct{ key uint64 }

// newDraw hashes the name by FNV-1a (Fowler, Noll and Vo).
func newDraw(seed uint64, name string) draw {
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return draw{splitmix.Mix(h ^ splitmix.Mix(seed))}
}

// bellDeviation is the standard deviation of bell: that of a sum of four
// uniform 16-bit numbers.
var bellDeviation = math.Sqrt(4 * (1<<32 - 1) / 12.0)

// bell returns number i of a sequence with mean 0 that is nearly normal, from
// -131070 to 131070.
func (d draw) bell(i int) int32 {
	z := splitmix.Mix(d.key + uint64(i))
	return int32(z&0xFFFF+z>>16&0xFFFF+z>>32&0xFFFF+z>>48) - 2*0xFFFF
}

// normal fills v with values of mean 0 and that standard deviation.
func (d draw) normal(v []float32, deviation float64) {
	scale := float32(deviation / bellDeviation)
	for i := range v {
		v[i] = float32(d.bell(i)) * scale
	}
}

// uniform fills v with multiples of 1/65536 from low up to high, which are
// multiples of it themselves.
func (d draw) uniform(v []float32, low, high float32) {
	const steps = 1 << 16
	from, span := int64(low*steps), uint64((high-low)*steps)
	for i := range v {
		v[i] = float32(from+int64(splitmix.Mix(d.key+uint64(i))%span)) / steps
	}
}
