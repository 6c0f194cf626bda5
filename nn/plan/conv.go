package plan

import (
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// geometry is a window over pictures stored as NHWC. It is the key of its
// table of offsets.
type geometry struct {
	pictures, channels int
	size               int // bytes of an element
	pitch              int // bytes from pixel to pixel of the operand
	y, x               nn.WindowAxis
	zeros              int // bytes from the zeros to the picture; 0 without padding
	tile               int // pixels that stand together; 0 for [pixel][tap]
}

func (g *geometry) pixels() int { return g.pictures * g.y.Out * g.x.Out }
func (g *geometry) taps() int   { return g.y.Kernel * g.x.Kernel }

// padded reports whether any tap falls on padding.
func (g *geometry) padded() bool { return padded(g.y) || padded(g.x) }

func padded(a nn.WindowAxis) bool {
	return a.Begin > 0 || (a.Out-1)*a.Stride-a.Begin+a.Extent() > a.In
}

// maxTable bounds the offsets of one step. Beyond it, as when a kernel is as
// large as a large picture, package nn computes the node.
const maxTable = 1 << 26

func (g *geometry) fitsTable() bool {
	in := g.pictures * g.y.In * g.x.In * g.channels
	return g.taps() <= maxTable/max(g.pixels(), 1) && in <= 1<<29
}

// offset returns where tap (ky, kx) of output pixel (b, oy, ox) lies, in
// bytes; false when that is padding.
func (g *geometry) offset(b, oy, ox, ky, kx int) (int32, bool) {
	iy := oy*g.y.Stride - g.y.Begin + ky*g.y.Dilation
	ix := ox*g.x.Stride - g.x.Begin + kx*g.x.Dilation
	if iy < 0 || iy >= g.y.In || ix < 0 || ix >= g.x.In {
		return int32(-g.zeros), false
	}
	return int32(((b*g.y.In+iy)*g.x.In + ix) * g.pitch), true
}

// pixel returns the picture, row and column of an output pixel.
func (g *geometry) pixel(p int) (b, oy, ox int) {
	return p / (g.y.Out * g.x.Out), p / g.x.Out % g.y.Out, p % g.x.Out
}

// tiled returns offsets as [tile][tap][pixel of the tile]; the last tile is
// filled up with the last pixel.
func (g *geometry) tiled() []int32 {
	tiles, taps := (g.pixels()+g.tile-1)/g.tile, g.taps()
	off := make([]int32, tiles*taps*g.tile)
	for i := range tiles * g.tile {
		b, oy, ox := g.pixel(min(i, g.pixels()-1))
		at := i/g.tile*taps*g.tile + i%g.tile
		for t := range taps {
			off[at+t*g.tile], _ = g.offset(b, oy, ox, t/g.x.Kernel, t%g.x.Kernel)
		}
	}
	return off
}

// windower is a convolution.
type windower interface {
	Window(x, w nn.Shape) (nn.Window, error)
}

// convGeometry returns the geometry of a convolution whose operand is x.
func (p *program) convGeometry(n *node) (geometry, bool) {
	size, weights := 4, nn.Shape{}
	if n.q != nil {
		size, weights = 1, n.q.weights.w.Shape
	} else {
		weights = p.vals[n.in[1]].logical
	}
	x := p.vals[n.in[0]].logical
	w, err := n.op.(windower).Window(x, weights)
	g := geometry{pictures: x.Dims[0], channels: x.Dims[1], size: size, pitch: size * x.Dims[1], y: w.Axis[0], x: w.Axis[1]}
	return g, err == nil && g.fitsTable()
}

// conv returns the step for a convolution over pictures.
func (l *lowering) conv(i int, n *node) (step, StepInfo) {
	g, _ := l.convGeometry(n)
	g.pitch = l.pitch(n.in[0])
	group := n.op.(*nn.Conv).Group
	if l.isDepthwise(n) {
		return l.depthwise(n, g)
	}
	w := l.konst(n.in[1])
	out := w.Shape.Dims[0]
	if s := l.winograd(n, g); s != nil {
		macs := int64(g.pixels()) * int64(w.Elems())
		if s.res != none {
			l.inPlace(i, s.out, s.res, s.x)
		}
		return s, StepInfo{Kernel: "winograd-" + s.transform.Name, MACs: macs}
	}
	s := &gemmStep{row: l.rows.gemm, x: n.in[0], out: n.out[0], m: g.pixels(), n: out / group,
		groups: group, ldc: l.pitch(n.out[0]), groupIn: 4 * w.Shape.Dims[1]}
	ohwi := lastChannel(w.F32(), w.Shape)
	if l.takesRows(n) {
		s.taps, s.k = g.y.Kernel, g.x.Kernel*g.channels
		s.pad, g = l.rowTapGeometry(i, g, 0, n.planes)
	} else {
		s.taps, s.k = g.taps(), w.Shape.Dims[1]
		if g.padded() {
			s.zeros = l.zerosBefore(&g, n.in[0])
		}
	}
	g.tile = s.row.MR
	s.off = l.table(g, g.tiled)
	s.tile()
	s.pack(ohwi, l.biasOf(n, out), s.taps*s.k, s.k, 1)
	return s, l.finish(i, n, s)
}

// rowTapChannels is the number of channels up to which the columns of a
// kernel's row count as one long tap: on few channels, starting a tap costs
// more than computing it.
const rowTapChannels = 12

// rowTapGeometry makes each row of the kernel one tap. What the row covers
// lies side by side in memory, provided the padding does too: a padded picture
// is copied first, with that byte about it, and so is one stored by planes.
func (l *lowering) rowTapGeometry(i int, g geometry, fill byte, planes bool) (*padding, geometry) {
	var pad *padding
	g.pitch = g.channels * g.size
	if g.padded() || planes {
		pad = newPadding(g)
		pad.fill, pad.planes, pad.row, pad.moveI8 = fill, planes, l.rows.interleave, l.rows.moveI8
		pad.block = l.needScratch(i, pad.bytes()+kernels.ReadPast)
		g.y.In, g.x.In = pad.h, pad.w
		g.y.Begin, g.x.Begin = 0, 0
	}
	g.x.Kernel = 1
	return pad, g
}

// lastChannel returns weights of shape [O I H W] as [O H W I]; src itself
// where that is the same.
func lastChannel[T float32 | int8 | int16](src []T, w nn.Shape) []T {
	d := w.Dims
	pixels := d[2] * d[3]
	if pixels == 1 || d[1] == 1 {
		return src
	}
	dst := make([]T, len(src))
	for o := range d[0] {
		for c := range d[1] {
			for p := range pixels {
				dst[(o*pixels+p)*d[1]+c] = src[(o*d[1]+c)*pixels+p]
			}
		}
	}
	return dst
}

// padding is the copy of a picture with rows and columns about it.
type padding struct {
	geometry
	h, w   int                    // extents with padding
	fill   byte                   // what padding is made of: zeros, or the zero point of bytes
	planes bool                   // the picture is stored as NCHW
	row    *kernels.InterleaveF32 // of floats
	moveI8 *kernels.MoveI8        // of bytes
	block  *block
}

func newPadding(g geometry) *padding {
	return &padding{geometry: g, h: withPadding(g.y), w: withPadding(g.x)}
}

// withPadding is the extent that the windows reach over.
func withPadding(a nn.WindowAxis) int {
	return max(a.In+a.Begin, (a.Out-1)*a.Stride+a.Extent())
}

func (p *padding) bytes() int { return p.size * p.pictures * p.h * p.w * p.channels }

// padCopy is a padding bound to memory.
type padCopy struct {
	*padding
	fill     byte
	from, to []byte
	args     kernels.InterleaveF32Args
	argsI8   kernels.InterleaveI8Args
}

func (p *padding) bind(m *binder, x int) *padCopy {
	return &padCopy{padding: p, fill: p.fill, from: m.tensor(x).Bytes(), to: m.bytes(p.block)}
}

// run writes every element once.
func (p *padCopy) run() {
	for b := range p.pictures {
		p.picture(b)
	}
}

// picture writes picture b: its rows with padding on both sides, and rows of
// padding above and below.
func (p *padCopy) picture(b int) {
	pixel := p.channels * p.size
	line, left, row := p.w*pixel, p.geometry.x.Begin*pixel, p.geometry.x.In*pixel
	for y := range p.h {
		to := p.to[(b*p.h+y)*line:][:line]
		at := y - p.y.Begin
		if at < 0 || at >= p.y.In {
			fillBytes(to, p.fill)
			continue
		}
		fillBytes(to[:left], p.fill)
		fillBytes(to[left+row:], p.fill)
		if p.planes {
			p.interleave(to[left:], b, at)
		} else {
			copy(to[left:], p.from[(b*p.y.In+at)*row:][:row])
		}
	}
}

// fillBytes sets all bytes.
func fillBytes(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}
