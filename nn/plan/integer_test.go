package plan

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// qdq adds a quantise–dequantise pair, as quantisers place it after every
// operation.
func (n *net) qdq(x nn.ValueID, scale float32, zero int) nn.ValueID {
	s, z := n.Const(n.name("scale"), nn.Scalar(scale)), n.Const(n.name("zero"), nn.Scalar(uint8(zero)))
	q := n.op(&nn.QuantizeLinear{Axis: 1, Saturate: true}, x, s, z)
	return n.op(&nn.DequantizeLinear{Axis: 1}, q, s, z)
}

// signedQDQ is qdq by way of int8.
func (n *net) signedQDQ(x nn.ValueID, scale float32, zero int) nn.ValueID {
	s, z := n.Const(n.name("scale"), nn.Scalar(scale)), n.Const(n.name("zero"), nn.Scalar(int8(zero)))
	q := n.op(&nn.QuantizeLinear{Axis: 1, Saturate: true}, x, s, z)
	return n.op(&nn.DequantizeLinear{Axis: 1}, q, s, z)
}

// qweight adds int8 weights with a scale for each index of axis.
func (n *net) qweight(axis int, dims ...int) nn.ValueID {
	w := nn.NewTensor(nn.Int8, nn.S(dims...))
	for i := range w.I8() {
		w.I8()[i] = int8(n.next() * 127)
	}
	scales := n.positive(dims[axis])
	for i := range scales.F32() {
		scales.F32()[i] *= 0.004
	}
	return n.op(&nn.DequantizeLinear{Axis: axis}, n.Const(n.name("w"), w), n.Const(n.name("scales"), scales))
}

// qconv adds a convolution of quantised weights, without a pair after it.
func (n *net) qconv(x nn.ValueID, out, in, k int, c nn.Conv) nn.ValueID {
	if c.Group == 0 {
		c.Group = 1
	}
	return n.op(&c, x, n.qweight(0, out, in/c.Group, k, k), n.weight(out))
}

func same3() nn.Conv { return nn.Conv{Pads: []int{1, 1, 1, 1}} }

