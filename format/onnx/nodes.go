package onnx

import (
	"container/heap"
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// nodes adds the file's nodes to the graph.
func (im *importer) nodes() error {
	raw := im.m.graph.nodes
	for i := range raw {
		if raw[i].name == "" {
			raw[i].name = fmt.Sprintf("%s_%d", raw[i].op, i)
		}
	}
	order, err := im.order()
	if err != nil {
		return err
	}
	for _, i := range order {
		if err := im.node(&raw[i]); err != nil {
			return err
		}
		if err := im.b.Err(); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) node(n *rawNode) error {
	c := &call{importer: im, name: n.name, op: n.op, out: n.out}
	if !isDefaultDomain(n.domain) {
		return c.unsupported("domain", "operators of domain %q", n.domain)
	}
	if im.opset == 0 {
		return c.malformed("the model imports no operator set of the default domain")
	}
	if err := c.setAttrs(n.attrs); err != nil {
		return err
	}
	for _, name := range n.in {
		id := nn.None
		if name != "" {
			id = im.ids[name]
		}
		c.in = append(c.in, id)
	}
	for len(c.in) > 0 && c.in[len(c.in)-1] == nn.None {
		c.in = c.in[:len(c.in)-1]
	}
	for len(c.out) > 1 && c.out[len(c.out)-1] == "" {
		c.out = c.out[:len(c.out)-1]
	}
	if err := c.adapt(); err != nil {
		return nn.Located(err, c.name, c.op, nil)
	}
	if c.done {
		return nil
	}
	return c.finish()
}

// order returns the nodes in an order in which they can run: the file's own
// where that is one, as ONNX demands; else the one that keeps closest to it.
func (im *importer) order() ([]int, error) {
	raw := im.m.graph.nodes
	maker := map[string]int{}
	for i := range raw {
		for _, s := range raw[i].out {
			if _, dup := maker[s]; dup && s != "" {
				return nil, &nn.ErrGraph{Node: raw[i].name, Op: raw[i].op, Why: fmt.Sprintf("its result %q is made twice", s)}
			}
			if _, dup := im.ids[s]; dup && s != "" {
				return nil, &nn.ErrGraph{Node: raw[i].name, Op: raw[i].op, Why: fmt.Sprintf("its result %q is an input or initializer", s)}
			}
			maker[s] = i
		}
	}
	waits := make([]int, len(raw))     // operands not made yet
	readers := make([][]int, len(raw)) // nodes that wait for this one, once per operand
	sorted := true
	for i := range raw {
		for _, s := range raw[i].in {
			if _, ok := im.ids[s]; ok || s == "" {
				continue
			}
			m, ok := maker[s]
			if !ok {
				return nil, &nn.ErrGraph{Node: raw[i].name, Op: raw[i].op, Why: fmt.Sprintf("its operand %q is not made by any node, input or initializer", s)}
			}
			sorted = sorted && m < i
			waits[i]++
			readers[m] = append(readers[m], i)
		}
	}
	order := make([]int, 0, len(raw))
	if sorted {
		for i := range raw {
			order = append(order, i)
		}
		return order, nil
	}
	return im.sort(order, waits, readers)
}

func (im *importer) sort(order, waits []int, readers [][]int) ([]int, error) {
	var ready indexHeap
	for i, n := range waits {
		if n == 0 {
			ready = append(ready, i) // ascending, so a heap already
		}
	}
	for len(ready) > 0 {
		i := heap.Pop(&ready).(int)
		order = append(order, i)
		for _, r := range readers[i] {
			if waits[r]--; waits[r] == 0 {
				heap.Push(&ready, r)
			}
		}
	}
	for i, n := range waits {
		if n > 0 {
			bad := &im.m.graph.nodes[i]
			return nil, &nn.ErrGraph{Node: bad.name, Op: bad.op, Why: "it is on a cycle, or behind one"}
		}
	}
	return order, nil
}

// indexHeap is a heap of node indices, the smallest first.
type indexHeap []int

func (h indexHeap) Len() int           { return len(h) }
func (h indexHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h indexHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *indexHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *indexHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
