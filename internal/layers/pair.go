package main

import (
	"math"
	"slices"
	"strings"
)

// layer are the steps of both precisions that compute the same nodes.
type layer struct {
	name             string
	float, integer   float64 // ms
	floats, integers []step
}

func (l *layer) ratio() float64 {
	if l.float == 0 {
		return math.Inf(1)
	}
	return l.integer / l.float
}

func (l *layer) floatKernels() string   { return kernelsOf(l.floats) }
func (l *layer) integerKernels() string { return kernelsOf(l.integers) }

// kernelsOf lists each operator with the kernel that computes it.
func kernelsOf(steps []step) string {
	var all []string
	for _, s := range steps {
		if name := s.Op + " " + s.Kernel; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, " + ")
}

// why says in a word what makes a layer an exception.
func (l *layer) why() string {
	tiled := func(s step) bool { return strings.HasPrefix(s.Kernel, "winograd") }
	computes := func(s step) bool {
		return s.Op != "Transpose" && s.Op != "Concat" && s.Op != "Gather" && s.Op != "Resize"
	}
	inFloats := func(s step) bool { return !s.Integer && computes(s) }
	depthwise := func(s step) bool { return s.Op == "Conv" && !strings.Contains(s.Kernel, "-") }
	switch {
	case len(l.floats) == 0:
		return "only integers have it"
	case slices.ContainsFunc(l.floats, tiled):
		return "floats take a quarter of the multiplications, by tiles of 4×4; integers stay exact in tiles of 2×2 or in none"
	case !slices.ContainsFunc(l.integers, computes):
		return "moves as many elements, one by one"
	case slices.ContainsFunc(l.integers, inFloats):
		return "computed in float32, between bytes"
	case slices.ContainsFunc(l.floats, depthwise):
		return "depthwise: products of bytes are split and widened"
	}
	return "slower in bytes"
}

// pair finds the steps of integers that belong to each step of floats: those that
// compute a node of the same name, with the same operator where there is such a
// one. A step of floats whose node has no step of its own in integers goes with that
// of which it became a part. Steps of integers alone come last.
func pair(floats, integers []step) []layer {
	byName := map[string][]int{} // a conversion has the name of what it converts
	for i := range floats {
		for _, name := range names(&floats[i]) {
			byName[name] = append(byName[name], i)
		}
	}
	home := make([]int, len(integers)) // the step of floats that each belongs to, or -1
	owned := make([]bool, len(floats))
	for i := range integers {
		home[i] = closest(&integers[i], floats, byName)
		if home[i] >= 0 {
			owned[home[i]] = true
		}
	}
	into := make([]int, len(floats)) // the layer of each step of floats
	for i := range into {
		into[i] = i
	}
	for i := range integers {
		for _, name := range names(&integers[i]) {
			for _, at := range byName[name] {
				if !owned[at] {
					into[at], owned[at] = home[i], true
				}
			}
		}
	}
	return gather(floats, integers, into, home)
}

// gather sums the steps of each layer, in the order of floats.
func gather(floats, integers []step, into, home []int) []layer {
	layers := make([]layer, len(floats))
	for i := range floats {
		layers[i].name = base(floats[i].Node)
	}
	for i, s := range floats {
		l := &layers[into[i]]
		l.float, l.floats = l.float+s.ms, append(l.floats, s)
	}
	for i, s := range integers {
		if home[i] < 0 {
			layers = append(layers, layer{name: s.Node, integer: s.ms, integers: []step{s}})
			continue
		}
		l := &layers[home[i]]
		l.integer, l.integers = l.integer+s.ms, append(l.integers, s)
	}
	return slices.DeleteFunc(layers, func(l layer) bool { return len(l.floats)+len(l.integers) == 0 })
}

// closest returns the step of floats that computes a node of s: the first with the
// same operator, else the first at all, else -1.
func closest(s *step, floats []step, byName map[string][]int) int {
	found := -1
	for _, name := range names(s) {
		for _, at := range byName[name] {
			if floats[at].Op == s.Op {
				return at
			}
			if found < 0 {
				found = at
			}
		}
	}
	return found
}

// names returns the nodes of a step as the float network calls them.
func names(s *step) []string {
	all := make([]string, 0, len(s.Fused)+1)
	for _, name := range append([]string{s.Node}, s.Fused...) {
		all = append(all, base(name))
	}
	return all
}

// base is the name of a node or value without what the quantiser and the choice of
// layouts add to it.
func base(name string) string {
	for _, layout := range []string{"/nhwc", "/nchw", "/bytes"} {
		name = strings.TrimSuffix(name, layout)
	}
	for _, added := range []string{"_QuantizeLinear", "_DequantizeLinear"} {
		name, _, _ = strings.Cut(name, added)
	}
	return name
}
