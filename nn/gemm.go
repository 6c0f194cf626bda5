package nn

// Gemm is alpha·A·B + beta·C over matrices A [m k] and B [k n], either of
// which may be given transposed. C broadcasts to [m n] and may be absent.
type Gemm struct {
	Alpha  float32 `onnx:"alpha,1"`
	Beta   float32 `onnx:"beta,1"`
	TransA bool    `onnx:"transA"`
	TransB bool    `onnx:"transB"`
}

// Dims returns m, k and n for operands a and b.
func (o *Gemm) Dims(a, b Shape) (m, k, n int, err error) {
	if a.Rank != 2 || b.Rank != 2 {
		return 0, 0, 0, Invalidf("", "operands %v and %v, want matrices", a, b)
	}
	m, k = a.Dims[0], a.Dims[1]
	if o.TransA {
		m, k = k, m
	}
	kb, n := b.Dims[0], b.Dims[1]
	if o.TransB {
		kb, n = n, kb
	}
	if k != kb {
		return 0, 0, 0, Invalidf("", "A %v and B %v (transA %v, transB %v) differ in the extent to sum over: %d and %d",
			a, b, o.TransA, o.TransB, k, kb)
	}
	return m, k, n, nil
}

// Infer returns the type [m n].
func (o *Gemm) Infer(in []Arg, _ int) ([]Type, error) {
	m, _, n, err := o.Dims(in[0].Shape, in[1].Shape)
	if err != nil {
		return nil, err
	}
	if err := sameDTypes(in); err != nil {
		return nil, err
	}
	s, err := NewShape(m, n)
	if err != nil {
		return nil, Invalidf("", "result: %v", err)
	}
	if len(in) > 2 && in[2].Present() {
		if b, err := Broadcast(in[2].Shape, s); err != nil || b != s {
			return nil, Invalidf("C", "%v does not broadcast to %v", in[2].Shape, s)
		}
	}
	return []Type{{DType: in[0].DType, Shape: s}}, nil
}

// Forward multiplies.
func (o *Gemm) Forward(r *Run) error {
	switch r.In[0].DType {
	case Float32:
		gemm(r, o, Data[float32])
	case Float64:
		gemm(r, o, Data[float64])
	case Int32:
		gemm(r, o, Data[int32])
	case Int64:
		gemm(r, o, Data[int64])
	}
	return nil
}

func gemm[T Number](r *Run, o *Gemm, data func(*Tensor) []T) {
	m, k, n, err := o.Dims(r.In[0].Shape, r.In[1].Shape)
	if err != nil {
		return
	}
	out := data(r.Out[0])
	fill(out, 0)
	a, b := gemmOperands(o, data(r.In[0]), data(r.In[1]), m, k, n)
	multiply(out, a, b, m, k, n)
	scale(out, o.Alpha)
	if len(r.In) < 3 || !r.In[2].Present() {
		return
	}
	c, st := data(r.In[2]), BroadcastStrides(r.In[2].Shape, r.Out[0].Shape)
	for i := range m {
		for j := range n {
			out[i*n+j] += times(c[i*st[0]+j*st[1]], o.Beta)
		}
	}
}

// gemmOperands returns the views of A as [m k] and of B as [k n].
func gemmOperands[T Number](o *Gemm, va, vb []T, m, k, n int) (a, b matrix[T]) {
	a, b = matrix[T]{va, k, 1}, matrix[T]{vb, n, 1}
	if o.TransA {
		a = a.transposed(m)
	}
	if o.TransB {
		b = b.transposed(k)
	}
	return a, b
}

func (o *Gemm) backward(g *Grad) {
	switch g.In[0].DType {
	case Float32:
		gemmGrad[float32](g, o)
	case Float64:
		gemmGrad[float64](g, o)
	}
	if len(g.DIn) > 2 {
		addBroadcast(g.DIn[2], g.DOut[0], float64(o.Beta))
	}
}

// gemmGrad adds D·Bᵀ and Aᵀ·D, each in the form that its operand has.
func gemmGrad[T float32 | float64](g *Grad, o *Gemm) {
	m, k, n, err := o.Dims(g.In[0].Shape, g.In[1].Shape)
	if err != nil {
		return
	}
	a, b := gemmOperands(o, Data[T](g.In[0]), Data[T](g.In[1]), m, k, n)
	d, by := matrix[T]{Data[T](g.DOut[0]), n, 1}, T(o.Alpha)
	if da := wanted[T](g.DIn[0]); da != nil && o.TransA {
		multiplyBy(da, by, b, d.swapped(), k, n, m)
	} else if da != nil {
		multiplyBy(da, by, d, b.swapped(), m, n, k)
	}
	if db := wanted[T](g.DIn[1]); db != nil && o.TransB {
		multiplyBy(db, by, d.swapped(), a, n, m, k)
	} else if db != nil {
		multiplyBy(db, by, a.swapped(), d, k, m, n)
	}
}

func scale[T Number](x []T, by float32) {
	if by == 1 {
		return
	}
	for i, v := range x {
		x[i] = times(v, by)
	}
}

// times is v·by, by way of float64 so that it is right for integers too.
func times[T Number](v T, by float32) T {
	if by == 1 {
		return v
	}
	return T(float64(v) * float64(by))
}

// matrix is a view of elements by rows and columns, at these distances.
type matrix[T Number] struct {
	v        []T
	row, col int
}

// transposed returns the view of a row-major matrix of that many columns as
// its transpose.
func (m matrix[T]) transposed(columns int) matrix[T] { return matrix[T]{m.v, 1, columns} }

// swapped returns the view of m's transpose.
func (m matrix[T]) swapped() matrix[T] { return matrix[T]{m.v, m.col, m.row} }

// multiply adds a [m k] · b [k n] to the row-major out [m n].
func multiply[T Number](out []T, a, b matrix[T], m, k, n int) { multiplyBy(out, 1, a, b, m, k, n) }

// multiplyBy adds by · a [m k] · b [k n] to the row-major out [m n].
func multiplyBy[T Number](out []T, by T, a, b matrix[T], m, k, n int) {
	for i := range m {
		dst := out[i*n:][:n]
		if b.col != 1 {
			for j := range dst {
				dst[j] += by * dot(a.v[i*a.row:], b.v[j*b.col:], a.col, b.row, k)
			}
			continue
		}
		for p := range k {
			multiplyAdd(dst, b.v[p*b.row:], by*a.v[i*a.row+p*a.col], 1)
		}
	}
}

func dot[T Number](a, b []T, stepA, stepB, n int) T {
	var sum T
	for i := range n {
		sum += a[i*stepA] * b[i*stepB]
	}
	return sum
}
