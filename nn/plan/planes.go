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
		if _, ok := n.op.(*nn.Conv); !ok || !p.overPlanes(n) {
			continue
		}
		t := u.only(n.in[0])
		if t == nil {
			continue
		}
		tr, ok := t.op.(*nn.Transpose)
		if ok && slices.Equal(tr.Perm, nhwc) && !p.vals[t.in[0]].nhwc && canInterleave(p.vals[t.in[0]].typ.DType) {
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

// overPlanes reports whether n is a convolution that can read planes: of floats,
// or of bytes.
func (p *program) overPlanes(n *node) bool {
	return (p.isConv2D(n) || n.q != nil && n.q.kind == qConv) && p.takesRows(n)
}

func canInterleave(t nn.DType) bool { return t == nn.Float32 || t == nn.Uint8 }

// interleave writes row y of a picture stored by planes as pixels: to has the
// channels of each pixel side by side.
func (p *padCopy) interleave(to []byte, b, y int) {
	c, h, w := p.channels, p.y.In, p.geometry.x.In
	plane := func(i int) []byte { return p.from[((b*c+i)*h+y)*w*p.size:][:w*p.size] }
	switch {
	case c == 3 && p.size == 1:
		a := &p.argsI8
		a.Dst, a.A, a.B, a.C, a.N = &to[:3*w][0], &plane(0)[0], &plane(1)[0], &plane(2)[0], w
		p.moveI8.Interleave(a)
	case c == 3:
		a := &p.args
		a.Dst, a.A, a.B, a.C, a.N = &floats(to[:3*w*p.size])[0], &floats(plane(0))[0], &floats(plane(1))[0], &floats(plane(2))[0], w
		p.row.Func(a)
	default:
		for i := range c {
			if p.size == 1 {
				spreadOut(to[i:], plane(i), c)
			} else {
				spreadOut(words(to)[i:], words(plane(i)), c)
			}
		}
	}
}

// spreadOut sets every step-th element of to.
func spreadOut[T uint8 | uint32](to, from []T, step int) {
	for x, v := range from {
		to[x*step] = v
	}
}
