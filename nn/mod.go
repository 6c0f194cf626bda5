package nn

import "math"

// Mod is the remainder of a∕b, broadcast. Without Fmod it is for integers and
// has the sign of b; with it, the sign of a.
type Mod struct {
	Fmod bool `onnx:"fmod"`
}

// Infer returns the broadcast type.
func (o *Mod) Infer(in []Arg, _ int) ([]Type, error) {
	if in[0].DType.IsFloat() && !o.Fmod {
		return nil, Invalidf("fmod", "must be 1 for %v operands", in[0].DType)
	}
	return broadcastType(in, Invalid)
}

// Forward computes the remainder. An integer divisor of zero is an *ErrData.
func (o *Mod) Forward(r *Run) error {
	if err := checkDivisor(r.Out[0], r.In[1]); err != nil {
		return err
	}
	loops := &modLoops
	if o.Fmod {
		loops = &fmodLoops
	}
	loops.run(r.Out[0], r.In[0], r.In[1])
	return nil
}

// Permute: the order of the dimensions does not matter.
func (o *Mod) Permute(perm []int, in []Arg) (Op, bool) { return o, layoutFree(perm, in) }

// backward is for floats: a − b·⌊a∕b⌋ with the quotient rounded towards 0.
func (*Mod) backward(g *Grad) {
	binaryGrad(g, func(d, _, _, _ float64) float64 { return d },
		func(d, a, b, _ float64) float64 { return -d * math.Trunc(a/b) })
}

var (
	modLoops = numberLoops{i8: modRun[int8], u8: modRun[uint8], i32: modRun[int32], i64: modRun[int64]}

	fmodLoops = numberLoops{fmodRun[float32], fmodRun[float64], remRun[int8], remRun[uint8], remRun[int32], remRun[int64]}
)

func modRun[T int8 | uint8 | int32 | int64](out, a, b []T) {
	ma, mb := wrap(a, len(out)), wrap(b, len(out))
	for i := range out {
		d := b[i&mb]
		m := a[i&ma] % d
		if m != 0 && (m < 0) != (d < 0) {
			m += d
		}
		out[i] = m
	}
}

func remRun[T int8 | uint8 | int32 | int64](out, a, b []T) {
	ma, mb := wrap(a, len(out)), wrap(b, len(out))
	for i := range out {
		out[i] = a[i&ma] % b[i&mb]
	}
}

func fmodRun[T Float](out, a, b []T) {
	ma, mb := wrap(a, len(out)), wrap(b, len(out))
	for i := range out {
		out[i] = T(math.Mod(float64(a[i&ma]), float64(b[i&mb])))
	}
}
