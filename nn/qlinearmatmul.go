package nn

// QLinearMatMul is the matrix product of quantised operands, requantised:
// operands a, its scale and zero point, b and its, y's scale and zero point.
// Those of a are for all or one a row, those of b for all or one a column,
// those of y for all.
type QLinearMatMul struct{}

// Infer returns the type of the product, whose element type is that of y's
// zero point.
func (*QLinearMatMul) Infer(in []Arg, _ int) ([]Type, error) {
	d, err := newMatmulDims(in[0].Shape, in[3].Shape)
	if err != nil {
		return nil, err
	}
	for _, err := range [...]error{
		checkLines("a_zero_point", in[0], in[2], d.m, d.a.Elems()), checkLines("b_zero_point", in[3], in[5], d.n, d.b.Elems()),
		checkLines("y_zero_point", in[7], in[7], 1, 1),
		checkLineCount("a_scale", in[1].Shape, d.m, d.a.Elems()), checkLineCount("b_scale", in[4].Shape, d.n, d.b.Elems()),
		checkLineCount("y_scale", in[6].Shape, 1, 1),
		checkSums(d.k, in[3], in[5]),
	} {
		if err != nil {
			return nil, err
		}
	}
	for _, i := range [...]int{1, 4, 6} {
		if !in[i].DType.IsFloat() {
			return nil, Invalidf("scale", "operand %d is %v, want a floating-point type", i, in[i].DType)
		}
	}
	return []Type{{DType: in[7].DType, Shape: d.out}}, nil
}

// Scratch holds one row of sums.
func (*QLinearMatMul) Scratch(in []Arg, _ []Type) int {
	d, err := newMatmulDims(in[0].Shape, in[3].Shape)
	if err != nil {
		return 0
	}
	return 4 * d.n
}

// Forward multiplies.
func (*QLinearMatMul) Forward(r *Run) error {
	d, err := newMatmulDims(r.In[0].Shape, r.In[3].Shape)
	if err != nil {
		return err
	}
	p := intMatmul{matmulDims: d, a: r.In[0], b: r.In[3], aZero: r.In[2], bZero: r.In[5]}
	mem, walk := r.Scratch, d.walk()
	acc := carve[int32](&mem, d.n)
	for i := range d.batch.Elems() {
		for row := range d.m {
			p.row(acc, &walk, row)
			at := (i*d.m + row) * d.n
			if r.Out[0].DType == Int8 {
				requantizeRow(r, &p, r.Out[0].I8()[at:][:d.n], acc, &walk, row)
			} else {
				requantizeRow(r, &p, r.Out[0].U8()[at:][:d.n], acc, &walk, row)
			}
		}
		walk.next()
	}
	return nil
}

func requantizeRow[Q int8 | uint8](r *Run, p *intMatmul, dst []Q, acc []int32, w *batchWalk, row int) {
	sa := float32(r.In[1].Float(lineAt(r.In[1], p.m, w.a, row)))
	sy, zero := float32(r.In[6].Float(0)), int32(r.In[7].Int(0))
	for j, v := range acc {
		sb := float32(r.In[4].Float(lineAt(r.In[4], p.n, w.b, j)))
		dst[j] = roundTo[Q](float32(v)*(float32(sa*sb)/sy), zero)
	}
}
