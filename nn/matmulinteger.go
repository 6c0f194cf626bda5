package nn

// MatMulInteger is the matrix product of 8-bit integers less their zero
// points, summed in int32. Operands: A, B, and optionally A's zero point, for
// all or one a row, and B's, for all or one a column; either may also differ
// from one matrix of a batch to the next.
type MatMulInteger struct{}

// Infer returns the type of the product.
func (*MatMulInteger) Infer(in []Arg, _ int) ([]Type, error) {
	d, err := newMatmulDims(in[0].Shape, in[1].Shape)
	if err != nil {
		return nil, err
	}
	if err := checkLines("a_zero_point", in[0], argAt(in, 2), d.m, d.a.Elems()); err != nil {
		return nil, err
	}
	if err := checkLines("b_zero_point", in[1], argAt(in, 3), d.n, d.b.Elems()); err != nil {
		return nil, err
	}
	return []Type{{DType: Int32, Shape: d.out}}, nil
}

// checkLines checks a quantised matrix's type and its optional zero points:
// one, one for each of lines rows or columns, or that for every matrix.
func checkLines(name string, x, zero Arg, lines, matrices int) error {
	if x.DType != Int8 && x.DType != Uint8 {
		return Invalidf(name, "of an operand of %v, want int8 or uint8", x.DType)
	}
	if !zero.Present() {
		return nil
	}
	if zero.DType != x.DType {
		return Invalidf(name, "is %v for an operand of %v", zero.DType, x.DType)
	}
	return checkLineCount(name, zero.Shape, lines, matrices)
}

func checkLineCount(name string, s Shape, lines, matrices int) error {
	if n := s.Elems(); n != 1 && n != lines && n != lines*matrices {
		return Invalidf(name, "has shape %v, want one element, %d, or that for each of %d matrices", s, lines, matrices)
	}
	return nil
}

// lineAt returns the element of a scale or zero point that belongs to a row or
// column of a matrix of a batch.
func lineAt(t *Tensor, lines, matrix, line int) int {
	switch t.Elems() {
	case 1:
		return 0
	case lines:
		return line
	}
	return matrix*lines + line
}

// Forward multiplies.
func (*MatMulInteger) Forward(r *Run) error {
	d, err := newMatmulDims(r.In[0].Shape, r.In[1].Shape)
	if err != nil {
		return err
	}
	p := intMatmul{matmulDims: d, a: r.In[0], b: r.In[1], aZero: operand(r, 2), bZero: operand(r, 3)}
	out, walk := r.Out[0].I32(), d.walk()
	for i := range d.batch.Elems() {
		for row := range d.m {
			p.row(out[(i*d.m+row)*d.n:][:d.n], &walk, row)
		}
		walk.next()
	}
	return nil
}

// intMatmul is a product of matrices of 8-bit integers.
type intMatmul struct {
	matmulDims
	a, b         *Tensor
	aZero, bZero *Tensor // nil: 0
}

// row sets acc to a row of the product.
func (p *intMatmul) row(acc []int32, w *batchWalk, row int) {
	switch {
	case p.a.DType == Int8 && p.b.DType == Int8:
		intRow(p, acc, w, row, p.a.I8(), p.b.I8())
	case p.a.DType == Int8:
		intRow(p, acc, w, row, p.a.I8(), p.b.U8())
	case p.b.DType == Int8:
		intRow(p, acc, w, row, p.a.U8(), p.b.I8())
	default:
		intRow(p, acc, w, row, p.a.U8(), p.b.U8())
	}
}

// intRow sums a·b first and takes off what B's zero points add: its columns'
// zero point times the sum of the row of A.
func intRow[A, B int8 | uint8](p *intMatmul, acc []int32, w *batchWalk, row int, a []A, b []B) {
	var az, sum int32
	if p.aZero != nil {
		az = int32(p.aZero.Int(lineAt(p.aZero, p.m, w.a, row)))
	}
	fill(acc, 0)
	for k, v := range a[(w.a*p.m+row)*p.k:][:p.k] {
		x := int32(v) - az
		sum += x
		for j, y := range b[(w.b*p.k+k)*p.n:][:p.n] {
			acc[j] += x * int32(y)
		}
	}
	if p.bZero == nil {
		return
	}
	for j := range acc {
		acc[j] -= sum * int32(p.bZero.Int(lineAt(p.bZero, p.n, w.b, j)))
	}
}
