package plan

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// quantised makes a node an integer one: it computes on values stored as
// uint8, exactly and on every CPU alike, what its operation does to the real
// numbers they stand for.
type quantised struct {
	kind    qKind
	in      [2]qparam
	out     qparam
	real    bool // the result is float32 instead: a last layer
	lo, hi  float32
	table   *[256]uint8
	weights *qweights
	slopes  []float64  // below zero, one a channel; nil for none
	shift   []float32  // of sums that are scaled at run time, added last; nil for none
	after   *byteTable // of the result
	resize  *[2]pairs  // of rows and of columns
}

type qKind uint8

const (
	qConv qKind = iota + 1
	qDense
	qAdd
	qMul
	qTable
	qMaxPool
	qAvgPool
	qQuantise
	qDequantise
	qSoftmax
	qSlopes
	qResize

	// Of graphs that quantise at run time; see dynamic.go.
	qDynamic   // bytes, their scale and their zero point
	qConvSums  // a convolution of bytes less their zero point
	qDenseSums // a product of them
	qCentre    // bytes less their zero point as floats
	qScale     // floats, each channel scaled and shifted
)

// elementwise reports whether the order in which elements are stored does not
// matter to the node.
func (q *quantised) elementwise() bool {
	switch q.kind {
	case qAdd, qMul, qTable, qQuantise, qDequantise, qDynamic, qCentre:
		return true
	}
	return false
}

// overPictures reports whether the node has kernels over NHWC.
func (q *quantised) overPictures() bool {
	switch q.kind {
	case qConv, qMaxPool, qAvgPool, qSlopes, qResize, qConvSums, qScale:
		return true
	}
	return false
}

// qparam says what a stored byte q stands for: scale·(q − zero). A tensor of
// int8 is stored with 128 added to its values and to its zero.
type qparam struct {
	scale float32
	zero  int32
}

// real returns the numbers that the 256 bytes stand for.
func (q qparam) real() *[256]float64 {
	var t [256]float64
	for i := range t {
		t[i] = float64(float32(int32(i)-q.zero) * q.scale)
	}
	return &t
}

// quantise returns the byte for a real number: ties to even, saturated.
func (q qparam) quantise(x float64) uint8 {
	if math.IsNaN(x) {
		return uint8(q.zero)
	}
	v := math.RoundToEven(float64(float32(x)/q.scale)) + float64(q.zero)
	return uint8(min(max(v, 0), 255))
}

// wholeRange reports whether limits as of limits leave out no byte.
func (q qparam) wholeRange(lo, hi float32) bool {
	return lo <= -float32(q.zero) && hi >= float32(255-q.zero)
}

// limits returns the range lo..hi of real numbers as the kernels want it: in
// steps from the zero point, within what a byte can hold. Quantising is
// monotonic, so limits may be applied before or after it.
func (q qparam) limits(lo, hi float32) (float32, float32) {
	l, h := q.quantise(float64(lo)), q.quantise(float64(hi))
	return float32(int32(l) - q.zero), float32(int32(max(l, h)) - q.zero)
}

// qweights are the constant operands of a convolution or product.
type qweights struct {
	w     *nn.Tensor // int8, in −127..127; of sums: int8 or uint8
	scale []float32  // one a channel
	bias  []float64  // real, one a channel
	zero  *nn.Tensor // of sums: zero points, one or one a channel; nil for 0
}

// rescale is the factor from a sum of channel c to the result, with a slope.
func (q *quantised) rescale(c int, slope float64) float32 {
	f := float64(q.in[0].scale) * float64(q.weights.scale[c]) * slope
	if !q.real {
		f /= float64(q.out.scale)
	}
	return float32(f)
}

// qparamOf reads the scale and zero operands of a Q or DQ node that has one of
// each for the whole tensor.
func (p *program) qparamOf(n *node) (q qparam, signed, ok bool) {
	s := p.konst(n.operand(1))
	if s == nil || s.DType != nn.Float32 || s.Elems() != 1 {
		return q, false, false
	}
	q.scale = s.F32()[0]
	if !(q.scale > 0) || math.IsInf(float64(q.scale), 0) {
		return q, false, false
	}
	if z := n.operand(2); z != none {
		t := p.konst(z)
		if t == nil || t.Elems() != 1 {
			return q, false, false
		}
		q.zero, signed = int32(t.Int(0)), t.DType == nn.Int8
	}
	if signed {
		q.zero += 128
	}
	return q, signed, true
}

// constWeights reads the DQ node of constant int8 weights, with one scale for
// each index of axis or one for all.
func (p *program) constWeights(n *node, axis int) (*qweights, bool) {
	d, ok := n.op.(*nn.DequantizeLinear)
	if !ok || d.BlockSize != 0 {
		return nil, false
	}
	w, scale := p.konst(n.in[0]), p.konst(n.operand(1))
	if w == nil || w.DType != nn.Int8 || scale == nil || scale.DType != nn.Float32 {
		return nil, false
	}
	for _, v := range w.I8() {
		if v == -128 {
			return nil, false // kernels hold the range symmetric
		}
	}
	if z := p.konst(n.operand(2)); z != nil {
		for i := range z.Elems() {
			if z.Int(i) != 0 {
				return nil, false
			}
		}
	}
	channels := w.Shape.Dims[axis]
	own, _ := nn.Axis(d.Axis, w.Shape.Rank)
	if scale.Elems() != 1 && (own != axis || scale.Elems() != channels) {
		return nil, false
	}
	q := &qweights{w: w, scale: make([]float32, channels), bias: make([]float64, channels)}
	for c := range q.scale {
		q.scale[c] = scale.F32()[c%scale.Elems()]
	}
	return q, true
}

// realConst returns the real numbers of a constant, which may be quantised.
func (p *program) realConst(maker []*node, id int) ([]float64, bool) {
	if t := p.konst(id); t != nil {
		v := make([]float64, t.Elems())
		for i := range v {
			v[i] = t.Float(i)
		}
		return v, t.DType == nn.Float32
	}
	n := maker[id]
	if n == nil {
		return nil, false
	}
	if _, ok := n.op.(*nn.DequantizeLinear); !ok {
		return nil, false
	}
	q, scale := p.konst(n.in[0]), p.konst(n.operand(1))
	if q == nil || scale == nil || !q.DType.IsInt() || scale.Elems() != 1 && scale.Elems() != q.Elems() {
		return nil, false
	}
	zero := p.konst(n.operand(2))
	v := make([]float64, q.Elems())
	for i := range v {
		z := 0.0
		if zero != nil {
			z = zero.Float(i % zero.Elems())
		}
		v[i] = (q.Float(i) - z) * float64(scale.F32()[i%scale.Elems()])
	}
	return v, true
}