// integerNets are graphs whose insides are all quantised, with the number of
// float operations that may be left in the plan (quantisation of inputs and
// dequantisation of outputs among them).
var integerNets = map[string]func(n *net) nn.ValueID{
	"convolution": func(n *net) nn.ValueID {
		return n.qdq(n.relu(n.qconv(n.picture(16), 24, 16, 3, same3())), 0.02, 0)
	},
	"first layer": func(n *net) nn.ValueID {
		return n.qdq(n.qconv(n.picture(3), 10, 3, 3, nn.Conv{Pads: []int{1, 1, 1, 1}, Strides: []int{2, 2}}), 0.01, 120)
	},
	"first layer of four planes": func(n *net) nn.ValueID {
		return n.qdq(n.qconv(n.picture(4), 10, 4, 3, nn.Conv{Strides: []int{2, 1}}), 0.01, 120)
	},
	"signed": func(n *net) nn.ValueID {
		x := n.signedQDQ(n.picture(0), 0.008, -3)
		y := n.signedQDQ(n.qconv(x, 16, 8, 3, same3()), 0.02, 5)
		return n.signedQDQ(n.qconv(y, 8, 16, 1, nn.Conv{}), 0.03, -10)
	},
	"depthwise and residual": func(n *net) nn.ValueID {
		x := n.picture(24)
		y := n.qdq(n.relu(n.qconv(x, 24, 24, 3, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 24})), 0.005, 0)
		y = n.qdq(n.qconv(y, 24, 24, 1, nn.Conv{}), 0.01, 130)
		return n.qdq(n.relu(n.op(&nn.Add{}, y, x)), 0.012, 0)
	},
	"groups": func(n *net) nn.ValueID {
		return n.qdq(n.qconv(n.picture(24), 36, 24, 3, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 4}), 0.01, 128)
	},
	"SiLU as quantisers write it": func(n *net) nn.ValueID {
		x := n.qdq(n.qconv(n.picture(8), 16, 8, 1, nn.Conv{}), 0.02, 128)
		s := n.qdq(n.op(&nn.Sigmoid{}, x), 1.0/255, 0)
		return n.qdq(n.op(&nn.Mul{}, x, s), 0.015, 20)
	},
	"activations": func(n *net) nn.ValueID {
		x := n.picture(8)
		a := n.qdq(n.op(&nn.LeakyRelu{Alpha: 0.1}, x), 0.007, 10)
		b := n.qdq(n.op(&nn.HardSwish{}, a), 0.006, 30)
		c := n.qdq(n.op(&nn.Tanh{}, b), 0.008, 128)
		return n.qdq(n.op(&nn.Mul{}, a, c), 0.01, 100)
	},
	"pools": func(n *net) nn.ValueID {
		x := n.picture(19)
		m := n.op(&nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{3, 3}, Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}, x)
		m = n.qdq(m, 1.0/128, 128)
		a := n.op(&nn.AveragePool{AutoPad: "NOTSET", KernelShape: []int{3, 3}, Strides: []int{1, 1}, Pads: []int{1, 1, 1, 1}}, m)
		return n.qdq(n.op(&nn.GlobalAveragePool{}, n.qdq(a, 0.006, 128)), 0.002, 128)
	},
	"concat and split": func(n *net) nn.ValueID {
		x := n.picture(8)
		y := n.qdq(n.qconv(x, 8, 8, 1, nn.Conv{}), 0.02, 128)
		c := n.qdq(n.op(&nn.Concat{Axis: 1}, x, y, x), 0.02, 128)
		h := n.NodeN("split", &nn.Split{Axis: 1, NumOutputs: 2}, []nn.ValueID{c}, []string{"left", "right"})
		return n.qdq(n.qconv(h[1], 8, 12, 3, same3()), 0.02, 100)
	},
	"shuffle": func(n *net) nn.ValueID {
		x := n.picture(8)
		five := n.Const("five", nn.T([]int64{1, 2, 4, 12, 11}, 5))
		four := n.Const("four", nn.T([]int64{1, 8, 12, 11}, 4))
		s := n.op(&nn.Transpose{Perm: []int{0, 2, 1, 3, 4}}, n.op(&nn.Reshape{}, x, five))
		return n.qdq(n.qconv(n.op(&nn.Reshape{}, s, four), 8, 8, 3, same3()), 0.02, 100)
	},
	"shuffled split": func(n *net) nn.ValueID {
		x := n.picture(8)
		even, odd := n.Const("even", nn.T([]int64{0, 2, 4, 6}, 4)), n.Const("odd", nn.T([]int64{1, 3, 5, 7}, 4))
		some := n.Const("some", nn.T([]int64{5, 0, 3}, 3))
		y := n.qdq(n.qconv(n.op(&nn.Gather{Axis: 1}, x, odd), 4, 4, 1, nn.Conv{}), 1.0/128, 128)
		z := n.qdq(n.qconv(n.op(&nn.Gather{Axis: 1}, x, some), 4, 3, 3, same3()), 1.0/128, 128)
		return n.qdq(n.op(&nn.Concat{Axis: 1}, n.op(&nn.Gather{Axis: 1}, x, even), y, z), 1.0/128, 128)
	},
	"upsampling": func(n *net) nn.ValueID {
		scales := n.Const("scales", nn.T([]float32{1, 1, 2, 2}, 4))
		up := &nn.Resize{Mode: "nearest", NearestMode: "floor", Coordinates: "asymmetric", AspectPolicy: "stretch", CubicCoeffA: -0.75}
		return n.qdq(n.qconv(n.op(up, n.picture(8), nn.None, scales), 8, 8, 1, nn.Conv{}), 0.02, 100)
	},
	"linear upsampling": func(n *net) nn.ValueID {
		scales := n.Const("scales", nn.T([]float32{1, 1, 2, 2}, 4))
		up := &nn.Resize{Mode: "linear", NearestMode: "floor", Coordinates: "half_pixel", AspectPolicy: "stretch", CubicCoeffA: -0.75}
		x := n.qdq(n.qconv(n.picture(8), 21, 8, 1, nn.Conv{}), 0.02, 128)
		return n.qdq(n.op(up, x, nn.None, scales), 0.02, 128)
	},
	"linear resizing to another scale": func(n *net) nn.ValueID {
		sizes := n.Const("sizes", nn.T([]int64{1, 16, 7, 30}, 4))
		to := &nn.Resize{Mode: "linear", NearestMode: "floor", Coordinates: "align_corners", AspectPolicy: "stretch", CubicCoeffA: -0.75}
		x := n.qdq(n.qconv(n.picture(8), 16, 8, 1, nn.Conv{}), 0.02, 128)
		return n.qdq(n.relu(n.op(to, x, nn.None, nn.None, sizes)), 0.012, 10)
	},
	"linear resizing of rows": func(n *net) nn.ValueID {
		sizes := n.Const("sizes", nn.T([]int64{29}, 1))
		to := &nn.Resize{Mode: "linear", NearestMode: "floor", Coordinates: "pytorch_half_pixel", AspectPolicy: "stretch", CubicCoeffA: -0.75, Axes: []int{2}}
		return n.qdq(n.op(to, n.picture(8), nn.None, nn.None, sizes), 1.0/128, 128)
	},
	"transposed convolution": func(n *net) nn.ValueID {
		x := n.qdq(n.relu(n.qconv(n.picture(8), 16, 8, 1, nn.Conv{})), 0.01, 0)
		up := nn.ConvTranspose{AutoPad: "NOTSET", Group: 1, Strides: []int{2, 2}}
		y := n.qdq(n.relu(n.op(&up, x, n.qweight(1, 16, 8, 2, 2), n.weight(8))), 0.02, 0)
		up.Pads = []int{1, 1, 1, 1}
		return n.signedQDQ(n.op(&up, y, n.qweight(1, 8, 4, 4, 4)), 0.02, 5)
	},
	"softmax over channels": func(n *net) nn.ValueID {
		x := n.qdq(n.qconv(n.picture(8), 16, 8, 1, nn.Conv{}), 0.02, 128)
		return n.qdq(n.op(&nn.Softmax{Axis: 1}, x), 1.0/255, 0)
	},
	"tiles": func(n *net) nn.ValueID {
		x := n.qdq(n.relu(n.qconv(n.picture(8), 32, 8, 1, nn.Conv{})), 0.0005, 0)
		y := n.qdq(n.qconv(x, 48, 32, 3, same3()), 0.022, 128)
		return n.qdq(n.op(&nn.Sigmoid{}, n.qdq(n.qconv(y, 16, 48, 3, nn.Conv{Pads: []int{1, 0, 2, 1}}), 0.04, 120)), 1.0/255, 0)
	},
	"tiles with slopes": func(n *net) nn.ValueID {
		x := n.qdq(n.relu(n.qconv(n.picture(8), 32, 8, 1, nn.Conv{})), 0.0004, 0)
		y := n.qdq(n.qconv(x, 32, 32, 3, same3()), 0.02, 128)
		return n.qdq(n.op(&nn.PRelu{}, y, n.weight(32, 1, 1)), 0.02, 60)
	},
	"depthwise with slopes": func(n *net) nn.ValueID {
		x := n.qdq(n.qconv(n.picture(24), 24, 24, 3, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 24}), 0.022, 128)
		return n.qdq(n.op(&nn.PRelu{}, x, n.weight(24, 1, 1)), 0.022, 60)
	},
	"leaky slopes": func(n *net) nn.ValueID {
		x := n.qdq(n.qconv(n.picture(8), 21, 8, 3, same3()), 0.02, 128)
		return n.qdq(n.op(&nn.LeakyRelu{Alpha: 0.1}, x), 0.02, 30)
	},
	"clamped before slopes": func(n *net) nn.ValueID {
		y := n.op(&nn.Clip{}, n.qconv(n.picture(8), 16, 8, 1, nn.Conv{}), n.Const("lo", nn.Scalar(float32(-0.5))), n.Const("hi", nn.Scalar(float32(1))))
		return n.qdq(n.op(&nn.PRelu{}, n.qdq(y, 0.02, 128), n.weight(16, 1, 1)), 0.02, 60)
	},
	"product with a table": func(n *net) nn.ValueID {
		x := n.op(&nn.Flatten{Axis: 1}, n.qdq(n.op(&nn.GlobalAveragePool{}, n.picture(40)), 0.002, 128))
		x = n.qdq(n.op(&nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x, n.qweight(0, 50, 40), n.weight(50)), 0.01, 128)
		return n.qdq(n.op(&nn.Sigmoid{}, x), 1.0/255, 0)
	},
	"slopes": func(n *net) nn.ValueID {
		x := n.qdq(n.qconv(n.picture(8), 16, 8, 1, nn.Conv{}), 0.02, 128)
		return n.qdq(n.op(&nn.PRelu{}, x, n.weight(16, 1, 1)), 0.02, 60)
	},
	"quantised constant": func(n *net) nn.ValueID {
		c := nn.NewTensor(nn.Uint8, nn.S(1, 8, 12, 11))
		for i := range c.U8() {
			c.U8()[i] = uint8(i * 37)
		}
		s, z := n.Const("cs", nn.Scalar(float32(0.01))), n.Const("cz", nn.Scalar(uint8(100)))
		k := n.op(&nn.DequantizeLinear{Axis: 1}, n.Const("c", c), s, z)
		return n.qdq(n.op(&nn.Sub{}, n.picture(8), k), 0.02, 128)
	},
	"squeeze and excitation": func(n *net) nn.ValueID {
		x := n.qdq(n.op(&nn.HardSwish{}, n.qdq(n.qconv(n.picture(8), 20, 8, 1, nn.Conv{}), 0.02, 128)), 0.02, 20)
		s := n.qdq(n.op(&nn.GlobalAveragePool{}, x), 0.004, 60)
		s = n.qdq(n.relu(n.qconv(s, 8, 20, 1, nn.Conv{})), 0.005, 0)
		s = n.qdq(n.qconv(s, 20, 8, 1, nn.Conv{}), 0.02, 128)
		s = n.qdq(n.op(&nn.HardSigmoid{Alpha: 1.0 / 6, Beta: 0.5}, s), 1.0/255, 0)
		return n.qdq(n.qconv(n.qdq(n.op(&nn.Mul{}, s, x), 0.015, 20), 8, 20, 1, nn.Conv{}), 0.02, 128)
	},
	"spatial gate": func(n *net) nn.ValueID {
		x := n.picture(8)
		s := n.qdq(n.op(&nn.Sigmoid{}, n.qdq(n.qconv(x, 1, 8, 3, same3()), 0.02, 128)), 1.0/255, 0)
		return n.qdq(n.op(&nn.Mul{}, x, s), 0.008, 128)
	},
	"gates of rows times gates of channels": func(n *net) nn.ValueID {
		x := n.picture(8)
		rows := n.qdq(n.op(&nn.AveragePool{AutoPad: "NOTSET", KernelShape: []int{12, 1}}, x), 0.004, 128)
		channels := n.qdq(n.op(&nn.GlobalAveragePool{}, x), 0.002, 128)
		gate := n.qdq(n.op(&nn.Add{}, rows, channels), 0.005, 128)
		return n.qdq(n.op(&nn.Sub{}, gate, x), 0.01, 128)
	},
	"constants a channel": func(n *net) nn.ValueID {
		k := nn.NewTensor(nn.Int8, nn.S(8, 1, 1))
		for i := range k.I8() {
			k.I8()[i] = int8(i*37 - 128)
		}
		scale := n.op(&nn.DequantizeLinear{Axis: 1}, n.Const("k", k), n.Const("ks", nn.Scalar(float32(0.01))))
		x := n.qdq(n.op(&nn.Mul{}, n.picture(8), scale), 0.01, 128)
		lane := n.qdq(n.op(&nn.Slice{}, x, n.Const("starts", nn.T([]int64{0, 5}, 2)), n.Const("ends", nn.T([]int64{1, 6}, 2)), n.Const("axes", nn.T([]int64{1, 2}, 2))), 0.01, 128)
		lane = n.op(&nn.Reshape{}, lane, n.Const("lane", nn.T([]int64{11}, 1)))
		return n.qdq(n.op(&nn.Add{}, x, lane), 0.015, 128)
	},
	"classifier": func(n *net) nn.ValueID {
		x := n.qdq(n.op(&nn.GlobalAveragePool{}, n.picture(32)), 0.002, 128)
		x = n.op(&nn.Flatten{Axis: 1}, x)
		x = n.qdq(n.relu(n.op(&nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x, n.qweight(0, 20, 32), n.weight(20))), 0.01, 0)
		return n.op(&nn.Add{}, n.op(&nn.MatMul{}, x, n.qweight(1, 20, 10)), n.weight(10)) // not quantised again
	},
}

