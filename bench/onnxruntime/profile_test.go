package onnxruntime

import (
	"math"
	"testing"
)

func TestShares(t *testing.T) {
	got, err := shares([]byte(`[
		{"cat":"Session","dur":1000,"args":{}},
		{"cat":"Node","dur":30,"args":{"op_name":"Conv"}},
		{"cat":"Node","dur":10,"args":{"op_name":"LRN"}},
		{"cat":"Node","dur":60,"args":{"op_name":"Conv"}}]`))
	if err != nil || len(got) != 2 || math.Abs(got["Conv"]-0.9) > 1e-12 || math.Abs(got["LRN"]-0.1) > 1e-12 {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{``, `{}`, `[]`, `[{"cat":"Session","dur":5,"args":{}}]`} {
		if got, err := shares([]byte(bad)); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}
