package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
)

// outerStep sums, over pictures and pixels, the outer products of the pixels
// under each tap with the gradients of the result: the gradient by weights.
//
// What lies side by side in memory makes a strip: a row of the filter with all
// its channels or, with groups or dilation, one tap with the channels of one
// group. Pictures are cut into chunks, each of which has sums of its own;
// gatherStep adds those up in their order, so that no bit depends on threads.
type outerStep struct {
	row     *kernels.OuterF32
	product product
	h, w    int // extents of the operand, with padding
	pad     *padding
	d       int // gradient of the result
	strips  []strip
	length  int // floats of a strip
	down    int // tiles of a strip
	across  int // tiles of the columns of a group
	chunks  int
	part    *block // [chunk][strip][down][across][MR][NR]
	perPart int    // tiles
	flat    bool   // pixels of a chunk follow one another in one row
}

// strip is where a run of weights' operands begins: bytes from a picture's
// first window, and from the first channel of the gradients.
type strip struct{ a, b, group, ky, kx int }

const (
	maxChunks     = 16
	chunkPixels   = 1024     // of a chunk, at least: adding up its sums must be little beside making them
	maxPartBytes  = 16 << 20 // of all chunks
	outerPieceMAC = 4 << 20
)

func (l *trainLowering) weightGradient(i int, p product, d, g int) {
	s := &outerStep{product: p, h: p.y.In, w: p.geometry.x.In, d: d}
	if p.padded() {
		s.pad = newPadding(p.geometry)
		s.h, s.w = s.pad.h, s.pad.w
		s.pad.block = l.backScratch(i, s.pad.bytes()+readPast)
		l.goBackward(&padStep{s.pad, p.x})
	}
	s.cutStrips()
	s.row = l.learn.outerFor(s.length, p.out)
	s.down, s.across = (s.length+s.row.MR-1)/s.row.MR, (p.out+s.row.NR-1)/s.row.NR
	tiles := len(s.strips) * s.down * s.across
	tileBytes := 4 * s.row.MR * s.row.NR
	s.chunks = max(1, min(p.pictures, maxChunks, maxPartBytes/(tiles*tileBytes), p.pixels()/chunkPixels))
	pixels := (p.pictures + s.chunks - 1) / s.chunks * p.y.Out * p.geometry.x.Out
	s.perPart = min(tiles, max(1, outerPieceMAC/(pixels*s.row.MR*s.row.NR)))
	s.flat = s.pad == nil && p.taps() == 1 && p.y.Stride == 1 && p.geometry.x.Stride == 1
	s.part = l.backScratch(i, s.chunks*tiles*tileBytes)
	l.keep(i, p.x)
	l.goBackward(s, &gatherStep{s, g})
}

// cutStrips finds the strips.
func (s *outerStep) cutStrips() {
	p := &s.product
	pixel, line := 4*p.channels, 4*p.channels*s.w
	if p.groups == 1 && p.geometry.x.Dilation == 1 {
		s.length = p.geometry.x.Kernel * p.channels
		for ky := range p.y.Kernel {
			s.strips = append(s.strips, strip{a: ky * p.y.Dilation * line, ky: ky})
		}
	} else {
		s.length = p.in
		for g := range p.groups {
			for t := range p.taps() {
				ky, kx := t/p.geometry.x.Kernel, t%p.geometry.x.Kernel
				s.strips = append(s.strips, strip{ky*p.y.Dilation*line + kx*p.geometry.x.Dilation*pixel + 4*g*p.in, 4 * g * p.out, g, ky, kx})
			}
		}
	}
}

func (s *outerStep) tiles() int { return len(s.strips) * s.down * s.across }

func (s *outerStep) bind(m *binder) exec {
	e := &outerExec{outerStep: s, pa: m.pointer(s.product.x), pb: m.pointer(s.d), part: floats(m.bytes(s.part))}
	if s.pad != nil {
		e.pa = unsafe.Pointer(unsafe.SliceData(m.bytes(s.pad.block)))
	}
	return e
}

type outerExec struct {
	infallible
	*outerStep
	pa, pb unsafe.Pointer
	part   []float32
}

func (e *outerExec) blocks() int { return (e.tiles() + e.perPart - 1) / e.perPart }
func (e *outerExec) parts() int  { return e.chunks * e.blocks() }

