package nn_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestHostileOperands spoils the cases one or two things at a time: Infer has
// to accept or refuse, and what it accepts has to run, with an *ErrData at
// most. The seed is fixed.
func TestHostileOperands(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	for _, c := range cases() {
		for range 150 {
			bad := c
			bad.op = reflect.New(reflect.TypeOf(c.op).Elem()).Interface().(nn.Op)
			reflect.ValueOf(bad.op).Elem().Set(reflect.ValueOf(c.op).Elem())
			bad.in, bad.consts = slices.Clone(c.in), slices.Clone(c.consts)
			for range 1 + rng.IntN(2) {
				spoil(rng, &bad)
			}
			if row := nn.RowOf(bad.op); bad.in[0] == nil || !row.Types.Has(bad.in[0].DType) {
				continue
			}
			if why := endures(&bad); why != "" {
				t.Errorf("%s with %+v, %s: %s", c.title(), bad.op, operandsOf(&bad), why)
				break
			}
		}
	}
}

func operandsOf(c *testCase) string {
	s := ""
	for i, in := range c.in {
		if in == nil {
			s += " none"
			continue
		}
		s += fmt.Sprintf(" %v%v", in.DType, in.Shape)
		if slices.Contains(c.consts, i) && in.Elems() <= 16 && !in.DType.IsFloat() {
			s += fmt.Sprint(in.Ints())
		}
	}
	return s
}

// endures returns what went wrong, or "".
func endures(c *testCase) (why string) {
	defer func() {
		if p := recover(); p != nil {
			why = fmt.Sprint("panics: ", p)
		}
	}()
	args, outs := c.args(), max(c.outs, 1)
	types, err := c.op.Infer(args, outs)
	if err != nil {
		return ""
	}
	r := &nn.Run{}
	for _, ty := range types {
		if ty.Shape.Elems()*ty.DType.Size() > 1<<20 {
			return ""
		}
		if _, err := nn.NewShape(ty.Shape.Slice()...); err != nil {
			return "accepted with a bad result: " + err.Error()
		}
		r.Out = append(r.Out, nn.NewTensor(ty.DType, ty.Shape))
	}
	for _, in := range c.in {
		if in == nil {
			in = &nn.Tensor{}
		}
		r.In = append(r.In, in)
	}
	if s, ok := c.op.(nn.Scratcher); ok {
		n := s.Scratch(args, types)
		if n < 0 {
			return fmt.Sprint("wants scratch of ", n)
		}
		if n > 1<<24 {
			return ""
		}
		r.Scratch = make([]byte, n)
	}
	if err := c.op.Forward(r); err != nil && !errors.As(err, new(*nn.ErrData)) {
		return "Forward fails with " + err.Error()
	}
	return ""
}

var hostileInts = []int64{math.MinInt64, math.MinInt32, -7, -3, -2, -1, 0, 1, 2, 3, 4, 9, 1 << 16, math.MaxInt32, math.MaxInt64}

func hostileInt(rng *rand.Rand) int64 { return hostileInts[rng.IntN(len(hostileInts))] }

// spoil changes an attribute, or the values, type, shape or presence of an
// operand.
func spoil(rng *rand.Rand, c *testCase) {
	i := rng.IntN(len(c.in))
	switch in := c.in[i]; rng.IntN(6) {
	case 0, 1:
		spoilAttr(rng, reflect.ValueOf(c.op).Elem())
	case 2:
		if in != nil && in.DType.IsInt() && in.Elems() > 0 {
			c.in[i] = in.Clone()
			setInt(c.in[i], rng.IntN(in.Elems()), hostileInt(rng))
		}
	case 3:
		if in != nil {
			c.in[i] = spoiledShape(rng, in)
		}
	case 4:
		d := []nn.DType{nn.Float32, nn.Int64, nn.Int32, nn.Uint8, nn.Bool}[rng.IntN(5)]
		c.in[i] = nn.NewTensor(d, nn.S([][]int{{}, {0}, {1}, {2}, {3}, {17}, {2, 3}, {1, 2, 2, 2}}[rng.IntN(8)]...))
	case 5:
		if row := nn.RowOf(c.op); i >= row.MinIn {
			c.in[i] = nil
		} else if k := slices.Index(c.consts, i); k >= 0 {
			c.consts = slices.Delete(c.consts, k, k+1)
		}
	}
}

func setInt(t *nn.Tensor, i int, v int64) {
	switch t.DType {
	case nn.Int64:
		t.I64()[i] = v
	case nn.Int32:
		t.I32()[i] = int32(v)
	case nn.Int8:
		t.I8()[i] = int8(v)
	case nn.Uint8:
		t.U8()[i] = uint8(v)
	}
}

// spoiledShape has another extent or rank.
func spoiledShape(rng *rand.Rand, in *nn.Tensor) *nn.Tensor {
	dims := slices.Clone(in.Shape.Slice())
	if len(dims) > 0 && rng.IntN(2) == 0 {
		dims[rng.IntN(len(dims))] = []int{0, 1, 2, 3, 7}[rng.IntN(5)]
	} else if len(dims) > 0 && rng.IntN(2) == 0 {
		dims = dims[1:]
	} else {
		dims = append(dims, 1+rng.IntN(2))
	}
	s, err := nn.NewShape(dims...)
	if err != nil || s.Elems() > 1<<16 {
		return in
	}
	return nn.NewTensor(in.DType, s)
}

func spoilAttr(rng *rand.Rand, op reflect.Value) {
	if op.NumField() == 0 {
		return
	}
	f := op.Field(rng.IntN(op.NumField()))
	if !f.CanSet() {
		return
	}
	n := int(hostileInt(rng))
	switch f.Interface().(type) {
	case int:
		f.SetInt(int64(n))
	case *int:
		f.Set(reflect.ValueOf(&n))
	case bool:
		f.SetBool(!f.Bool())
	case float32:
		f.SetFloat([]float64{0, -1, math.Inf(1), math.NaN(), 1e30}[rng.IntN(5)])
	case string:
		f.SetString([]string{"", "none", "reflect", "SAME_UPPER", "CRD"}[rng.IntN(5)])
	case []int:
		v := slices.Clone(f.Interface().([]int))
		switch {
		case len(v) > 0 && rng.IntN(3) > 0:
			v[rng.IntN(len(v))] = n
		case rng.IntN(2) == 0:
			v = append(v, n)
		default:
			v = nil
		}
		f.Set(reflect.ValueOf(v))
	case *nn.Tensor:
		f.Set(reflect.ValueOf([]*nn.Tensor{nil, nn.T([]int64{}, 0), nn.Scalar(true), nn.T([]float32{1, 2}, 2)}[rng.IntN(4)]))
	}
}
