package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
)

func TestCompare(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		name      string
		got, want *nn.Tensor
		off       float64
		top1      string
		differs   bool // in a way that is no number
	}{
		{"equal", nn.T([]float32{1, 2}, 1, 2), nn.T([]float32{1, 2}, 1, 2), 0, "same", false},
		{"by the largest", nn.T([]float32{1.5, -4}, 2, 1), nn.T([]float32{1, -4}, 2, 1), 0.125, "", false},
		{"another best", nn.T([]float32{3, 2, 1}, 1, 3), nn.T([]float32{2, 4, 1}, 1, 3), 0.5, "other", false},
		{"zeros", nn.T([]float32{1e-30}, 1), nn.T([]float32{0}, 1), math.MaxFloat64, "", false},
		{"NaN for NaN", nn.T([]float32{nan, inf}, 2, 1), nn.T([]float32{nan, inf}, 2, 1), 0, "", false},
		{"NaN for a number", nn.T([]float32{nan}, 1), nn.T([]float32{1}, 1), 0, "", true},
		{"a number for infinity", nn.T([]float32{1}, 1), nn.T([]float32{inf}, 1), 0, "", true},
		{"integers", nn.T([]int64{1, 2}, 2, 1), nn.T([]int64{1, 1000}, 2, 1), 0, "", true},
		{"shape", nn.T([]float32{1, 2}, 2), nn.T([]float32{1, 2}, 1, 2), 0, "", true},
		{"type", nn.T([]float64{1}, 1), nn.T([]float32{1}, 1), 0, "", true},
	} {
		d := compare(c.got, c.want)
		if d.Off != c.off || d.Top1 != c.top1 || (d.Why != "") != c.differs {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

func TestTolerance(t *testing.T) {
	tol := tolerance{Relative: 1e-4, Absolute: 1e-7}
	near, far := difference{Off: 1e-2, Worst: 1e-8}, difference{Off: 2e-4, Worst: 1}
	odd := difference{Why: "element 0 is NaN, want 1"}
	for _, c := range []struct {
		d    difference
		want bool
	}{{near, true}, {far, false}, {odd, false}, {difference{Off: 1e-4, Worst: 1}, true}} {
		if tol.allows(&c.d) != c.want {
			t.Errorf("allows(%+v) = %v", c.d, !c.want)
		}
	}
	for _, c := range []struct{ a, b, want difference }{
		{near, far, far}, {far, near, far}, {far, odd, far}, {near, odd, odd}, {odd, near, odd},
		{difference{Top1: "same", Off: 1}, difference{Top1: "other"}, difference{Top1: "other", Off: 1}},
	} {
		if got := tol.worse(c.a, c.b); got.Off != c.want.Off || got.Why != c.want.Why || got.Top1 != c.want.Top1 {
			t.Errorf("worse(%+v, %+v) = %+v", c.a, c.b, got)
		}
	}
}

func TestBindings(t *testing.T) {
	b := nn.NewBuilder("open")
	x := b.Input("x", nn.Float32, nn.Sym("n"), nn.D(1), nn.Sym("height"), nn.D(7))
	y := b.Input("y", nn.Float32, nn.Sym("n"), nn.Sym("length"))
	b.Output(b.Node("a", &nn.Sigmoid{}, x), b.Node("b", &nn.Sigmoid{}, y))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bindings(g, nil); err == nil {
		t.Error("an open length was bound")
	}
	got, err := bindings(g, map[string]int{"length": 9, "n": 2, "of another model": 1})
	if err != nil || got.Shapes["x"] != nn.S(2, 1, 320, 7) || got.Shapes["y"] != nn.S(2, 9) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCropsLieInThePicture(t *testing.T) {
	m := vision.NewImage(30, 20)
	regions := crops(m, 50, rand.New(rand.NewPCG(1, 2)))
	if len(regions) != 51 || regions[0] != m.Bounds() {
		t.Fatalf("%d regions, the first %v", len(regions), regions[0])
	}
	for _, r := range regions {
		if r.X1 < 0 || r.Y1 < 0 || r.X2 > 30.001 || r.Y2 > 20.001 || r.X2-r.X1 < 11.9 || r.Y2-r.Y1 < 7.9 {
			t.Errorf("%v", r)
		}
	}
}
