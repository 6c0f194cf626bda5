package nn_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestInferSurvives changes one attribute or one operand of every case to
// something hostile. Infer must answer with types or with one of its errors,
// and Forward must then cope with what Infer let through.
func TestInferSurvives(t *testing.T) {
	for _, c := range cases() {
		t.Run(c.title(), func(t *testing.T) {
			for _, h := range slices.Concat(hostileAttrs(&c), hostileOperands(&c)) {
				if why := survive(&h); why != "" {
					t.Errorf("%s: %s", h.name, why)
				}
			}
		})
	}
}

// survive says what went wrong.
func survive(c *testCase) (why string) {
	defer func() {
		if e := recover(); e != nil {
			why = fmt.Sprintf("panic: %v", e)
		}
	}()
	args := c.args()
	types, err := c.op.Infer(args, max(c.outs, 1))
	if err != nil {
		if !typed(err) {
			return fmt.Sprintf("error of type %T: %v", err, err)
		}
		return ""
	}
	r := &nn.Run{}
	for _, in := range c.in {
		if in == nil {
			in = &nn.Tensor{}
		}
		r.In = append(r.In, in)
	}
	for _, ty := range types {
		if _, err := nn.NewShape(ty.Shape.Slice()...); err != nil {
			return fmt.Sprintf("shape %v: %v", ty.Shape, err)
		}
		if ty.Shape.Elems() > 1<<16 {
			return "" // right, but too long to run here
		}
		r.Out = append(r.Out, nn.NewTensor(ty.DType, ty.Shape))
	}
	if s, ok := c.op.(nn.Scratcher); ok {
		n := s.Scratch(args, types)
		if n < 0 || n > 1<<24 {
			return fmt.Sprintf("%d bytes of scratch memory", n)
		}
		r.Scratch = make([]byte, n)
	}
	var data *nn.ErrData
	if err := c.op.Forward(r); err != nil && !errors.As(err, &data) {
		return fmt.Sprintf("Forward: %v", err)
	}
	return ""
}

func typed(err error) bool {
	var shape *nn.ErrShape
	var unsupported *nn.ErrUnsupported
	var unbound *nn.ErrUnbound
	return errors.As(err, &shape) || errors.As(err, &unsupported) || errors.As(err, &unbound)
}

var hostileInts = []int{0, -1, 1, 2, 3, 7, 64, 1 << 16, 1 << 31, 1 << 40, math.MaxInt, math.MinInt}

// hostileAttrs returns c with one attribute changed, by turns.
func hostileAttrs(c *testCase) []testCase {
	var out []testCase
	v := reflect.ValueOf(c.op).Elem()
	for i := range v.NumField() {
		name, ok := v.Type().Field(i).Tag.Lookup("onnx")
		if !ok {
			continue
		}
		for _, x := range hostileValues(v.Field(i)) {
			op := reflect.New(v.Type())
			op.Elem().Set(v)
			op.Elem().Field(i).Set(reflect.ValueOf(x))
			h := *c
			h.op, h.name = op.Interface().(nn.Op), fmt.Sprintf("%s=%v", name, x)
			out = append(out, h)
		}
	}
	return out
}

func hostileValues(v reflect.Value) []any {
	var out []any
	switch x := v.Interface().(type) {
	case int:
		for _, n := range hostileInts {
			out = append(out, n)
		}
	case []int:
		out = append(out, []int(nil), []int{}, make([]int, 20))
		for _, n := range hostileInts {
			for rank := 1; rank <= 6; rank++ {
				all := slices.Repeat([]int{n}, rank)
				last := slices.Repeat([]int{1}, rank)
				last[rank-1] = n
				out = append(out, all, last)
			}
		}
		for i := range x {
			for _, n := range hostileInts {
				one := slices.Clone(x)
				one[i] = n
				out = append(out, one)
			}
		}
	case bool:
		out = append(out, !x)
	case float32:
		out = append(out, float32(0), float32(-1), float32(1e38), float32(math.NaN()), float32(math.Inf(1)))
	case string:
		out = append(out, "", "nonsense", "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")
	}
	return out
}

// hostileOperands returns c with one operand changed in shape, type or
// presence, by turns.
func hostileOperands(c *testCase) []testCase {
	var out []testCase
	row := nn.RowOf(c.op)
	for i, in := range c.in {
		var swaps []*nn.Tensor
		if i >= row.MinIn {
			swaps = append(swaps, nil)
		}
		if in != nil {
			for _, s := range hostileShapes(in.Shape) {
				swaps = append(swaps, filled(in.DType, s, in))
			}
			for d := nn.Float32; d <= nn.Bool; d++ {
				if i > 0 || row.Types.Has(d) {
					swaps = append(swaps, filled(d, in.Shape, nil))
				}
			}
		}
		for _, s := range swaps {
			h := *c
			h.in = slices.Clone(c.in)
			h.in[i] = s
			h.name = fmt.Sprintf("operand %d absent", i)
			if s != nil {
				h.name = fmt.Sprintf("operand %d %v %v", i, s.DType, s.Shape)
			}
			out = append(out, h)
			h.consts = nil
			h.name += ", not constant"
			out = append(out, h)
		}
		if in != nil && in.DType.IsInt() && slices.Contains(c.consts, i) {
			out = append(out, hostileContents(c, i)...)
		}
	}
	return out
}

func hostileContents(c *testCase, i int) []testCase {
	var out []testCase
	for _, n := range hostileInts {
		h := *c
		h.in = slices.Clone(c.in)
		h.in[i] = c.in[i].Clone()
		for j := range h.in[i].Elems() {
			setInt(h.in[i], j, n)
		}
		h.name = fmt.Sprintf("operand %d all %d", i, n)
		out = append(out, h)
	}
	return out
}

func setInt(t *nn.Tensor, i, v int) {
	switch t.DType {
	case nn.Int64:
		t.I64()[i] = int64(v)
	case nn.Int32:
		t.I32()[i] = int32(v)
	}
}

func hostileShapes(s nn.Shape) []nn.Shape {
	shapes := []nn.Shape{{}, nn.S(0), nn.S(1), nn.S(5), nn.S(1, 1, 1, 1, 1, 1, 1, 1), nn.S(2, 0, 3), nn.S(1, 2, 3, 4)}
	for i := range s.Rank {
		for _, d := range []int{0, 1, s.Dims[i] + 1} {
			e := s
			e.Dims[i] = d
			shapes = append(shapes, e)
		}
	}
	if s.Rank < nn.MaxRank {
		e := s
		e.Dims[e.Rank] = 2
		e.Rank++
		shapes = append(shapes, e)
	}
	return shapes
}

// filled returns a tensor whose elements repeat those of from.
func filled(d nn.DType, s nn.Shape, from *nn.Tensor) *nn.Tensor {
	t := nn.NewTensor(d, s)
	if from != nil && len(from.Bytes()) > 0 {
		for at := 0; at < len(t.Bytes()); {
			at += copy(t.Bytes()[at:], from.Bytes())
		}
	}
	return t
}