// picture is the input: quantised, of that many channels (0: as it is, 8).
func (n *net) picture(channels int) nn.ValueID {
	c := channels
	if c == 0 {
		c = 8
	}
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(c), nn.D(12), nn.D(11))
	if channels == 0 {
		return x
	}
	return n.qdq(x, 1.0/128, 128)
}

// Every row, and any number of threads, gives the same bits; and they are what
// the real numbers of the graph round to, up to the last place or two of what
// is quantised on the way.
func TestIntegerPlans(t *testing.T) {
	for name, define := range integerNets {
		t.Run(name, func(t *testing.T) {
			n := newNet(name)
			g := n.build(t, define(n))
			var first []byte
			for _, f := range []kernels.Features{0, kernels.Detect() &^ (kernels.AVX512 | kernels.AVX512VNNI), kernels.Detect()} {
				p, err := Compile(g, Bindings{}, WithFeatures(f))
				if err != nil {
					t.Fatal(err)
				}
				in := randomInputs(p)
				for _, threads := range []int{1, 3} {
					pool := NewPool(threads)
					r := p.NewRunner(pool)
					for range 2 {
						fill(r, in)
						if err := r.Run(); err != nil {
							t.Fatal(err)
						}
					}
					if first == nil {
						first = slices.Clone(r.Output(0).Bytes())
						closeInSteps(t, r.Output(0), interpret(t, g, in)[0])
					}
					if !bytes.Equal(first, r.Output(0).Bytes()) {
						t.Errorf("%v on %d threads differs from generic Go on one", f, threads)
					}
					if n := testing.AllocsPerRun(3, func() { r.Run() }); n != 0 {
						t.Errorf("%v allocations a run", n)
					}
					pool.Close()
				}
				integersOnly(t, p)
				if ops := opsOf(p); strings.HasPrefix(name, "first layer") && !slices.Equal(ops[:2], []string{"QuantizeLinear", "Conv"}) {
					t.Errorf("steps %v: want a convolution that reads the planes", ops)
				}
				tiled := strings.Contains(strings.Join(kernelsOf(p), " "), "winograd")
				if dots := kernels.GemmI8Rows(f)[0].Dots(); strings.HasPrefix(name, "tiles") && tiled != (!dots && kernels.WinogradI8Rows(f)[0].Needs != 0) {
					t.Errorf("%v: steps %v", f, kernelsOf(p))
				}
			}
		})
	}
}

