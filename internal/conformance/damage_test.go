package conformance

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// TestDamagedModelsCompile flips bytes in the models of the node cases. What
// still reads is compiled and run on zeros: a damaged model may mean something
// else, but reading, compiling and running it never panics.
func TestDamagedModelsCompile(t *testing.T) {
	cases, err := Find(check.Shared(t, "onnx_node"))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(2, 3))
	ran := 0
	for i := range cases {
		data, err := os.ReadFile(cases[i].Model)
		if err != nil {
			t.Fatal(err)
		}
		for range 24 {
			bad := append([]byte(nil), data...)
			for range 1 + rng.IntN(3) {
				bad[rng.IntN(len(bad))] = byte(rng.IntN(256))
			}
			if damaged(t, cases[i].Name, bad) {
				ran++
			}
		}
	}
	if ran < 100 {
		t.Errorf("only %d damaged models could be run: the test shows little", ran)
	}
}

// damaged reports whether a damaged model ran all the same.
func damaged(t *testing.T, name string, data []byte) bool {
	defer func() {
		if p := recover(); p != nil {
			file, _ := os.CreateTemp("", name+"-*.onnx")
			file.Write(data)
			file.Close()
			t.Errorf("%s: panic: %v (the model is kept as %s)", name, p, file.Name())
		}
	}()
	g, err := onnx.Decode(name, data)
	if err != nil {
		return false
	}
	b := plan.Bindings{Shapes: map[string]nn.Shape{}}
	for _, x := range g.Inputs {
		if !x.Ranked {
			b.Shapes[g.ValueName(x.Value)] = nn.S(1)
		}
	}
	p, err := plan.Compile(g, b, plan.WithMemoryLimit(64<<20))
	if err != nil || p.Stats().ArenaBytes > 1<<20 {
		return false
	}
	return p.NewRunner(nil).Run() == nil
}
