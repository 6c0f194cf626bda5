package meta

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func TestKnownModels(t *testing.T) {
	var names, sums []string
	for _, k := range KnownModels() {
		m := k.Meta
		if _, err := m.Props(); err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
		p := m.Provenance
		if p == nil || p.Source == "" || p.Licence == "" || p.Data == "" || p.Author == "" {
			t.Errorf("%s: provenance %+v lacks something", k.Name, p)
			continue
		}
		raw, err := hex.DecodeString(p.SHA256)
		if err != nil || len(raw) != sha256.Size {
			t.Errorf("%s: %q is no hash", k.Name, p.SHA256)
			continue
		}
		if slices.Contains(sums, p.SHA256) || slices.Contains(names, k.Name) {
			t.Errorf("%s is there twice", k.Name)
		}
		sums, names = append(sums, p.SHA256), append(names, k.Name)

		first, ok := Known([sha256.Size]byte(raw))
		if !ok || first.Head.Kind != m.Head.Kind {
			t.Fatalf("%s: not found by its hash", k.Name)
		}
		// What a caller changes is its own.
		first.Preprocess.Width, first.Labels[0] = 1, "changed"
		if again, _ := Known([sha256.Size]byte(raw)); again.Preprocess.Width == 1 || again.Labels[0] == "changed" {
			t.Errorf("%s: two callers share a model", k.Name)
		}
	}
	if m, ok := Known([sha256.Size]byte{}); ok {
		t.Errorf("a hash of nothing is known as %+v", m)
	}
}

// TestKnownFiles finds the files at hand by their hashes.
func TestKnownFiles(t *testing.T) {
	dir := check.Shared(t, "models")
	found := 0
	for _, folder := range []string{"yunet", "yunet_s_quantized", "ultraface", "yolo-fastestv2", "fastestdet"} {
		files, _ := filepath.Glob(filepath.Join(dir, folder, "*.onnx"))
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := Known(sha256.Sum256(data)); !ok {
				t.Errorf("%s is not known", f)
			}
			found++
		}
	}
	if found != len(KnownModels()) {
		t.Errorf("%d files for %d known models", found, len(KnownModels()))
	}
}

func TestCOCO(t *testing.T) {
	names := COCO()
	if len(names) != 80 || names[0] != "person" || names[79] != "toothbrush" {
		t.Errorf("%d names: %q", len(names), names)
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != 80 {
		t.Error("a name is there twice")
	}
}
