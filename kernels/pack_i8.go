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

// interleaved is the layout [tap][group of kr k][nr columns][kr]. Where columns
// is set, columns[i] is the column at place i.
type interleaved struct {
	nr, kr  int
	columns []uint8
}

func (l interleaved) len(taps, k int) int { return taps * ((k + l.kr - 1) / l.kr) * l.nr * l.kr }

func (l interleaved) pack(dst []int8, p *panelI8) {
	i := 0
	for t := range p.taps {
		for k0 := 0; k0 < p.k; k0 += l.kr {
			for n := range l.nr {
				if l.columns != nil {
					n = int(l.columns[n])
				}
				for k := range l.kr {
					dst[i] = p.at(t, k0+k, n)
					i++
				}
			}
		}
	}
}
