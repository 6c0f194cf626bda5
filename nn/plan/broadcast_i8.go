package plan

import (
	"slices"
	"unsafe"

	"github.com/ocellus-vision/ocellus/nn"
)

// operandBytes returns the bytes that a float value is the meaning of. Those of
// a constant of int8 are made here: 128 is added to each.
func (w *integers) operandBytes(id int) (qvalue, bool) {
	if b, ok := w.bytes[id]; ok {
		return b, true
	}
	maker := w.use.maker[id]
	if maker == nil {
		return qvalue{}, false
	}
	if _, ok := maker.op.(*nn.DequantizeLinear); !ok {
		return qvalue{}, false
	}
	t := w.konst(maker.in[0])
	q, signed, ok := w.qparamOf(maker)
	if !signed { // for want of a zero point
		q.zero += 128
	}
	if !ok || t == nil || t.DType != nn.Int8 {
		return qvalue{}, false
	}
	bytes := nn.NewTensor(nn.Uint8, t.Shape)
	for i, v := range t.I8() {
		bytes.U8()[i] = uint8(int(v) + 128)
	}
	b := qvalue{w.addConst(w.vals[maker.in[0]].name+"/bytes", bytes), q}
	w.own(b.id)
	w.bytes[id] = b
	return b, true
}

// raised returns bytes looked at with as many dimensions as they are to be
// broadcast to.
func (w *integers) raised(n *node, id, rank int) int {
	from := w.vals[id].typ.Shape
	if from.Rank == rank {
		return id
	}
	s := nn.Shape{Rank: rank}
	for i := range rank {
		s.Dims[i] = 1
	}
	copy(s.Dims[rank-from.Rank:], from.Slice())
	if t := w.konst(id); t != nil {
		return w.addConst(w.vals[id].name, t.Reshaped(s))
	}
	dims := nn.NewTensor(nn.Int64, nn.S(rank))
	for i, d := range s.Slice() {
		dims.I64()[i] = int64(d)
	}
	out := w.add(value{name: w.vals[id].name + "/raised", typ: nn.Type{DType: nn.Uint8, Shape: s}, logical: s})
	w.nodes = append(w.nodes, newNode(n.name, &nn.Reshape{}, []int{id, w.addConst(n.name+"/shape", dims)}, []int{out}))
	return out
}

// broadcastI8Step is elementI8Step for operands that repeat along dimensions of
// the result: what they are spread out to is written piece by piece, and stays
// in the nearest cache.
type broadcastI8Step struct {
	elementI8Step
	repeats [2]*repetition // nil for an operand that has the result's shape
}

// broadcast returns s, or the step that s becomes where its operands repeat.
func (l *lowering) broadcast(s *elementI8Step) step {
	out := l.vals[s.out].typ.Shape
	b := &broadcastI8Step{repeats: [2]*repetition{newRepetition(l.vals[s.a].typ.Shape, out), newRepetition(l.vals[s.b].typ.Shape, out)}}
	if b.repeats == [2]*repetition{} {
		return s
	}
	b.elementI8Step = *s
	return b
}

// broadcastPiece is the number of bytes that one piece computes: two operands
// spread out and a result fit the nearest cache.
const broadcastPiece = 1 << 13

type broadcastI8Exec struct {
	infallible
	*broadcastI8Step
	from [2][]byte
	to   []byte
}

func (s *broadcastI8Step) bind(m *binder) exec {
	m.needThreadScratch(2 * broadcastPiece)
	return &broadcastI8Exec{broadcastI8Step: s, from: [2][]byte{m.tensor(s.a).Bytes(), m.tensor(s.b).Bytes()}, to: m.tensor(s.out).Bytes()}
}

func (e *broadcastI8Exec) parts() int { return (e.n + broadcastPiece - 1) / broadcastPiece }

func (e *broadcastI8Exec) run(args *kernelArgs, i int) {
	at := i * broadcastPiece
	to := e.to[at:min(at+broadcastPiece, e.n)]
	var operand [2]*uint8
	for j, s := range e.repeats {
		if s == nil {
			operand[j] = &e.from[j][at]
			continue
		}
		tmp := args.scratch[j*broadcastPiece:][:len(to)]
		s.fill(tmp, e.from[j], at)
		operand[j] = &tmp[0]
	}
	k := &args.elementI8
	*k = e.args
	k.Dst, k.A, k.B, k.N = unsafe.SliceData(to), operand[0], operand[1], len(to)
	e.fn(k)
}

// repetition is how bytes repeat along dimensions of a result. Neighbouring
// dimensions that do alike are one.
type repetition struct {
	dims, strides []int // the last one first; a stride of 0 repeats
}

// newRepetition returns nil where the shapes are the same.
func newRepetition(from, to nn.Shape) *repetition {
	if from == to {
		return nil
	}
	s := &repetition{}
	size := 1
	for d, extent := range slices.Backward(to.Slice()) {
		stride := 0
		if from.Dims[d] > 1 {
			stride = size
			size *= extent
		}
		last := len(s.dims) - 1
		switch {
		case extent == 1:
		case last >= 0 && (stride == 0) == (s.strides[last] == 0): // strides follow from extents
			s.dims[last] *= extent
		default:
			s.dims, s.strides = append(s.dims, extent), append(s.strides, stride)
		}
	}
	return s
}

// fill writes what src is spread out to, from element at on.
func (s *repetition) fill(dst, src []byte, at int) {
	for len(dst) > 0 {
		n := s.run(dst, src, at)
		dst, at = dst[n:], at+n
	}
}

// run writes the beginning of dst, as far as it is simple, and returns how much
// that is: the rest of a row, or a row and what repeats it.
func (s *repetition) run(dst, src []byte, at int) int {
	row := s.dims[0]
	col, rest, from := at%row, at/row, 0
	for d, extent := range s.dims[1:] {
		from += rest % extent * s.strides[d+1]
		rest /= extent
	}
	n := min(row-col, len(dst))
	if s.strides[0] == 0 {
		dst[0] = src[from]
		repeat(dst[:n], 1)
		return n
	}
	copy(dst[:n], src[from+col:])
	if col > 0 || len(s.dims) == 1 { // with others, the next dimension repeats the row
		return n
	}
	all := min((s.dims[1]-at/row%s.dims[1])*row, len(dst))
	repeat(dst[:all], n)
	return all
}

// repeat fills b with what its first n bytes are.
func repeat(b []byte, n int) {
	for n < len(b) {
		n += copy(b[n:], b[:n])
	}
}
