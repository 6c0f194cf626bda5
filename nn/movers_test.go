package nn_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/x448/float16"

	"github.com/ocellus-vision/ocellus/nn"
)

// TestTransposeEveryOrder goes through all orders of shapes that are larger
// than a tile in some dimensions and smaller in others.
func TestTransposeEveryOrder(t *testing.T) {
	for _, dims := range [][]int{{70, 45}, {3, 66, 34}, {37, 2, 41}, {2, 37, 5, 41}, {1, 3, 64, 1}, {2, 3, 2, 3, 2}} {
		for _, d := range []nn.DType{nn.Uint8, nn.Float16, nn.Int32, nn.Float64} {
			in := nn.NewTensor(d, nn.S(dims...))
			for i := range in.Bytes() {
				in.Bytes()[i] = byte(i*31 + i>>8)
			}
			for _, perm := range allOrders(len(dims)) {
				c := testCase{op: &nn.Transpose{Perm: perm}, in: []*nn.Tensor{in}}
				r := c.run(t)
				if err := c.op.Forward(r); err != nil {
					t.Fatal(err)
				}
				if want := permuted(in, perm); r.Out[0].Shape != want.Shape || string(r.Out[0].Bytes()) != string(want.Bytes()) {
					t.Errorf("%v %v by %v is wrong", d, dims, perm)
				}
			}
		}
	}
}

func allOrders(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, p := range allOrders(n - 1) {
		for at := range n {
			all = append(all, append(append(append([]int{}, p[:at]...), n-1), p[at:]...))
		}
	}
	return all
}

// TestMoversTakeEveryType runs the cases of float32 with the other types:
// what is moved has to arrive where it does as int64.
func TestMoversTakeEveryType(t *testing.T) {
	for _, c := range shapeCases() {
		if nn.RowOf(c.op).Types != nn.AllDTypes || c.in[0].DType != nn.Float32 {
			continue
		}
		for d := nn.Float32; d <= nn.Bool; d++ {
			t.Run(fmt.Sprint(c.title(), " of ", d), func(t *testing.T) {
				span := 100
				if d == nn.Bool {
					span = 2
				}
				a, b := c, c
				a.in, b.in = counting(c.in, nn.Int64, span), counting(c.in, d, span)
				a.want, b.want = nil, nil
				if _, err := b.op.Infer(b.args(), max(c.outs, 1)); errors.As(err, new(*nn.ErrUnsupported)) {
					t.Skip(err)
				}
				ra, rb := a.run(t), b.run(t)
				if err := errors.Join(a.op.Forward(ra), b.op.Forward(rb)); err != nil {
					t.Fatal(err)
				}
				for i := range ra.Out {
					for k := range ra.Out[i].Elems() {
						// Sums and products wrap in the smaller integers.
						x, y := ra.Out[i].Float(k), rb.Out[i].Float(k)
						if x != y && !(d.Size() == 1 && int(x-y)%256 == 0) {
							t.Fatalf("result %d element %d is %v, %v as int64", i, k, y, x)
						}
					}
				}
			})
		}
	}
}

// counting has elements 0, 1, 2, … below span in place of float32.
func counting(in []*nn.Tensor, d nn.DType, span int) []*nn.Tensor {
	out := make([]*nn.Tensor, len(in))
	for i, t := range in {
		if out[i] = t; t == nil || t.DType != nn.Float32 {
			continue
		}
		out[i] = nn.NewTensor(d, t.Shape)
		for k := range t.Elems() {
			v := k % span
			switch d {
			case nn.Float32:
				out[i].F32()[k] = float32(v)
			case nn.Float64:
				out[i].F64()[k] = float64(v)
			case nn.Float16:
				out[i].F16()[k] = float16.Fromfloat32(float32(v))
			case nn.Bool:
				out[i].Bools()[k] = v == 1
			case nn.Int8:
				out[i].I8()[k] = int8(v)
			case nn.Uint8:
				out[i].U8()[k] = uint8(v)
			default:
				setInt(out[i], k, v)
			}
		}
	}
	return out
}
