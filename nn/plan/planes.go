package plan

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// readPlanes lets convolutions that copy their picture anyway (see rowTaps)
// read it plane by plane, as inputs of nets are stored: the conversion before
// them, if nothing else reads it, is then a part of the copy.
func (p *program) readPlanes() {
	u := p.usage()
	for _, n := range p.nodes {
		if _, ok := n.op.(*nn.Conv); !ok || !p.isConv2D(n) || !p.takesRows(n) {
			continue
		}
		t := u.only(n.in[0])
		if t == nil {
			continue
		}
		tr, ok := t.op.(*nn.Transpose)
		if ok && slices.Equal(tr.Perm, nhwc) && !p.vals[t.in[0]].nhwc && p.vals[t.in[0]].typ.DType == nn.Float32 {
			n.in[0] = t.in[0]
			n.planes = true
			n.fused = append(n.fused, t.name)
			t.out = nil
		}
	}
	p.sweep()
}

// takesRows reports whether a convolution of pictures takes the rows of its
// kernel as long taps.
func (p *program) takesRows(n *node) bool {
	g, ok := p.convGeometry(n)
	return ok && n.op.(*nn.Conv).Group == 1 && g.x.Kernel > 1 && g.channels <= rowTapChannels && g.x.Dilation == 1
}

// interleave writes row y of a picture stored by planes as pixels: to has the
// channels of each pixel side by side.
func (p *padCopy) interleave(to, from []float32, b, y int) {
	c, h, w := p.channels, p.y.In, p.geometry.x.In
	plane := func(i int) []float32 { return from[((b*c+i)*h+y)*w:][:w] }
	if c == 3 {
		a := &p.args
		a.Dst, a.A, a.B, a.C, a.N = &to[:3*w][0], &plane(0)[0], &plane(1)[0], &plane(2)[0], w
		p.row.Func(a)
		return
	}
	for i := range c {
		for x, v := range plane(i) {
			to[x*c+i] = v
		}
	}
}
