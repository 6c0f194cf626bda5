package kernels

import "unsafe"

// PanelLen returns the bytes of one panel: the weights of NR columns.
func (g *GemmI8) PanelLen(taps, k int) int { return g.layout.len(taps, k) }

// PackedLen returns the bytes that Pack writes.
func (g *GemmI8) PackedLen(n, taps, k int) int { return (n + g.NR - 1) / g.NR * g.PanelLen(taps, k) }

// Pack lays the weights src[n*strideN + t*strideT + k*strideK], all in
// −127..127, out as this row reads them: a panel of PanelLen bytes for each NR
// columns, one after the other. Panels of different rows of the table differ. dst is
// aligned to 4 bytes, better to 64.
func (g *GemmI8) Pack(dst, src []int8, n, taps, k, strideN, strideT, strideK int) {
	size := g.PanelLen(taps, k)
	for n0 := 0; n0 < n; n0 += g.NR {
		clear(dst[:size])
		g.layout.pack(dst[:size], &panelI8{src[n0*strideN:], min(g.NR, n-n0), taps, k, strideN, strideT, strideK})
		dst = dst[size:]
	}
}

// panelI8 are the weights of one panel, in the order of the caller.
type panelI8 struct {
	src                       []int8
	cols, taps, k             int
	strideN, strideT, strideK int
}

// at returns a weight, and zero for columns and depths past the last.
func (p *panelI8) at(t, k, n int) int8 {
	if n >= p.cols || k >= p.k {
		return 0
	}
	return p.src[n*p.strideN+t*p.strideT+k*p.strideK]
}

// panelLayout is the order of the weights of a panel in memory.
type panelLayout interface {
	len(taps, k int) int // bytes
	pack(dst []int8, p *panelI8)
}

// interleaved is the layout [tap][group of kr k][nr columns][kr].
type interleaved struct{ nr, kr int }

func (l interleaved) len(taps, k int) int { return taps * ((k + l.kr - 1) / l.kr) * l.nr * l.kr }

func (l interleaved) pack(dst []int8, p *panelI8) {
	i := 0
	for t := range p.taps {
		for k0 := 0; k0 < p.k; k0 += l.kr {
			for n := range l.nr {
				for k := range l.kr {
					dst[i] = p.at(t, k0+k, n)
					i++
				}
			}
		}
	}
}

// dealt is the layout [tap][group of 4 k][nr columns][4], whose columns are
// dealt out by fours to the two halves of a step, as dealtColumn says. A panel
// of no more than half the columns has them in order, in the first half of the
// memory.
type dealt struct{ nr int }

func (l dealt) len(taps, k int) int { return interleaved{l.nr, 4}.len(taps, k) }

func (l dealt) pack(dst []int8, p *panelI8) {
	if p.cols <= l.nr/2 {
		interleaved{l.nr / 2, 4}.pack(dst, p)
		return
	}
	i := 0
	for t := range p.taps {
		for k := 0; k < p.k; k += 4 {
			for at := range l.nr {
				l.group(dst[i:i+4], p, t, k, dealtColumn(at, l.nr))
				i += 4
			}
		}
	}
}

// group writes four weights of a column.
func (l dealt) group(dst []int8, p *panelI8, t, k, n int) {
	for i := range dst {
		dst[i] = p.at(t, k+i, n)
	}
}

// dealtColumn returns the column at place i of nr: 0 to 3, 8 to 11, … in the
// first half, 4 to 7, 12 to 15, … in the second.
func dealtColumn(i, nr int) int {
	half := nr / 2
	return i%half/4*8 + i/half*4 + i%4
}

// split is the layout of rows without an exact product of bytes. For each tap
// there are int32: the number of small groups of 4 k, the number of groups to
// widen, and the k where each group belongs, the small ones first. After all of
// them, from the next multiple of 64 bytes on, follow the groups in that order, of
// columns as in dealt. A small group has the 4 weights of each column side by side;
// a group to widen has the weights at even k of all columns, then those at odd k.
type split struct{ nr int }

func (l split) head(taps, k int) int { return (4*taps*(2+(k+3)/4) + 63) &^ 63 }

func (l split) len(taps, k int) int { return l.head(taps, k) + dealt{l.nr}.len(taps, k) }

func (l split) pack(dst []int8, p *panelI8) {
	index := unsafe.Slice((*int32)(unsafe.Pointer(&dst[0])), p.taps*(2+(p.k+3)/4))
	groups := dst[l.head(p.taps, p.k):]
	nr := l.nr
	if p.cols <= nr/2 {
		nr /= 2
	}
	for t := range p.taps {
		counts := index[:2]
		clear(counts)
		index = index[2:]
		for kind := range counts {
			for k := 0; k < p.k; k += 4 {
				if l.kind(p, t, k) == kind {
					l.group(groups, p, t, k, nr, kind)
					groups = groups[4*nr:]
					index[0] = int32(k)
					index = index[1:]
					counts[kind]++
				}
			}
		}
	}
}

// kind returns 0 for a small group: 255 times the weights of a pair that have
// one sign stays within 16 bits.
func (l split) kind(p *panelI8, t, k int) int {
	for n := range p.cols {
		for i := k; i < k+4; i += 2 {
			x, y := int(p.at(t, i, n)), int(p.at(t, i+1, n))
			if max(x, 0)+max(y, 0) > 128 || min(x, 0)+min(y, 0) < -128 {
				return 1
			}
		}
	}
	return 0
}

// group writes a group for nr columns: l.nr of them dealt out, or half of that
// in order.
func (l split) group(dst []int8, p *panelI8, t, k, nr, kind int) {
	for i := range nr {
		n := i
		if nr == l.nr {
			n = dealtColumn(i, nr)
		}
		for j := range 4 {
			at := 4*i + j
			if kind == 1 {
				at = j%2*2*nr + 2*i + j/2
			}
			dst[at] = p.at(t, k+j, n)
		}
	}
}
