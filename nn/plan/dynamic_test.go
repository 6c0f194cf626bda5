package plan

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// dynamic quantises x as quantize_dynamic does; it returns bytes, scale and zero point.
func (n *net) dynamic(x nn.ValueID) []nn.ValueID {
	return n.NodeN(n.name("dynamic"), &nn.DynamicQuantizeLinear{}, []nn.ValueID{x}, []string{n.name("bytes"), n.name("scale"), n.name("zero")})
}

// bytes are weights over all of their type's range, its ends among them, with
// so many zero points: 0 for none, 1 or one for each channel.
func (n *net) bytes(d nn.DType, zeros int, dims ...int) (w, zero nn.ValueID) {
	fill := func(t *nn.Tensor) nn.ValueID {
		b := t.Bytes()
		for i := range b {
			b[i] = byte(int(n.next() * 140)) // of uint8: 0 to 139 and 116 to 255
			if i%7 == 3 {
				b[i] = [...]byte{0, 255, 128, 127}[i/7%4]
			}
		}
		return n.Const(n.name("b"), t)
	}
	w, zero = fill(nn.NewTensor(d, nn.S(dims...))), nn.None
	if zeros > 0 {
		zero = fill(nn.NewTensor(d, nn.S(zeros)))
	}
	return w, zero
}

// scaled makes floats of sums as quantisers do: cast, scaled by x's scale
// times the weights', shifted.
func (n *net) scaled(sums, scale, weights, shift nn.ValueID) nn.ValueID {
	y := n.op(nn.CastTo(nn.Float32), sums)
	y = n.op(&nn.Mul{}, y, n.op(&nn.Mul{}, scale, weights))
	return n.op(&nn.Add{}, y, shift)
}

// dynamicConv is a convolution of x by random bytes, to so many channels.
func (n *net) dynamicConv(x nn.ValueID, d nn.DType, zeros, out, in, k int, c nn.ConvInteger) nn.ValueID {
	c.Group = max(c.Group, 1)
	q := n.dynamic(x)
	w, zero := n.bytes(d, zeros, out, in/c.Group, k, k)
	return n.scaled(n.op(&c, q[0], w, q[2], zero), q[1], n.Const(n.name("s"), nn.Scalar(float32(0.003))), n.weight(1, out, 1, 1))
}

func (n *net) dynamicInput(c int) nn.ValueID {
	return n.Input("x", nn.Float32, nn.D(1), nn.D(c), nn.D(9), nn.D(11))
}

func padded3() nn.ConvInteger { return nn.ConvInteger{Pads: []int{1, 1, 1, 1}} }

