package nn

// Relu is max(x, 0), element by element.
type Relu struct{}

// Infer returns the operand's type.
func (*Relu) Infer(in []Arg, _ int) ([]Type, error) { return sameType(in) }

// Forward computes out = max(in, 0).
func (*Relu) Forward(r *Run) error {
	switch r.In[0].DType {
	case Float32:
		relu(r.Out[0].F32(), r.In[0].F32())
	case Float64:
		relu(r.Out[0].F64(), r.In[0].F64())
	case Int8:
		relu(r.Out[0].I8(), r.In[0].I8())
	case Uint8:
		relu(r.Out[0].U8(), r.In[0].U8())
	case Int32:
		relu(r.Out[0].I32(), r.In[0].I32())
	case Int64:
		relu(r.Out[0].I64(), r.In[0].I64())
	}
	return nil
}

func relu[T Number](out, in []T) {
	for i, v := range in {
		out[i] = max(v, 0)
	}
}

// Permute: the order of the dimensions does not matter.
func (o *Relu) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Relu) backward(g *Grad) {
	if !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		reluGrad(g.DIn[0].F32(), g.DOut[0].F32(), g.In[0].F32())
	case Float64:
		reluGrad(g.DIn[0].F64(), g.DOut[0].F64(), g.In[0].F64())
	}
}

func reluGrad[T Float](dIn, dOut, in []T) {
	for i, v := range in {
		if v > 0 {
			dIn[i] += dOut[i]
		}
	}
}

// sameType is the Infer of operations whose result is typed like operand 0.
func sameType(in []Arg) ([]Type, error) { return []Type{{DType: in[0].DType, Shape: in[0].Shape}}, nil }
