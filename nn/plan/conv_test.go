package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func TestConvolutions(t *testing.T) {
	cases := []struct {
		name       string
		in, out, k int
		h, w       int
		conv       nn.Conv
	}{
		{"1x1", 5, 7, 1, 6, 5, nn.Conv{}},
		{"1x1 wide", 40, 33, 1, 7, 9, nn.Conv{}},
		{"3x3 valid", 4, 6, 3, 9, 8, nn.Conv{}},
		{"3x3 same", 16, 24, 3, 9, 8, nn.Conv{Pads: []int{1, 1, 1, 1}}},
		{"3x3 stride 2", 16, 8, 3, 11, 10, nn.Conv{Pads: []int{1, 1, 1, 1}, Strides: []int{2, 2}}},
		{"asymmetric pads", 20, 8, 3, 8, 8, nn.Conv{Pads: []int{0, 1, 2, 0}, Strides: []int{2, 1}}},
		{"first layer", 3, 16, 7, 20, 22, nn.Conv{Pads: []int{3, 3, 3, 3}, Strides: []int{2, 2}}},
		{"first layer valid", 3, 16, 5, 20, 22, nn.Conv{Strides: []int{2, 2}}},
		{"first layer uneven", 3, 10, 3, 15, 17, nn.Conv{Pads: []int{1, 0, 0, 2}, Strides: []int{2, 3}}},
		{"dilated", 18, 9, 3, 12, 12, nn.Conv{Pads: []int{2, 2, 2, 2}, Dilations: []int{2, 2}}},
		{"dilated few channels", 2, 9, 3, 12, 12, nn.Conv{Pads: []int{2, 2, 2, 2}, Dilations: []int{2, 2}}},
		{"groups", 24, 36, 3, 7, 7, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 4}},
		{"depthwise", 24, 24, 3, 9, 9, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 24}},
		{"depthwise stride 2 5x5", 11, 11, 5, 13, 9, nn.Conv{Pads: []int{2, 2, 2, 2}, Strides: []int{2, 2}, Group: 11}},
		{"depthwise 5x5", 24, 24, 5, 9, 10, nn.Conv{Pads: []int{2, 2, 2, 2}, Group: 24}},
		{"depthwise 5x5 stride 2", 16, 16, 5, 13, 9, nn.Conv{Pads: []int{1, 2, 2, 1}, Strides: []int{2, 2}, Group: 16}},
		{"depthwise stride 2", 40, 40, 3, 12, 11, nn.Conv{Pads: []int{0, 0, 1, 1}, Strides: []int{2, 2}, Group: 40}},
		{"depthwise 5x3 uneven", 8, 8, 3, 12, 11, nn.Conv{Pads: []int{1, 1, 1, 1}, Strides: []int{1, 2}, Dilations: []int{2, 1}, Group: 8}},
		{"depthwise one column", 16, 16, 3, 9, 1, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 16}},
		{"depthwise multiplier", 6, 18, 3, 9, 9, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 6}},
		{"same upper", 9, 9, 3, 10, 10, nn.Conv{AutoPad: "SAME_UPPER", Strides: []int{2, 2}}},
		{"kernel larger than picture", 4, 4, 5, 3, 3, nn.Conv{Pads: []int{2, 2, 2, 2}}},
	}
	for _, c := range cases {
		for _, batch := range []int{1, 2} {
			if testing.Short() && batch > 1 {
				continue
			}
			t.Run(fmt.Sprintf("%s/batch %d", c.name, batch), func(t *testing.T) {
				n := newNet(c.name)
				x := n.Input("x", nn.Float32, nn.D(batch), nn.D(c.in), nn.D(c.h), nn.D(c.w))
				y := n.relu(n.conv(x, c.out, c.in, c.k, c.conv))
				p := agree(t, n.build(t, y), Bindings{})
				if names := kernelsOf(p); slices.ContainsFunc(names, func(s string) bool { return s == "Conv:nn" || s == "Relu:nn" }) {
					t.Errorf("steps %v: want a kernel with the activation fused", names)
				}
			})
		}
	}
}

