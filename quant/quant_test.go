package quant

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// built ends a graph of a test.
func built(t *testing.T, b *nn.Builder, outputs ...nn.ValueID) *nn.Graph {
	t.Helper()
	b.Output(outputs...)
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// conv1 is a convolution of one pixel with those weights [out in].
func conv1(b *nn.Builder, name string, x nn.ValueID, in int, w ...float32) nn.ValueID {
	weights := b.Param(name+".w", nn.T(w, len(w)/in, in, 1, 1))
	return b.Node(name, &nn.Conv{AutoPad: "NOTSET", Group: 1}, x, weights)
}

// constants gives the sample that is all of one value, for each value.
func constants(v ...float32) Samples {
	return Samples{len(v), func(i int, in []*nn.Tensor) error {
		for _, t := range in {
			for k := range t.F32() {
				t.F32()[k] = v[i]
			}
		}
		return nil
	}}
}

// text writes the nodes of a graph, a line each: what they read and make.
func text(g *nn.Graph) string {
	var b strings.Builder
	for _, n := range g.Nodes {
		var in, out []string
		for _, id := range n.In {
			in = append(in, g.ValueName(id))
		}
		for _, id := range n.Out {
			out = append(out, g.ValueName(id))
		}
		fmt.Fprintf(&b, "%s(%s) %s\n", nn.Name(n.Op), strings.Join(in, " "), strings.Join(out, " "))
	}
	return strings.NewReplacer("_QuantizeLinear_Output", ".q", "_DequantizeLinear_Output", ".d", "DequantizeLinear", "D", "QuantizeLinear", "Q").Replace(b.String())
}

func constOf(t *testing.T, g *nn.Graph, name string) *nn.Tensor {
	t.Helper()
	for i := range g.Values {
		if g.Values[i].Name == name && g.Values[i].Const != nil {
			return g.Values[i].Const
		}
	}
	t.Fatalf("there is no constant %q", name)
	return nil
}

func quantize(t *testing.T, g *nn.Graph, s Samples, o Options) (*nn.Graph, *Summary) {
	t.Helper()
	q, sum, err := Quantize(t.Context(), g, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return q, sum
}

// TestConvolution follows every number of one small network.
func TestConvolution(t *testing.T) {
	b := nn.NewBuilder("net")
	x := b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(2), nn.D(2))
	w, bias := b.Param("w", nn.T([]float32{2, -1}, 2, 1, 1, 1)), b.Param("b", nn.T([]float32{0.5, -0.25}, 2))
	y := b.Node("y", &nn.Relu{}, b.Node("c", &nn.Conv{AutoPad: "NOTSET", Group: 1}, x, w, bias))
	g := built(t, b, y)
	// x is from -1 to 1.55, so 2.55 wide: a step of 0.01 and a zero point of 100.
	// y is from 0 to 2·1.55 + 0.5.
	q, sum := quantize(t, g, constants(-1, 1.55), Options{})
	want := `Q(x x_scale x_zero_point) x.q
D(x.q x_scale x_zero_point) x.d
D(w_quantized w_scale w_zero_point) w.d
D(b_quantized b_quantized_scale b_quantized_zero_point) b.d
Conv(x.d w.d b.d) y_Q_Input
Q(y_Q_Input y_scale y_zero_point) y.q
D(y.q y_scale y_zero_point) y
`
	if got := text(q); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	xs, ys := constOf(t, q, "x_scale").F32()[0], constOf(t, q, "y_scale").F32()[0]
	if math.Abs(float64(xs)-0.01) > 1e-8 || math.Abs(float64(ys)-3.6/255) > 1e-7 {
		t.Errorf("steps %g and %g, want 0.01 and %g", xs, ys, 3.6/255)
	}
	if xz, yz := constOf(t, q, "x_zero_point"), constOf(t, q, "y_zero_point"); xz.U8()[0] != 100 || yz.U8()[0] != 0 || xz.Shape.Rank != 0 {
		t.Errorf("zero points %v and %v, want scalars 100 and 0", xz.U8(), yz.U8())
	}
	if got := constOf(t, q, "w_quantized"); !slices.Equal(got.I8(), []int8{127, -127}) || got.Shape != nn.S(2, 1, 1, 1) {
		t.Errorf("weights %v %v", got.Shape, got.I8())
	}
	ws := constOf(t, q, "w_scale").F32()
	if !slices.Equal(ws, []float32{2. / 127, 1. / 127}) || !slices.Equal(constOf(t, q, "w_zero_point").I8(), []int8{0, 0}) {
		t.Errorf("steps of the weights %v", ws)
	}
	bs := constOf(t, q, "b_quantized_scale").F32()
	if !slices.Equal(bs, []float32{ws[0] * xs, ws[1] * xs}) {
		t.Errorf("steps of the bias %v", bs)
	}
	// 0.5 / (0.01·2/127) = 3175, -0.25 / (0.01·1/127) = -3175.
	if got := constOf(t, q, "b_quantized").I32(); !slices.Equal(got, []int32{3175, -3175}) {
		t.Errorf("bias %v, want 3175 and -3175", got)
	}
	if sum.Activations != 2 || sum.Weights != 2 || sum.Vanished != 1 || len(sum.Float) != 0 {
		t.Errorf("summary %+v", *sum)
	}
}

func TestInt8PerTensor(t *testing.T) {
	b := nn.NewBuilder("net")
	x := b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(1), nn.D(1))
	g := built(t, b, b.Node("y", &nn.Relu{}, conv1(b, "c", x, 1, 2, -1)))
	q, _ := quantize(t, g, constants(-1, 1.55), Options{Activations: nn.Int8, PerTensor: true})
	if xz, yz := constOf(t, q, "x_zero_point").I8()[0], constOf(t, q, "y_zero_point").I8()[0]; xz != -28 || yz != -128 {
		t.Errorf("zero points %d and %d, want -28 and -128", xz, yz)
	}
	if s := constOf(t, q, "c.w_scale"); s.Shape.Rank != 0 || s.F32()[0] != 2./127 {
		t.Errorf("step of the weights %v", s.F32())
	}
	if got := constOf(t, q, "c.w_quantized").I8(); !slices.Equal(got, []int8{127, -64}) {
		t.Errorf("weights %v, want 127 and -64: ties go to even", got)
	}
}

