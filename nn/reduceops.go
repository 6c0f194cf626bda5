package nn

// Infer returns the operand's type with the axes reduced.
func (o *ReduceSum) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceSum) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toSum) }

// Permute maps the axes.
func (o *ReduceSum) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceSum)(&a), ok
}

func (o *ReduceSum) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toSum) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceMean) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceMean) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toMean) }

// Permute maps the axes.
func (o *ReduceMean) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceMean)(&a), ok
}

func (o *ReduceMean) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toMean) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceMax) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceMax) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toMax) }

// Permute maps the axes.
func (o *ReduceMax) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceMax)(&a), ok
}

func (o *ReduceMax) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toMax) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceMin) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceMin) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toMin) }

// Permute maps the axes.
func (o *ReduceMin) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceMin)(&a), ok
}

func (o *ReduceMin) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toMin) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceProd) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceProd) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toProd) }

// Permute maps the axes.
func (o *ReduceProd) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceProd)(&a), ok
}

func (o *ReduceProd) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toProd) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceL1) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceL1) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toL1) }

// Permute maps the axes.
func (o *ReduceL1) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceL1)(&a), ok
}

func (o *ReduceL1) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toL1) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceL2) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceL2) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toL2) }

// Permute maps the axes.
func (o *ReduceL2) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceL2)(&a), ok
}

func (o *ReduceL2) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toL2) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceLogSum) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceLogSum) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toLogSum) }

// Permute maps the axes.
func (o *ReduceLogSum) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceLogSum)(&a), ok
}

func (o *ReduceLogSum) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toLogSum) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceLogSumExp) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceLogSumExp) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toLogSumExp) }

// Permute maps the axes.
func (o *ReduceLogSumExp) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceLogSumExp)(&a), ok
}

func (o *ReduceLogSumExp) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toLogSumExp) }

// Infer returns the operand's type with the axes reduced.
func (o *ReduceSumSquare) Infer(in []Arg, _ int) ([]Type, error) { return (*ReduceAttrs)(o).infer(in) }

// Forward reduces.
func (o *ReduceSumSquare) Forward(r *Run) error { return (*ReduceAttrs)(o).forward(r, toSumSquare) }

// Permute maps the axes.
func (o *ReduceSumSquare) Permute(perm []int, in []Arg) (Op, bool) {
	a, ok := ReduceAttrs(*o).permute(perm, in)
	return (*ReduceSumSquare)(&a), ok
}

func (o *ReduceSumSquare) backward(g *Grad) { (*ReduceAttrs)(o).backward(g, toSumSquare) }
