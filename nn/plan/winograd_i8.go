package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// winogradI8Step is a convolution of bytes of 3×3 at stride 1 by tiles: see
// kernels.WinogradI8. A piece transforms a block of tiles into memory of its
// thread, multiplies for each of 16 points, and transforms back a block of the
// result's channels.
type winogradI8Step struct {
	row        *kernels.WinogradI8
	x, out     int
	off        []int32   // [tile][16] bytes from x
	panels     []int16   // [point][panel][C/2][16][2]
	bias       []int32   // [N], the zero point of x folded in
	scale, neg []float32 // [N]: of positive and of negative sums

	c, n, zeros               int
	ldo                       int // bytes from pixel to pixel of out
	pictures, h, w            int // of the result
	tilesY, tilesX            int
	tilesPerPart, colsPerPart int
	strideV, strideM          int // bytes from point to point
	zeroIn                    uint8
	zero                      int32
	lo, hi                    float32
	after                     *byteTable
	element                   *kernels.ElementI8 // computes after
}

// winogradI8 returns the step for a convolution by tiles, or nil where it is
// not of that kind, might leave int32 or would not be faster.
func (l *lowering) winogradI8(n *node, g geometry) *winogradI8Step {
	q := n.q
	d := q.weights.w.Shape.Dims
	c, out := d[1], d[0]
	const points, channels = kernels.WinogradI8Points, kernels.WinogradChannels
	if q.real || n.op.(*nn.Conv).Group != 1 || !plain3x3(g.y) || !plain3x3(g.x) || c%channels != 0 || out%channels != 0 {
		return nil
	}
	s := &winogradI8Step{row: l.rows.winogradI8, x: n.in[0], out: n.out[0], c: c, n: out, ldo: l.pitch(n.out[0]), pictures: g.pictures, h: g.y.Out, w: g.x.Out,
		zeroIn: uint8(q.in[0].zero), zero: q.out.zero, lo: q.lo, hi: q.hi, after: q.after, element: l.rows.elementI8}
	s.tilesY, s.tilesX = halved(s.h), halved(s.w)
	s.cut()
	if s.row.Needs == 0 || l.rows.gemmI8.Dots() || !s.pays(g.pixels(), l.rows.gemmI8.MR) || 4*255*q.weights.largestSum() > 1<<31-1 {
		return nil
	}
	if g.padded() || s.h%2 != 0 || s.w%2 != 0 {
		s.zeros = l.zerosBefore(&g, n.in[0])
	}
	s.off = l.table(winogradI8Geometry(g), g.winogradI8Tiles)
	s.pack(q)
	l.plan.stats.WeightBytes += 2*len(s.panels) + 4*(len(s.bias)+len(s.scale)+len(s.neg))
	return s
}

func halved(n int) int { return (n + 1) / 2 }

func (s *winogradI8Step) tiles() int { return s.pictures * s.tilesY * s.tilesX }

// winogradI8BlockBytes is about what a block may take of a second-level cache.
const winogradI8BlockBytes = 384 << 10

// cut fixes the blocks, as for floats.
func (s *winogradI8Step) cut() {
	const points, rows, cols = kernels.WinogradI8Points, kernels.WinogradI8Block, kernels.WinogradChannels
	perTile := points * (2*s.c + 4*s.n)
	block := max(winogradI8BlockBytes, points*s.c*s.n/4)
	blocks := max(1, (s.tiles()*perTile+block/2)/block)
	s.tilesPerPart = upTo((s.tiles()+blocks-1)/blocks, rows)
	panels := s.n / cols
	groups := min(panels, max(1, points*s.tilesPerPart*s.c*s.n/(8*pieceMACs)))
	s.colsPerPart = (panels + groups - 1) / groups * cols
	// Rows of the points that are powers of two apart would fall on few sets of
	// the cache.
	s.strideV = aligned(2*s.tilesPerPart*s.c) + align
	s.strideM = aligned(4*s.tilesPerPart*s.colsPerPart) + align
}

// upTo rounds n up to a multiple of m.
func upTo(n, m int) int { return (n + m - 1) / m * m }

// pays estimates whether tiles are faster than the direct product, in
// multiplications of the latter: the transforms cost so many a channel of a tile,
// and weights, which are two bytes a point, so many a byte.
func (s *winogradI8Step) pays(pixels, mr int) bool {
	const inputMACs, outputMACs, byteMACs = 64, 110, 8
	weights := s.c * s.n
	direct := 9 * (upTo(pixels, mr) + byteMACs) * weights
	tiled := kernels.WinogradI8Points*(upTo(s.tiles(), kernels.WinogradI8Block)+2*byteMACs)*weights + s.tiles()*(inputMACs*s.c+outputMACs*s.n)
	return 10*direct > 11*tiled
}

// largestSum returns the largest Σ|w| of a channel.
func (q *qweights) largestSum() int {
	largest, depth := 0, q.w.Elems()/len(q.scale)
	for c := range q.scale {
		sum := 0
		for _, w := range q.w.I8()[c*depth:][:depth] {
			sum += max(int(w), -int(w))
		}
		largest = max(largest, sum)
	}
	return largest
}

// winogradI8Geometry is the key of winogradI8Tiles' tables.
type winogradI8Geometry geometry

