package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func idxBytes(dims []uint32, data []byte) []byte {
	b := []byte{0, 0, 8, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, data...)
}

func writeFiles(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func zipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

func TestMNIST(t *testing.T) {
	dir := writeFiles(t, map[string][]byte{
		"train-images-idx3-ubyte":   idxBytes([]uint32{3, 2, 2}, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}),
		"train-labels-idx1-ubyte":   idxBytes([]uint32{3}, []byte{1, 0, 2}),
		"t10k-images-idx3-ubyte.gz": zipped(idxBytes([]uint32{1, 2, 2}, []byte{1, 2, 3, 4})),
		"t10k-labels-idx1-ubyte.gz": zipped(idxBytes([]uint32{1}, []byte{1})),
	})
	s, err := MNIST(dir, "train")
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Image(1)
	if err != nil || s.Len() != 3 || len(s.Classes) != 3 || s.Label(2) != 2 || m.W != 2 || m.Pix[3] != 6 || m.Pix[5] != 6 {
		t.Errorf("read %+v, %v, %v", s, m, err)
	}
	test, err := MNIST(dir, "test")
	if err != nil || test.Len() != 1 || test.Hash() == s.Hash() {
		t.Errorf("%v, %v", test, err)
	}
}

func TestFashionHasNames(t *testing.T) {
	files := map[string][]byte{
		"train-images-idx3-ubyte": idxBytes([]uint32{2, 1, 1}, []byte{1, 2}),
		"train-labels-idx1-ubyte": idxBytes([]uint32{2}, []byte{9, 0}),
	}
	s, err := OpenLabelled("fashion:"+writeFiles(t, files), Train, Options{})
	if err != nil || s.Classes[s.Label(0)] != "Ankle boot" || len(s.Classes) != 10 {
		t.Errorf("%+v, %v", s, err)
	}
	files["train-labels-idx1-ubyte"] = idxBytes([]uint32{2}, []byte{9, 10})
	if _, err := OpenLabelled("fashion:"+writeFiles(t, files), Train, Options{}); err == nil {
		t.Error("an eleventh class of Fashion-MNIST is read")
	}
	if _, err := OpenLabelled("fashion:"+writeFiles(t, files), Val, Options{}); err == nil {
		t.Error("a part that is not there is read")
	}
}

func TestBadIDX(t *testing.T) {
	good := idxBytes([]uint32{1}, []byte{1})
	for name, images := range map[string][]byte{
		"empty":      {},
		"cut header": {0, 0, 8},
		"floats":     {0, 0, 13, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0},
		"cut":        idxBytes([]uint32{1, 2, 2}, []byte{1, 2, 3}),
		"too long":   idxBytes([]uint32{1, 2, 2}, []byte{1, 2, 3, 4, 5}),
		"huge":       idxBytes([]uint32{9_999_999, 4096, 4096}, nil),
		"none":       idxBytes([]uint32{0, 2, 2}, nil),
		"other":      idxBytes([]uint32{2, 1, 1}, []byte{1, 2}),
		"cut gzip":   zipped(idxBytes([]uint32{1, 2, 2}, []byte{1, 2, 3, 4}))[:20],
	} {
		dir := writeFiles(t, map[string][]byte{"i": images, "l": good})
		_, err := ReadIDX(filepath.Join(dir, "i"), filepath.Join(dir, "l"), nil)
		var e *ErrFile
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir := writeFiles(t, map[string][]byte{"i": idxBytes([]uint32{1, 1, 1}, []byte{1}), "l": idxBytes([]uint32{1}, []byte{7})})
	if _, err := ReadIDX(filepath.Join(dir, "i"), filepath.Join(dir, "l"), []string{"a"}); err == nil {
		t.Error("a label beyond the classes is read")
	}
	if _, err := MNIST(dir, "train"); err == nil {
		t.Error("a folder without the files is read")
	}
}

// TestIDXStrayLabels: a label far beyond the others is no class of its own, but
// sets with more classes than ten, or without one of the ten, are as they are.
func TestIDXStrayLabels(t *testing.T) {
	for _, c := range []struct {
		name             string
		label            func(i int) int
		classes, skipped int
	}{
		{"digits", func(i int) int { return i % 10 }, 10, 0},
		{"no five", func(i int) int { return []int{0, 1, 2, 3, 4, 6, 7, 8, 9}[i%9] }, 10, 0},
		{"threes alone", func(int) int { return 3 }, 4, 0},
		{"letters", func(i int) int { return 1 + i%26 }, 27, 0},
		{"letters, half", func(i int) int { return 2 + i%13*2 }, 27, 0},
		{"a wrong byte", func(i int) int { return map[bool]int{true: 77, false: i % 10}[i == 500] }, 10, 1},
		{"three wrong bytes", func(i int) int {
			return map[bool]int{true: 255 - i/4, false: i % 10}[i == 5 || i == 400 || i == 640]
		}, 10, 3},
	} {
		labels := make([]byte, 1000)
		for i := range labels {
			labels[i] = byte(c.label(i))
		}
		dir := writeFiles(t, map[string][]byte{"train-images-idx3-ubyte": idxBytes([]uint32{1000, 1, 1}, labels), "train-labels-idx1-ubyte": idxBytes([]uint32{1000}, labels)})
		s, err := OpenLabelled("mnist:"+dir, Train, Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if len(s.Classes) != c.classes || len(s.Skipped) != c.skipped || s.Len() != 1000-c.skipped {
			t.Errorf("%s: %d classes, %d pictures, left out %v", c.name, len(s.Classes), s.Len(), s.Skipped)
		}
		for i := range s.Len() {
			if m, err := s.Image(i); err != nil || int(m.Pix[0]) != s.Label(i) {
				t.Fatalf("%s: picture %d of class %d is another's: %v", c.name, i, s.Label(i), err)
			}
		}
		_, err = OpenLabelled("mnist:"+dir, Train, Options{Strict: true})
		var e *ErrFile
		if refused := errors.As(err, &e); refused != (c.skipped > 0) {
			t.Errorf("%s, strict: %v", c.name, err)
		}
	}
}

func TestSplitTakesOfEveryClass(t *testing.T) {
	labels := make([]byte, 1000)
	for i := range labels {
		labels[i] = byte(i % 10)
	}
	dir := writeFiles(t, map[string][]byte{"i": idxBytes([]uint32{1000, 1, 1}, labels), "l": idxBytes([]uint32{1000}, labels)})
	s, err := ReadIDX(filepath.Join(dir, "i"), filepath.Join(dir, "l"), nil)
	if err != nil {
		t.Fatal(err)
	}
	rest, part := s.Split(0.1, 7)
	again, _ := s.Split(0.1, 7)
	other, _ := s.Split(0.1, 8)
	if rest.Len() != 900 || part.Len() != 100 || rest.Hash() != again.Hash() || rest.Hash() == other.Hash() {
		t.Errorf("%d and %d", rest.Len(), part.Len())
	}
	for c, n := range part.Counts() {
		if n != 10 {
			t.Errorf("class %d: %d", c, n)
		}
	}
	seen := map[string]bool{}
	for _, set := range []*Labelled{rest, part} {
		for i := range set.Len() {
			if seen[set.Name(i)] {
				t.Fatalf("%s twice", set.Name(i))
			}
			seen[set.Name(i)] = true
		}
	}
}

func TestRealMNIST(t *testing.T) {
	const dir = "../../shared/data/datasets/mnist"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("MNIST is not here: ", err)
	}
	for part, want := range map[string]int{"train": 30000, "test": 8000} {
		s, err := MNIST(dir, part)
		if err != nil || s.Len() != want || len(s.Classes) != 10 {
			t.Errorf("%s: %v, %v", part, s, err)
		}
	}
}
