package ocellus_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/nn"
)

// reshaper is a model with an open dimension, and an input whose value decides
// a shape.
func reshaper(t *testing.T) *ocellus.Session {
	t.Helper()
	b := nn.NewBuilder("reshaper")
	x := b.Input("x", nn.Float32, nn.Sym("n"), nn.Sym("m"))
	shape := b.Input("shape", nn.Int64, nn.D(2))
	b.Output(b.Node("y", &nn.Reshape{}, b.Node("positive", &nn.Relu{}, x), shape))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ocellus.New(g, ocellus.WithThreads(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestRunBindsInputs(t *testing.T) {
	s := reshaper(t)
	// More combinations than a session keeps, twice over.
	for range 2 {
		for n := 1; n <= 6; n++ {
			x := nn.NewTensor(nn.Float32, nn.S(n, 2))
			for i := range x.F32() {
				x.F32()[i] = float32(i) - 2
			}
			shape := nn.T([]int64{2, int64(n)}, 2)
			out, err := s.Run(t.Context(), map[string]*nn.Tensor{"x": x, "shape": shape})
			if err != nil {
				t.Fatal(err)
			}
			want := []float32{0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}[:2*n]
			if y := out["y"]; y.Shape != nn.S(2, n) || !reflect.DeepEqual(y.F32(), want) {
				t.Errorf("%v %v, want %v %v", y.Shape, y.F32(), nn.S(2, n), want)
			}
		}
	}
	// The caller's tensor was not kept: changing it changes no plan.
	shape := nn.T([]int64{2, 3}, 2)
	in := map[string]*nn.Tensor{"x": nn.NewTensor(nn.Float32, nn.S(3, 2)), "shape": shape}
	if _, err := s.Run(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	copy(shape.I64(), []int64{6, 1})
	out, err := s.Run(t.Context(), in)
	if err != nil || out["y"].Shape != nn.S(6, 1) {
		t.Errorf("%v, %v; want shape [6 1]", out["y"], err)
	}
}

func TestRunRefuses(t *testing.T) {
	x, shape := nn.NewTensor(nn.Float32, nn.S(3, 2)), nn.T([]int64{2, 3}, 2)
	for _, c := range []struct {
		name string
		in   map[string]*nn.Tensor
		want any
		why  string
	}{
		{"missing", map[string]*nn.Tensor{"x": x}, new(*ocellus.ErrInput), `"shape": is missing`},
		{"unknown", map[string]*nn.Tensor{"x": x, "shape": shape, "z": x}, new(*ocellus.ErrInput), "x, shape"},
		{"type", map[string]*nn.Tensor{"x": nn.NewTensor(nn.Float64, x.Shape), "shape": shape}, new(*ocellus.ErrInput), "is float64, want float32"},
		{"rank", map[string]*nn.Tensor{"x": nn.NewTensor(nn.Float32, nn.S(6)), "shape": shape}, nil, "2 dimensions"},
		{"elements", map[string]*nn.Tensor{"x": x, "shape": nn.T([]int64{2, 4}, 2)}, new(*nn.ErrShape), "y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := reshaper(t).Run(t.Context(), c.in)
			if err == nil || c.want != nil && !errors.As(err, c.want) || !strings.Contains(err.Error(), c.why) {
				t.Errorf("error %T %v, want %T with %q", err, err, c.want, c.why)
			}
		})
	}
	s := reshaper(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Run(ctx, map[string]*nn.Tensor{"x": x, "shape": shape}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	s.Close()
	if _, err := s.Run(t.Context(), map[string]*nn.Tensor{"x": x, "shape": shape}); !errors.Is(err, ocellus.ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
}

func TestRunBesideOneAnother(t *testing.T) {
	s := reshaper(t)
	var wait sync.WaitGroup
	for k := range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			x := nn.NewTensor(nn.Float32, nn.S(2+k%3, 2))
			for i := range x.F32() {
				x.F32()[i] = float32(k)
			}
			for range 20 {
				out, err := s.Run(context.Background(), map[string]*nn.Tensor{"x": x, "shape": nn.T([]int64{1, -1}, 2)})
				if err != nil || !reflect.DeepEqual(out["y"].F32(), x.F32()) {
					t.Errorf("%v, %v; want %v", out, err, x.F32())
					return
				}
			}
		}()
	}
	wait.Wait()
}

func TestOpenFS(t *testing.T) {
	data, err := os.ReadFile("testdata/spots.onnx")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"models/dots.onnx": {Data: data}, "models/broken.onnx": {Data: data[:len(data)/2]}}
	s, err := ocellus.OpenFS(files, "models/dots.onnx")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Name() != "dots" || s.Meta().Task != "detect" || s.Detects() != nil {
		t.Errorf("name %q, task %q, %v", s.Name(), s.Meta().Task, s.Detects())
	}
	var corrupt *format.ErrCorrupt
	if _, err := ocellus.OpenFS(files, "models/broken.onnx"); !errors.As(err, &corrupt) || corrupt.File != "models/broken.onnx" {
		t.Errorf("error %v, want an *ErrCorrupt that names the file", err)
	}
	if _, err := ocellus.OpenFS(files, "models/none.onnx"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
	if _, err := ocellus.Open("testdata/none.onnx"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
}
