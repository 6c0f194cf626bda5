package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn/plan"
)

// steps reads "Op node fused…: ms" as steps; those of integers end in an i.
func steps(t *testing.T, lines ...string) (all []step) {
	t.Helper()
	for _, line := range lines {
		head, ms, ok := strings.Cut(line, ": ")
		f := strings.Fields(head)
		if !ok || len(f) < 2 {
			t.Fatalf("%q is no step", line)
		}
		s := step{StepInfo: plan.StepInfo{Op: f[0], Node: f[1], Fused: f[2:], Kernel: "rows-1x1", Integer: strings.HasSuffix(ms, "i")}}
		if _, err := fmt.Sscan(strings.TrimSuffix(ms, "i"), &s.ms); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func TestPair(t *testing.T) {
	for _, c := range []struct {
		what             string
		floats, integers []string
		want             []string // name float integer
	}{
		{"a fused activation gives its name in floats",
			[]string{"Conv c.relu c: 2"}, []string{"Conv c: 1i"}, []string{"c.relu 2 1"}},
		{"a residual that is a step of its own",
			[]string{"Conv relu c add: 2"}, []string{"Conv c: 1i", "Add add: 0.5i"}, []string{"relu 2 1.5"}},
		{"what quantises a picture goes with the layer that reads it as it is",
			[]string{"Conv c x/nhwc: 2"}, []string{"QuantizeLinear x_QuantizeLinear: 1i", "Transpose x_QuantizeLinear_Output/nhwc: 1i", "Conv c: 4i"}, []string{"c 2 6"}},
		{"a convolution that writes a part of a concat is a convolution",
			[]string{"Conv a: 2", "Conv b: 3", "Concat ab: 1"}, []string{"Conv ab a: 1i", "Conv ab b: 2i", "Concat ab: 3i"}, []string{"a 2 1", "b 3 2", "ab 1 3"}},
		{"a choice of channels that became a part of a convolution",
			[]string{"Gather odd: 1", "Conv c: 2"}, []string{"Conv c odd: 2.5i"}, []string{"c 3 2.5"}},
		{"a conversion has the name of what it converts",
			[]string{"Conv c: 2", "Transpose c/nchw: 1"}, []string{"Conv c: 1i", "Transpose c_QuantizeLinear_Output/nchw: 4i"}, []string{"c 2 1", "c 1 4"}},
		{"what integers alone have",
			[]string{"Conv c: 2"}, []string{"Conv c: 1i", "DequantizeLinear y_DequantizeLinear: 3i"}, []string{"c 2 1", "y_DequantizeLinear 0 3"}},
	} {
		var got []string
		for _, l := range pair(steps(t, c.floats...), steps(t, c.integers...)) {
			got = append(got, fmt.Sprint(l.name, " ", l.float, " ", l.integer))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestReport(t *testing.T) {
	layers := pair(steps(t, "Conv small: 0.01", "Conv fast: 2", "LRN slow: 1"), steps(t, "Conv small: 0.05i", "Conv fast: 1i", "LRN slow: 1.2"))
	var page strings.Builder
	if err := report(&page, 0, []result{{net: "net", set: "avx2", whole: layer{float: 3, integer: 2.25}, layers: layers}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(page.String(), "\n")
	want := "net avx2 3.000 2.250 0.75 2 1 1.20 slow"
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.Join(strings.Fields(l), " ") == want }) {
		t.Errorf("no line %q in\n%s", want, page.String())
	}
	if !strings.Contains(page.String(), "exceptions: 1\n") || !strings.Contains(page.String(), "computed in float32") {
		t.Errorf("the one exception is not listed with its reason:\n%s", page.String())
	}
}

func TestRunRefuses(t *testing.T) {
	for _, files := range [][]string{nil, {"net.onnx"}, {"none-int8.onnx"}} {
		if err := run(&strings.Builder{}, files); err == nil {
			t.Errorf("no error for %q", files)
		}
	}
}
