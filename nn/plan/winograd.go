package plan

import (
	"math"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// winogradStep is a convolution of 3×3 at stride 1 by Winograd's F(4×4, 3×3):
// see kernels.WinogradF32. A piece transforms a block of tiles into memory of
// its thread, multiplies for each of 36 points, and transforms back a block of
// the result's channels.
type winogradStep struct {
	gemm        *kernels.GemmF32
	transform   *kernels.WinogradF32
	x, out, res int
	off         []int32   // [tile][36] bytes from x
	rows        []int32   // linear offsets of a block's rows of V
	panels      []float32 // [point][panel][C][NR]
	bias        []float32 // [N]

	c, n, zeros                int
	ldo                        int // bytes from pixel to pixel of out and res
	pictures, h, w             int // of the result
	tilesY, tilesX             int
	tilesPerPart, colsPerPart  int
	panelLen, panelCount       int
	strideV, strideM, vectorAt int // bytes
	lo, hi                     float32
	act                        *activation
	element                    *kernels.ElementF32 // computes act
}

// winogradBlockBytes is about what a block may take of a second-level cache.
const winogradBlockBytes = 640 << 10

// winogradWeightMACs is what a weight that is read from memory costs, in
// multiply-accumulates.
const winogradWeightMACs = 8

// winogradGain is by how much the multiplications must be fewer, in tiles of
// the product, before the transforms and the larger weights pay.
const winogradGain = 1.6

// winograd returns the step for a convolution by tiles, or nil where it is not
// of that kind or would not be faster.
func (l *lowering) winograd(n *node, g geometry) *winogradStep {
	w := l.konst(n.in[1])
	c, out := w.Shape.Dims[1], w.Shape.Dims[0]
	if n.op.(*nn.Conv).Group != 1 || !plain3x3(g.y) || !plain3x3(g.x) || c%kernels.WinogradChannels != 0 || out%kernels.WinogradChannels != 0 {
		return nil
	}
	s := &winogradStep{gemm: l.rows.gemm, transform: l.rows.winograd, x: n.in[0], out: n.out[0], res: n.res, c: c, n: out, ldo: l.pitch(n.out[0]),
		pictures: g.pictures, h: g.y.Out, w: g.x.Out, lo: n.lo, hi: n.hi, act: n.act, element: l.rows.element}
	if s.transform.Needs == 0 && s.gemm.Needs != 0 {
		return nil // no assembly here for transforms
	}
	s.tilesY, s.tilesX = tilesOf(s.h), tilesOf(s.w)
	s.cut()
	if !s.pays(g.pixels(), winogradWeightMACs) {
		return nil
	}
	if g.padded() || s.h%kernels.WinogradTile != 0 || s.w%kernels.WinogradTile != 0 {
		s.zeros = l.zerosBefore(&g, n.in[0])
	}
	s.off = l.table(winogradGeometry(g), g.winogradTiles)
	s.rows = l.linear(s.tilesPerPart, 4*c, s.gemm.MR)
	s.pack(w.F32(), l.biasOf(n, out))
	l.plan.stats.WeightBytes += 4 * (len(s.panels) + len(s.bias))
	return s
}

func plain3x3(a nn.WindowAxis) bool { return a.Kernel == 3 && a.Stride == 1 && a.Dilation == 1 }

func tilesOf(n int) int { return (n + kernels.WinogradTile - 1) / kernels.WinogradTile }

func (s *winogradStep) tiles() int { return s.pictures * s.tilesY * s.tilesX }

// cut fixes the blocks: tiles by what a cache holds, evenly; channels of the
// result so that a piece has no more than twice pieceMACs to do.
func (s *winogradStep) cut() {
	perTile := 4 * kernels.WinogradPoints * (s.c + s.n)
	block := max(winogradBlockBytes, 4*kernels.WinogradPoints*s.c*s.n/8)
	blocks := max(1, (s.tiles()*perTile+block/2)/block)
	mr := s.gemm.MR
	s.tilesPerPart = min(s.tiles(), ((s.tiles()+blocks-1)/blocks+mr-1)/mr*mr)
	s.panelCount = (s.n + s.gemm.NR - 1) / s.gemm.NR
	s.panelLen = s.c * s.gemm.NR
	macs := kernels.WinogradPoints * s.tilesPerPart * s.c * s.n
	groups := min(s.panelCount, max(1, macs/(8*pieceMACs)))
	s.colsPerPart = (s.panelCount + groups - 1) / groups * s.gemm.NR
	// Rows of the points that are powers of two apart would fall on few sets of
	// the cache.
	s.strideV = 4*s.tilesPerPart*s.c + align
	s.strideM = 4*s.tilesPerPart*s.colsPerPart + align
	s.vectorAt = aligned(kernels.WinogradPoints * (s.strideV + s.strideM))
}

// pays estimates whether tiles are faster than the direct product, in
// multiplications: those of the rows of a matrix tile that are not filled count
// too, and a weight of a point costs as much as weightMACs.
func (s *winogradStep) pays(pixels, weightMACs int) bool {
	weights := s.c * s.n
	direct := 9 * (rowsWorth(s.gemm, pixels) + winogradWeightMACs) * weights
	tiled := kernels.WinogradPoints * (rowsWorth(s.gemm, s.tiles()) + weightMACs) * weights
	return float64(direct) > winogradGain*float64(tiled)
}

// rowsWorth is what m rows cost, counted in rows of full tiles: up to three
// that are left over cost half a tile.
func rowsWorth(g *kernels.GemmF32, m int) int {
	full, rest := m/g.MR*g.MR, m%g.MR
	switch {
	case rest == 0:
		return full
	case rest <= 3:
		return full + g.MR/2
	}
	return full + g.MR
}

// winogradGeometry is the key of winogradTiles' tables.
type winogradGeometry geometry

// winogradTiles returns the offsets of the 6×6 pixels under each tile, those
// outside the picture on the zeros.
func (g *geometry) winogradTiles() []int32 {
	const tile, under = kernels.WinogradTile, kernels.WinogradTile + 2
	off := make([]int32, 0, kernels.WinogradPoints*g.pictures*tilesOf(g.y.Out)*tilesOf(g.x.Out))
	for b := range g.pictures {
		for ty := range tilesOf(g.y.Out) {
			for tx := range tilesOf(g.x.Out) {
				for i := range under * under {
					y, x := ty*tile+i/under-g.y.Begin, tx*tile+i%under-g.x.Begin
					o := -g.zeros
					if y >= 0 && y < g.y.In && x >= 0 && x < g.x.In {
						o = ((b*g.y.In+y)*g.x.In + x) * g.pitch
					}
					off = append(off, int32(o))
				}
			}
		}
	}
	return off
}

// pack transforms weights [O I 3 3] and lays them out a matrix a point.
func (s *winogradStep) pack(w, bias []float32) {
	nr, size := s.gemm.NR, s.panelCount*s.panelLen
	s.panels, s.bias = alignedFloats(kernels.WinogradPoints*size), alignedFloats(s.n)
	copy(s.bias, bias)
	var u [kernels.WinogradPoints]float32
	for o := range s.n {
		for c := range s.c {
			kernels.WinogradF32Weights(&u, (*[9]float32)(w[(o*s.c+c)*9:]))
			for p, v := range u {
				s.panels[p*size+o/nr*s.panelLen+c*nr+o%nr] = v
			}
		}
	}
}

// scratch is the memory that a thread needs for a piece.
func (s *winogradStep) scratch() int {
	return s.vectorAt + 4*kernels.WinogradPoints*kernels.WinogradChannels + 4*s.gemm.NR
}

type winogradExec struct {
	*winogradStep
	px, pout, pres unsafe.Pointer
	before         []byte
}

func (s *winogradStep) bind(m *binder) exec {
	m.needThreadScratch(s.scratch())
	e := &winogradExec{winogradStep: s, px: m.pointer(s.x), pout: m.pointer(s.out), pres: m.pointer(s.res)}
	if s.zeros > 0 {
		e.before = m.before(s.x, s.zeros)
	}
	return e
}

func (e *winogradExec) prepare()      { clear(e.before) }
func (e *winogradExec) failed() error { return nil }
func (e *winogradExec) parts() int    { return e.tileBlocks() * e.colBlocks() }

func (s *winogradStep) tileBlocks() int { return (s.tiles() + s.tilesPerPart - 1) / s.tilesPerPart }
func (s *winogradStep) colBlocks() int  { return (s.n + s.colsPerPart - 1) / s.colsPerPart }

func (e *winogradExec) run(args *kernelArgs, i int) {
	first := i % e.tileBlocks() * e.tilesPerPart
	tiles := min(e.tilesPerPart, e.tiles()-first)
	col := i / e.tileBlocks() * e.colsPerPart
	cols := min(e.colsPerPart, e.n-col)
	v := unsafe.Pointer(unsafe.SliceData(args.scratch))
	m := unsafe.Add(v, kernels.WinogradPoints*e.strideV)
	tmp := unsafe.Add(v, e.vectorAt)
	e.forward(args, v, tmp, first, tiles)
	e.multiply(args, v, m, tiles, col, cols)
	e.back(args, m, tmp, first, tiles, col, cols)
}

// forward transforms tiles of the picture into V.
func (e *winogradExec) forward(args *kernelArgs, v, tmp unsafe.Pointer, first, tiles int) {
	a := &args.winogradInput
	a.A, a.C, a.LDV, a.Tmp = e.px, e.c, e.strideV, (*float32)(tmp)
	for t := range tiles {
		a.Off = &e.off[(first+t)*kernels.WinogradPoints]
		a.V = (*float32)(unsafe.Add(v, 4*t*e.c))
		e.transform.Input(a)
	}
}

// multiply computes the products of all points.
func (e *winogradExec) multiply(args *kernelArgs, v, m unsafe.Pointer, tiles, col, cols int) {
	mr, nr := e.gemm.MR, e.gemm.NR
	a := &args.gemm
	a.Taps, a.K, a.LDC, a.Res = 1, e.c, 4*cols, nil
	a.Lo, a.Hi = unclamped()
	a.Bias = (*float32)(unsafe.Add(v, e.vectorAt+4*kernels.WinogradPoints*kernels.WinogradChannels))
	clear(unsafe.Slice(a.Bias, nr))
	for p := range kernels.WinogradPoints {
		a.A = unsafe.Add(v, p*e.strideV)
		for n := 0; n < cols; n += nr {
			a.B = &e.panels[(p*e.panelCount+(col+n)/nr)*e.panelLen]
			a.N = min(nr, cols-n)
			for t := 0; t < tiles; t += mr {
				a.Off = &e.rows[t]
				a.M = min(mr, tiles-t)
				a.C = (*float32)(unsafe.Add(m, p*e.strideM+4*(t*cols+n)))
				e.gemm.Func(a)
			}
		}
	}
}

// back transforms the products into pixels of the result.
func (e *winogradExec) back(args *kernelArgs, m, tmp unsafe.Pointer, first, tiles, col, cols int) {
	const tile = kernels.WinogradTile
	a := &args.winogradOutput
	a.LDM, a.LDX, a.LDY, a.N = e.strideM, e.ldo, e.ldo*e.w, cols
	a.Bias, a.Tmp, a.Res, a.Lo, a.Hi = &e.bias[col], (*float32)(tmp), nil, e.lo, e.hi
	for t := range tiles {
		at := first + t
		tx, ty, b := at%e.tilesX, at/e.tilesX%e.tilesY, at/(e.tilesX*e.tilesY)
		a.Rows, a.Cols = min(tile, e.h-ty*tile), min(tile, e.w-tx*tile)
		pixel := ((b*e.h+ty*tile)*e.w+tx*tile)*e.ldo + 4*col
		a.M = (*float32)(unsafe.Add(m, 4*t*cols))
		a.Out = (*float32)(unsafe.Add(e.pout, pixel))
		if e.pres != nil {
			a.Res = (*float32)(unsafe.Add(e.pres, pixel))
		}
		e.transform.Output(a)
		for y := range a.Rows {
			e.act.activate(e.element, &args.element, unsafe.Add(e.pout, pixel+y*a.LDY), a.Cols, cols, a.LDX, col)
		}
	}
}

// unclamped returns limits that limit nothing.
func unclamped() (lo, hi float32) { return float32(math.Inf(-1)), float32(math.Inf(1)) }
