package ocellus

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// A session of a file of fixed shapes does not hold its weights twice, answers
// as before, and still says what is wrong with inputs of other shapes.
func TestSessionGivesUpWeights(t *testing.T) {
	for _, fixed := range []bool{true, false} {
		b := nn.NewBuilder("weights")
		batch := nn.D(2)
		if !fixed {
			batch = nn.Sym("N")
		}
		x := b.Input("x", nn.Float32, batch, nn.D(64))
		w := nn.NewTensor(nn.Float32, nn.S(64, 32))
		for i := range w.F32() {
			w.F32()[i] = float32(i%7) - 3
		}
		b.Output(b.Node("y", &nn.MatMul{}, x, b.Param("w", w)))
		g, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "weights.onnx")
		if err := onnx.WriteFile(file, g); err != nil {
			t.Fatal(err)
		}
		s, err := Open(file, WithThreads(1))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		in := nn.NewTensor(nn.Float32, nn.S(2, 64))
		for i := range in.F32() {
			in.F32()[i] = 1
		}
		for range 2 {
			out, err := s.Run(t.Context(), map[string]*nn.Tensor{"x": in})
			if err != nil {
				t.Fatal(err)
			}
			want := float32(0)
			for k := range 64 {
				want += w.F32()[32*k]
			}
			if got := out["y"].F32()[0]; got != want {
				t.Errorf("y is %v, want %v", got, want)
			}
		}
		holds := s.weights != nil
		for _, v := range s.graph.Values {
			holds = holds || v.Const != nil && v.Const.Elems() == 64*32
		}
		if holds == fixed {
			t.Errorf("fixed shapes %v: holds the weights %v", fixed, holds)
		}
		if !fixed {
			continue
		}
		_, err = s.Run(t.Context(), map[string]*nn.Tensor{"x": nn.NewTensor(nn.Float32, nn.S(3, 64))})
		var binding *plan.ErrBinding
		if !errors.As(err, &binding) {
			t.Errorf("another shape: %v", err)
		}
	}
}
