package plan

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// subpixel is a transposed convolution of pictures by stride s as a convolution
// that makes all s² pixels of a square at once, as channels: W. Shi et al., "Is
// the deconvolution layer the same as a convolutional layer?" (2016). Rows of
// the result are then drawn out of the channels, and those that padding takes
// away are cut off.
type subpixel struct {
	stride int
	axis   [2]subpixelAxis
}

// subpixelAxis is one dimension. Position o of the result, padding included, is
// pixel o%s of square o/s = q: the sum over t of w[o%s + s·t]·x[q − t].
type subpixelAxis struct {
	kernel     int // of the transposed convolution
	taps       int // of each pixel: ⌈kernel/s⌉
	begin, end int // padding of the convolution
	squares    int // its outputs
	first, out int // of the result, within the squares
}

// maxSparse is how many times the weights of a transposed convolution those of
// the convolution may be: where s does not divide the kernel, some are 0.
const maxSparse = 4

func newSubpixelAxis(a nn.WindowAxis) (s subpixelAxis, ok bool) {
	from, to := a.Begin/a.Stride, (a.Begin+a.Out-1)/a.Stride // squares needed
	s = subpixelAxis{kernel: a.Kernel, taps: (a.Kernel + a.Stride - 1) / a.Stride, first: a.Begin % a.Stride, out: a.Out}
	s.begin, s.end = s.taps-1-from, max(0, to-a.In+1)
	s.squares = a.In + s.begin + s.end - s.taps + 1
	return s, a.Dilation == 1 && s.begin >= 0
}

// subpixelOf returns how n may be written so.
func (p *program) subpixelOf(n *node) (s subpixel, ok bool) {
	op, ok := n.op.(*nn.ConvTranspose)
	if !ok || op.Group != 1 || p.konst(n.in[0]) != nil || p.vals[n.out[0]].typ.DType != nn.Float32 {
		return s, false
	}
	w, err := op.Window(p.vals[n.in[0]].typ.Shape, p.vals[n.in[1]].typ.Shape)
	if err != nil || w.Rank != 2 || w.Axis[0].Stride != w.Axis[1].Stride || p.vals[n.out[0]].typ.Shape.Elems() == 0 {
		return s, false
	}
	s.stride = w.Axis[0].Stride
	sparse := 1.0
	for i := range s.axis {
		if s.axis[i], ok = newSubpixelAxis(w.Axis[i]); !ok {
			return s, false
		}
		sparse *= float64(s.axis[i].taps*s.stride) / float64(s.axis[i].kernel)
	}
	return s, sparse <= maxSparse
}

// splitTransposed writes transposed convolutions with constant weights, in
// float32 or dequantised, as convolutions of sub-pixels.
func (p *program) splitTransposed() {
	w := &splitter{program: p, use: p.usage(), done: map[*node]bool{}}
	nodes := p.nodes
	p.nodes = nil
	for _, n := range nodes {
		if !w.done[n] && !w.split(n) {
			p.nodes = append(p.nodes, n)
		}
	}
	p.prune()
}

type splitter struct {
	*program
	use  *usage
	done map[*node]bool // taken over by one before it
}

func (w *splitter) split(n *node) bool {
	s, ok := w.subpixelOf(n)
	if !ok {
		return false
	}
	square := s.stride * s.stride
	weights, ok := w.constantLike(n.in[1], func(t *nn.Tensor) *nn.Tensor { return s.weights(t) }, 1, square)
	if !ok {
		return false
	}
	in := []int{n.in[0], weights}
	if b := n.operand(2); b != none {
		bias, ok := w.constantLike(b, func(t *nn.Tensor) *nn.Tensor { return repeated(t, square) }, 0, square)
		if !ok {
			return false
		}
		in = append(in, bias)
	}
	conv := &nn.Conv{AutoPad: "NOTSET", Group: 1, Pads: []int{s.axis[0].begin, s.axis[1].begin, s.axis[0].end, s.axis[1].end}}
	deep := w.vals[n.out[0]].typ.Shape
	deep.Dims[1] *= square
	deep.Dims[2], deep.Dims[3] = s.axis[0].squares, s.axis[1].squares
	x := w.apply(n.name, conv, deep, in...)
	x, out := w.onSquares(x, n.out[0], square)
	w.draw(n.name, &s, x, out)
	return true
}

// apply appends a node and returns its result, of float32.
func (w *splitter) apply(name string, op nn.Op, s nn.Shape, in ...int) int {
	out := w.add(value{name: name + "/squares", typ: nn.Type{DType: nn.Float32, Shape: s}, logical: s})
	w.nodes = append(w.nodes, newNode(name, op, in, []int{out}))
	return out
}

