package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// The process that measures computes, and says what that took.
func TestPeak(t *testing.T) {
	file := write(t, &nn.Sigmoid{}, nn.D(1), nn.Sym("N"))
	c := &memoryCommand{peerFlags: peerFlags{Dim: map[string]int{"N": 1 << 20}}}
	inputs, found, err := c.inputsOf(file)
	if err != nil || found != file || len(inputs) != 1 || len(inputs[0].Dims) != 2 || inputs[0].Dims[1] != 1<<20 {
		t.Fatal(inputs, found, err)
	}
	told, err := json.Marshal(inputs)
	if err != nil {
		t.Fatal(err)
	}
	for _, engine := range []string{noEngine, ourEngine} {
		code, out, errs := run(t, "peak", engine, "--file", file, "--inputs", string(told), "--runs", "2", "--seed", "1")
		var f footprint
		if err := json.Unmarshal([]byte(out), &f); code != 0 || err != nil {
			t.Fatal(code, out, errs, err)
		}
		if f.Peak < 8<<20 || (f.FirstMS > 0) != (engine == ourEngine) {
			t.Errorf("%s: %+v", engine, f)
		}
	}
	if code, _, errs := run(t, "peak", ourEngine, "--file", "missing.onnx", "--inputs", "[]", "--runs", "1"); code == 0 || !strings.Contains(errs, "missing.onnx") {
		t.Error(code, errs)
	}
	if m := c.net(nil, "missing.onnx"); m.Why == "" {
		t.Error("a model that is missing is measured")
	}
}
