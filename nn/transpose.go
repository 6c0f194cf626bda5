package nn

// Transpose orders the dimensions anew: dimension i of the result is
// dimension Perm[i] of the operand. Without Perm they are reversed.
type Transpose struct {
	Perm []int `onnx:"perm"`
}

// from returns which dimension of the operand dimension i of the result is.
func (o *Transpose) from(i, rank int) int {
	if o.Perm == nil {
		return rank - 1 - i
	}
	return o.Perm[i]
}

// Infer returns the shape with its dimensions in the new order.
func (o *Transpose) Infer(in []Arg, _ int) ([]Type, error) {
	s := in[0].Shape
	if !o.valid(s.Rank) {
		return nil, Invalidf("perm", "%v does not order %d dimensions", o.Perm, s.Rank)
	}
	out := Shape{Rank: s.Rank}
	for i := range s.Rank {
		out.Dims[i] = s.Dims[o.from(i, s.Rank)]
	}
	return []Type{{DType: in[0].DType, Shape: out}}, nil
}

func (o *Transpose) valid(rank int) bool {
	if o.Perm == nil {
		return true
	}
	var seen [MaxRank]bool
	for _, p := range o.Perm {
		if p < 0 || p >= rank || seen[p] {
			return false
		}
		seen[p] = true
	}
	return len(o.Perm) == rank
}

func (o *Transpose) box(out, in Shape) box {
	own := in.Strides()
	b := boxOf(out, out.Strides(), own)
	for i := range out.Rank {
		b.from[i] = own[o.from(i, out.Rank)]
	}
	return b
}

// Forward moves the elements.
func (o *Transpose) Forward(r *Run) error {
	copyBox(r.Out[0], r.In[0], o.box(r.Out[0].Shape, r.In[0].Shape))
	return nil
}

// View: the elements keep their order when only dimensions of extent 1 move.
func (o *Transpose) View(in []Arg) bool {
	s, last := in[0].Shape, -1
	for i := range s.Rank {
		d := o.from(i, s.Rank)
		if s.Dims[d] == 1 {
			continue
		}
		if d < last {
			return false
		}
		last = d
	}
	return true
}

// Permute composes the two orders.
func (o *Transpose) Permute(perm []int, in []Arg) (Op, bool) {
	rank := len(perm)
	if in[0].Shape.Rank != rank || !o.valid(rank) {
		return nil, false
	}
	p := make([]int, rank)
	for i := range p {
		p[i] = layout(perm).stored(o.from(perm[i], rank))
	}
	return &Transpose{Perm: p}, true
}

func (o *Transpose) backward(g *Grad) {
	addBox(g.DIn[0], g.DOut[0], o.box(g.Out[0].Shape, g.In[0].Shape).reversed())
}
