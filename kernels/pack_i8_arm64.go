//go:build arm64 && !purego

package kernels

// The NEON kernels multiply bytes with a sign, so they take 128 from every
// activation: Σ a·w = Σ (a−128)·w + 128·Σ w. Panels begin with the second sum
// of each column, as int32.

// sumsI8 adds up the weights of each column of a panel.
type sumsI8 [maxNR]int32

func (s *sumsI8) add(g *groupI8, cols int) {
	for n := range cols {
		s[n] += int32(g[n][0]) + int32(g[n][1]) + int32(g[n][2]) + int32(g[n][3])
	}
}

// put writes 128 times the sums.
func (s *sumsI8) put(dst []int8, nr int) {
	for n, sum := range s[:nr] {
		putInt32(dst[4*n:], 128*sum)
	}
}

func putInt32(dst []int8, x int32) {
	for i := range 4 {
		dst[i] = int8(x >> (8 * i))
	}
}

// fours is the layout {128·Σ w, [tap][group of 4 k][nr columns][4]}.
type fours struct{ nr int }

func (l fours) len(taps, k int) int { return 4 * l.nr * (1 + taps*((k+3)/4)) }

func (l fours) pack(dst []int8, p *panelI8) {
	var sums sumsI8
	var group groupI8
	groups := dst[4*l.nr:]
	for t := range p.taps {
		for k := 0; k < p.k; k += 4 {
			p.gather(&group, t, k)
			sums.add(&group, p.cols)
			for n := range l.nr {
				*(*[4]int8)(groups[4*n:]) = group[n]
			}
			groups = groups[4*l.nr:]
		}
	}
	sums.put(dst, l.nr)
}

// turned is the layout {128·Σ w, [tap][group of 16 k][4 turns][nr/4 groups of 4
// columns][8 places][2]}. After s turns of a row of A by two bytes, its place p
// holds the pair (p+s)%8 of k; place p multiplies column p%4. In four turns
// every pair meets every column.
type turned struct{ nr int }

func (l turned) len(taps, k int) int { return 4*l.nr + taps*((k+15)/16)*16*l.nr }

func (l turned) pack(dst []int8, p *panelI8) {
	var sums sumsI8
	var group groupI8
	groups := dst[4*l.nr:]
	for t := range p.taps {
		for k := 0; k < p.k; k += 4 {
			p.gather(&group, t, k)
			sums.add(&group, p.cols)
			for n := range p.cols {
				for i := range 2 {
					pair := k%16/2 + i
					turn := (pair - n) & 3
					at := 2 * ((turn*l.nr/4+n/4)*8 + (pair-turn)&7)
					groups[at], groups[at+1] = group[n][2*i], group[n][2*i+1]
				}
			}
			if k%16 == 12 || k+4 >= p.k {
				groups = groups[16*l.nr:]
			}
		}
	}
	sums.put(dst, l.nr)
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