// A first layer reads the input as it is stored, unless something else needs
// it converted.
func TestFirstLayerReadsPlanes(t *testing.T) {
	for _, channels := range []int{1, 3, 4} {
		for _, pads := range [][]int{{0, 0, 0, 0}, {1, 1, 1, 1}} {
			n := newNet("planes")
			x := n.Input("x", nn.Float32, nn.D(2), nn.D(channels), nn.D(11), nn.D(13))
			y := n.op(&nn.GlobalAveragePool{}, n.conv(x, 8, channels, 3, nn.Conv{Pads: pads, Strides: []int{2, 2}}))
			p := agree(t, n.build(t, y), Bindings{})
			if got := opsOf(p); !slices.Equal(got, []string{"Conv", "GlobalAveragePool"}) {
				t.Errorf("%d channels: steps %v", channels, got)
			}
		}
	}
	n := newNet("two readers")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(3), nn.D(11), nn.D(13))
	same := nn.Conv{Pads: []int{1, 1, 1, 1}}
	agree(t, n.build(t, n.conv(x, 8, 3, 3, same), n.conv(x, 3, 3, 3, nn.Conv{Pads: same.Pads, Group: 3}), x), Bindings{})
}

func TestOtherConvolutionsRunPlain(t *testing.T) {
	n := newNet("1-D")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(3), nn.D(12))
	y := n.op(&nn.Conv{AutoPad: "NOTSET", Group: 1}, x, n.weight(4, 3, 3), n.weight(4))
	agree(t, n.build(t, n.relu(y)), Bindings{})

	n = newNet("weights that are data")
	x = n.Input("x", nn.Float32, nn.D(1), nn.D(3), nn.D(6), nn.D(6))
	w := n.Input("w", nn.Float32, nn.D(4), nn.D(3), nn.D(3), nn.D(3))
	agree(t, n.build(t, n.relu(n.op(&nn.Conv{AutoPad: "NOTSET", Group: 1}, x, w))), Bindings{})
}

func TestPools(t *testing.T) {
	two, one := []int{2, 2}, []int{1, 1, 1, 1}
	three := []int{3, 3}
	ops := map[string]nn.Op{
		"max 2":            &nn.MaxPool{AutoPad: "NOTSET", KernelShape: two, Strides: two},
		"max 3 pads":       &nn.MaxPool{AutoPad: "NOTSET", KernelShape: three, Strides: two, Pads: one},
		"max ceil":         &nn.MaxPool{AutoPad: "NOTSET", KernelShape: three, Strides: two, CeilMode: true},
		"average 2":        &nn.AveragePool{AutoPad: "NOTSET", KernelShape: two, Strides: two},
		"average pads":     &nn.AveragePool{AutoPad: "NOTSET", KernelShape: three, Strides: two, Pads: one},
		"average counting": &nn.AveragePool{AutoPad: "NOTSET", KernelShape: three, Strides: two, Pads: one, CountIncludePad: true},
		"average ceil":     &nn.AveragePool{AutoPad: "NOTSET", KernelShape: three, Strides: two, Pads: one, CeilMode: true, CountIncludePad: true},
		"global average":   &nn.GlobalAveragePool{},
		"global max":       &nn.GlobalMaxPool{},
	}
	for name, op := range ops {
		t.Run(name, func(t *testing.T) {
			n := newNet(name)
			x := n.Input("x", nn.Float32, nn.D(2), nn.D(19), nn.D(10), nn.D(11))
			p := agree(t, n.build(t, n.op(op, x)), Bindings{})
			if names := kernelsOf(p); !slices.ContainsFunc(names, func(s string) bool { return strings.Contains(s, "Pool:") && !strings.HasSuffix(s, ":nn") }) {
				t.Errorf("steps %v: want a kernel", names)
			}
		})
	}
}

func TestProducts(t *testing.T) {
	n := newNet("gemm")
	x := n.Input("x", nn.Float32, nn.Sym("N"), nn.D(37))
	a := n.op(&nn.Gemm{Alpha: 0.5, Beta: 2, TransB: true}, x, n.weight(50, 37), n.weight(50))
	b := n.op(&nn.Gemm{Alpha: 1, Beta: 1}, n.relu(a), n.weight(50, 11))
	c := n.op(&nn.Add{}, n.op(&nn.MatMul{}, b, n.weight(11, 9)), n.weight(9))
	p := agree(t, n.build(t, c), Bindings{Dims: map[string]int{"N": 13}})
	if len(p.Steps()) != 3 {
		t.Errorf("steps %v: want three products and nothing else", kernelsOf(p))
	}
	if p.Stats().MACs != 13*(37*50+50*11+11*9) {
		t.Errorf("%d MACs", p.Stats().MACs)
	}
}
