// Package splitmix is the finaliser of SplitMix64: G. Steele, D. Lea and C.
// Flood, "Fast splittable pseudorandom number generators" (2014). What is drawn
// by counting through it is the same on every machine, in any order.
package splitmix

// Golden is what SplitMix64 adds to its state for each number.
const Golden = 0x9e3779b97f4a7c15

// Mix returns the number that follows the state z.
func Mix(z uint64) uint64 {
	z += Golden
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
