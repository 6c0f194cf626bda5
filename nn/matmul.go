package nn

// MatMul is the matrix product as numpy has it: the last two dimensions are
// matrices, those before them broadcast; a vector on the left counts as a row
// and on the right as a column, and leaves no dimension behind.
type MatMul struct{}

// matmulDims is the geometry of a product: matrices [m k] and [k n] over the
// broadcast dimensions batch.
type matmulDims struct {
	m, k, n    int
	a, b       Shape // batch dimensions of the operands
	batch, out Shape
}

func newMatmulDims(a, b Shape) (d matmulDims, err error) {
	if a.Rank == 0 || b.Rank == 0 {
		return d, Invalidf("", "operands %v and %v, want rank 1 at least", a, b)
	}
	d.m, d.k, d.n = 1, a.Dims[a.Rank-1], 1
	kb := b.Dims[0]
	if a.Rank > 1 {
		d.m = a.Dims[a.Rank-2]
	}
	if b.Rank > 1 {
		kb, d.n = b.Dims[b.Rank-2], b.Dims[b.Rank-1]
	}
	if d.k != kb {
		return d, Invalidf("", "%v and %v differ in the extent to sum over: %d and %d", a, b, d.k, kb)
	}
	d.a, d.b = batchDims(a), batchDims(b)
	if d.batch, err = Broadcast(d.a, d.b); err != nil {
		return d, Invalidf("", "%v", err)
	}
	dims := append(make([]int, 0, MaxRank), d.batch.Dims[:d.batch.Rank]...)
	if a.Rank > 1 {
		dims = append(dims, d.m)
	}
	if b.Rank > 1 {
		dims = append(dims, d.n)
	}
	if d.out, err = NewShape(dims...); err != nil {
		return d, Invalidf("", "result: %v", err)
	}
	return d, nil
}

// batchDims returns all dimensions but the last two.
func batchDims(s Shape) (b Shape) {
	b.Rank = copy(b.Dims[:], s.Dims[:max(0, s.Rank-2)])
	return b
}

// Infer returns the type of the product.
func (*MatMul) Infer(in []Arg, _ int) ([]Type, error) {
	if err := sameDTypes(in); err != nil {
		return nil, err
	}
	d, err := newMatmulDims(in[0].Shape, in[1].Shape)
	return []Type{{DType: in[0].DType, Shape: d.out}}, err
}

// Forward multiplies.
func (*MatMul) Forward(r *Run) error {
	d, err := newMatmulDims(r.In[0].Shape, r.In[1].Shape)
	if err != nil {
		return err
	}
	switch r.In[0].DType {
	case Float32:
		matmul(r, &d, Data[float32])
	case Float64:
		matmul(r, &d, Data[float64])
	case Int32:
		matmul(r, &d, Data[int32])
	case Int64:
		matmul(r, &d, Data[int64])
	}
	return nil
}

func matmul[T Number](r *Run, d *matmulDims, data func(*Tensor) []T) {
	a, b, out := data(r.In[0]), data(r.In[1]), data(r.Out[0])
	fill(out, 0)
	w := d.walk()
	for i := range d.batch.Elems() {
		multiply(out[i*d.m*d.n:][:d.m*d.n], matrix[T]{a[w.a*d.m*d.k:], d.k, 1}, matrix[T]{b[w.b*d.k*d.n:], d.n, 1}, d.m, d.k, d.n)
		w.next()
	}
}

// batchWalk goes over the batch dimensions, keeping the numbers of the
// matrices of either operand.
type batchWalk struct {
	shape  Shape
	sa, sb [MaxRank]int
	pos    [MaxRank]int
	a, b   int
}

func (d *matmulDims) walk() batchWalk {
	return batchWalk{shape: d.batch, sa: BroadcastStrides(d.a, d.batch), sb: BroadcastStrides(d.b, d.batch)}
}

func (w *batchWalk) next() {
	for i := w.shape.Rank - 1; i >= 0; i-- {
		w.a += w.sa[i]
		w.b += w.sb[i]
		if w.pos[i]++; w.pos[i] < w.shape.Dims[i] {
			return
		}
		w.a -= w.sa[i] * w.shape.Dims[i]
		w.b -= w.sb[i] * w.shape.Dims[i]
		w.pos[i] = 0
	}
}

func (*MatMul) backward(g *Grad) {
	d, err := newMatmulDims(g.In[0].Shape, g.In[1].Shape)
	if err != nil {
		return
	}
	switch g.In[0].DType {
	case Float32:
		matmulGrad[float32](g, &d)
	case Float64:
		matmulGrad[float64](g, &d)
	}
}

// matmulGrad adds D·Bᵀ and Aᵀ·D of every pair of matrices; those of matrices
// that are broadcast add up.
func matmulGrad[T float32 | float64](g *Grad, d *matmulDims) {
	a, b, by := Data[T](g.In[0]), Data[T](g.In[1]), Data[T](g.DOut[0])
	da, db := wanted[T](g.DIn[0]), wanted[T](g.DIn[1])
	sizeA, sizeB, size := d.m*d.k, d.k*d.n, d.m*d.n
	w := d.walk()
	for i := range d.batch.Elems() {
		y := matrix[T]{by[i*size:], d.n, 1}
		if da != nil {
			multiply(da[w.a*sizeA:][:sizeA], y, matrix[T]{b[w.b*sizeB:], 1, d.n}, d.m, d.n, d.k)
		}
		if db != nil {
			multiply(db[w.b*sizeB:][:sizeB], matrix[T]{a[w.a*sizeA:], 1, d.k}, y, d.k, d.m, d.n)
		}
		w.next()
	}
}
