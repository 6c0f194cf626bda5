package ocellus_test

import (
	"errors"
	"math"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// brightness is a classifier of three classes by the mean colour of a picture:
// its logits are 0, 4·red and 4·blue.
func brightness(t *testing.T, softmax bool, change func(m *meta.Model)) *ocellus.Session {
	t.Helper()
	b := nn.NewBuilder("brightness")
	x := b.Input("x", nn.Float32, nn.Sym("batch"), nn.D(3), nn.D(4), nn.D(4))
	flat := b.Node("flat", &nn.Flatten{Axis: 1}, b.Node("mean", &nn.GlobalAveragePool{}, x))
	out := b.Node("logits", &nn.MatMul{}, flat, b.Param("w", nn.T([]float32{0, 4, 0, 0, 0, 0, 0, 0, 4}, 3, 3)))
	if softmax {
		out = b.Node("p", &nn.Softmax{Axis: -1}, out)
	}
	b.Output(out)
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	m := meta.Model{Task: "classify", Labels: []string{"dark", "red", "blue"},
		Preprocess: &vision.Preprocess{Width: 4, Height: 4, Fit: vision.Stretch, Scale: [3]float32{1. / 255, 1. / 255, 1. / 255}}}
	change(&m)
	props, err := m.Props()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ocellus.New(g.WithMeta(props))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func blue() *vision.Image {
	m := vision.NewImage(9, 5)
	for i := 2; i < len(m.Pix); i += 3 {
		m.Pix[i] = 255
	}
	return m
}

func TestClassify(t *testing.T) {
	for _, softmax := range []bool{false, true} {
		s := brightness(t, softmax, func(*meta.Model) {})
		got, spent, err := s.Classify(t.Context(), blue())
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 || got[0].Label != "blue" || got[0].Class != 2 || spent.Total <= 0 {
			t.Fatalf("softmax %v: %+v in %+v", softmax, got, spent)
		}
		if want := math.Exp(4) / (2 + math.Exp(4)); math.Abs(float64(got[0].Probability)-want) > 1e-6 {
			t.Errorf("softmax %v: blue by %v, want %v", softmax, got[0].Probability, want)
		}
		// Of equals the first class comes first.
		if got[1].Label != "dark" || got[2].Label != "red" {
			t.Errorf("softmax %v: %+v", softmax, got)
		}
	}
}

func TestClassifyRefused(t *testing.T) {
	for name, change := range map[string]func(*meta.Model){
		"another task":     func(m *meta.Model) { m.Task = "embed" },
		"no preprocessing": func(m *meta.Model) { m.Preprocess = nil },
		"too few names":    func(m *meta.Model) { m.Labels = m.Labels[:2] },
	} {
		_, _, err := brightness(t, false, change).Classify(t.Context(), blue())
		var e *ocellus.ErrNotClassifier
		if !errors.As(err, &e) || e.Model != "brightness" {
			t.Errorf("%s: error %v", name, err)
		}
	}
	s := brightness(t, false, func(*meta.Model) {})
	var input *ocellus.ErrInput
	if _, _, err := s.Classify(t.Context(), &vision.Image{W: 3, H: 3}); !errors.As(err, &input) {
		t.Errorf("a picture without pixels: error %v", err)
	}
	s.Close()
	if _, _, err := s.Classify(t.Context(), blue()); !errors.Is(err, ocellus.ErrClosed) {
		t.Errorf("after Close: error %v", err)
	}
}
