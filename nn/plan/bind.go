package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/nn"
)

// ErrBinding says that Bindings and the inputs of a graph do not fit.
type ErrBinding struct {
	Graph string
	Input string // graph input or symbolic dimension
	Why   string
}

func (e *ErrBinding) Error() string {
	return fmt.Sprintf("graph %q: input %q: %s", e.Graph, e.Input, e.Why)
}

// bind starts a program with the graph's values and the types of its inputs.
func bind(g *nn.Graph, b Bindings) (*program, error) {
	if err := checkNames(g, b); err != nil {
		return nil, err
	}
	p := newProgram(g)
	for i := range g.Inputs {
		in := &g.Inputs[i]
		v := &p.vals[in.Value]
		if t := b.Values[v.name]; t != nil {
			if err := fits(g, in, v.name, t.DType, t.Shape); err != nil {
				return nil, err
			}
			v.setConst(t)
			continue
		}
		s, err := boundShape(g, in, v.name, b)
		if err != nil {
			return nil, err
		}
		v.typ = nn.Type{DType: in.DType, Shape: s}
		v.logical = s
		p.inputs = append(p.inputs, input{name: v.name, val: int(in.Value)})
	}
	return p, nil
}

// checkNames refuses bindings of what the graph does not have.
func checkNames(g *nn.Graph, b Bindings) error {
	dims, inputs := map[string]bool{}, map[string]bool{}
	for _, in := range g.Inputs {
		inputs[g.ValueName(in.Value)] = true
		for _, d := range in.Dims {
			dims[d.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.Dims)) {
		if !dims[name] {
			return &ErrBinding{g.Name, name, "the graph has no symbolic dimension of this name; " + known("it has", dims)}
		}
	}
	for _, name := range slices.Concat(slices.Sorted(maps.Keys(b.Shapes)), slices.Sorted(maps.Keys(b.Values))) {
		if !inputs[name] {
			return &ErrBinding{g.Name, name, "the graph has no input of this name; " + known("it has", inputs)}
		}
	}
	return nil
}

func known(intro string, names map[string]bool) string {
	list := slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(n string) bool { return n == "" })
	if len(list) == 0 {
		return intro + " none"
	}
	return intro + " " + strings.Join(list, ", ")
}

func boundShape(g *nn.Graph, in *nn.Input, name string, b Bindings) (nn.Shape, error) {
	if s, ok := b.Shapes[name]; ok {
		return s, fits(g, in, name, in.DType, s)
	}
	if !in.Ranked {
		return nn.Shape{}, &ErrBinding{g.Name, name, "its rank is open; bind its shape"}
	}
	dims := make([]int, len(in.Dims))
	for i, d := range in.Dims {
		size, bound := b.Dims[d.Name]
		switch {
		case d.Size >= 0:
			dims[i] = d.Size
		case bound && d.Name != "":
			dims[i] = size
		case i == 0:
			dims[i] = 1
		default:
			return nn.Shape{}, &ErrBinding{g.Name, name, fmt.Sprintf("dimension %d (%v) is open; bind it or the input's shape", i, d)}
		}
	}
	s, err := nn.NewShape(dims...)
	if err != nil {
		return s, &ErrBinding{g.Name, name, err.Error()}
	}
	return s, nil
}

// fits checks a bound type against what the graph declares.
func fits(g *nn.Graph, in *nn.Input, name string, d nn.DType, s nn.Shape) error {
	if d != in.DType {
		return &ErrBinding{g.Name, name, fmt.Sprintf("is bound to %v, want %v", d, in.DType)}
	}
	if !in.Ranked {
		return nil
	}
	if s.Rank != len(in.Dims) {
		return &ErrBinding{g.Name, name, fmt.Sprintf("is bound to shape %v, want %d dimensions %v", s, len(in.Dims), in.Dims)}
	}
	for i, d := range in.Dims {
		if d.Size >= 0 && d.Size != s.Dims[i] {
			return &ErrBinding{g.Name, name, fmt.Sprintf("is bound to shape %v, want %v", s, in.Dims)}
		}
	}
	return nil
}
