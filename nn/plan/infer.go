package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// inference walks the graph once: types of all values, and what is constant.
type inference struct {
	*program
	roots []rootSet // what decides each value, for the message of ErrUnbound
}

// rootSet names the graph input that a value hangs on: by a value's index + 1,
// 0 for none (a constant), many for several.
type rootSet int

const many rootSet = -1

func (r rootSet) join(s rootSet) rootSet {
	switch {
	case r == 0 || r == s:
		return s
	case s == 0:
		return r
	}
	return many
}

// infer gives every value its type, and folds what is constant.
func (p *program) infer(g *nn.Graph) error {
	w := &inference{p, make([]rootSet, len(p.vals))}
	for _, in := range p.inputs {
		w.roots[in.val] = rootSet(in.val + 1)
	}
	for i := range g.Nodes {
		gn := &g.Nodes[i]
		n := newNode(gn.Name, gn.Op, ids(gn.In), ids(gn.Out))
		if err := w.node(n); err != nil {
			return err
		}
	}
	return nil
}

func ids(in []nn.ValueID) []int {
	out := make([]int, len(in))
	for i, id := range in {
		out[i] = int(id)
	}
	return out
}

// node infers one node and appends it, or folds it away.
func (w *inference) node(n *node) error {
	types, err := w.types(n, n.in)
	if err != nil && w.hasHalf(n.in) {
		if e := w.inFloat32(n); e == nil {
			return nil
		}
	}
	if err != nil {
		return w.located(n, err)
	}
	return w.settle(n, types)
}

// types runs Infer behind the checks that hold for every operation.
func (w *inference) types(n *node, in []int) ([]nn.Type, error) {
	row := nn.RowOf(n.op)
	args := w.args(in)
	for i, id := range in {
		if id != none && args[i].DType == nn.Invalid {
			return nil, &nn.ErrGraph{Why: fmt.Sprintf("operand %d (%q) is read before it is made", i, w.vals[id].name)}
		}
		if id != none && args[i].Bound && args[i].Const == nil {
			return nil, w.unbounded(id)
		}
	}
	if len(args) > 0 && args[0].Present() && !row.Types.Has(args[0].DType) {
		return nil, nn.Unsupportedf("element type", "operand 0 is %v", args[0].DType)
	}
	types, err := n.op.Infer(args, len(n.out))
	if err == nil && len(types) < len(n.out) {
		err = &nn.ErrGraph{Why: fmt.Sprintf("has %d results, but gives %d", len(n.out), len(types))}
	}
	return types, err
}

// unbounded refuses an operand of which only a Run tells how much there is: all
// sizes of a plan are those that Compile knows.
func (w *inference) unbounded(id int) error {
	e := &nn.ErrUnsupported{
		Attr: fmt.Sprintf("operand %q", w.vals[id].name), Why: "how much it holds depends on data, which only a graph output may",
		Cure: "export the model without what picks results by their values, such as non-maximum suppression, and what follows it; let it end in all boxes and scores, and pick afterwards, as detect does",
	}
	for _, n := range w.nodes {
		if slices.Contains(n.out, id) {
			e.Attr += fmt.Sprintf(" of node %q (%s)", n.name, nn.Name(n.op))
		}
	}
	return e
}

// settle records the types of a node's results, and folds it if it can.
func (w *inference) settle(n *node, types []nn.Type) error {
	root := rootSet(0)
	for _, id := range n.operands() {
		root = root.join(w.root(id))
	}
	for i, id := range n.out {
		if id == none {
			continue
		}
		w.vals[id].typ = types[i]
		w.vals[id].logical = types[i].Shape
		w.setRoot(id, root)
	}
	if _, ok := n.op.(*nn.DequantizeLinear); ok {
		w.nodes = append(w.nodes, n) // integerise wants weights as they are
		return nil
	}
	folded, err := w.fold(n, types)
	if err != nil {
		return w.located(n, err)
	}
	if !folded {
		w.nodes = append(w.nodes, n)
	}
	return nil
}

func (w *inference) root(id int) rootSet {
	if id < len(w.roots) {
		return w.roots[id]
	}
	return 0
}

func (w *inference) setRoot(id int, r rootSet) {
	for id >= len(w.roots) {
		w.roots = append(w.roots, 0)
	}
	w.roots[id] = r
}

// fold replaces a node by constants where its results are known.
func (w *inference) fold(n *node, types []nn.Type) (bool, error) {
	if f, ok := n.op.(nn.Folder); ok {
		if results, ok := f.Fold(w.args(n.in)); ok {
			w.setConsts(n, results)
			return true, nil
		}
	}
	for _, id := range n.operands() {
		if w.vals[id].konst == nil {
			return false, nil
		}
	}
	bytes := 0
	for _, t := range types {
		bytes += t.Shape.Elems() * t.DType.Size()
	}
	if len(n.operands()) == 0 || w.folded+bytes > w.maxFold || w.work(n, types) > maxFoldWork {
		return false, nil
	}
	results, err := forward(n, w.args(n.in), types)
	if err != nil {
		return false, err
	}
	w.folded += bytes
	w.setConsts(n, results)
	return true, nil
}