var dynamicNets = map[string]func(n *net) nn.ValueID{
	"first layer": func(n *net) nn.ValueID {
		c := nn.ConvInteger{Pads: []int{1, 1, 1, 1}, Strides: []int{2, 2}}
		return n.op(&nn.PRelu{}, n.dynamicConv(n.dynamicInput(3), nn.Uint8, 1, 10, 3, 3, c), n.weight(10, 1, 1))
	},
	"two layers and a residual": func(n *net) nn.ValueID {
		x := n.op(&nn.PRelu{}, n.dynamicConv(n.dynamicInput(19), nn.Uint8, 1, 40, 19, 1, nn.ConvInteger{}), n.weight(40, 1, 1))
		y := n.op(&nn.LeakyRelu{Alpha: 0.1}, n.dynamicConv(x, nn.Uint8, 1, 40, 40, 1, nn.ConvInteger{}))
		return n.relu(n.op(&nn.Add{}, y, x))
	},
	"padding and a zero point each": func(n *net) nn.ValueID {
		return n.relu(n.dynamicConv(n.dynamicInput(16), nn.Uint8, 37, 37, 16, 3, padded3()))
	},
	"int8, dilated": func(n *net) nn.ValueID {
		return n.dynamicConv(n.dynamicInput(16), nn.Int8, 1, 33, 16, 3, nn.ConvInteger{Pads: []int{2, 2, 2, 2}, Dilations: []int{2, 2}})
	},
	"int8, no zero point": func(n *net) nn.ValueID {
		return n.dynamicConv(n.dynamicInput(21), nn.Int8, 0, 33, 21, 1, nn.ConvInteger{})
	},
	"groups": func(n *net) nn.ValueID {
		return n.dynamicConv(n.dynamicInput(24), nn.Uint8, 36, 36, 24, 3, nn.ConvInteger{Pads: []int{1, 1, 1, 1}, Group: 4})
	},
	"depthwise": func(n *net) nn.ValueID {
		return n.op(&nn.PRelu{}, n.dynamicConv(n.dynamicInput(19), nn.Uint8, 1, 19, 19, 3, nn.ConvInteger{Pads: []int{1, 1, 1, 1}, Group: 19}), n.weight(19, 1, 1))
	},
	"depthwise by 5": func(n *net) nn.ValueID {
		return n.relu(n.dynamicConv(n.dynamicInput(48), nn.Int8, 48, 48, 48, 5, nn.ConvInteger{Pads: []int{2, 2, 2, 2}, Strides: []int{2, 2}, Group: 48}))
	},
	"depthwise to two channels each": func(n *net) nn.ValueID {
		return n.dynamicConv(n.dynamicInput(8), nn.Uint8, 1, 16, 8, 3, nn.ConvInteger{Pads: []int{1, 1, 1, 1}, Group: 8})
	},
	"scales of channels": func(n *net) nn.ValueID {
		q := n.dynamic(n.dynamicInput(12))
		w, zero := n.bytes(nn.Int8, 0, 20, 12, 1, 1)
		y := n.scaled(n.op(&nn.ConvInteger{Group: 1}, q[0], w, q[2], zero), q[1], n.Const("s", n.positive(20, 1, 1)), n.weight(20, 1, 1))
		q = n.dynamic(y)
		w, zero = n.bytes(nn.Uint8, 20, 20, 1, 3, 3)
		return n.scaled(n.op(&nn.ConvInteger{Group: 20}, q[0], w, q[2], zero), q[1], n.Const("t", n.positive(1, 20, 1, 1)), n.weight(1))
	},
	"product": func(n *net) nn.ValueID {
		q := n.dynamic(n.Input("x", nn.Float32, nn.D(2), nn.D(5), nn.D(43)))
		w, zero := n.bytes(nn.Uint8, 50, 43, 50)
		y := n.scaled(n.op(&nn.MatMulInteger{}, q[0], w, q[2], zero), q[1], n.Const("s", n.positive(50)), n.weight(50))
		return n.op(&nn.Clip{}, y, n.Const("lo", nn.Scalar(float32(-20))))
	},
	"product of int8": func(n *net) nn.ValueID {
		q := n.dynamic(n.Input("x", nn.Float32, nn.D(1), nn.D(70)))
		w, zero := n.bytes(nn.Int8, 1, 70, 2)
		y := n.op(nn.CastTo(nn.Float32), n.op(&nn.MatMulInteger{}, q[0], w, q[2], zero))
		return n.op(&nn.Mul{}, y, n.op(&nn.Mul{}, q[1], n.Const("s", nn.Scalar(float32(0.01)))))
	},
	"sums themselves": func(n *net) nn.ValueID {
		q := n.dynamic(n.dynamicInput(12))
		w, zero := n.bytes(nn.Uint8, 1, 20, 12, 3, 3)
		c := padded3()
		c.Group = 1
		return n.op(&c, q[0], w, q[2], zero)
	},
	"depthwise sums themselves": func(n *net) nn.ValueID {
		q := n.dynamic(n.dynamicInput(12))
		w, zero := n.bytes(nn.Int8, 12, 12, 1, 3, 3)
		return n.op(&nn.ConvInteger{Pads: []int{1, 1, 1, 1}, Group: 12}, q[0], w, q[2], zero)
	},
	"two pictures": func(n *net) nn.ValueID {
		x := n.dynamicConv(n.Input("x", nn.Float32, nn.D(2), nn.D(8), nn.D(6), nn.D(7)), nn.Uint8, 1, 24, 8, 3, padded3())
		return n.op(&nn.Clip{}, n.dynamicConv(x, nn.Uint8, 24, 24, 24, 3, nn.ConvInteger{Pads: []int{0, 1, 2, 1}, Group: 24}), n.Const("lo", nn.Scalar(float32(-1))), n.Const("hi", nn.Scalar(float32(40))))
	},
	"bytes read twice": func(n *net) nn.ValueID {
		q := n.dynamic(n.dynamicInput(16))
		w, zero := n.bytes(nn.Uint8, 1, 16, 1, 3, 3)
		v, other := n.bytes(nn.Uint8, 1, 16, 16, 1, 1)
		s := n.Const("s", nn.Scalar(float32(0.003)))
		d := padded3()
		d.Group = 16
		a := n.scaled(n.op(&d, q[0], w, q[2], zero), q[1], s, n.weight(1, 16, 1, 1))
		b := n.scaled(n.op(&nn.ConvInteger{Group: 1}, q[0], v, q[2], other), q[1], s, n.weight(1, 16, 1, 1))
		return n.op(&nn.Add{}, a, b)
	},
	"sums cast alone": func(n *net) nn.ValueID {
		q := n.dynamic(n.dynamicInput(12))
		w, zero := n.bytes(nn.Uint8, 1, 12, 1, 3, 3)
		return n.op(nn.CastTo(nn.Float32), n.op(&nn.ConvInteger{Group: 12}, q[0], w, q[2], zero))
	},
	"a scale made of the sums": func(n *net) nn.ValueID {
		q := n.dynamic(n.dynamicInput(12))
		w, zero := n.bytes(nn.Uint8, 1, 20, 12, 1, 1)
		y := n.op(nn.CastTo(nn.Float32), n.op(&nn.ConvInteger{Group: 1}, q[0], w, q[2], zero))
		return n.op(&nn.Mul{}, y, y)
	},
}

