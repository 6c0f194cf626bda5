package plan

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// Quantisation says what bytes stand for: Scale·(byte − Zero).
type Quantisation struct {
	Scale float32 // above 0
	Zero  uint8
}

// WithInputsAsRead has float32 inputs asked for in the form in which the
// plan's kernels read them, so that who makes them (see vision.Preparer) makes
// them so in the first place: as bytes, where nothing but a quantisation reads
// them, and as NHWC, where nothing but a conversion to that order does. The
// ports say which; other inputs are as ever.
func WithInputsAsRead() Option { return func(o *options) { o.asRead = true } }

// input is an input of the graph, and the value that a Runner wants of it.
type input struct {
	name  string
	val   int
	nhwc  bool
	quant *Quantisation
}

// adoptInputs makes inputs of what the first conversions would make of them.
func (p *program) adoptInputs() {
	u := p.usage()
	for i := range p.inputs {
		in := &p.inputs[i]
		for p.vals[in.val].typ.DType == nn.Float32 || in.quant != nil {
			n := p.soleConversion(u, in)
			if n == nil {
				break
			}
			if n.q != nil {
				in.quant = &Quantisation{n.q.out.scale, uint8(n.q.out.zero)}
			} else {
				in.nhwc = in.nhwc || slices.Equal(n.op.(*nn.Transpose).Perm, nhwc)
			}
			in.val = n.out[0]
			n.out = nil
		}
	}
	p.sweep()
}

// soleConversion returns the one node that reads an input, if that quantises
// it or stores it as NHWC.
func (p *program) soleConversion(u *usage, in *input) *node {
	n := u.reader[in.val]
	if n == nil || u.reads[in.val] != 1 || n.in[0] != in.val || n.hasEpilogue() {
		return nil
	}
	if n.q != nil {
		if n.q.kind == qQuantise && in.quant == nil {
			return n
		}
		return nil
	}
	t, ok := n.op.(*nn.Transpose)
	if ok && (slices.Equal(t.Perm, nhwc) && !in.nhwc || slices.IsSorted(t.Perm)) && len(t.Perm) == p.vals[in.val].typ.Shape.Rank {
		return n
	}
	return nil
}

// SetInput gives input i the elements of t, which has the type and the logical
// order that the graph declares, whatever form its Port asks for.
func (r *Runner) SetInput(i int, t *nn.Tensor) {
	port, to := &r.plan.inputs[i], r.inputs[i]
	if port.Quant == nil && !port.NHWC {
		copy(to.Bytes(), t.Bytes())
		return
	}
	channels, pixels := 1, t.Elems()
	if port.NHWC {
		channels = t.Shape.Dims[1]
		pixels = t.Shape.Dims[2] * t.Shape.Dims[3]
	}
	if port.Quant == nil {
		interleaved(to.F32(), t.F32(), channels, pixels, func(v float32) float32 { return v })
		return
	}
	q := qparam{port.Quant.Scale, int32(port.Quant.Zero)}
	interleaved(to.U8(), t.F32(), channels, pixels, func(v float32) uint8 { return q.quantise(float64(v)) })
}

// interleaved writes f of pictures of planes as pixels.
func interleaved[T any](to []T, from []float32, channels, pixels int, f func(float32) T) {
	for at := 0; at < len(from); at += channels * pixels {
		for c := range channels {
			for i, v := range from[at+c*pixels:][:pixels] {
				to[at+i*channels+c] = f(v)
			}
		}
	}
}
