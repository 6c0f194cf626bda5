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
	nr := l.nr
	if p.cols <= nr/2 {
		nr /= 2
	}
	var group groupI8
	for t := range p.taps {
		for k := 0; k < p.k; k += 4 {
			p.gather(&group, t, k)
			for i := range nr {
				n := i
				if nr == l.nr {
					n = dealtColumn(i, nr)
				}
				*(*[4]int8)(dst[4*i:]) = group[n]
			}
			dst = dst[4*nr:]
		}
	}
}

// groupI8 are four weights of each column of a panel.
type groupI8 [maxNR][4]int8

// maxNR is the most columns that a panel of groups has.
const maxNR = 32

// gather fills the columns that the panel has; those past them stay as they are.
func (p *panelI8) gather(g *groupI8, t, k int) {
	at := t*p.strideT + k*p.strideK
	if p.strideK == 1 && k+4 <= p.k {
		for n := range p.cols {
			g[n] = [4]int8(p.src[at+n*p.strideN:])
		}
		return
	}
	for n := range p.cols {
		for i := range g[n] {
			g[n][i] = p.at(t, k+i, n)
		}
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
// widen, and the k where each group belongs, the small ones first; groups of
// nothing but zeros are left out. After all of them, from the next multiple of 64
// bytes on, follow the groups in that order, of columns as in dealt. A small group has the 4 weights of each column side by side;
// a group to widen has the weights at even k of all columns, then those at odd k.
type split struct{ nr int }

func (l split) head(taps, k int) int { return (4*taps*(2+(k+3)/4) + 63) &^ 63 }

func (l split) len(taps, k int) int { return l.head(taps, k) + dealt(l).len(taps, k) }

func (l split) pack(dst []int8, p *panelI8) {
	index := unsafe.Slice((*int32)(unsafe.Pointer(&dst[0])), p.taps*(2+(p.k+3)/4))
	groups := dst[l.head(p.taps, p.k):]
	nr := l.nr
	if p.cols <= nr/2 {
		nr /= 2
	}
	var group groupI8
	for t := range p.taps {
		counts, places := index[:2], index[2:][:(p.k+3)/4]
		counts[0], counts[1] = 0, 0
		for k := 0; k < p.k; k += 4 {
			switch p.gather(&group, t, k); {
			case group.zero(p.cols):
			case group.small(p.cols):
				places[counts[0]] = int32(k)
				counts[0]++
				l.put(groups, &group, nr, false)
				groups = groups[4*nr:]
			default:
				counts[1]++
				places[len(places)-int(counts[1])] = int32(k)
			}
		}
		wides := places[counts[0]:][:counts[1]]
		copy(wides, places[len(places)-len(wides):])
		index = index[2+counts[0]+counts[1]:]
		for _, k := range wides {
			p.gather(&group, t, int(k))
			l.put(groups, &group, nr, true)
			groups = groups[4*nr:]
		}
	}
}

// zero reports whether all weights are.
func (g *groupI8) zero(cols int) bool {
	for n := range cols {
		if g[n] != [4]int8{} {
			return false
		}
	}
	return true
}

// small reports whether 255 times the weights of a pair that have one sign stays
// within 16 bits, for every pair.
func (g *groupI8) small(cols int) bool {
	for n := range cols {
		for i := 0; i < 4; i += 2 {
			x, y := int(g[n][i]), int(g[n][i+1])
			if max(x, 0)+max(y, 0) > 128 || min(x, 0)+min(y, 0) < -128 {
				return false
			}
		}
	}
	return true
}

// put writes a group for nr columns: l.nr of them dealt out, or half of that
// in order.
func (l split) put(dst []int8, g *groupI8, nr int, widen bool) {
	for i := range nr {
		n := i
		if nr == l.nr {
			n = dealtColumn(i, nr)
		}
		if !widen {
			*(*[4]int8)(dst[4*i:]) = g[n]
			continue
		}
		dst[2*i], dst[2*i+1] = g[n][0], g[n][2]
		dst[2*nr+2*i], dst[2*nr+2*i+1] = g[n][1], g[n][3]
	}
}