// winogradI8Tiles returns the offsets of the 4×4 pixels under each tile, those
// outside the picture on the zeros.
func (g *geometry) winogradI8Tiles() []int32 {
	const tile, under = kernels.WinogradI8Tile, kernels.WinogradI8Tile + 2
	off := make([]int32, 0, kernels.WinogradI8Points*g.pictures*halved(g.y.Out)*halved(g.x.Out))
	for b := range g.pictures {
		for ty := range halved(g.y.Out) {
			for tx := range halved(g.x.Out) {
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
func (s *winogradI8Step) pack(q *quantised) {
	const cols = kernels.WinogradChannels
	w := q.weights.w.I8()
	b := alignedBytes(2 * kernels.WinogradI8Points * s.c * s.n)
	s.panels = unsafe.Slice((*int16)(unsafe.Pointer(&b[0])), len(b)/2)
	s.bias, s.scale = make([]int32, s.n), make([]float32, s.n)
	if s.neg = s.scale; q.slopes != nil {
		s.neg = make([]float32, s.n)
	}
	var u [kernels.WinogradI8Points]int16
	for o := range s.n {
		sum := int32(0)
		for c := range s.c {
			filter := (*[9]int8)(w[(o*s.c+c)*9:])
			for _, v := range filter {
				sum += int32(v)
			}
			kernels.WinogradI8Weights(&u, filter)
			at := o/cols*cols*s.c + c/2*2*cols + o%cols*2 + c%2
			for p, v := range u {
				s.panels[p*s.c*s.n+at] = v
			}
		}
		s.bias[o] = int32(q.weights.integerBias(q.in[0], o)) - q.in[0].zero*sum
		s.scale[o] = q.rescale(o, 1)
		if q.slopes != nil {
			s.neg[o] = q.rescale(o, q.slopes[o])
		}
	}
}

type winogradI8Exec struct {
	*winogradI8Step
	px, pout unsafe.Pointer
	before   []byte
}

func (s *winogradI8Step) bind(m *binder) exec {
	m.needThreadScratch(kernels.WinogradI8Points * (s.strideV + s.strideM))
	e := &winogradI8Exec{winogradI8Step: s, px: m.pointer(s.x), pout: m.pointer(s.out)}
	if s.zeros > 0 {
		e.before = m.before(s.x, s.zeros)
	}
	return e
}

func (e *winogradI8Exec) prepare()      { fillBytes(e.before, e.zeroIn) }
func (e *winogradI8Exec) failed() error { return nil }
func (e *winogradI8Exec) parts() int    { return e.tileBlocks() * e.colBlocks() }

func (s *winogradI8Step) tileBlocks() int { return (s.tiles() + s.tilesPerPart - 1) / s.tilesPerPart }
func (s *winogradI8Step) colBlocks() int  { return (s.n + s.colsPerPart - 1) / s.colsPerPart }

func (e *winogradI8Exec) run(args *kernelArgs, i int) {
	first := i % e.tileBlocks() * e.tilesPerPart
	tiles := min(e.tilesPerPart, e.tiles()-first)
	col := i / e.tileBlocks() * e.colsPerPart
	cols := min(e.colsPerPart, e.n-col)
	v := unsafe.Pointer(unsafe.SliceData(args.scratch))
	m := unsafe.Add(v, kernels.WinogradI8Points*e.strideV)
	e.forward(args, v, first, tiles)
	e.multiply(args, v, m, tiles, col, cols)
	e.back(args, m, first, tiles, col, cols)
}

// forward transforms tiles of the picture into V.
func (e *winogradI8Exec) forward(args *kernelArgs, v unsafe.Pointer, first, tiles int) {
	a := &args.winogradInputI8
	a.A, a.C, a.LDV = e.px, e.c, e.strideV
	for t := range tiles {
		a.Off = &e.off[(first+t)*kernels.WinogradI8Points]
		a.V = (*int16)(unsafe.Add(v, 2*t*e.c))
		e.row.Input(a)
	}
}

// multiply computes the products of all points. Rows past the last tile are
// whatever lies there; nothing reads their results.
func (e *winogradI8Exec) multiply(args *kernelArgs, v, m unsafe.Pointer, tiles, col, cols int) {
	const panel = kernels.WinogradChannels
	a := &args.winogradGemmI8
	a.C, a.LDM, a.Tiles = e.c, 4*cols, upTo(tiles, kernels.WinogradI8Block)
	for p := range kernels.WinogradI8Points {
		a.V = (*int16)(unsafe.Add(v, p*e.strideV))
		for n := 0; n < cols; n += panel {
			a.U = &e.panels[(p*e.n+col+n)*e.c]
			a.M = (*int32)(unsafe.Add(m, p*e.strideM+4*n))
			e.row.Multiply(a)
		}
	}
}

// back transforms the products into pixels of the result.
func (e *winogradI8Exec) back(args *kernelArgs, m unsafe.Pointer, first, tiles, col, cols int) {
	const tile = kernels.WinogradI8Tile
	a := &args.winogradOutputI8
	*a = kernels.WinogradI8OutputArgs{LDM: e.strideM, Bias: &e.bias[col], Scale: &e.scale[col], ScaleNeg: &e.neg[col],
		LDX: e.ldo, LDY: e.ldo * e.w, N: cols, Zero: e.zero, Lo: e.lo, Hi: e.hi}
	for t := range tiles {
		at := first + t
		tx, ty, b := at%e.tilesX, at/e.tilesX%e.tilesY, at/(e.tilesX*e.tilesY)
		a.Rows, a.Cols = min(tile, e.h-ty*tile), min(tile, e.w-tx*tile)
		to := unsafe.Add(e.pout, ((b*e.h+ty*tile)*e.w+tx*tile)*e.ldo+col)
		a.M, a.Out = (*int32)(unsafe.Add(m, 4*t*cols)), (*uint8)(to)
		e.row.Output(a)
		for y := range a.Rows {
			e.after.apply(e.element.Funcs[kernels.TableI8], &args.elementI8, unsafe.Add(to, y*a.LDY), a.Cols, cols, a.LDX)
		}
	}
}