// run computes the outputs of a graph with one input.
func run(t *testing.T, g *nn.Graph, x func(i int) float32) [][]float32 {
	t.Helper()
	p, err := plan.Compile(g, plan.Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	r := p.NewRunner(nil)
	for i := range r.Input(0).F32() {
		r.Input(0).F32()[i] = x(i)
	}
	if err := r.Run(); err != nil {
		t.Fatal(err)
	}
	var out [][]float32
	for i := range p.Outputs() {
		out = append(out, slices.Clone(r.Output(i).F32()))
	}
	return out
}

// noise is from 0 to 1.
func noise(i int) float32 {
	h := uint32(i)*2654435761 + 12345
	h = (h ^ h>>15) * 2246822519
	return float32(h>>8) / (1 << 24)
}

func noisy(n int) Samples {
	return Samples{n, func(i int, in []*nn.Tensor) error {
		for k := range in[0].F32() {
			in[0].F32()[k] = noise(i*1000003 + k)
		}
		return nil
	}}
}

// TestNetworks quantises whole networks: the error must be what eight bits
// make, and the file must read back as it is.
func TestNetworks(t *testing.T) {
	for _, c := range []struct {
		make  func(models.Options) (*nn.Graph, error)
		size  int
		o     Options
		worst float64
	}{
		{models.LeNet5, 0, Options{}, 0.04},
		{models.LeNet5, 0, Options{Activations: nn.Int8, PerTensor: true}, 0.05},
		{models.MobileNetV2, 32, Options{}, 0.05},
		{models.ResNet18, 32, Options{Activations: nn.Int8}, 0.05},
		{models.GoogLeNet, 64, Options{}, 0.05},
		{models.YoloFastestV2, 64, Options{}, 0.05},
		{models.YOLOv8n, 64, Options{}, 0.10},
		{models.MobileFaceNet, 112, Options{}, 0.25},
	} {
		g, err := c.make(models.Options{Size: c.size, Seed: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Run(g.Name, func(t *testing.T) {
			before := text(g)
			q, _ := quantize(t, g, noisy(3), c.o)
			if text(g) != before {
				t.Error("the graph that was given has changed")
			}
			changes, err := Compare(t.Context(), g, q, noisy(3), RelativeError, c.o)
			if err != nil {
				t.Fatal(err)
			}
			for _, ch := range changes {
				if !(ch.Worst < c.worst && ch.Worst > 0 && ch.Mean <= ch.Worst) {
					t.Errorf("output %s is off by %g, want less than %g", ch.Output, ch.Worst, c.worst)
				}
			}
			roundTrip(t, q)
			distinctNames(t, q)
		})
	}
}

func roundTrip(t *testing.T, g *nn.Graph) {
	t.Helper()
	data, err := onnx.Encode(g)
	if err != nil {
		t.Fatal(err)
	}
	back, err := onnx.Decode("net.onnx", data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := onnx.Encode(back)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(data) {
		t.Errorf("%d bytes became %d when they were read and written", len(data), len(again))
	}
}

func distinctNames(t *testing.T, g *nn.Graph) {
	t.Helper()
	nodes, values := map[string]bool{}, map[string]bool{}
	for _, n := range g.Nodes {
		if nodes[n.Name] {
			t.Errorf("two nodes are named %q", n.Name)
		}
		nodes[n.Name] = true
	}
	for _, v := range g.Values {
		if values[v.Name] {
			t.Errorf("two values are named %q", v.Name)
		}
		values[v.Name] = true
	}
}

func TestRefused(t *testing.T) {
	b := nn.NewBuilder("relu")
	relu := built(t, b, b.Node("y", &nn.Relu{}, b.Input("x", nn.Float32, nn.D(1), nn.D(2))))
	b = nn.NewBuilder("conv")
	conv := built(t, b, conv1(b, "c", b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(1), nn.D(1)), 1, 2))
	quantised, _ := quantize(t, conv, constants(1), Options{})
	b = nn.NewBuilder("log")
	logarithm := built(t, b, conv1(b, "c", b.Node("l", &nn.Log{}, b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(1), nn.D(1))), 1, 2))
	for _, c := range []struct {
		name string
		g    *nn.Graph
		s    Samples
		o    Options
		says string
	}{
		{"no convolution", relu, constants(1), Options{}, "no convolution"},
		{"no samples", conv, Samples{}, Options{}, "no samples"},
		{"twice", quantised, constants(1), Options{}, "already"},
		{"int32", conv, constants(1), Options{Activations: nn.Int32}, "int32"},
		{"infinite", logarithm, constants(1, 0), Options{}, "sample 1"},
	} {
		_, _, err := Quantize(t.Context(), c.g, c.s, c.o)
		var e *ErrQuantize
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want an *ErrQuantize that says %q", c.name, err, c.says)
		}
	}
	mine := errors.New("mine")
	bad := Samples{1, func(int, []*nn.Tensor) error { return mine }}
	if _, _, err := Quantize(t.Context(), conv, bad, Options{}); !errors.Is(err, mine) {
		t.Errorf("a sample that fails: %v", err)
	}
}

func TestRelativeError(t *testing.T) {
	for _, c := range []struct {
		was, is []float32
		want    float64
	}{
		{[]float32{3, 4}, []float32{3, 4}, 0},
		{[]float32{3, 4}, []float32{3, 3}, 0.2},
		{[]float32{0, 0}, []float32{0, 0}, 0},
		{[]float32{0}, []float32{1}, math.Inf(1)},
	} {
		if got := RelativeError(c.was, c.is); math.Abs(got-c.want) > 1e-12 && got != c.want {
			t.Errorf("%v became %v: %g, want %g", c.was, c.is, got, c.want)
		}
	}
}
