package train_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/train"
)

// TestCurves holds the losses of short runs against those of the machine on
// which they were first made. CPUs round differently, and the difference grows
// with every step; another recipe, gradient or order of the data is much
// farther off. OCELLUS_UPDATE=1 writes the losses anew.
func TestCurves(t *testing.T) {
	const file, tolerance = "testdata/curves.json", 0.03
	want, got := map[string][]float64{}, map[string][]float64{}
	if b, err := os.ReadFile(file); err == nil {
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		make      func(models.Options) (*nn.Graph, error)
		optimizer string
		rate      float64
	}{
		"lenet5":   {models.LeNet5, "adamw", 0.002},
		"resnet20": {models.ResNet20, "sgd", 0.05},
	} {
		config := tinyConfig()
		config.Optimizer, config.Rate, config.Schedule, config.Average = c.optimizer, c.rate, "cosine", 0
		g, err := c.make(models.Options{Size: tinySide, Channels: 1, Classes: tinyClasses, Seed: 2, Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		res, err := train.Run(t.Context(), g, tinyTask(t, &config), config, train.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range res.History {
			got[name] = append(got[name], e.Train.Loss)
		}
		if os.Getenv("OCELLUS_UPDATE") == "1" {
			continue
		}
		if len(want[name]) != len(got[name]) {
			t.Fatalf("%s: losses %v, want %v (OCELLUS_UPDATE=1 writes them)", name, got[name], want[name])
		}
		for i, l := range got[name] {
			if math.Abs(l-want[name][i]) > tolerance*want[name][i] {
				t.Errorf("%s: losses %v, want %v", name, got[name], want[name])
				break
			}
		}
	}
	if os.Getenv("OCELLUS_UPDATE") != "1" {
		return
	}
	b, err := json.MarshalIndent(got, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(file, append(b, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
