package kernels

// PanelLen returns the bytes of one panel: the weights of NR columns.
func (g *GemmI8) PanelLen(taps, k int) int { return g.layout.len(taps, k) }

// PackedLen returns the bytes that Pack writes.
func (g *GemmI8) PackedLen(n, taps, k int) int { return (n + g.NR - 1) / g.NR * g.PanelLen(taps, k) }

// Pack lays the weights src[n*strideN + t*strideT + k*strideK], all in
// −127..127, out as this row reads them: a panel of PanelLen bytes for each NR
// columns, one after the other. Panels of different rows of the table differ.
func (g *GemmI8) Pack(dst, src []int8, n, taps, k, strideN, strideT, strideK int) {
	size := g.PanelLen(taps, k)
	for n0 := 0; n0 < n; n0 += g.NR {
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
