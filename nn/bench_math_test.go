package nn_test

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// BenchmarkElementwise times one picture-sized layer, [1 64 80 80].
func BenchmarkElementwise(b *testing.B) {
	x := ramp(1, 64, 80, 80)
	for _, c := range []testCase{
		{name: "same", op: &nn.Add{}, in: []*nn.Tensor{x, x}},
		{name: "scalar", op: &nn.Mul{}, in: []*nn.Tensor{x, nn.Scalar[float32](3)}},
		{name: "channel NCHW", op: &nn.Add{}, in: []*nn.Tensor{x, ramp(64, 1, 1)}},
		{name: "channel NHWC", op: &nn.Add{}, in: []*nn.Tensor{ramp(1, 80, 80, 64), ramp(64)}},
		{name: "same", op: &nn.Div{}, in: []*nn.Tensor{x, x}},
		{name: "same", op: &nn.Max{}, in: []*nn.Tensor{x, x}},
		{name: "same", op: &nn.Less{}, in: []*nn.Tensor{x, x}},
		{name: "same", op: &nn.Sigmoid{}, in: []*nn.Tensor{x}},
		{name: "same", op: &nn.Swish{Alpha: 1}, in: []*nn.Tensor{x}},
		{name: "same", op: &nn.Tanh{}, in: []*nn.Tensor{x}},
		{name: "same", op: &nn.Mish{}, in: []*nn.Tensor{x}},
		{name: "same", op: &nn.Gelu{Approximate: "none"}, in: []*nn.Tensor{x}},
		{name: "same", op: &nn.HardSwish{}, in: []*nn.Tensor{x}},
		{name: "same", op: &nn.LeakyRelu{Alpha: 0.1}, in: []*nn.Tensor{x}},
		{name: "same", op: &nn.Clip{}, in: []*nn.Tensor{x, nn.Scalar[float32](0), nn.Scalar[float32](6)}},
		{name: "same", op: &nn.PRelu{}, in: []*nn.Tensor{x, ramp(64, 1, 1)}},
		{name: "to half", op: nn.CastTo(nn.Float16), in: []*nn.Tensor{x}},
		{name: "to uint8", op: nn.CastTo(nn.Uint8), in: []*nn.Tensor{x}},
	} {
		benchmark(b, c)
	}
}

func benchmark(b *testing.B, c testCase) {
	b.Run(c.title(), func(b *testing.B) {
		r := c.run(b)
		b.SetBytes(int64(len(r.In[0].Bytes())))
		for b.Loop() {
			if err := c.op.Forward(r); err != nil {
				b.Fatal(err)
			}
		}
	})
}
