package plan

import (
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// selectChannels finds runs of reshaping, transposing and picking that come to
// a choice of channels, as ONNX writes the channel shuffle of ShuffleNet and
// the splitting of a shuffled picture, and makes one Gather of each. That works
// in any layout, where the run would force the logical one.
func (p *program) selectChannels() {
	s := &selection{program: p, maker: p.usage().maker, traced: map[int]*nn.Tensor{}}
	for _, n := range p.nodes {
		if idx := s.channelsOf(n); idx != nil {
			id := p.addConst(n.name+"/channels", nn.T(idx, len(idx)))
			n.op, n.in = &nn.Gather{Axis: 1}, []int{s.origin, id}
		}
	}
	p.prune()
}

type selection struct {
	*program
	maker  []*node
	traced map[int]*nn.Tensor // per value: which element of origin each of its elements is
	origin int                // the picture that is being traced; traced belongs to it
}

// maxMoves bounds the length of a run.
const maxMoves = 8

// channelsOf returns the channels of a picture (origin) that n's result is made
// of, or nil if it is something else.
func (s *selection) channelsOf(n *node) []int64 {
	if !s.moves(n) || s.vals[n.out[0]].typ.Shape.Rank != 4 {
		return nil
	}
	from, permuted := n, false
	for range maxMoves {
		switch op := from.op.(type) {
		case *nn.Transpose:
			permuted = true
		case *nn.Gather:
			permuted = permuted || op.Axis != 1
		}
		if before := s.maker[from.in[0]]; before != nil && s.moves(before) {
			from = before
			continue
		}
		break
	}
	origin := from.in[0]
	if t := s.vals[origin].typ; !permuted || t.Shape.Rank != 4 || t.Shape.Dims[0] != 1 || s.konst(origin) != nil || t.Shape.Elems() == 0 {
		return nil
	}
	if origin != s.origin || len(s.traced) == 0 {
		clear(s.traced)
		s.origin = origin
		s.traced[origin] = numbered(s.vals[origin].typ.Shape)
	}
	if t := s.trace(n); t != nil {
		return channelIndex(t, s.vals[origin].typ.Shape)
	}
	return nil
}

// moves reports whether n moves elements of one operand, as constants say, and
// does nothing else.
func (s *selection) moves(n *node) bool {
	switch n.op.(type) {
	case *nn.Reshape, *nn.Transpose, *nn.Gather, *nn.Squeeze, *nn.Unsqueeze, *nn.Flatten:
	default:
		return false
	}
	if n.q != nil || len(n.out) != 1 || n.in[0] == none || s.konst(n.in[0]) != nil {
		return false
	}
	for _, id := range n.in[1:] {
		if id != none && s.konst(id) == nil {
			return false
		}
	}
	return true
}

// trace returns which element of origin each element of n's result is.
func (s *selection) trace(n *node) *nn.Tensor {
	if t := s.traced[n.out[0]]; t != nil {
		return t
	}
	in := s.traced[n.in[0]]
	if in == nil {
		before := s.maker[n.in[0]]
		if before == nil {
			return nil
		}
		if in = s.trace(before); in == nil {
			return nil
		}
	}
	r := &nn.Run{In: []*nn.Tensor{in}, Out: []*nn.Tensor{nn.NewTensor(nn.Int32, s.vals[n.out[0]].typ.Shape)}}
	for _, id := range n.in[1:] {
		if id == none {
			r.In = append(r.In, &nn.Tensor{})
		} else {
			r.In = append(r.In, s.konst(id))
		}
	}
	if n.op.Forward(r) != nil {
		return nil
	}
	s.traced[n.out[0]] = r.Out[0]
	return r.Out[0]
}

// numbered returns a tensor of the numbers of its elements.
func numbered(s nn.Shape) *nn.Tensor {
	t := nn.NewTensor(nn.Int32, s)
	for i := range t.I32() {
		t.I32()[i] = int32(i)
	}
	return t
}

// channelIndex returns the channels that t is made of, where t says of each
// element which of a picture of shape s it is; nil if it is no such choice.
func channelIndex(t *nn.Tensor, s nn.Shape) []int64 {
	d := t.Shape.Dims
	if d[0] != 1 || d[2] != s.Dims[2] || d[3] != s.Dims[3] {
		return nil
	}
	pixels := d[2] * d[3]
	idx := make([]int64, d[1])
	for c := range idx {
		plane := t.I32()[c*pixels:][:pixels]
		if int(plane[0])%pixels != 0 {
			return nil
		}
		for i, v := range plane {
			if v != plane[0]+int32(i) {
				return nil
			}
		}
		idx[c] = int64(int(plane[0]) / pixels)
	}
	return idx
}

// channelStep picks channels out of the pixels of a picture stored as NHWC.
type channelStep struct {
	every    *kernels.EveryOtherF32
	x, out   int
	idx      []int32
	from, to int // channels
	pixels   int
	first    int // channel to begin with, where it is every other; else -1
}

// channels returns the step for a Gather of channels, or nil if n is none.
func (l *lowering) channels(n *node) (step, StepInfo) {
	op, ok := n.op.(*nn.Gather)
	if !ok || n.q != nil || l.konst(n.in[0]) != nil || l.konst(n.in[1]) == nil {
		return nil, StepInfo{}
	}
	t, idx := l.vals[n.in[0]].typ, l.konst(n.in[1])
	last := t.Shape.Rank - 1
	if t.DType != nn.Float32 || last < 1 || idx.Shape.Rank != 1 || op.Axis != last && op.Axis != -1 || t.Shape.Elems() == 0 || idx.Elems() == 0 {
		return nil, StepInfo{}
	}
	c := t.Shape.Dims[last]
	s := &channelStep{every: l.rows.everyOther, x: n.in[0], out: n.out[0], from: c, to: idx.Elems(), pixels: t.Shape.Elems() / c}
	for i := range s.to {
		s.idx = append(s.idx, int32((idx.Int(i)+c)%c))
	}
	s.first = everyOther(s.idx, c)
	name := "move"
	if s.first >= 0 {
		name = s.every.Name
	}
	return s, StepInfo{Kernel: name}
}

// everyOther returns the first of the channels if they are every other of c,
// and -1 if not.
func everyOther(idx []int32, c int) int {
	if 2*len(idx) != c {
		return -1
	}
	for i, v := range idx {
		if v != idx[0]+int32(2*i) {
			return -1
		}
	}
	return int(idx[0])
}

type channelExec struct {
	infallible
	*channelStep
	px, pout unsafe.Pointer
	from, to []float32
}

// channelPiece is the number of elements that one piece moves.
const channelPiece = 1 << 15

func (s *channelStep) bind(m *binder) exec {
	return &channelExec{channelStep: s, px: m.pointer(s.x), pout: m.pointer(s.out), from: m.tensor(s.x).F32(), to: m.tensor(s.out).F32()}
}

func (s *channelStep) perPart() int { return max(1, channelPiece/s.to) }

func (e *channelExec) parts() int { return (e.pixels + e.perPart() - 1) / e.perPart() }

func (e *channelExec) run(args *kernelArgs, i int) {
	first := i * e.perPart()
	pixels := min(e.perPart(), e.pixels-first)
	from, to := e.channelStep.from, e.channelStep.to
	if e.first >= 0 {
		k := &args.element
		k.Dst = (*float32)(unsafe.Add(e.pout, 4*first*to))
		k.A = (*float32)(unsafe.Add(e.px, 4*(first*from+e.first)))
		k.N = pixels * to
		e.every.Func(k)
		return
	}
	for p := first; p < first+pixels; p++ {
		src, dst := e.from[p*from:][:from], e.to[p*to:][:to]
		for j, c := range e.idx {
			dst[j] = src[c]
		}
	}
}
