package onnx

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
)

// TestDamagedFiles cuts real files short at many places and flips bytes in
// them. Each gives an error of the known types that names the file, or a graph
// (a flipped weight is no error); never a panic, or memory out of proportion.
func TestDamagedFiles(t *testing.T) {
	var files []string
	for _, dir := range []string{"models", "onnx_light"} {
		err := filepath.WalkDir(check.Shared(t, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(path) == ".onnx" {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, uint64(len(data))))
			for range 24 {
				checkDamaged(t, data[:rng.IntN(len(data))], len(data))
			}
			for i := range 64 { // where messages start, and so structure is
				checkDamaged(t, data[:min(i*7, len(data))], len(data))
			}
			for range 48 {
				bad := append([]byte(nil), data...)
				for range 1 + rng.IntN(4) {
					bad[rng.IntN(len(bad))] ^= byte(1 << rng.IntN(8))
				}
				bad[rng.IntN(min(len(bad), 512))] ^= byte(1 + rng.IntN(255))
				checkDamaged(t, bad, len(data))
			}
		})
	}
}

func checkDamaged(t *testing.T, data []byte, size int) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Decode("damaged.onnx", data)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > uint64(64*size+1<<20) {
		t.Errorf("%d bytes were taken to read a file of %d", took, size)
	}
	var ec *format.ErrCorrupt
	var eg *nn.ErrGraph
	var eu *nn.ErrUnsupported
	var es *nn.ErrShape
	switch {
	case err == nil:
	case !errors.As(err, &ec) && !errors.As(err, &eg) && !errors.As(err, &eu) && !errors.As(err, &es):
		t.Errorf("error of type %T: %v", err, err)
	case !strings.Contains(err.Error(), "damaged.onnx"):
		t.Errorf("error does not name the file: %v", err)
	}
}
