package golden

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/quant"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

func lenet(t *testing.T) *nn.Graph {
	t.Helper()
	g, err := models.LeNet5(models.Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func quantised(t *testing.T, g *nn.Graph) *nn.Graph {
	t.Helper()
	fill := func(_ int, in []*nn.Tensor) error {
		for i := range in[0].F32() {
			in[0].F32()[i] = float32(i%200)/100 - 1
		}
		return nil
	}
	q, _, err := quant.Quantize(t.Context(), g, quant.Samples{N: 1, Fill: fill}, quant.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// written is Make, JSON and Parse.
func written(t *testing.T, g *nn.Graph, m *meta.Model) *Golden {
	t.Helper()
	made, err := Make(g, m, plan.Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := made.JSON()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// withWeight returns g with one element of one constant of that type changed.
func withWeight(t *testing.T, g *nn.Graph, d nn.DType, change func(*nn.Tensor)) *nn.Graph {
	t.Helper()
	c := *g
	c.Values = append([]nn.Value{}, g.Values...)
	for i := range c.Values {
		if k := c.Values[i].Const; k != nil && k.DType == d && k.Elems() > 100 {
			c.Values[i].Const = k.Clone()
			change(c.Values[i].Const)
			return &c
		}
	}
	t.Fatal("there is no such constant")
	return nil
}

func TestFloat(t *testing.T) {
	g, m := lenet(t), &meta.Model{Preprocess: &vision.Preprocess{Scale: [3]float32{1. / 255}}}
	r := written(t, g, m)
	if r.Integers != "" || r.Tolerance != rounding || len(r.Outputs) != 1 || len(r.Outputs[0].Samples) != samples || r.Outputs[0].Norm == 0 {
		t.Errorf("made %+v", r)
	}
	for _, f := range []kernels.Features{0, kernels.Detect()} {
		if err := r.Check(g, m, plan.WithFeatures(f)); err != nil {
			t.Errorf("%v: %v", f, err)
		}
	}
	if err := r.Check(g, &meta.Model{}); err == nil {
		t.Error("other inputs are not noticed")
	}
	wrong := withWeight(t, g, nn.Float32, func(w *nn.Tensor) { w.F32()[7] += 0.5 })
	var e *ErrGolden
	if err := r.Check(wrong, m); !errors.As(err, &e) || e.Output != "output" && e.Output == "" {
		t.Errorf("a wrong weight: %v", err)
	}
}

func TestIntegers(t *testing.T) {
	g, m := quantised(t, lenet(t)), &meta.Model{}
	r := written(t, g, m)
	if len(r.Integers) != 32 {
		t.Fatalf("made %+v", r)
	}
	for _, f := range []kernels.Features{0, kernels.Detect()} {
		if err := r.Check(g, m, plan.WithFeatures(f)); err != nil {
			t.Errorf("%v: %v", f, err)
		}
	}
	// Too little for the tolerance, but not for the hash.
	wrong := withWeight(t, g, nn.Int8, func(w *nn.Tensor) {
		for i := range w.I8() {
			w.I8()[i] = min(w.I8()[i]+1, 127)
		}
	})
	loose := *r
	loose.Tolerance = 1e6
	if err := loose.Check(wrong, m); err == nil {
		t.Error("other integers are not noticed")
	}
	if err := loose.Check(lenet(t), m); err == nil {
		t.Error("a model without integers is not noticed")
	}
	if Integers(lenet(t)) != nil {
		t.Error("a float network has integers")
	}
}

// TestIntegersBeforeFloats: what is hashed is what enters the floats at the
// end.
func TestIntegersBeforeFloats(t *testing.T) {
	g := quantised(t, lenet(t))
	c := *g
	c.Values = append(append([]nn.Value{}, g.Values...), nn.Value{Name: "shares"})
	c.Nodes = append(append([]nn.Node{}, g.Nodes...), nn.Node{Name: "exp", Op: &nn.Exp{}, In: g.Outputs, Out: []nn.ValueID{nn.ValueID(len(g.Values))}})
	c.Outputs = []nn.ValueID{nn.ValueID(len(g.Values))}
	inner := Integers(&c)
	if inner == nil || len(inner.Outputs) != 1 || inner.Outputs[0] != g.Outputs[0] {
		t.Fatalf("integers are %+v, want those of %v", inner, g.Outputs)
	}
	a, b := written(t, g, &meta.Model{}), written(t, &c, &meta.Model{})
	if a.Integers != b.Integers || a.Integers == "" {
		t.Errorf("%q and %q, want the same", a.Integers, b.Integers)
	}
}

func TestRefused(t *testing.T) {
	b := nn.NewBuilder("indices")
	b.Output(b.Node("y", &nn.Identity{}, b.Input("x", nn.Int64, nn.D(3))))
	indices, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	b = nn.NewBuilder("infinite")
	b.Output(b.Node("y", &nn.Div{}, b.Input("x", nn.Float32, nn.D(3)), b.Const("zero", nn.Scalar(float32(0)))))
	infinite, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	for name, g := range map[string]*nn.Graph{"indices": indices, "infinite": infinite} {
		var e *ErrGolden
		if _, err := Make(g, &meta.Model{}, plan.Bindings{}); !errors.As(err, &e) {
			t.Errorf("%s: %v, want an *ErrGolden", name, err)
		}
	}
	for _, text := range []string{``, `{}`, `[]`, `{"seed":1}`, `{"seed":1,"inputs":[],"tolerance":1,"outputs":[]}`, `{"x":1}`} {
		if _, err := Parse(json.RawMessage(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
	r := written(t, lenet(t), &meta.Model{})
	for name, damage := range map[string]func(*Golden){
		"shape":   func(r *Golden) { r.Inputs = []Input{{r.Inputs[0].Name, []int{1, 1, -28, 28}}} },
		"outputs": func(r *Golden) { r.Outputs = append(r.Outputs, Output{}) },
		"name": func(r *Golden) {
			r.Outputs = []Output{{"other", r.Outputs[0].Shape, r.Outputs[0].Norm, r.Outputs[0].Samples}}
		},
		"norm": func(r *Golden) {
			r.Outputs = []Output{{r.Outputs[0].Name, r.Outputs[0].Shape, math.NaN(), r.Outputs[0].Samples}}
		},
		"samples": func(r *Golden) { r.Outputs = []Output{{r.Outputs[0].Name, r.Outputs[0].Shape, r.Outputs[0].Norm, nil}} },
	} {
		d := *r
		damage(&d)
		var e *ErrGolden
		if err := d.Check(lenet(t), &meta.Model{}); !errors.As(err, &e) {
			t.Errorf("%s: %v, want an *ErrGolden", name, err)
		}
	}
}
