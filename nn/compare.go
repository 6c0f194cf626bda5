package nn

// Equal is a = b, broadcast.
type Equal struct{}

// Infer returns bools of the broadcast shape.
func (*Equal) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Bool) }

// Forward compares.
func (*Equal) Forward(r *Run) error {
	if r.In[0].DType == Bool {
		binary(r.Out[0], r.In[0], r.In[1], equalRun[bool])
		return nil
	}
	equalLoops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Equal) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// Less is a < b, broadcast.
type Less struct{}

// Infer returns bools of the broadcast shape.
func (*Less) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Bool) }

// Forward compares.
func (*Less) Forward(r *Run) error {
	lessLoops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Less) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// LessOrEqual is a ≤ b, broadcast.
type LessOrEqual struct{}

// Infer returns bools of the broadcast shape.
func (*LessOrEqual) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Bool) }

// Forward compares.
func (*LessOrEqual) Forward(r *Run) error {
	lessOrEqualLoops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *LessOrEqual) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// Greater is a > b, broadcast.
type Greater struct{}

// Infer returns bools of the broadcast shape.
func (*Greater) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Bool) }

// Forward compares.
func (*Greater) Forward(r *Run) error {
	lessLoops.run(r.Out[0], r.In[1], r.In[0])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Greater) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// GreaterOrEqual is a ≥ b, broadcast.
type GreaterOrEqual struct{}

// Infer returns bools of the broadcast shape.
func (*GreaterOrEqual) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Bool) }

// Forward compares.
func (*GreaterOrEqual) Forward(r *Run) error {
	lessOrEqualLoops.run(r.Out[0], r.In[1], r.In[0])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *GreaterOrEqual) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// compareLoops are the instances of one comparing loop.
type compareLoops struct {
	f32 func(out []bool, a, b []float32)
	f64 func(out []bool, a, b []float64)
	i8  func(out []bool, a, b []int8)
	u8  func(out []bool, a, b []uint8)
	i32 func(out []bool, a, b []int32)
	i64 func(out []bool, a, b []int64)
}

var (
	equalLoops = compareLoops{equalRun[float32], equalRun[float64], equalRun[int8], equalRun[uint8],
		equalRun[int32], equalRun[int64]}
	lessLoops = compareLoops{lessRun[float32], lessRun[float64], lessRun[int8], lessRun[uint8],
		lessRun[int32], lessRun[int64]}
	lessOrEqualLoops = compareLoops{lessOrEqualRun[float32], lessOrEqualRun[float64], lessOrEqualRun[int8],
		lessOrEqualRun[uint8], lessOrEqualRun[int32], lessOrEqualRun[int64]}
)

func (l *compareLoops) run(out, a, b *Tensor) {
	switch a.DType {
	case Float32:
		binary(out, a, b, l.f32)
	case Float64:
		binary(out, a, b, l.f64)
	case Int8:
		binary(out, a, b, l.i8)
	case Uint8:
		binary(out, a, b, l.u8)
	case Int32:
		binary(out, a, b, l.i32)
	case Int64:
		binary(out, a, b, l.i64)
	}
}

func equalRun[T comparable](out []bool, a, b []T) {
	ma, mb := wrap(a, len(out)), wrap(b, len(out))
	for i := range out {
		out[i] = a[i&ma] == b[i&mb]
	}
}

func lessRun[T Number](out []bool, a, b []T) {
	ma, mb := wrap(a, len(out)), wrap(b, len(out))
	for i := range out {
		out[i] = a[i&ma] < b[i&mb]
	}
}

func lessOrEqualRun[T Number](out []bool, a, b []T) {
	ma, mb := wrap(a, len(out)), wrap(b, len(out))
	for i := range out {
		out[i] = a[i&ma] <= b[i&mb]
	}
}
