package avx2cap

import "strings"

// Use is a set of registers that AVX-512 adds.
type Use uint8

// The registers, in the order of the CPU's extended state.
const (
	Masks  Use = 1 << iota // K0 to K7
	Uppers                 // upper halves of ZMM0 to ZMM15
	High16                 // ZMM16 to ZMM31
)

// String names the registers, or says "none".
func (u Use) String() string {
	names := []string{}
	for i, n := range []string{"K0–K7", "ZMM0–ZMM15", "ZMM16–ZMM31"} {
		if u&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
