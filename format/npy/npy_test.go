package npy

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/x448/float16"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
)

func samples() []*nn.Tensor {
	return []*nn.Tensor{
		nn.T([]float32{1, -2.5, 3, 4, 5, 6}, 2, 3), nn.T([]float64{1e300}, 1), nn.T([]float16.Float16{15360}, 1, 1),
		nn.T([]int8{-1, 2}, 2), nn.T([]uint8{255}, 1), nn.T([]int32{-7}, 1), nn.T([]int64{1 << 40}, 1),
		nn.T([]bool{true, false}, 2), nn.Scalar(float32(4)), nn.T([]float32{}, 3, 0),
	}
}

func same(a, b *nn.Tensor) bool {
	return a.DType == b.DType && a.Shape == b.Shape && slices.Equal(a.Bytes(), b.Bytes())
}

func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	for _, want := range samples() {
		path := filepath.Join(dir, "x.npy")
		if err := WriteFile(path, want); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !same(got, want) {
			t.Errorf("%v %v came back as %v %v", want.DType, want.Shape, got.DType, got.Shape)
		}
		if n := slices.Index(Encode(want), '\n') + 1; n%64 != 0 {
			t.Errorf("elements start at byte %d, which is no multiple of 64", n)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("the folder holds %v", files)
	}
}

// file writes a .npy of any version, with a header as given.
func file(major byte, head string, body ...byte) []byte {
	b := append([]byte(magic), major, 0, byte(len(head)), byte(len(head)>>8))
	if major > 1 {
		b = append(b, 0, 0)
	}
	return append(append(b, head...), body...)
}

func TestForms(t *testing.T) {
	cases := []struct {
		name string
		data []byte
		want *nn.Tensor
	}{
		{"Fortran order", file(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n", 1, 4, 2, 5, 3, 6), nn.T([]uint8{1, 2, 3, 4, 5, 6}, 2, 3)},
		{"Fortran order of rank 3", file(1, "{'descr': '|i1', 'fortran_order': True, 'shape': (2, 1, 2)}", 1, 3, 2, 4), nn.T([]int8{1, 2, 3, 4}, 2, 1, 2)},
		{"big-endian", file(1, "{'descr': '>i4', 'fortran_order': False, 'shape': (1,)}", 0, 0, 1, 2), nn.T([]int32{258}, 1)},
		{"version 2", file(2, "{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}", 2, 1, 0, 0), nn.T([]int32{258}, 1)},
		{"version 3", file(3, `{"shape":(),"descr":"|u1","fortran_order":False}`, 9), nn.T([]uint8{9})},
		{"Python 2", file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (1L,), }", 9), nn.T([]uint8{9}, 1)},
		{"bool", file(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", 0, 9), nn.T([]bool{false, true}, 2)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Decode("x.npy", c.data)
			if err != nil {
				t.Fatal(err)
			}
			if !same(got, c.want) {
				t.Errorf("got %v %v %v", got.DType, got.Shape, got.Bytes())
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	good := "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }"
	cases := []struct {
		name string
		data []byte
		want any
	}{
		{"empty", nil, new(*format.ErrCorrupt)},
		{"other file", []byte("PK\x03\x04 and so on"), new(*format.ErrCorrupt)},
		{"version 9", file(9, good, 1, 2), new(*format.ErrCorrupt)},
		{"header past the end", append([]byte(magic), 1, 0, 255, 255, '{'), new(*format.ErrCorrupt)},
		{"header over the limit", append([]byte(magic), 2, 0, 0, 0, 0, 255), new(*format.ErrCorrupt)},
		{"too few elements", file(1, good, 1), new(*format.ErrCorrupt)},
		{"too many elements", file(1, good, 1, 2, 3), new(*format.ErrCorrupt)},
		{"key missing", file(1, "{'descr': '|u1', 'shape': (2,), }", 1, 2), new(*format.ErrCorrupt)},
		{"key twice", file(1, "{'descr': '|u1', 'descr': '|u1', 'shape': (2,), }", 1, 2), new(*format.ErrCorrupt)},
		{"unknown key", file(1, "{'descr': '|u1', 'order': False, 'shape': (2,), }", 1, 2), new(*format.ErrCorrupt)},
		{"huge shape", file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2000000000, 2000000000), }"), new(*format.ErrCorrupt)},
		{"huge number", file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999), }"), new(*format.ErrCorrupt)},
		{"structured", file(1, "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"), new(*nn.ErrUnsupported)},
		{"open string", file(1, "{'descr"), new(*format.ErrCorrupt)},
		{"complex", file(1, "{'descr': '<c8', 'fortran_order': False, 'shape': (0,), }"), new(*nn.ErrUnsupported)},
		{"no type", file(1, "{'descr': '', 'fortran_order': False, 'shape': (0,), }"), new(*nn.ErrUnsupported)},
		{"rank 9", file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 1), new(*nn.ErrUnsupported)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode("x.npy", c.data)
			if !errors.As(err, c.want) || !strings.Contains(err.Error(), "x.npy") {
				t.Errorf("error is %T %v, want a %T with the file's name", err, err, c.want)
			}
		})
	}
}

func TestRealFile(t *testing.T) {
	got, err := ReadFile(check.Shared(t, "models", "blazeface", "anchors_front.npy"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Shape != nn.S(896, 4) {
		t.Errorf("anchors are %v %v", got.DType, got.Shape)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range samples() {
		f.Add(Encode(s))
	}
	f.Add(file(2, "{'descr': '>f4', 'fortran_order': True, 'shape': (1, 1)}", 1, 2, 3, 4))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := Decode("fuzz.npy", data)
		if err != nil {
			return
		}
		b, err := Decode("again.npy", Encode(a))
		if err != nil || !same(a, b) {
			t.Errorf("%v %v does not come back: %v", a.DType, a.Shape, err)
		}
	})
}