// closeInSteps allows errors of a few quantisation steps, and on average of
// much less than one.
func closeInSteps(t *testing.T, got, want *nn.Tensor) {
	t.Helper()
	const step = 0.022 // none of the nets' last steps is larger
	sum, worst := 0.0, 0.0
	for i := range want.Elems() {
		d := math.Abs(got.Float(i) - want.Float(i))
		sum, worst = sum+d, max(worst, d)
	}
	if mean := sum / float64(want.Elems()); worst > 3*step || mean > step/8 {
		t.Errorf("worst %.3g, mean %.3g: too far from the real numbers for a step of %v", worst, mean, step)
	}
}

// integersOnly fails when a step other than at the edges computes in floats.
func integersOnly(t *testing.T, p *Plan) {
	t.Helper()
	var ops []string
	for _, s := range p.Steps() {
		ops = append(ops, fmt.Sprintf("%s:%s", s.Op, s.Kernel))
	}
	quantise, dequantise := 0, 0
	for i, s := range p.Steps() {
		switch s.Op {
		case "QuantizeLinear":
			quantise++
		case "DequantizeLinear":
			dequantise++
		}
		_ = i
	}
	if quantise > 1 || dequantise > 1 {
		t.Errorf("%d quantise and %d dequantise in %s", quantise, dequantise, strings.Join(ops, " "))
	}
}
