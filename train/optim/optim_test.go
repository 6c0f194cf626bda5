package optim

import (
	"errors"
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// params are a matrix, which decays, and a bias, which does not.
func params() []plan.Parameter {
	return []plan.Parameter{
		{Name: "w", Value: nn.T([]float32{1, -2}, 1, 2), Grad: nn.T([]float32{0.5, 0.25}, 1, 2)},
		{Name: "b", Value: nn.T([]float32{3}, 1), Grad: nn.T([]float32{-1}, 1)},
	}
}

func expect(t *testing.T, what string, got []float32, want ...float64) {
	t.Helper()
	for i, w := range want {
		if math.Abs(float64(got[i])-w) > 1e-6 {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
	}
}

// TestSGD follows two steps by hand: rate 0.1, momentum 0.5, decay 0.2.
func TestSGD(t *testing.T) {
	p := params()
	s, err := NewSGD(p, 0.5, false, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	s.Step(0.1) // v = 0.5+0.2, 0.25-0.4, -1
	expect(t, "weights", p[0].Value.F32(), 0.93, -1.985)
	expect(t, "bias", p[1].Value.F32(), 3.1)
	s.Step(0.1) // v = 0.35 + 0.5 + 0.186, -0.075 + 0.25 - 0.397, -1.5
	expect(t, "weights after two", p[0].Value.F32(), 0.93-0.1036, -1.985+0.0222)
	expect(t, "bias after two", p[1].Value.F32(), 3.25)

	p = params()
	if s, err = NewSGD(p, 0.5, true, 0); err != nil {
		t.Fatal(err)
	}
	s.Step(0.1) // g + 0.5·v = 1.5·g
	expect(t, "Nesterov", p[0].Value.F32(), 1-0.075, -2-0.0375)
}

// TestAdamW: the first step goes by the sign of the gradient, whatever its
// length.
func TestAdamW(t *testing.T) {
	p := params()
	a, err := NewAdamW(p, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	a.Step(0.1)
	expect(t, "weights", p[0].Value.F32(), 0.98-0.1, -1.96-0.1)
	expect(t, "bias", p[1].Value.F32(), 3.1)
	p[1].Grad.F32()[0] = 2 // m = 0.9·-0.1 + 0.2, v = 0.999·0.001 + 0.004
	a.Step(0.1)
	m, v := 0.11/(1-0.81), 0.004999/(1-0.998001)
	expect(t, "bias after two", p[1].Value.F32(), 3.1-0.1*m/math.Sqrt(v))
}

// TestResume: an optimiser that is filled with the memory of another does what
// that would have done, to the bit.
func TestResume(t *testing.T) {
	for name, make := range map[string]func([]plan.Parameter) (Optimizer, error){
		"sgd":   func(p []plan.Parameter) (Optimizer, error) { return NewSGD(p, 0.9, true, 1e-2) },
		"adamw": func(p []plan.Parameter) (Optimizer, error) { return NewAdamW(p, 1e-2) },
	} {
		p := params()
		o, err := make(p)
		if err != nil {
			t.Fatal(err)
		}
		o.Step(0.1)
		o.Step(0.05)
		q := params()
		again, err := make(q)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range o.Slots() {
			copy(again.Slots()[i].Value.F32(), s.Value.F32())
		}
		again.SetSteps(2)
		for i := range p {
			copy(q[i].Value.F32(), p[i].Value.F32())
		}
		o.Step(0.3)
		again.Step(0.3)
		for i := range p {
			if string(p[i].Value.Bytes()) != string(q[i].Value.Bytes()) {
				t.Errorf("%s: %s is %v, want %v", name, p[i].Name, q[i].Value.F32(), p[i].Value.F32())
			}
		}
	}
}

func TestClip(t *testing.T) {
	p := params()
	p[0].Grad = nn.T([]float32{3, 0}, 1, 2)
	p[1].Grad = nn.T([]float32{4}, 1)
	if n := Clip(p, 10); n != 5 || p[1].Grad.F32()[0] != 4 {
		t.Errorf("length %v, gradient %v: what is short enough is to stay", n, p[1].Grad.F32())
	}
	if n := Clip(p, 1); n != 5 {
		t.Errorf("length %v, want 5", n)
	}
	expect(t, "clipped", []float32{p[0].Grad.F32()[0], p[1].Grad.F32()[0]}, 0.6, 0.8)
	p[1].Grad.F32()[0] = float32(math.NaN())
	if n := Clip(p, 1); !math.IsNaN(n) {
		t.Errorf("length %v of what is not a number", n)
	}
}

func TestSchedules(t *testing.T) {
	at := func(s Schedule, step int, want float64) {
		t.Helper()
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		if got := s.At(step); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s at step %d: %v, want %v", s.Kind, step, got, want)
		}
	}
	at(Schedule{Kind: "constant", Rate: 0.1, Steps: 100}, 99, 0.1)
	at(Schedule{Kind: "constant", Rate: 0.1, Steps: 100, WarmUp: 10}, 0, 0.01)
	at(Schedule{Kind: "constant", Rate: 0.1, Steps: 100, WarmUp: 10}, 9, 0.1)
	cosine := Schedule{Kind: "cosine", Rate: 0.2, Steps: 110, WarmUp: 10}
	at(cosine, 10, 0.2)
	at(cosine, 60, 0.1)
	at(cosine, 110, 0)
	step := Schedule{Kind: "step", Rate: 1, Steps: 90}
	at(step, 29, 1)
	at(step, 30, 0.1)
	at(step, 60, 0.01)
	plateau := Schedule{Kind: "plateau", Rate: 1, Steps: 90, Every: 2, Factor: 0.5}
	for _, score := range []float64{0.5, 0.6, 0.6, 0.55, 0.7, 0.7} {
		plateau.Observe(score)
	}
	at(plateau, 50, 0.5)
	if plateau.State != (Plateau{Cuts: 1, Best: 0.7, Wait: 1}) {
		t.Errorf("plateau remembers %+v", plateau.State)
	}
}

func TestRefused(t *testing.T) {
	sgd := func(m, d float64) error { _, err := NewSGD(nil, m, false, d); return err }
	adam := func(d float64) error { _, err := NewAdamW(nil, d); return err }
	for i, err := range []error{
		sgd(1, 0), sgd(-0.1, 0), sgd(math.NaN(), 0), sgd(0.9, -1), adam(2),
		(&Schedule{Kind: "sine", Rate: 1, Steps: 3}).Check(),
		(&Schedule{Kind: "step", Rate: -1, Steps: 3}).Check(),
		(&Schedule{Kind: "step", Rate: math.Inf(1), Steps: 3}).Check(),
		(&Schedule{Kind: "step", Rate: 1, Steps: 3, WarmUp: 4}).Check(),
		(&Schedule{Kind: "step", Rate: 1, Steps: 3, Factor: 2}).Check(),
	} {
		var e *ErrOption
		if !errors.As(err, &e) {
			t.Errorf("case %d: error %v, want an *ErrOption", i, err)
		}
	}
}

// TestEMA averages a network of one layer.
func TestEMA(t *testing.T) {
	b := nn.NewBuilder("one")
	x := b.Input("x", nn.Float32, nn.D(1), nn.D(2))
	b.Output(b.Node("y", &nn.MatMul{}, x, b.Param("w", nn.T([]float32{1, 1}, 2, 1))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := plan.NewTrainer(g, plan.Bindings{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEMA(tr, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	w := tr.Parameters()[0].Value.F32()
	w[0] = 12
	e.Step() // the first step counts 9/11
	expect(t, "average", e.Values()["w"].F32(), 1+11*9.0/11, 1)
	e.SetSteps(1000)
	w[0] = 20
	e.Step()
	expect(t, "average of many steps", e.Values()["w"].F32(), 15, 1)
	if _, err := NewEMA(tr, 1); err == nil {
		t.Error("a decay of 1 was not refused")
	}
}
