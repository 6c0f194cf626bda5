package ocellus

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// A session of a file does not hold its weights twice, answers as before, and
// still says what is wrong with inputs of other shapes.
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
		if holds {
			t.Errorf("fixed shapes %v: holds the weights", fixed)
		}
		if !fixed {
			readsAgain(t, s, file)
			continue
		}
		_, err = s.Run(t.Context(), map[string]*nn.Tensor{"x": nn.NewTensor(nn.Float32, nn.S(3, 64))})
		var binding *plan.ErrBinding
		if !errors.As(err, &binding) {
			t.Errorf("another shape: %v", err)
		}
	}
}

// readsAgain has a session meet inputs of shapes that are new to it, once its
// file is another, and once it has been written to.
func readsAgain(t *testing.T, s *Session, file string) {
	t.Helper()
	run := func(rows int) (map[string]*nn.Tensor, error) {
		return s.Run(t.Context(), map[string]*nn.Tensor{"x": nn.NewTensor(nn.Float32, nn.S(rows, 64))})
	}
	if err := os.Rename(file, file+".old"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("another model"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(3); err != nil || out["y"].Shape != nn.S(3, 32) {
		t.Errorf("in the place of the file lies another: %v, %v", out, err)
	}
	if err := os.WriteFile(file+".old", []byte("damage"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(3); err != nil {
		t.Errorf("a shape that is known, of a file that is damaged: %v", err)
	}
	var changed *ErrModelFile
	if _, err := run(5); !errors.As(err, &changed) || changed.File != file {
		t.Errorf("a shape that is new, of a file that is damaged: %v", err)
	}
	s.Close()
	if _, err := run(5); err != ErrClosed {
		t.Errorf("after Close: %v", err)
	}
}
