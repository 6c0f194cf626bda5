//go:build arm64 && !purego

package kernels

// The NEON kernels multiply bytes with a sign, so they take 128 from every
// activation: Σ a·w = Σ (a−128)·w + 128·Σ w. Panels begin with the second sum.

// flipped is a layout with 128·Σ w of its nr columns before it, as int32.
type flipped struct {
	panelLayout
	nr int
}

func (l flipped) len(taps, k int) int { return 4*l.nr + l.panelLayout.len(taps, k) }

func (l flipped) pack(dst []int8, p *panelI8) {
	for n := range l.nr {
		var sum int32
		for t := range p.taps {
			for k := range p.k {
				sum += int32(p.at(t, k, n))
			}
		}
		putInt32(dst[4*n:], 128*sum)
	}
	l.panelLayout.pack(dst[4*l.nr:], p)
}

func putInt32(dst []int8, x int32) {
	for i := range 4 {
		dst[i] = int8(x >> (8 * i))
	}
}

// rotated is the layout [tap][group of 16 k][4 turns][nr/4 groups of 4
// columns][8 places][2]. After s turns of a row of A by two bytes, its place p
// holds the pair (p+s)%8 of k; place p multiplies column p%4. In four turns
// every pair meets every column.
type rotated struct{ nr int }

func (l rotated) len(taps, k int) int { return taps * ((k + 15) / 16) * 16 * l.nr }

func (l rotated) pack(dst []int8, p *panelI8) {
	i := 0
	for t := range p.taps {
		for k := 0; k < p.k; k += 16 {
			for turn := range 4 {
				for n := 0; n < l.nr; n += 4 {
					for place := range 8 {
						pair := k + (place+turn)%8*2
						dst[i], dst[i+1] = p.at(t, pair, n+place%4), p.at(t, pair+1, n+place%4)
						i += 2
					}
				}
			}
		}
	}
}

// blocked is the layout [block of channels]{128·Σ w as int32, [taps] weights}
// of depthwise weights. Blocks are of 32 channels, but the last of 16 where no
// more are left.
type blocked struct{}

func (blocked) len(taps, c int) int { return (c + 15) / 16 * 16 * (4 + taps) }

func (blocked) pack(dst, src []int8, taps, c, strideT, strideC int) {
	clear(dst)
	for c0 := 0; c0 < c; c0 += 32 {
		width := min(32, (c-c0+15)/16*16)
		for i := range min(width, c-c0) {
			var sum int32
			for t := range taps {
				w := src[t*strideT+(c0+i)*strideC]
				sum += int32(w)
				dst[(4+t)*width+i] = w
			}
			putInt32(dst[4*i:], 128*sum)
		}
		dst = dst[width*(4+taps):]
	}
}
