package quant

import (
	"fmt"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// edit is a copy of a graph that is being changed. The values and tensors of
// the original are shared and stay as they are.
type edit struct {
	nn.Graph
	names map[string]bool
}

func newEdit(g *nn.Graph) *edit {
	e := &edit{*g, map[string]bool{}}
	e.Values, e.Nodes, e.Outputs = slices.Clone(g.Values), slices.Clone(g.Nodes), slices.Clone(g.Outputs)
	for i := range e.Nodes {
		e.Nodes[i].In, e.Nodes[i].Out = slices.Clone(e.Nodes[i].In), slices.Clone(e.Nodes[i].Out)
	}
	for i := range e.Values {
		e.names[e.Values[i].Name] = true
	}
	return e
}

// value adds a value under that name, or that name and a number.
func (e *edit) value(name string, t *nn.Tensor) nn.ValueID {
	free := name
	for i := 1; e.names[free]; i++ {
		free = fmt.Sprintf("%s_%d", name, i)
	}
	e.names[free] = true
	e.Values = append(e.Values, nn.Value{Name: free, Const: t})
	return nn.ValueID(len(e.Values) - 1)
}

// constant returns the float32 value of a constant, nil for all else.
func (e *edit) constant(id nn.ValueID) *nn.Tensor {
	if id == nn.None {
		return nil
	}
	if t := e.Values[id].Const; t != nil && t.DType == nn.Float32 {
		return t
	}
	return nil
}

// operand returns operand i of a node, nn.None where it is absent.
func operand(n *nn.Node, i int) nn.ValueID {
	if i >= len(n.In) {
		return nn.None
	}
	return n.In[i]
}

// uses says what reads each value: the number of operands and outputs that it
// is, and the last node that has it as an operand.
type uses struct {
	count  []int
	reader []int // index of a node; -1 for none
}

func (e *edit) uses() uses {
	u := uses{make([]int, len(e.Values)), make([]int, len(e.Values))}
	for i := range u.reader {
		u.reader[i] = -1
	}
	for i := range e.Nodes {
		for _, id := range e.Nodes[i].In {
			if id != nn.None {
				u.count[id]++
				u.reader[id] = i
			}
		}
	}
	for _, id := range e.Outputs {
		u.count[id]++
	}
	return u
}

// only returns the node that alone reads a value, which is no output of the
// graph; nil otherwise.
func (e *edit) only(u *uses, id nn.ValueID) *nn.Node {
	if u.count[id] != 1 || u.reader[id] < 0 {
		return nil
	}
	return &e.Nodes[u.reader[id]]
}

// done returns the graph without nodes and constants that lead to no output.
func (e *edit) done() *nn.Graph {
	needed := make([]bool, len(e.Values))
	for _, id := range e.Outputs {
		needed[id] = true
	}
	for i := len(e.Nodes) - 1; i >= 0; i-- {
		n := &e.Nodes[i]
		wanted := slices.ContainsFunc(n.Out, func(id nn.ValueID) bool { return id != nn.None && needed[id] })
		if !wanted {
			n.Op = nil
			continue
		}
		for _, id := range slices.Concat(n.In, n.Out) {
			if id != nn.None {
				needed[id] = true
			}
		}
	}
	e.Nodes = slices.DeleteFunc(e.Nodes, func(n nn.Node) bool { return n.Op == nil })
	for _, in := range e.Inputs {
		needed[in.Value] = true
	}
	return e.renumbered(needed)
}

func (e *edit) renumbered(needed []bool) *nn.Graph {
	g := e.Graph
	g.Values, g.Inputs = nil, slices.Clone(e.Inputs)
	to := make([]nn.ValueID, len(e.Values))
	for i := range e.Values {
		if to[i] = nn.None; needed[i] {
			to[i] = nn.ValueID(len(g.Values))
			g.Values = append(g.Values, e.Values[i])
		}
	}
	move := func(ids []nn.ValueID) {
		for i, id := range ids {
			if id != nn.None {
				ids[i] = to[id]
			}
		}
	}
	for i := range g.Nodes {
		move(g.Nodes[i].In)
		move(g.Nodes[i].Out)
	}
	for i := range g.Inputs {
		g.Inputs[i].Value = to[g.Inputs[i].Value]
	}
	move(g.Outputs)
	return &g
}
