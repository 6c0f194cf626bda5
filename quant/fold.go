package quant

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// Fold returns the graph with what scales and shifts each channel after a
// convolution or a product moved into its weights, and without the nodes that
// do nothing. What is left is what is quantised.
func Fold(g *nn.Graph) *nn.Graph {
	e := newEdit(g)
	e.bypass()
	u := e.uses()
	for i := range e.Nodes {
		e.foldInto(i, &u)
	}
	return e.done()
}

// bypass lets the readers of Identity and Dropout read what these read.
func (e *edit) bypass() {
	real := map[nn.ValueID]nn.ValueID{}
	outputs := map[nn.ValueID]bool{}
	for _, id := range e.Outputs {
		outputs[id] = true
	}
	for i := range e.Nodes {
		n := &e.Nodes[i]
		for k, id := range n.In {
			if r, ok := real[id]; ok {
				n.In[k] = r
			}
		}
		switch n.Op.(type) {
		case *nn.Identity, *nn.Dropout:
			// Both results of a Dropout could be wanted; then it stays.
			if len(n.Out) == 1 && !outputs[n.Out[0]] && (len(n.In) < 3 || n.In[2] == nn.None) {
				real[n.Out[0]] = n.In[0]
				n.In, n.Out = nil, []nn.ValueID{nn.None}
			}
		}
	}
}

// foldInto moves the channels' factors and terms that follow node i into it.
func (e *edit) foldInto(i int, u *uses) {
	n := &e.Nodes[i]
	channels, ok := e.outChannels(n)
	for ok {
		after := e.only(u, n.Out[0])
		if after == nil {
			return
		}
		a, fits := e.affineOf(after, n.Out[0], channels, e.constant(n.In[1]).Shape.Rank-2)
		if !fits || !e.scaleWeights(n, a, u) {
			return
		}
		n.Out[0] = after.Out[0]
		after.Out = []nn.ValueID{nn.None}
	}
}

// affine is x·factor + term for each channel, of which as many dimensions lie
// to the right as trailing says.
type affine struct {
	factor, term []float64
	trailing     int
}

// outChannels returns the number of channels, dimension 1, of the result of a
// convolution or product whose weights and bias are known.
func (e *edit) outChannels(n *nn.Node) (int, bool) {
	if len(n.In) < 2 {
		return 0, false
	}
	w, b := e.constant(n.In[1]), operand(n, 2)
	if w == nil || b != nn.None && (e.constant(b) == nil || e.Values[b].Const.Shape.Rank != 1) {
		return 0, false
	}
	axis, ok := weightAxis(n.Op, w.Shape)
	if !ok || b != nn.None && e.Values[b].Const.Elems() != w.Shape.Dims[axis] {
		return 0, false
	}
	if gemm, is := n.Op.(*nn.Gemm); is && (gemm.Alpha != 1 || gemm.Beta != 1) {
		return 0, false
	}
	_, product := n.Op.(*nn.MatMul)
	return w.Shape.Dims[axis], !product // a MatMul has no bias
}

// weightAxis returns the dimension of the weights along which the output
// channels lie.
func weightAxis(op nn.Op, w nn.Shape) (int, bool) {
	switch op := op.(type) {
	case *nn.Conv:
		return 0, w.Rank >= 3
	case *nn.ConvTranspose:
		return 1, w.Rank >= 3 && op.Group == 1
	case *nn.Gemm:
		if op.TransB {
			return 0, w.Rank == 2
		}
		return 1, w.Rank == 2
	case *nn.MatMul:
		return 1, w.Rank == 2
	}
	return 0, false
}

// affineOf returns what node n does to the channels of x, if it is no more
// than a factor and a term for each.
func (e *edit) affineOf(n *nn.Node, x nn.ValueID, channels, trailing int) (affine, bool) {
	a := affine{make([]float64, channels), make([]float64, channels), trailing}
	switch op := n.Op.(type) {
	case *nn.BatchNormalization:
		return a, n.In[0] == x && !op.TrainingMode && len(n.Out) == 1 && e.normalisation(a, n, float64(op.Epsilon))
	case *nn.Mul:
		return a, e.perChannel(a.factor, trailing, n, x)
	case *nn.Add:
		for i := range a.factor {
			a.factor[i] = 1
		}
		return a, e.perChannel(a.term, trailing, n, x)
	}
	return a, false
}

func (e *edit) normalisation(a affine, n *nn.Node, epsilon float64) bool {
	var v [5][]float32
	for i := 1; i < 5; i++ {
		t := e.constant(n.In[i])
		if t == nil || t.Elems() != len(a.factor) {
			return false
		}
		v[i] = t.F32()
	}
	for c := range a.factor {
		a.factor[c] = float64(v[1][c]) / math.Sqrt(float64(v[4][c])+epsilon)
		a.term[c] = float64(v[2][c]) - float64(float64(v[3][c])*a.factor[c])
	}
	return true
}

// perChannel fills v from the operand of n that is not x: a constant with one
// element, or one for each channel.
func (e *edit) perChannel(v []float64, trailing int, n *nn.Node, x nn.ValueID) bool {
	other := n.In[0]
	if other == x {
		other = n.In[1]
	}
	t := e.constant(other)
	if t == nil {
		return false
	}
	s := t.Shape
	at := s.Rank - 1 - trailing // of the channels
	alike := s.Elems() == 1 || at >= 0 && s.Dims[at] == len(v) && s.Elems() == len(v)
	if !alike || at > 1 {
		return false
	}
	for c := range v {
		v[c] = float64(t.F32()[c%t.Elems()])
	}
	return true
}

// scaleWeights applies a to the weights and the bias of n.
func (e *edit) scaleWeights(n *nn.Node, a affine, u *uses) bool {
	w := e.constant(n.In[1]).Clone()
	axis, _ := weightAxis(n.Op, w.Shape)
	l := channelsOf(w.Shape, axis)
	for i, v := range w.F32() {
		w.F32()[i] = float32(float64(v) * a.factor[l.channel(i)])
	}
	b := nn.NewTensor(nn.Float32, nn.S(len(a.term)))
	for c := range b.F32() {
		old := 0.0
		if id := operand(n, 2); id != nn.None {
			old = float64(e.constant(id).F32()[c])
		}
		b.F32()[c] = float32(float64(old*a.factor[c]) + a.term[c])
	}
	if !finite(w.F32()) || !finite(b.F32()) {
		return false
	}
	e.replace(n, 1, w, "", u)
	e.replace(n, 2, b, n.Name+".bias", u)
	return true
}

// replace gives operand i of n a new value, in place where nothing else reads
// the old one. name is for an operand that was absent.
func (e *edit) replace(n *nn.Node, i int, t *nn.Tensor, name string, u *uses) {
	old := operand(n, i)
	if old != nn.None {
		if u.count[old] == 1 {
			e.Values[old].Const = t
			return
		}
		u.count[old]--
		name = e.Values[old].Name
	}
	for len(n.In) <= i {
		n.In = append(n.In, nn.None)
	}
	n.In[i] = e.value(name, t)
	u.count, u.reader = append(u.count, 1), append(u.reader, -1)
}

// channels says which channel each element of a tensor belongs to.
type channels struct{ n, inner int }

func channelsOf(s nn.Shape, axis int) channels {
	l := channels{s.Dims[axis], 1}
	for _, d := range s.Dims[axis+1 : s.Rank] {
		l.inner *= d
	}
	return l
}

func (l channels) channel(i int) int { return i / l.inner % l.n }
