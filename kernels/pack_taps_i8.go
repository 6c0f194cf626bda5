package kernels

// tapMajor is the layout [taps][c].
type tapMajor struct{}

func (tapMajor) len(taps, c int) int { return taps * c }

func (tapMajor) pack(dst, src []int8, taps, c, strideT, strideC int) {
	for t := range taps {
		for i := range c {
			dst[t*c+i] = src[t*strideT+i*strideC]
		}
	}
}

// nibbles is the layout [block of 32 channels][pair of taps][2][32][2] of
// weights 16·h + l: first all h, then all l, of the taps of a pair side by side.
// Channels 8 to 15 and 16 to 23 change places, as VPUNPCKLBW and VPUNPCKHBW have
// them. Channels and taps past the last are zero.
type nibbles struct{}

func (nibbles) len(taps, c int) int { return (c + 31) / 32 * ((taps + 1) / 2) * 128 }

func (nibbles) pack(dst, src []int8, taps, c, strideT, strideC int) {
	clear(dst)
	for i := range c {
		place := i%8 + i/8%2*16 + i/16%2*8
		for t := range taps {
			w := src[t*strideT+i*strideC]
			h := (w + 8) >> 4
			if w > 119 {
				h = 8 // w + 8 is not an int8
			}
			at := (i/32*((taps+1)/2)+t/2)*128 + 2*place + t%2
			dst[at], dst[at+64] = h, w-16*h
		}
	}
}

// quads is the layout [block of 64 channels][group of 4 taps][4][16 channels][4]
// of weights; the second part of a group has channels 4 to 7, 20 to 23, … of
// the block, as VPUNPCKLBW and VPUNPCKHBW have them. Channels and taps past the
// last are zero.
type quads struct{}

func (quads) len(taps, c int) int { return (c + 63) / 64 * ((taps + 3) / 4) * 256 }

func (quads) pack(dst, src []int8, taps, c, strideT, strideC int) {
	clear(dst)
	for i := range c {
		place := i%4 + i/4%4*16 + i/16%4*4
		for t := range taps {
			dst[(i/64*((taps+3)/4)+t/4)*256+4*place+t%4] = src[t*strideT+i*strideC]
		}
	}
}
