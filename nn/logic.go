package nn

// Not is logical negation.
type Not struct{}

// Infer returns the operand's type.
func (*Not) Infer(in []Arg, _ int) ([]Type, error) { return sameType(in) }

// Forward negates.
func (*Not) Forward(r *Run) error {
	out := r.Out[0].Bools()
	for i, v := range r.In[0].Bools() {
		out[i] = !v
	}
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Not) Permute([]int, []Arg) (Op, bool) { return o, true }

// And is logical conjunction, broadcast.
type And struct{}

// Infer returns the broadcast type.
func (*And) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes a ∧ b.
func (*And) Forward(r *Run) error {
	binary(r.Out[0], r.In[0], r.In[1], func(out []bool, a, b []bool) {
		ma, mb := wrap(a, len(out)), wrap(b, len(out))
		for i := range out {
			out[i] = a[i&ma] && b[i&mb]
		}
	})
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *And) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// Or is logical disjunction, broadcast.
type Or struct{}

// Infer returns the broadcast type.
func (*Or) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes a ∨ b.
func (*Or) Forward(r *Run) error {
	binary(r.Out[0], r.In[0], r.In[1], func(out []bool, a, b []bool) {
		ma, mb := wrap(a, len(out)), wrap(b, len(out))
		for i := range out {
			out[i] = a[i&ma] || b[i&mb]
		}
	})
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Or) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// Xor is exclusive disjunction, broadcast.
type Xor struct{}

// Infer returns the broadcast type.
func (*Xor) Infer(in []Arg, _ int) ([]Type, error) { return broadcastType(in, Invalid) }

// Forward computes a ≠ b.
func (*Xor) Forward(r *Run) error {
	binary(r.Out[0], r.In[0], r.In[1], func(out []bool, a, b []bool) {
		ma, mb := wrap(a, len(out)), wrap(b, len(out))
		for i := range out {
			out[i] = a[i&ma] != b[i&mb]
		}
	})
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Xor) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }
