package data

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// TestPartsAlone opens sets that have but one of their parts.
func TestPartsAlone(t *testing.T) {
	images := idxBytes([]uint32{20, 2, 2}, make([]byte, 80))
	labels := idxBytes([]uint32{20}, []byte{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1})
	pair := func(name, ending string) map[string][]byte {
		return map[string][]byte{strings.ReplaceAll(name, "*", "images") + "idx3-ubyte" + ending: images, strings.Replace(name, "*", "labels", 1) + "idx1-ubyte" + ending: labels}
	}
	png := []byte("\x89PNG")
	rec := make([]byte, 2*cifarRecord)
	for _, c := range []struct {
		what             string
		files            map[string][]byte
		train, test, all int // pictures; -1: there is no such part
	}{
		{"a test pair", pair("t10k-*-", ""), -1, 20, 20},
		{"a training pair", pair("train-*.", ""), 20, -1, 20},
		{"a pair of no part", pair("*-", ""), 18, 2, 20},
		{"EMNIST's test pair", pair("emnist-digits-test-*-", ""), -1, 20, 20},
		{"a test folder", map[string][]byte{"test/a/1.png": png, "test/b/1.png": png}, -1, 2, 2},
		{"a valid folder", map[string][]byte{"valid/a/1.png": png}, -1, 1, 1},
		{"a test batch", map[string][]byte{"test_batch.bin": rec}, -1, 2, 2},
		{"test and data", map[string][]byte{"test_batch.bin": rec, "data_batch_1.bin": rec}, 2, 2, 4},
	} {
		dir := writeFiles(t, c.files)
		for part, want := range map[string]int{Train: c.train, Test: c.test, All: c.all} {
			s, err := OpenLabelled(dir, part, Options{})
			switch {
			case want < 0 && (!errors.Is(err, ErrNoPart) || !errors.As(err, new(*ErrFile))):
				t.Errorf("%s, part %s: error %v", c.what, part, err)
			case want >= 0 && (err != nil || s.Len() != want || s.Hash() == "" || s.Cut != (c.what == "a pair of no part" && part != All)):
				t.Errorf("%s, part %s: %+v, %v", c.what, part, s, err)
			}
		}
	}
	both := writeFiles(t, map[string][]byte{"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels,
		"t-images-idx3-ubyte": idxBytes([]uint32{1, 1, 1}, []byte{7}), "t-labels-idx1-ubyte": idxBytes([]uint32{1}, []byte{2})})
	s, err := OpenLabelled(both, All, Options{})
	if err != nil || s.Len() != 21 || len(s.Classes) != 3 || s.Label(20) != 2 || !strings.HasPrefix(s.Name(20), "t-images") {
		t.Fatalf("%+v, %v", s, err)
	}
	if m, err := s.Image(20); err != nil || m.W != 1 || m.Pix[0] != 7 {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestPairsRefused names what is wrong with pairs of MNIST's kind.
func TestPairsRefused(t *testing.T) {
	for want, names := range map[string][]string{
		"no labels beside it": {"t10k-images-idx3-ubyte"},
		"both of the part":    {"t1-images-idx3-ubyte", "t1-labels-idx1-ubyte", "t2-images-idx3-ubyte", "t2-labels-idx1-ubyte"},
		"no IDX file":         {"t1-images-idx3-ubyte", "t1-labels-idx1-ubyte"},
	} {
		files := map[string][]byte{}
		for _, n := range names {
			files[n] = nil
		}
		dir := writeFiles(t, files)
		var e *ErrFile
		if _, err := MNIST(dir, Test); !errors.As(err, &e) || !strings.Contains(e.Why, want) || !strings.HasPrefix(e.File, filepath.Clean(dir)) {
			t.Errorf("%v: error %v", names, err)
		}
	}
	dir := writeFiles(t, map[string][]byte{"data_batch_1": nil, "test_batch": nil})
	if _, err := CIFAR10(dir, Test, Options{}); err == nil || !strings.Contains(err.Error(), "binary version") {
		t.Errorf("for Python: error %v", err)
	}
}
