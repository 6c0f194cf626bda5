package nn

import "unsafe"

// TopK is the K largest elements along Axis, or with Largest unset the
// smallest, and their indices as int64. K is the constant operand 1. Of equal
// elements the one with the lower index comes first; NaN comes after every
// number. The results are in order whether Sorted or not.
type TopK struct {
	Axis    int  `onnx:"axis,-1"`
	Largest bool `onnx:"largest,1"`
	Sorted  bool `onnx:"sorted,1"`
}

// Infer returns the values' type and int64, K elements along the axis.
func (o *TopK) Infer(in []Arg, outs int) ([]Type, error) {
	k, err := requiredList(in, 1, "K")
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	axis, ok := Axis(o.Axis, s.Rank)
	if !ok {
		return nil, Invalidf("axis", "%d is outside rank %d", o.Axis, s.Rank)
	}
	if k.Elems() != 1 || k.Int(0) < 0 || k.Int(0) > s.Dims[axis] {
		return nil, Invalidf("K", "is %v, want one number in 0..%d", k.Ints(), s.Dims[axis])
	}
	s.Dims[axis] = k.Int(0)
	ts := []Type{{DType: in[0].DType, Shape: s}, {DType: Int64, Shape: s}}
	return ts[:outs], nil
}

// Scratch has the indices of the elements chosen so far along one line.
func (o *TopK) Scratch(in []Arg, _ []Type) int {
	if in[1].Const == nil || in[1].Elems() == 0 {
		return 0
	}
	return in[1].Const.Int(0) * 4
}

// Forward selects.
func (o *TopK) Forward(r *Run) error {
	switch r.In[0].DType {
	case Float32:
		topK[float32](o, r)
	case Float64:
		topK[float64](o, r)
	case Int8:
		topK[int8](o, r)
	case Uint8:
		topK[uint8](o, r)
	case Int32:
		topK[int32](o, r)
	case Int64:
		topK[int64](o, r)
	}
	return nil
}

// Permute maps the axis.
func (o *TopK) Permute(perm []int, in []Arg) (Op, bool) {
	axis, ok := storedAxis(o.Axis, perm, in)
	return &TopK{axis, o.Largest, o.Sorted}, ok
}

func topK[T float32 | float64 | int8 | uint8 | int32 | int64](o *TopK, r *Run) {
	in := r.In[0]
	k, x, l := r.In[1].Int(0), Data[T](in), linesOf(in.Shape, o.Axis)
	if k == 0 {
		return
	}
	h := choice[T]{step: l.inner, largest: o.Largest}
	h.heap = unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(r.Scratch))), k)
	for i := range l.outer * l.inner {
		h.x = x[i/l.inner*l.n*l.inner+i%l.inner:]
		h.selectFrom(l.n)
		at := i/l.inner*k*l.inner + i%l.inner
		if r.Out[0].Present() {
			y := Data[T](r.Out[0])
			for j, idx := range h.heap {
				y[at+j*l.inner] = h.x[int(idx)*l.inner]
			}
		}
		if len(r.Out) > 1 && r.Out[1].Present() {
			y := r.Out[1].I64()
			for j, idx := range h.heap {
				y[at+j*l.inner] = int64(idx)
			}
		}
	}
}

// GradScratch has the indices of the elements chosen along one line.
func (o *TopK) GradScratch(in []Arg, out []Type) int { return o.Scratch(in, out) }

func (o *TopK) backward(g *Grad) {
	if !g.DIn[0].Present() || g.In[1].Int(0) == 0 {
		return
	}
	switch g.In[0].DType {
	case Float32:
		topKGrad[float32](o, g)
	case Float64:
		topKGrad[float64](o, g)
	}
}

// topKGrad gives the gradients back to the elements that were chosen, which it
// chooses again: the indices need not have been kept.
func topKGrad[T float32 | float64](o *TopK, g *Grad) {
	x, d, dx := Data[T](g.In[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	k, l := g.In[1].Int(0), linesOf(g.In[0].Shape, o.Axis)
	h := choice[T]{step: l.inner, largest: o.Largest}
	h.heap = unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(g.Scratch))), k)
	for i := range l.outer * l.inner {
		line := i/l.inner*l.n*l.inner + i%l.inner
		h.x = x[line:]
		h.selectFrom(l.n)
		at := i/l.inner*k*l.inner + i%l.inner
		for j, idx := range h.heap {
			dx[line+int(idx)*l.inner] += d[at+j*l.inner]
		}
	}
}

// choice keeps the best elements of one line in a heap of their indices whose
// root is the worst of them (J. W. J. Williams, "Algorithm 232: heapsort",
// CACM 7, 1964).
type choice[T Number] struct {
	x       []T
	step    int
	largest bool
	heap    []int32
}

// before reports whether element i comes before element j.
func (h *choice[T]) before(i, j int32) bool {
	a, b := h.x[int(i)*h.step], h.x[int(j)*h.step]
	switch {
	case a == b:
		return i < j
	case a != a || b != b: // NaN
		return a == a || b != b && i < j
	case h.largest:
		return a > b
	}
	return a < b
}

// selectFrom leaves the best of n elements in the heap, in order.
func (h *choice[T]) selectFrom(n int) {
	k := len(h.heap)
	for i := range h.heap {
		h.heap[i] = int32(i)
	}
	for i := k/2 - 1; i >= 0; i-- {
		h.sink(i, k)
	}
	for i := int32(k); int(i) < n; i++ {
		if h.before(i, h.heap[0]) {
			h.heap[0] = i
			h.sink(0, k)
		}
	}
	for end := k - 1; end > 0; end-- {
		h.heap[0], h.heap[end] = h.heap[end], h.heap[0]
		h.sink(0, end)
	}
}

// sink moves entry i down among the first n until none below it is worse.
func (h *choice[T]) sink(i, n int) {
	for {
		c := 2*i + 1
		if c >= n {
			return
		}
		if c+1 < n && h.before(h.heap[c], h.heap[c+1]) {
			c++
		}
		if !h.before(h.heap[i], h.heap[c]) {
			return
		}
		h.heap[i], h.heap[c] = h.heap[c], h.heap[i]
		i = c
	}
}