// dynamicInputs are data for x, by what they are.
func dynamicInputs(s nn.Shape) map[string]*nn.Tensor {
	seed := rng(7)
	all := map[string]*nn.Tensor{}
	for name, at := range map[string]func(i int) float32{
		"random":    func(int) float32 { return seed.next() },
		"negative":  func(int) float32 { return seed.next() - 3 },
		"positive":  func(int) float32 { return seed.next() + 3 },
		"zeros":     func(int) float32 { return 0 },
		"denormals": func(i int) float32 { return math.Float32frombits(uint32(i % 300)) },
		"ends":      func(i int) float32 { return float32(i%2*255 - 100) },
		"huge":      func(i int) float32 { return float32(i%2*2-1) * math.MaxFloat32 },
		"infinite":  func(i int) float32 { return float32(math.Inf(1 - i%3)) },
		"NaN":       func(i int) float32 { return float32(math.NaN()) * float32(min(1, max(0, 40-i))) },
	} {
		t := nn.NewTensor(nn.Float32, s)
		for i := range t.F32() {
			t.F32()[i] = at(i)
		}
		all[name] = t
	}
	return all
}

// Plans of graphs that quantise at run time give the bits of package nn, in
// every row and on any number of threads.
func TestDynamicPlans(t *testing.T) {
	for name, define := range dynamicNets {
		t.Run(name, func(t *testing.T) {
			n := newNet(name)
			g := n.build(t, define(n))
			for _, f := range everyFeatures() {
				p, err := Compile(g, Bindings{}, WithFeatures(f))
				if err != nil {
					t.Fatal(err)
				}
				if !p.Exact() {
					t.Errorf("%v: not exact", f)
				}
				for _, s := range p.Steps() {
					if s.Kernel == "nn" && s.Op != "Mul" && s.Op != "Transpose" { // scales of channels; to NHWC and back
						t.Errorf("%v: %s by package nn, of %v", f, s.Op, kernelsOf(p))
					}
				}
				for _, threads := range []int{1, 3} {
					runDynamic(t, g, p, fmt.Sprintf("%v on %d threads", f, threads), threads)
				}
			}
		})
	}
}

