package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/quant"
)

// block builds the graph of a block of a network.
type block struct {
	*nn.Builder
	count int
	seed  uint32
}

func (b *block) op(o nn.Op, in ...nn.ValueID) nn.ValueID {
	b.count++
	return b.Node(fmt.Sprintf("%s%d", nn.Name(o), b.count), o, in...)
}

func (b *block) weight(dims ...int) nn.ValueID {
	w := nn.NewTensor(nn.Float32, nn.S(dims...))
	for i := range w.F32() {
		b.seed = b.seed*1664525 + 1013904223
		w.F32()[i] = float32(int32(b.seed)) / (1 << 33)
	}
	b.count++
	return b.Param(fmt.Sprintf("w%d", b.count), w)
}

func (b *block) conv(x nn.ValueID, out, in, k, group int) nn.ValueID {
	p := k / 2
	return b.op(&nn.Conv{AutoPad: "NOTSET", Group: group, Pads: []int{p, p, p, p}}, x, b.weight(out, in/group, k, k), b.weight(out))
}

func (b *block) ints(v ...int64) nn.ValueID {
	b.count++
	return b.Const(fmt.Sprintf("ints%d", b.count), nn.T(v, len(v)))
}

// gates are ways in which networks write squeeze-and-excitation.
var gates = map[string]func(b *block, x nn.ValueID, c int) nn.ValueID{
	"MobileNetV3": func(b *block, x nn.ValueID, c int) nn.ValueID {
		s := b.op(&nn.Relu{}, b.conv(b.op(&nn.GlobalAveragePool{}, x), c/4, c, 1, 1))
		return b.op(&nn.HardSigmoid{Alpha: 1.0 / 6, Beta: 0.5}, b.conv(s, c, c/4, 1, 1))
	},
	"EfficientNet": func(b *block, x nn.ValueID, c int) nn.ValueID {
		s := b.conv(b.op(&nn.ReduceMean{KeepDims: true}, x, b.ints(2, 3)), c/4, c, 1, 1)
		s = b.op(&nn.Mul{}, s, b.op(&nn.Sigmoid{}, s))
		return b.op(&nn.Sigmoid{}, b.conv(s, c, c/4, 1, 1))
	},
	"products of rows": func(b *block, x nn.ValueID, c int) nn.ValueID {
		s := b.op(&nn.Flatten{Axis: 1}, b.op(&nn.GlobalAveragePool{}, x))
		s = b.op(&nn.Relu{}, b.op(&nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, s, b.weight(c/4, c), b.weight(c/4)))
		s = b.op(&nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, s, b.weight(c, c/4), b.weight(c))
		return b.op(&nn.Reshape{}, b.op(&nn.Sigmoid{}, s), b.ints(1, int64(c), 1, 1))
	},
}

// What the quantiser makes of blocks with gates, linear resizing and transposed
// convolutions is computed in integers from one end to the other.
func TestQuantisedBlocksStayInIntegers(t *testing.T) {
	for name, gate := range gates {
		t.Run(name, func(t *testing.T) {
			b := &block{Builder: nn.NewBuilder("block"), seed: 1}
			x := b.Input("x", nn.Float32, nn.D(1), nn.D(3), nn.D(20), nn.D(20))
			y := b.op(&nn.HardSwish{}, b.conv(x, 16, 3, 3, 1))
			z := b.op(&nn.HardSwish{}, b.conv(y, 16, 16, 5, 16))
			z = b.op(&nn.Mul{}, z, gate(b, z, 16))
			y = b.op(&nn.Add{}, b.conv(z, 16, 16, 1, 1), y)
			resize := &nn.Resize{Mode: "linear", NearestMode: "floor", Coordinates: "half_pixel", AspectPolicy: "stretch", CubicCoeffA: -0.75}
			y = b.conv(b.op(resize, y, nn.None, nn.None, b.ints(1, 16, 30, 30)), 8, 16, 1, 1)
			y = b.op(&nn.Relu{}, b.op(&nn.ConvTranspose{AutoPad: "NOTSET", Group: 1, Strides: []int{2, 2}}, y, b.weight(8, 4, 2, 2), b.weight(4)))
			b.Output(y)
			g, err := b.Build()
			if err != nil {
				t.Fatal(err)
			}
			q, _, err := quant.Quantize(t.Context(), g, quant.Samples{N: 1, Fill: fillNoise}, quant.Options{})
			if err != nil {
				t.Fatal(err)
			}
			p, err := plan.Compile(q, plan.Bindings{})
			if err != nil {
				t.Fatal(err)
			}
			var steps []string
			floats := 0
			for _, s := range p.Steps() {
				steps = append(steps, s.Op+":"+s.Kernel)
				if s.Op == "QuantizeLinear" || s.Op == "DequantizeLinear" {
					floats++
				}
			}
			if !p.Exact() || floats != 2 {
				t.Errorf("exact %v, %d steps between floats and bytes: %s", p.Exact(), floats, strings.Join(steps, " "))
			}
			closeToFloats(t, g, p)
		})
	}
}

func fillNoise(_ int, in []*nn.Tensor) error {
	for i := range in[0].F32() {
		in[0].F32()[i] = float32(i*2654435761>>7&255)/128 - 1
	}
	return nil
}

// closeToFloats fails when the mean error is a few hundredths of the range.
func closeToFloats(t *testing.T, g *nn.Graph, quantised *plan.Plan) {
	t.Helper()
	p, err := plan.Compile(g, plan.Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	var out [2][]float32
	for i, p := range []*plan.Plan{p, quantised} {
		r := p.NewRunner(nil)
		if err := fillNoise(0, []*nn.Tensor{r.Input(0)}); err != nil {
			t.Fatal(err)
		}
		if err := r.Run(); err != nil {
			t.Fatal(err)
		}
		out[i] = r.Output(0).F32()
	}
	most, sum := float32(0), float32(0)
	for i, v := range out[0] {
		most, sum = max(most, v), sum+max(v-out[1][i], out[1][i]-v)
	}
	if mean := sum / float32(len(out[0])); !(mean < 0.03*most) || most == 0 {
		t.Errorf("the mean error is %v where numbers are up to %v", mean, most)
	}
}