// constantLike returns a constant changed by change, or what dequantises one;
// what is quantised by channels of axis then has channels along the first.
func (w *splitter) constantLike(id int, change func(*nn.Tensor) *nn.Tensor, axis, times int) (int, bool) {
	if t := w.konst(id); t != nil {
		return w.addConst(w.vals[id].name+"/squares", change(t)), t.DType == nn.Float32
	}
	n := w.use.maker[id]
	if n == nil {
		return none, false
	}
	d, ok := n.op.(*nn.DequantizeLinear)
	data := w.konst(n.in[0])
	if !ok || d.BlockSize != 0 || data == nil || data.DType.Size() != 1 && data.DType != nn.Int32 {
		return none, false
	}
	in := []int{w.addConst(w.vals[n.in[0]].name+"/squares", change(data))}
	own, _ := nn.Axis(d.Axis, data.Shape.Rank)
	for _, id := range n.in[1:] {
		t := w.konst(id)
		switch {
		case id == none:
			in = append(in, none)
		case t == nil || t.Elems() != 1 && own != axis:
			return none, false
		case t.Elems() == 1:
			in = append(in, w.addConst(w.vals[id].name, t.Reshaped(nn.Shape{})))
		default:
			in = append(in, w.addConst(w.vals[id].name+"/squares", repeated(t, times)))
		}
	}
	return w.apply(n.name, &nn.DequantizeLinear{}, w.vals[in[0]].typ.Shape, in...), true
}

// onSquares moves what follows the result v of a transposed convolution, and
// treats all pixels of a channel alike, to its squares x, where it can be fused
// or computed in integers. It returns the last value, and what that is in the
// graph.
func (w *splitter) onSquares(x, v, times int) (squares, out int) {
	shape := w.vals[x].typ.Shape
	for w.use.reads[v] == 1 && w.use.reader[v] != nil {
		r := w.use.reader[v]
		if r.operand(0) != v || len(r.out) == 0 {
			break
		}
		_, _, clamps := w.clampOf(r)
		_, isUnary := unaryFunction(r.op, &elementStep{})
		in := slices.Clone(r.in)
		switch op := r.op.(type) {
		case *nn.QuantizeLinear:
			return w.quantised(r, x), v
		case *nn.BatchNormalization:
			if _, ok := w.normalisation(op, r, shape.Dims[1]/times); !ok || op.TrainingMode || len(r.out) > 1 {
				return x, v
			}
			for i, id := range in[1:] {
				in[1+i] = w.addConst(w.vals[id].name+"/squares", repeated(w.konst(id), times))
			}
		default:
			if !clamps && !isUnary {
				return x, v
			}
		}
		in[0] = x
		x, v = w.apply(r.name, r.op, shape, in...), r.out[0]
		w.done[r] = true
	}
	return x, v
}

// quantised rounds the squares as node q does their pixels, which thereby
// become bytes; q itself then changes nothing.
func (w *splitter) quantised(q *node, x int) int {
	if _, _, ok := w.qparamOf(q); !ok || w.konst(q.operand(2)) == nil {
		return x
	}
	s := w.vals[x].typ.Shape
	bytes := w.add(value{name: q.name + "/squares", typ: nn.Type{DType: w.konst(q.in[2]).DType, Shape: s}, logical: s})
	in := slices.Clone(q.in)
	in[0] = x
	w.nodes = append(w.nodes, newNode(q.name, q.op, in, []int{bytes}))
	return w.apply(q.name, &nn.DequantizeLinear{Axis: 1}, s, bytes, q.in[1], q.in[2])
}

// draw appends what makes the rows of out from squares x.
func (w *splitter) draw(name string, s *subpixel, x, out int) {
	shape := w.vals[x].typ.Shape
	shape.Dims[1] /= s.stride * s.stride
	shape.Dims[2] *= s.stride
	shape.Dims[3] *= s.stride
	deep := &nn.DepthToSpace{BlockSize: s.stride, Mode: "DCR"}
	if shape == w.vals[out].typ.Shape {
		w.nodes = append(w.nodes, newNode(name, deep, []int{x}, []int{out}))
		return
	}
	x = w.apply(name, deep, shape, x)
	first, last, axes := nn.NewTensor(nn.Int64, nn.S(2)), nn.NewTensor(nn.Int64, nn.S(2)), nn.T([]int64{2, 3}, 2)
	for i, a := range s.axis {
		first.I64()[i], last.I64()[i] = int64(a.first), int64(a.first+a.out)
	}
	in := []int{x, w.addConst(name+"/first", first), w.addConst(name+"/last", last), w.addConst(name+"/axes", axes)}
	w.nodes = append(w.nodes, newNode(name, &nn.Slice{}, in, []int{out}))
}

// repeated returns the elements of t so many times over.
func repeated(t *nn.Tensor, times int) *nn.Tensor {
	out := nn.NewTensor(t.DType, nn.S(t.Elems()*times))
	repeat(out.Bytes(), copy(out.Bytes(), t.Bytes()))
	return out
}

// weights turns those of a transposed convolution, [C M ky kx], into those of
// the convolution, [s·s·M C taps taps].
func (s *subpixel) weights(t *nn.Tensor) *nn.Tensor {
	c, m := t.Shape.Dims[0], t.Shape.Dims[1]
	y, x, size := s.axis[0], s.axis[1], t.DType.Size()
	out := nn.NewTensor(t.DType, nn.S(s.stride*s.stride*m, c, y.taps, x.taps))
	to, from := out.Bytes(), t.Bytes()
	for ky := range y.kernel {
		for kx := range x.kernel {
			square := ky%s.stride*s.stride + kx%s.stride
			tap := (y.taps-1-ky/s.stride)*x.taps + x.taps - 1 - kx/s.stride
			for o := range m {
				for i := range c {
					at := ((square*m+o)*c+i)*y.taps*x.taps + tap
					copy(to[at*size:][:size], from[(((i*m+o)*y.kernel+ky)*x.kernel+kx)*size:])
				}
			}
		}
	}
	return out
}