func runDynamic(t *testing.T, g *nn.Graph, p *Plan, what string, threads int) {
	t.Helper()
	pool := NewPool(threads)
	defer pool.Close()
	r := p.NewRunner(pool)
	for data, x := range dynamicInputs(p.Inputs()[0].Shape) {
		copy(r.Input(0).F32(), x.F32())
		if err := r.Run(); err != nil {
			t.Fatal(err)
		}
		if err := sameBits(r.Output(0), interpret(t, g, map[string]*nn.Tensor{"x": x})[0]); err != nil {
			t.Errorf("%s, %s: %v", what, data, err)
		}
	}
	if n := testing.AllocsPerRun(3, func() { r.Run() }); n != 0 {
		t.Errorf("%s: %v allocations a run", what, n)
	}
}

// everyFeatures are the sets of features that each row of integer products of
// this CPU comes first for.
func everyFeatures() []kernels.Features {
	all := kernels.Detect()
	fs := []kernels.Features{0, all}
	for _, row := range kernels.GemmI8Rows(all) {
		if row.Needs != 0 {
			fs = append(fs, row.Needs|all&(kernels.AVX2|kernels.NEON))
		}
	}
	slices.Sort(fs)
	return slices.Compact(fs)
}

// sameBits compares bits, but for those of NaN.
func sameBits(got, want *nn.Tensor) error {
	if got.DType != want.DType || got.Shape != want.Shape {
		return fmt.Errorf("is %v %v, want %v %v", got.DType, got.Shape, want.DType, want.Shape)
	}
	for i := range want.Elems() {
		g, w := got.Float(i), want.Float(i)
		if !(math.Float64bits(g) == math.Float64bits(w) || g != g && w != w) {
			return fmt.Errorf("element %d is %v, want %v", i, g, w)
		}
	}
	return nil
}

// Zero points that are inputs reach from end to end.
func TestZeroPointsOfInputs(t *testing.T) {
	n := newNet("zeros")
	x := n.Input("x", nn.Uint8, nn.D(1), nn.D(9), nn.D(7), nn.D(5))
	z := n.Input("zero", nn.Uint8)
	w, zero := n.bytes(nn.Uint8, 1, 20, 9, 3, 3)
	c := padded3()
	c.Group = 1
	dw, dz := n.bytes(nn.Uint8, 9, 9, 1, 3, 3)
	d := padded3()
	d.Group = 9
	g := n.build(t, n.op(&c, x, w, z, zero), n.op(nn.CastTo(nn.Float32), n.op(&d, x, dw, z, dz)))
	for _, f := range everyFeatures() {
		p, err := Compile(g, Bindings{}, WithFeatures(f))
		if err != nil {
			t.Fatal(err)
		}
		r := p.NewRunner(nil)
		for _, v := range []uint8{0, 1, 127, 128, 254, 255} {
			in := map[string]*nn.Tensor{"x": nn.NewTensor(nn.Uint8, p.Inputs()[0].Shape), "zero": nn.Scalar(v)}
			for i := range in["x"].U8() {
				in["x"].U8()[i] = [...]byte{0, 255, v, byte(i)}[i*7/3%4]
			}
			fill(r, in)
			if err := r.Run(); err != nil {
				t.Fatal(err)
			}
			for i, want := range interpret(t, g, in) {
				if err := sameBits(r.Output(i), want); err != nil {
					t.Errorf("%v, zero point %d, output %d: %v", f, v, i, err)
				}
			}
		}
	}
}

// Sums that an int32 might not hold are left to package nn.
func TestDeepSumsAreNotIntegerProducts(t *testing.T) {
	for _, k := range []int{math.MaxInt32 / (255 * 255), math.MaxInt32/(255*255) + 1} {
		n := newNet("deep")
		q := n.dynamic(n.Input("x", nn.Float32, nn.D(1), nn.D(k)))
		w, zero := n.bytes(nn.Uint8, 1, k, 1)
		p := compiled(t, n.build(t, n.op(&nn.MatMulInteger{}, q[0], w, q[2], zero)))
		steps := p.Steps()
		if plain := steps[len(steps)-1].Kernel == "nn"; plain != (k > math.MaxInt32/(255*255)) {
			t.Errorf("K = %d: %v", k, kernelsOf(p))
		}
	}
}
