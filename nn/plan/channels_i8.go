package plan

import (
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// A 1×1 convolution of bytes that reads a choice of channels can read all of
// them with weights of zero for the rest: more sums, but no copy. It pays as
// long as the picture has at most this many times the channels chosen.
const maxSpread = 4

// absorbChoices lets convolutions of bytes read through a choice of channels.
func (p *program) absorbChoices() {
	maker := p.usage().maker
	for _, n := range p.nodes {
		if n.q == nil || n.q.kind != qConv {
			continue
		}
		pick := maker[n.in[0]]
		if pick == nil || pick.q != nil {
			continue
		}
		if g, ok := pick.op.(*nn.Gather); !ok || g.Axis != 1 {
			continue
		}
		idx, from := p.konst(pick.in[1]), pick.in[0]
		if idx == nil || idx.Shape.Rank != 1 || p.vals[from].typ.DType != nn.Uint8 || p.vals[from].typ.Shape.Rank != 4 {
			continue
		}
		if w, ok := spread(n, idx, p.vals[from].typ.Shape.Dims[1]); ok {
			q := *n.q
			q.weights = w
			n.q, n.in = &q, []int{from}
			n.fused = append(n.fused, pick.name)
		}
	}
	p.prune()
}

// spread returns the weights of n over all c channels of which it read idx.
func spread(n *node, idx *nn.Tensor, c int) (*qweights, bool) {
	d := n.q.weights.w.Shape.Dims
	if n.op.(*nn.Conv).Group != 1 || d[2] != 1 || d[3] != 1 || c > maxSpread*d[1] {
		return nil, false
	}
	w := nn.NewTensor(nn.Int8, nn.S(d[0], c, 1, 1))
	for o := range d[0] {
		for j := range d[1] {
			at := o*c + (idx.Int(j)+c)%c
			if w.I8()[at] != 0 {
				return nil, false // a channel chosen twice
			}
			w.I8()[at] = n.q.weights.w.I8()[o*d[1]+j]
		}
	}
	return &qweights{w: w, scale: n.q.weights.scale, bias: n.q.weights.bias}, true
}

// channelI8Step picks channels out of the pixels of a picture of bytes stored
// as NHWC.
type channelI8Step struct {
	row      *kernels.MoveI8
	x, out   int
	idx      []int32
	from, to int // channels
	pixels   int
	first    int // channel to begin with, where it is every other; else -1
}

// channelsI8 returns the step for a Gather of channels of bytes, or nil.
func (l *lowering) channelsI8(n *node) (step, StepInfo) {
	op, ok := n.op.(*nn.Gather)
	if !ok || n.q != nil || l.konst(n.in[0]) != nil || l.konst(n.in[1]) == nil {
		return nil, StepInfo{}
	}
	t, idx := l.vals[n.in[0]].typ, l.konst(n.in[1])
	last := t.Shape.Rank - 1
	if t.DType.Size() != 1 || last < 1 || idx.Shape.Rank != 1 || op.Axis != last && op.Axis != -1 || t.Shape.Elems() == 0 || idx.Elems() == 0 {
		return nil, StepInfo{}
	}
	c := t.Shape.Dims[last]
	s := &channelI8Step{row: l.rows.moveI8, x: n.in[0], out: n.out[0], from: c, to: idx.Elems(), pixels: t.Shape.Elems() / c}
	for i := range s.to {
		s.idx = append(s.idx, int32((idx.Int(i)+c)%c))
	}
	s.first = everyOther(s.idx, c)
	return s, StepInfo{Kernel: "move"}
}

type channelI8Exec struct {
	infallible
	*channelI8Step
	src, dst []byte
}

func (s *channelI8Step) bind(m *binder) exec {
	return &channelI8Exec{channelI8Step: s, src: m.tensor(s.x).Bytes(), dst: m.tensor(s.out).Bytes()}
}

func (s *channelI8Step) perPart() int { return max(1, channelPiece/s.to) }

func (e *channelI8Exec) parts() int { return (e.pixels + e.perPart() - 1) / e.perPart() }

func (e *channelI8Exec) run(args *kernelArgs, i int) {
	first := i * e.perPart()
	pixels := min(e.perPart(), e.pixels-first)
	src, dst := e.src[first*e.from:][:pixels*e.from], e.dst[first*e.to:][:pixels*e.to]
	if e.first >= 0 {
		a := &args.everyOtherI8
		a.Dst, a.A, a.N = &dst[0], &src[e.first], len(dst)
		e.row.EveryOther(a)
		return
	}
	for p := range pixels {
		from, to := src[p*e.from:][:e.from], dst[p*e.to:][:e.to]
		for j, c := range e.idx {
			to[j] = from[c]
		}
	}
}
