package plan

import (
	"math"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// affine is what becomes of each channel c of a result: scale[c]·x + shift[c].
type affine struct{ scale, shift []float64 }

func newAffine(channels int) affine {
	a := affine{make([]float64, channels), make([]float64, channels)}
	for i := range a.scale {
		a.scale[i] = 1
	}
	return a
}

// foldAffine folds batch normalisation, and arithmetic with constants a
// channel, into the weights and bias of the convolution or product before it.
func (p *program) foldAffine() {
	u := p.usage()
	for _, n := range p.nodes {
		for len(n.out) > 0 && (p.isConv(n) || p.isDense(n)) {
			after := p.soleReader(u, n)
			if after == nil || after.q != nil {
				break
			}
			a, ok := p.affineOf(n, after)
			if !ok {
				break
			}
			p.applyAffine(u, n, a)
			p.absorb(n, after)
			u.maker[n.out[0]] = n
		}
	}
	p.sweep()
}

// channelAxis is the dimension of n's result that its weights are indexed by.
func (p *program) channelAxis(n *node) int {
	if _, ok := n.op.(windower); ok || n.q != nil && n.q.kind == qScale {
		return 1
	}
	return p.vals[n.out[0]].typ.Shape.Rank - 1
}

// affineOf returns what after does to the channels of n's result, if that is
// an affine function by constants.
func (p *program) affineOf(n, after *node) (affine, bool) {
	s, axis := p.vals[n.out[0]].typ.Shape, p.channelAxis(n)
	if op, ok := after.op.(*nn.BatchNormalization); ok && axis == 1 && !op.TrainingMode {
		return p.normalisation(op, after, s.Dims[axis])
	}
	if len(after.in) != 2 || len(after.out) != 1 || p.vals[after.out[0]].typ.Shape != s {
		return affine{}, false
	}
	left := after.in[0] == n.out[0]
	other := after.in[0]
	if left {
		other = after.in[1]
	}
	v, ok := p.perChannel(other, s, axis)
	if !ok {
		return affine{}, false
	}
	a := newAffine(s.Dims[axis])
	switch after.op.(type) {
	case *nn.Add:
		a.shift = v
	case *nn.Mul:
		a.scale = v
	case *nn.Sub:
		for i := range v {
			if left {
				a.shift[i] = -v[i]
			} else {
				a.scale[i], a.shift[i] = -1, v[i]
			}
		}
	case *nn.Div:
		for i := range v {
			if !left || v[i] == 0 {
				return affine{}, false
			}
			a.scale[i] = 1 / v[i]
		}
	default:
		return affine{}, false
	}
	return a, true
}

// perChannel returns a constant's value for each index of the axis of s that
// it broadcasts to, provided it is the same along every other.
func (p *program) perChannel(id int, s nn.Shape, axis int) ([]float64, bool) {
	if !p.constFloat(id) {
		return nil, false
	}
	t := p.konst(id)
	if t.Elems() != 1 {
		own := axis - (s.Rank - t.Shape.Rank) // the axis in t
		if own < 0 || t.Shape.Dims[own] != t.Elems() || t.Elems() != s.Dims[axis] {
			return nil, false
		}
	}
	v := make([]float64, s.Dims[axis])
	for i := range v {
		v[i] = float64(t.F32()[i%t.Elems()])
	}
	return v, true
}

func (p *program) normalisation(op *nn.BatchNormalization, n *node, channels int) (affine, bool) {
	for _, id := range n.in[1:5] {
		if !p.constFloat(id) || p.konst(id).Elems() != channels {
			return affine{}, false
		}
	}
	gamma, beta := p.konst(n.in[1]).F32(), p.konst(n.in[2]).F32()
	mean, variance := p.konst(n.in[3]).F32(), p.konst(n.in[4]).F32()
	a := newAffine(channels)
	for c := range channels {
		a.scale[c] = float64(gamma[c]) / math.Sqrt(float64(variance[c])+float64(op.Epsilon))
		a.shift[c] = float64(beta[c]) - float64(mean[c])*a.scale[c]
	}
	return a, true
}

// applyAffine gives n new weights and a new bias.
func (p *program) applyAffine(u *usage, n *node, a affine) {
	channels := len(a.scale)
	bias := nn.NewTensor(nn.Float32, nn.S(channels))
	for c, b := range p.biasOf(n, channels) {
		bias.F32()[c] = float32(float64(b)*a.scale[c] + a.shift[c])
	}
	weights, alpha := n.in[1], 1.0
	stride, span := p.weightChannels(n, channels)
	if g, ok := n.op.(*nn.Gemm); ok {
		alpha = float64(g.Alpha)
		n.op = &nn.Gemm{Alpha: 1, Beta: 1, TransB: g.TransB}
	}
	// What only shifts leaves the weights as they are.
	if alpha != 1 || slices.ContainsFunc(a.scale, func(s float64) bool { return s != 1 }) {
		last := weights >= len(u.reads) || u.reads[weights] == 1 // which n alone reads
		scaled := p.konst(weights)
		if !last || !p.taken.mayChange(scaled) {
			scaled = scaled.Clone()
		}
		w := scaled.F32()
		for i := 0; i < len(w); i += stride {
			f := a.scale[i/stride%span]
			for j := range w[i : i+stride] {
				w[i+j] = float32(float64(w[i+j]) * alpha * f)
			}
		}
		if last {
			p.vals[weights].konst = nil
		}
		weights = p.addConst(n.name+"/weights", scaled)
	}
	n.in = []int{n.in[0], weights, p.addConst(n.name+"/bias", bias)}
}

// weightChannels says which channel weight i belongs to: i/stride%span.
func (p *program) weightChannels(n *node, channels int) (stride, span int) {
	w := p.vals[n.in[1]].typ.Shape
	byRow := true
	switch op := n.op.(type) {
	case *nn.MatMul:
		byRow = false
	case *nn.Gemm:
		byRow = op.TransB
	}
	if byRow {
		return w.Elems() / w.Dims[0], channels
	}
	return 1, channels
}

// biasOf returns what n adds to each channel.
func (p *program) biasOf(n *node, channels int) []float32 {
	bias := make([]float32, channels)
	t := p.konst(n.operand(2))
	if t == nil {
		return bias
	}
	beta := float32(1)
	if g, ok := n.op.(*nn.Gemm); ok {
		beta = g.Beta
	}
	for c := range bias {
		bias[c] = beta * t.F32()[c%t.Elems()]
	}
	return bias
}
