package plan

import (
	"math"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// none is the id of an absent operand or result.
const none = -1

// A program is the graph while Compile works on it: the passes change it in
// place. Value ids are those of the graph at first; passes append more.
type program struct {
	name    string
	vals    []value
	nodes   []*node
	inputs  []input
	outputs []output
	maxFold int // bytes that folded constants may take together
	folded  int
	taken   *taken      // nil for a graph that others have as well
	params  map[int]int // parameters that are trained, by value: indices into those of a Trainer; nil for inference
}

// value is one edge. Its shape is that in which it is stored.
type value struct {
	name    string
	typ     nn.Type
	logical nn.Shape // shape in the graph's order of dimensions
	konst   *nn.Tensor
	nhwc    bool // stored as N H W C; only of rank 4
}

type output struct {
	name string
	val  int
}

// node is one operation, with what has been fused into it.
type node struct {
	name   string
	fused  []string // names of nodes it does as well
	op     nn.Op
	in     []int
	out    []int
	nhwc   bool       // works on values stored as NHWC
	planes bool       // a convolution that reads its picture stored as NCHW all the same
	q      *quantised // makes it an integer operation; nil for others
	sums   bool       // adds whole numbers in float32, which holds every sum

	// The epilogue of convolutions and products: out = act(clamp(x + res, lo, hi)).
	res    int // a value, or none
	lo, hi float32
	act    *activation // nil for none
	slope  float32     // of a batch normalisation that trains and has lo = 0: below zero
}

func newNode(name string, op nn.Op, in, out []int) *node {
	return &node{name: name, op: op, in: in, out: out, res: none,
		lo: float32(math.Inf(-1)), hi: float32(math.Inf(1))}
}

func newProgram(g *nn.Graph) *program {
	p := &program{name: g.Name, vals: make([]value, len(g.Values))}
	for i := range g.Values {
		p.vals[i].name = g.Values[i].Name
		if t := g.Values[i].Const; t != nil {
			p.vals[i].setConst(t)
		}
	}
	for _, id := range g.Outputs {
		p.outputs = append(p.outputs, output{g.ValueName(id), int(id)})
	}
	return p
}

func (v *value) setConst(t *nn.Tensor) {
	v.konst = t
	v.typ = nn.Type{DType: t.DType, Shape: t.Shape}
	v.logical = t.Shape
}

// add appends a value.
func (p *program) add(v value) int {
	p.vals = append(p.vals, v)
	return len(p.vals) - 1
}

func (p *program) addConst(name string, t *nn.Tensor) int {
	v := value{name: name}
	v.setConst(t)
	return p.add(v)
}

// arg is what operations are told of a value.
func (p *program) arg(id int) nn.Arg {
	if id == none {
		return nn.Arg{}
	}
	return nn.Arg{Type: p.vals[id].typ, Const: p.vals[id].konst}
}

func (p *program) args(ids []int) []nn.Arg {
	as := make([]nn.Arg, len(ids))
	for i, id := range ids {
		as[i] = p.arg(id)
	}
	return as
}

func (p *program) shapes(ids []int) []nn.Shape {
	var ss []nn.Shape
	for _, id := range ids {
		if id != none {
			ss = append(ss, p.vals[id].typ.Shape)
		}
	}
	return ss
}

func (p *program) konst(id int) *nn.Tensor {
	if id == none {
		return nil
	}
	return p.vals[id].konst
}

// operand returns input i of n, or none.
func (n *node) operand(i int) int {
	if i < len(n.in) {
		return n.in[i]
	}
	return none
}

// operands yields every value that n reads, residual included.
func (n *node) operands() []int {
	ids := slices.DeleteFunc(slices.Clone(n.in), func(id int) bool { return id == none })
	if n.res != none {
		ids = append(ids, n.res)
	}
	return ids
}

// usage says where values are made and read.
type usage struct {
	maker  []*node // nil for inputs and constants
	reads  []int   // how often each value is read, outputs of the graph included
	reader []*node // the last node to read it
}

func (p *program) usage() *usage {
	u := &usage{make([]*node, len(p.vals)), make([]int, len(p.vals)), make([]*node, len(p.vals))}
	for _, n := range p.nodes {
		for _, id := range n.operands() {
			u.reads[id]++
			u.reader[id] = n
		}
		for _, id := range n.out {
			if id != none {
				u.maker[id] = n
			}
		}
	}
	for _, o := range p.outputs {
		u.reads[o.val]++
	}
	return u
}

// only returns the maker of a value that nothing but one operand reads.
func (u *usage) only(id int) *node {
	if id == none || u.reads[id] != 1 {
		return nil
	}
	return u.maker[id]
}

// prune drops nodes whose results nothing reads.
func (p *program) prune() {
	need := make([]bool, len(p.vals))
	for _, o := range p.outputs {
		need[o.val] = true
	}
	keep := make([]bool, len(p.nodes))
	for i := len(p.nodes) - 1; i >= 0; i-- {
		n := p.nodes[i]
		for _, id := range n.out {
			keep[i] = keep[i] || id != none && need[id]
		}
		if keep[i] {
			for _, id := range n.operands() {
				need[id] = true
			}
		}
	}
	kept := p.nodes[:0]
	for i, n := range p.nodes {
		if keep[i] {
			kept = append(kept, n)
		}
	}
	p.nodes = kept
}

// order sorts the nodes so that each comes after what it reads, keeping the
// order they have where that allows it. Fusion calls for it: a fused node
// stands at the place of its last part.
func (p *program) order() {
	made := make([]bool, len(p.vals))
	byVal := p.usage().maker
	var sorted []*node
	done := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		if done[n] {
			return
		}
		done[n] = true
		for _, id := range n.operands() {
			if m := byVal[id]; m != nil && !made[id] {
				visit(m)
			}
		}
		for _, id := range n.out {
			if id != none {
				made[id] = true
			}
		}
		sorted = append(sorted, n)
	}
	for _, n := range p.nodes {
		visit(n)
	}
	p.nodes = sorted
}
