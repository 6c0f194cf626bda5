package plan

import (
	"errors"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func dynamicNet(t *testing.T) *nn.Graph {
	n := newNet("dynamic")
	x := n.Input("x", nn.Float32, nn.Sym("batch"), nn.D(3), nn.Sym("height"), nn.Sym("width"))
	shape := n.Input("shape", nn.Int64, nn.D(2))
	y := n.conv(x, 4, 3, 3, nn.Conv{Pads: []int{1, 1, 1, 1}})
	return n.build(t, n.op(&nn.Reshape{}, y, shape))
}

func TestBindings(t *testing.T) {
	g := dynamicNet(t)
	shape := nn.T([]int64{2, -1}, 2)
	values := map[string]*nn.Tensor{"shape": shape}
	for _, b := range []Bindings{
		{Dims: map[string]int{"batch": 2, "height": 5, "width": 7}, Values: values},
		{Shapes: map[string]nn.Shape{"x": nn.S(2, 3, 5, 7)}, Values: values},
	} {
		p, err := Compile(g, b)
		if err != nil {
			t.Fatal(err)
		}
		if in := p.Inputs(); len(in) != 1 || in[0].Name != "x" || in[0].Shape != nn.S(2, 3, 5, 7) {
			t.Errorf("inputs %v, want x alone", in)
		}
		if out := p.Outputs()[0]; out.Shape != nn.S(2, 4*5*7) {
			t.Errorf("output %v", out.Shape)
		}
	}
}

func TestBatchDefaultsToOne(t *testing.T) {
	b := Bindings{Dims: map[string]int{"height": 5, "width": 7}, Values: map[string]*nn.Tensor{"shape": nn.T([]int64{1, -1}, 2)}}
	p, err := Compile(dynamicNet(t), b)
	if err != nil {
		t.Fatal(err)
	}
	if s := p.Inputs()[0].Shape; s != nn.S(1, 3, 5, 7) {
		t.Errorf("input %v", s)
	}
}

func TestBindingErrors(t *testing.T) {
	hw := map[string]int{"height": 5, "width": 7}
	for name, c := range map[string]struct {
		b    Bindings
		want string
	}{
		"open dimension":     {Bindings{Dims: map[string]int{"height": 5}}, `input "x": dimension 3 (width) is open`},
		"unknown dimension":  {Bindings{Dims: map[string]int{"hight": 5}}, `no symbolic dimension of this name; it has batch, height, width`},
		"unknown input":      {Bindings{Shapes: map[string]nn.Shape{"y": nn.S(1)}}, `no input of this name; it has shape, x`},
		"wrong rank":         {Bindings{Shapes: map[string]nn.Shape{"x": nn.S(1, 3)}}, `want 4 dimensions`},
		"wrong extent":       {Bindings{Shapes: map[string]nn.Shape{"x": nn.S(1, 4, 5, 5)}}, `want [batch 3 height width]`},
		"wrong element type": {Bindings{Dims: hw, Values: map[string]*nn.Tensor{"shape": nn.T([]int32{1, -1}, 2)}}, `is bound to int32, want int64`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Compile(dynamicNet(t), c.b)
			var e *ErrBinding
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want an ErrBinding with %q", err, c.want)
			}
		})
	}
}

func TestUnboundInputIsNamed(t *testing.T) {
	_, err := Compile(dynamicNet(t), Bindings{Dims: map[string]int{"height": 5, "width": 7}})
	var e *nn.ErrUnbound
	if !errors.As(err, &e) || e.Input != "shape" {
		t.Errorf("error %v, want an ErrUnbound that names input \"shape\"", err)
	}
}

func TestErrorsNameTheNode(t *testing.T) {
	n := newNet("bad")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(3), nn.D(8), nn.D(8))
	y := n.Node("stem/conv", &nn.Conv{Group: 1}, x, n.weight(4, 5, 3, 3))
	_, err := Compile(n.build(t, y), Bindings{})
	var e *nn.ErrShape
	if !errors.As(err, &e) || e.Node != "stem/conv" || e.Op != "Conv" || len(e.Shapes) != 2 {
		t.Errorf("error %v, want an ErrShape of the node with its shapes", err)
	}
}

func TestMemoryLimit(t *testing.T) {
	n := newNet("large")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(3), nn.D(512), nn.D(512))
	_, err := Compile(n.build(t, n.relu(x)), Bindings{}, WithMemoryLimit(1<<20))
	var e *ErrMemory
	if !errors.As(err, &e) || e.Limit != 1<<20 {
		t.Errorf("error %v, want an ErrMemory", err)
	}
}

// A file of a few bytes must not make Compile compute for hours.
func TestHugeProductsOfConstantsAreNotFolded(t *testing.T) {
	if testing.Short() {
		t.Skip("fills hundreds of megabytes")
	}
	n := newNet("huge")
	x := n.Input("x", nn.Float32, nn.D(1))
	one := n.Const("one", nn.T([]float32{1}, 1, 1))
	shape := n.Const("shape", nn.T([]int64{8000, 8000}, 2))
	a := n.op(&nn.Expand{}, one, shape)
	y := n.op(&nn.Add{}, n.op(&nn.MatMul{}, a, a), x)
	p, err := Compile(n.build(t, y), Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	if ops := opsOf(p); ops[0] != "MatMul" {
		t.Errorf("steps %v, want the product left to Run", ops)
	}
}
