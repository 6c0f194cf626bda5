package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/internal/golden"
)

const weights = "../../models/weights"

// TestWeights holds every network that we ship against its card and its known
// answers.
func TestWeights(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(weights, "*.onnx"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no weights, %v", err)
	}
	for _, file := range files {
		base := strings.TrimSuffix(file, ".onnx")
		text, err := os.ReadFile(base + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var card trainResult
		if err := json.Unmarshal(text, &card); err != nil {
			t.Fatal(err)
		}
		sum, err := sha256Of(file)
		if err != nil {
			t.Fatal(err)
		}
		if sum != card.SHA256 {
			t.Errorf("%s has hash %s, its card says %s", file, sum, card.SHA256)
		}
		s, err := ocellus.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		m := s.Meta()
		if m.Provenance == nil || m.Provenance.Licence == "unknown" || m.Provenance.Data == "" || m.Metrics["test_accuracy"] != float64(card.Figures.Accuracy) {
			t.Errorf("%s: provenance %+v, metrics %v", file, m.Provenance, m.Metrics)
		}
		known, err := golden.Parse(m.Golden)
		if err != nil {
			t.Fatal(err)
		}
		g, err := onnx.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := known.Check(g, m); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if _, err := os.Stat(base + ".md"); err != nil {
			t.Error(err)
		}
	}
}

// TestDigits classifies test pictures of MNIST.
func TestDigits(t *testing.T) {
	set, err := data.MNIST(check.Shared(t, "datasets", "mnist"), data.Test)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ocellus.Open(filepath.Join(weights, "lenet5-mnist.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const n = 2000
	right := 0
	for i := range n {
		img, err := set.Image(i)
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := s.Classify(t.Context(), img)
		if err != nil {
			t.Fatal(err)
		}
		if c[0].Class == set.Label(i) {
			right++
		}
	}
	if right < n*985/1000 {
		t.Errorf("%d of %d digits right", right, n)
	}
}
