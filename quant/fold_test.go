package quant

import (
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
)

func norm(b *nn.Builder, name string, x nn.ValueID) nn.ValueID {
	p := func(part string, v ...float32) nn.ValueID { return b.Param(name+"."+part, nn.T(v, len(v))) }
	return b.Node(name, &nn.BatchNormalization{Epsilon: 1e-5, Momentum: 0.9}, x,
		p("scale", 1.5, -0.5), p("bias", 0.1, 0.2), p("mean", 0.3, -0.4), p("var", 0.8, 2))
}

func TestFold(t *testing.T) {
	vector := func(b *nn.Builder, name string, v ...float32) nn.ValueID { return b.Const(name, nn.T(v, len(v), 1, 1)) }
	for _, c := range []struct {
		name string
		add  func(b *nn.Builder, x nn.ValueID) []nn.ValueID
		left int // nodes
	}{
		{"normalisation", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			return []nn.ValueID{norm(b, "n", conv1(b, "c", x, 2, 1, 2, 3, 4))}
		}, 1},
		{"factor, term, normalisation", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			y := b.Node("m", &nn.Mul{}, conv1(b, "c", x, 2, 1, 2, 3, 4), vector(b, "k", 2, 3))
			return []nn.ValueID{norm(b, "n", b.Node("a", &nn.Add{}, vector(b, "t", -1, 1), y))}
		}, 1},
		{"a number for all", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("m", &nn.Mul{}, b.Const("k", nn.Scalar(float32(2))), conv1(b, "c", x, 2, 1, 2, 3, 4))}
		}, 1},
		{"transposed convolution", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			w := b.Param("w", nn.T([]float32{1, 2, 3, 4}, 2, 2, 1, 1))
			return []nn.ValueID{norm(b, "n", b.Node("c", &nn.ConvTranspose{AutoPad: "NOTSET", Group: 1}, x, w))}
		}, 1},
		{"fully connected", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			y := b.Node("f", &nn.Flatten{Axis: 1}, b.Node("g", &nn.GlobalAveragePool{}, x))
			y = b.Node("c", &nn.Gemm{Alpha: 1, Beta: 1}, y, b.Param("w", nn.T([]float32{1, 2, 3, 4}, 2, 2)))
			return []nn.ValueID{norm(b, "n", y)}
		}, 3},
		{"read twice", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			y := conv1(b, "c", x, 2, 1, 2, 3, 4)
			return []nn.ValueID{norm(b, "n", y), b.Node("r", &nn.Relu{}, y)}
		}, 3},
		{"along a row", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			return []nn.ValueID{b.Node("m", &nn.Mul{}, conv1(b, "c", x, 2, 1, 2, 3, 4), b.Const("k", nn.T([]float32{2, 3}, 2)))}
		}, 2},
		{"shared weights", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			y := conv1(b, "c", x, 2, 1, 2, 3, 4)
			w, _ := b.Find("c.w")
			return []nn.ValueID{norm(b, "n", y), b.Node("d", &nn.Conv{AutoPad: "NOTSET", Group: 1}, x, w)}
		}, 2},
		{"what does nothing", func(b *nn.Builder, x nn.ValueID) []nn.ValueID {
			y := b.Node("i", &nn.Identity{}, conv1(b, "c", x, 2, 1, 2, 3, 4))
			return []nn.ValueID{norm(b, "n", b.Node("o", &nn.Dropout{}, y))}
		}, 1},
	} {
		b := nn.NewBuilder(c.name)
		g := built(t, b, c.add(b, b.Input("x", nn.Float32, nn.D(1), nn.D(2), nn.D(2), nn.D(2)))...)
		before, want := text(g), run(t, g, noise)
		f := Fold(g)
		if len(f.Nodes) != c.left {
			t.Errorf("%s: %d nodes, want %d\n%s", c.name, len(f.Nodes), c.left, text(f))
		}
		got := run(t, f, noise)
		for i := range want {
			if e := RelativeError(want[i], got[i]); !(e < 1e-6) {
				t.Errorf("%s: output %d is off by %g", c.name, i, e)
			}
		}
		if again := run(t, g, noise); text(g) != before || RelativeError(want[0], again[0]) != 0 {
			t.Errorf("%s: the graph that was given has changed", c.name)
		}
		distinctNames(t, f)
	}
}

// TestFoldNetwork folds all normalisations of a network.
func TestFoldNetwork(t *testing.T) {
	g, err := models.MobileNetV2(models.Options{Size: 32, Classes: 10})
	if err != nil {
		t.Fatal(err)
	}
	f := Fold(g)
	for _, n := range f.Nodes {
		if _, ok := n.Op.(*nn.BatchNormalization); ok {
			t.Errorf("%s is left", n.Name)
		}
	}
	want, got := run(t, g, noise)[0], run(t, f, noise)[0]
	if e := RelativeError(want, got); !(e < 1e-4) || math.IsNaN(e) {
		t.Errorf("off by %g", e)
	}
}
