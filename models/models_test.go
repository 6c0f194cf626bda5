package models

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// networks lists every network with what its docstring promises.
var networks = []struct {
	name    string
	make    func(Params) (*nn.Graph, error)
	params  int
	side    int
	outputs []nn.Shape
	macs    int64
}{
	{"face-128", Face128, 5_614_592, 150, []nn.Shape{nn.S(1, 128)}, 270_854_144},
	{"face-landmark-68", FaceLandmark68, 356_840, 112, []nn.Shape{nn.S(1, 136)}, 51_571_840},
	{"tiny-face", func(p Params) (*nn.Graph, error) { return TinyFace(p, 416) }, 193_321, 416, []nn.Shape{nn.S(1, 25, 13, 13)}, 198_760_528},
	{"tiny-face 160", func(p Params) (*nn.Graph, error) { return TinyFace(p, 160) }, 193_321, 160, []nn.Shape{nn.S(1, 25, 5, 5)}, 29_169_744},
	{"ssd-mobilenetv1", SSDMobileNetV1, 5_535_047, 512, []nn.Shape{nn.S(1, 5118, 4), nn.S(1, 5118, 2)}, 3_143_007_488},
}

// drawn gives parameters small values that follow from their names and places,
// and remembers how many there are.
func drawn(count *int) Params {
	return func(name string, dims ...int) (*nn.Tensor, error) {
		t := nn.NewTensor(nn.Float32, nn.S(dims...))
		*count += t.Elems()
		v := t.F32()
		scale := float32(math.Sqrt(2 / float64(max(1, len(v)/dims[0]))))
		for i := range v {
			h := uint32(i)*2654435761 + uint32(len(name))*40503
			h ^= h >> 15
			v[i] = (float32(h&0xFFFF)/0x8000 - 1) * scale
			if strings.HasSuffix(name, "variance") {
				v[i] = 1 + v[i]*v[i]
			}
		}
		return t, nil
	}
}

func TestNetworks(t *testing.T) {
	for _, c := range networks {
		t.Run(c.name, func(t *testing.T) {
			count := 0
			g, err := c.make(drawn(&count))
			if err != nil {
				t.Fatal(err)
			}
			if count != c.params {
				t.Errorf("%d parameters, want %d", count, c.params)
			}
			p, err := plan.Compile(g, plan.Bindings{})
			if err != nil {
				t.Fatal(err)
			}
			if in := p.Inputs(); len(in) != 1 || in[0].Shape != nn.S(1, 3, c.side, c.side) {
				t.Errorf("inputs %v", in)
			}
			for i, o := range p.Outputs() {
				if o.Shape != c.outputs[i] {
					t.Errorf("output %s has shape %v, want %v", o.Name, o.Shape, c.outputs[i])
				}
			}
			if got := p.Stats().MACs; got != c.macs {
				t.Errorf("%d multiply-accumulates, want %d", got, c.macs)
			}
		})
	}
}

func TestParamsFail(t *testing.T) {
	for _, c := range networks {
		_, err := c.make(FromTensorFlow(nil).Param)
		var e *ErrParam
		if !errors.As(err, &e) || e.Name == "" {
			t.Errorf("%s without weights: error %v, want an *ErrParam", c.name, err)
		}
	}
}

func TestTensorFlowOrder(t *testing.T) {
	seq := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(i)
		}
		return v
	}
	f := FromTensorFlow(map[string]*nn.Tensor{
		"conv": nn.T(seq(12), 1, 2, 3, 2), "depth": nn.T(seq(4), 1, 2, 2, 1), "scale": nn.T(seq(3), 3), "dense": nn.T(seq(6), 2, 3),
		"ints": nn.T([]int64{1}, 1), "extra": nn.T(seq(1), 1),
	})
	for _, c := range []struct {
		name string
		dims []int
		want []float32
	}{
		{"conv", []int{2, 3, 1, 2}, []float32{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}},
		{"depth", []int{2, 1, 1, 2}, []float32{0, 2, 1, 3}},
		{"scale", []int{3, 1, 1}, []float32{0, 1, 2}},
		{"dense", []int{2, 3}, seq(6)},
	} {
		got, err := f.Param(c.name, c.dims...)
		if err != nil {
			t.Fatal(err)
		}
		if got.Shape != nn.S(c.dims...) || len(got.F32()) != len(c.want) {
			t.Fatalf("%s: %v", c.name, got)
		}
		for i, v := range got.F32() {
			if v != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, got.F32(), c.want)
				break
			}
		}
	}
	var e *ErrParam
	for name, dims := range map[string][]int{"conv": {2, 3, 2, 1}, "scale": {4}, "ints": {1}, "none": {1}} {
		if _, err := f.Param(name, dims...); !errors.As(err, &e) || e.Name != name {
			t.Errorf("%s as %v: error %v, want an *ErrParam", name, dims, err)
		}
	}
	if got := f.Unused(); len(got) != 1 || got[0] != "extra" {
		t.Errorf("unused %v, want [extra]", got)
	}
}