// maxFoldWork is the most multiply-accumulates of one node that Compile will
// do to fold it: a second or so. Nets have no such products of constants;
// files made to stall a loader do.
const maxFoldWork = 1 << 30

// work returns the multiply-accumulates of a product or convolution, whose
// operand 1 has channels or columns by the result's; 0 for all else.
func (w *inference) work(n *node, types []nn.Type) int64 {
	second := 1
	switch n.op.(type) {
	case *nn.Gemm, *nn.MatMul, *nn.Conv, *nn.ConvTranspose, *nn.ConvInteger, *nn.MatMulInteger:
	case *nn.QLinearConv, *nn.QLinearMatMul:
		second = 3
	default:
		return 0
	}
	out, by := types[0].Shape, w.vals[n.in[second]].typ.Shape
	if out.Elems() == 0 || by.Elems() == 0 || by.Rank == 0 {
		return 0
	}
	// Each result sums over the elements of operand 1 that belong to one of
	// its channels or columns: all but one dimension. The largest is taken
	// for that one, so that a net's own small products are never refused.
	return int64(out.Elems()) * int64(by.Elems()/slices.Max(by.Slice()))
}

// foldLeft folds what infer left for integerise to see.
func (p *program) foldLeft() error {
	w := &inference{p, make([]rootSet, len(p.vals))}
	nodes := p.nodes
	p.nodes = nil
	for _, n := range nodes {
		var types []nn.Type
		for _, id := range n.out {
			if id == none {
				types = append(types, nn.Type{})
			} else {
				types = append(types, p.vals[id].typ)
			}
		}
		folded, err := n.q == nil, error(nil)
		if folded {
			folded, err = w.fold(n, types)
		}
		if err != nil {
			return w.located(n, err)
		}
		if !folded {
			p.nodes = append(p.nodes, n)
		}
	}
	return nil
}

func (w *inference) setConsts(n *node, results []*nn.Tensor) {
	for i, id := range n.out {
		if id != none {
			w.vals[id].setConst(results[i])
			w.setRoot(id, 0)
		}
	}
}

// forward runs a node on constants.
func forward(n *node, args []nn.Arg, types []nn.Type) ([]*nn.Tensor, error) {
	r := &nn.Run{}
	for _, a := range args {
		t := a.Const
		if t == nil {
			t = &nn.Tensor{}
		}
		r.In = append(r.In, t)
	}
	for _, t := range types {
		r.Out = append(r.Out, nn.NewTensor(t.DType, t.Shape))
	}
	if s, ok := n.op.(nn.Scratcher); ok {
		r.Scratch = alignedBytes(s.Scratch(args, types))
	}
	return r.Out, n.op.Forward(r)
}

// located adds the node to an error, and the input to blame to an ErrUnbound.
func (w *inference) located(n *node, err error) error {
	err = nn.Located(err, n.name, nn.Name(n.op), w.shapes(n.in))
	var u *nn.ErrUnbound
	if errors.As(err, &u) && u.Input == "" {
		if r := w.root(n.operand(u.Operand)); r > 0 {
			c := *u
			c.Input = w.vals[r-1].name
			return &c
		}
	}
	return err
}

func (w *inference) hasHalf(in []int) bool {
	return slices.ContainsFunc(in, func(id int) bool { return id != none && w.vals[id].typ.DType == nn.Float16 })
}

// inFloat32 does the node in float32 between casts: half floats are a storage
// type, and most operations have no form for them.
func (w *inference) inFloat32(n *node) error {
	wide := newNode(n.name, n.op, slices.Clone(n.in), slices.Clone(n.out))
	at, folded := len(w.nodes), w.folded
	undo := func(err error) error {
		w.nodes, w.folded = w.nodes[:at], folded
		return err
	}
	for i, id := range wide.in {
		if id == none || w.vals[id].typ.DType != nn.Float16 {
			continue
		}
		c := w.add(value{name: w.vals[id].name + "/float32"})
		w.setRoot(c, w.root(id))
		if err := w.cast(n.name, id, c, nn.Float32); err != nil {
			return undo(err)
		}
		wide.in[i] = c
	}
	types, err := w.types(wide, wide.in)
	if err != nil {
		return undo(err)
	}
	narrow := map[int]int{} // float32 result → the float16 value it stands for
	for i, id := range wide.out {
		if id != none && types[i].DType == nn.Float32 {
			wide.out[i] = w.add(value{name: w.vals[id].name + "/float32"})
			narrow[wide.out[i]] = id
		}
	}
	if err := w.settle(wide, types); err != nil {
		return undo(err)
	}
	for _, id := range wide.out {
		if to, ok := narrow[id]; ok {
			if err := w.cast(n.name, id, to, nn.Float16); err != nil {
				return undo(err)
			}
		}
	}
	return nil
}

func (w *inference) cast(name string, from, to int, d nn.DType) error {
	n := newNode(name, &nn.Cast{To: d.ONNX(), Saturate: true, RoundMode: "up"}, []int{from}, []int{to})
	types, err := w.types(n, n.in)
	if err != nil {
		return err
	}
	return w.settle(n, types)
}
