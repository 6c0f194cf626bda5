package augment

import (
	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/internal/splitmix"
)

// Rand is a stream of random numbers that hangs on its keys alone, such as
// seed, epoch and number of a sample: SplitMix64 (Steele, Lea and Flood, "Fast
// Splittable Pseudorandom Number Generators", 2014). It serves one goroutine.
type Rand struct{ state uint64 }

// NewRand returns the stream of those keys.
func NewRand(keys ...uint64) *Rand { return &Rand{data.Draw(keys...)} }

// Uint64 returns the next number.
func (r *Rand) Uint64() uint64 {
	z := splitmix.Mix(r.state)
	r.state += splitmix.Golden
	return z
}

// Float returns a number from 0 to 1, 1 excluded.
func (r *Rand) Float() float64 { return float64(r.Uint64()>>11) / (1 << 53) }

// Between returns a number from lo to hi.
func (r *Rand) Between(lo, hi float64) float64 { return lo + float64((hi-lo)*r.Float()) }

// Intn returns a number from 0 to n-1, n being above 0 and far below 2³².
func (r *Rand) Intn(n int) int { return int(r.Uint64() >> 32 * uint64(n) >> 32) }

// Chance returns true so often.
func (r *Rand) Chance(p float64) bool { return r.Float() < p }

// normal returns a number whose distribution is close to the normal one of
// mean 0 and deviation 1: the sum of eight bytes (Irwin and Hall).
func (r *Rand) normal() float64 {
	const mean, deviation = 8 * 127.5, 209.0229
	v, sum := r.Uint64(), 0
	for range 8 {
		sum += int(v & 255)
		v >>= 8
	}
	return (float64(sum) - mean) / deviation
}