// run computes some tiles of a chunk. Pictures are in the outer loop, since
// one stays in cache while the tiles go by.
func (e *outerExec) run(args *kernelArgs, i int) {
	chunk, block := i/e.blocks(), i%e.blocks()
	first, last := block*e.perPart, min((block+1)*e.perPart, e.tiles())
	size := e.row.MR * e.row.NR
	sums := e.part[(chunk*e.tiles()+first)*size:][:(last-first)*size]
	clear(sums)
	p := &e.product
	from, to := chunk*p.pictures/e.chunks, (chunk+1)*p.pictures/e.chunks
	pixelA, pixelB := 4*p.channels, 4*p.out*p.groups
	a := &args.outer
	a.StepA, a.RowA = pixelA*p.geometry.x.Stride, pixelA*p.y.Stride*e.w
	a.StepB, a.RowB = pixelB, pixelB*p.geometry.x.Out
	a.Rows, a.Pixels = p.y.Out, p.geometry.x.Out
	pictureA, pictureB := pixelA*e.h*e.w, a.RowB*a.Rows
	if e.flat {
		a.Rows, a.Pixels = 1, (to-from)*a.Rows*a.Pixels
	}
	for b := from; b < to; b++ {
		for t := first; t < last; t++ {
			s := &e.strips[t/(e.down*e.across)]
			i, j := t/e.across%e.down, t%e.across
			a.A = unsafe.Add(e.pa, b*pictureA+s.a+4*i*e.row.MR)
			a.B = unsafe.Add(e.pb, b*pictureB+s.b+4*j*e.row.NR)
			a.C = &sums[(t-first)*size]
			e.row.Func(a)
		}
		if e.flat {
			break
		}
	}
}

// padStep copies a picture with its padding about it.
type padStep struct {
	*padding
	x int
}

func (s *padStep) bind(m *binder) exec { return &padExec{padCopy: s.padding.bind(m, s.x)} }

type padExec struct {
	infallible
	*padCopy
}

func (e *padExec) parts() int               { return e.pictures }
func (e *padExec) run(_ *kernelArgs, b int) { e.picture(b) }

// gatherStep adds the sums of the chunks to the gradient by weights.
type gatherStep struct {
	*outerStep
	g int
}

func (s *gatherStep) bind(m *binder) exec {
	return &gatherExec{gatherStep: s, part: floats(m.bytes(s.part)), dst: m.tensor(s.g).F32()}
}

type gatherExec struct {
	infallible
	*gatherStep
	part, dst []float32
}

// gatherInputs is how many input channels a part gathers: with all their taps
// they fill lines of the gradient.
const gatherInputs = 16

func (e *gatherExec) inBlocks() int { return (e.product.in + gatherInputs - 1) / gatherInputs }
func (e *gatherExec) parts() int    { return e.product.groups * e.across * e.inBlocks() }

// run gathers some input channels, for all taps and a tile's width of output
// channels: what lies together in the gradient is written together.
func (e *gatherExec) run(_ *kernelArgs, i int) {
	p := &e.product
	block, j, group := i%e.inBlocks(), i/e.inBlocks()%e.across, i/(e.inBlocks()*e.across)
	perGroup := len(e.strips) / p.groups
	var sums [maxOuterColumns]float32
	row := sums[:min(e.row.NR, p.out-j*e.row.NR)]
	for in := block * gatherInputs; in < min((block+1)*gatherInputs, p.in); in++ {
		for t, s := range e.strips[group*perGroup:][:perGroup] {
			for first := 0; first < e.length; first += p.in {
				e.sum(row, group*perGroup+t, first+in, j)
				kx := s.kx + first/p.in
				at := in*p.w.in + (s.ky*p.geometry.x.Kernel+kx)*p.w.tap + (group*p.out+j*e.row.NR)*p.w.out
				for _, v := range row {
					e.dst[at] += v
					at += p.w.out
				}
			}
		}
	}
}

// sum adds up what the chunks have for a float of a strip, in a column of tiles.
func (e *gatherExec) sum(row []float32, strip, i, j int) {
	mr, nr := e.row.MR, e.row.NR
	tile := (strip*e.down+i/mr)*e.across + j
	clear(row)
	for c := range e.chunks {
		for k, v := range e.part[((c*e.tiles()+tile)*mr+i%mr)*nr:][:len(row)] {
			row[k] += v
		}
	}
}

// maxOuterColumns bounds kernels.OuterF32.NR.
const maxOuterColumns = 32
