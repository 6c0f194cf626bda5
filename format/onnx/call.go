package onnx

import (
	"fmt"
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// A call is one node on its way into the graph. Adapters change it until it
// has the newest form of an operator, or emit nodes in its place.
type call struct {
	*importer
	name  string // of the node
	op    string
	in    []nn.ValueID
	out   []string // the file's names of the results; "" where absent
	attrs []nn.Attr
	done  bool // an adapter has put something else in its place
}

func (c *call) unsupported(attr, why string, args ...any) error {
	return &nn.ErrUnsupported{Node: c.name, Op: c.op, Attr: attr, Why: fmt.Sprintf(why, args...)}
}

func (c *call) malformed(why string, args ...any) error {
	return &nn.ErrGraph{Node: c.name, Op: c.op, Why: fmt.Sprintf(why, args...)}
}

func (c *call) setAttrs(raw []rawAttr) error {
	for i := range raw {
		a := &raw[i]
		if a.refused != "" {
			return c.unsupported(a.Name, "%s", a.refused)
		}
		if slices.ContainsFunc(c.attrs, func(b nn.Attr) bool { return b.Name == a.Name }) {
			return c.malformed("attribute %q is given twice", a.Name)
		}
		if a.tensor != nil {
			t, err := a.tensor.tensor()
			if e, ok := err.(*nn.ErrUnsupported); ok {
				return c.unsupported(a.Name, "%s", e.Why)
			}
			if err != nil {
				return err
			}
			a.Tensor = t
		}
		c.attrs = append(c.attrs, a.Attr)
	}
	return nil
}

// finish adds the node as it now stands.
func (c *call) finish() error {
	op, err := c.make(c.op, c.attrs)
	if err != nil {
		return err
	}
	ids := c.b.NodeN(c.name, op, c.in, c.out)
	for i, name := range c.out {
		if name != "" {
			c.ids[name] = ids[i]
		}
	}
	c.done = true
	return nil
}

// make returns an operation of the op table.
func (c *call) make(name string, attrs []nn.Attr) (nn.Op, error) {
	row, ok := nn.Lookup(name)
	if !ok {
		return nil, &nn.ErrUnsupported{Node: c.name, Op: name, Why: "the operator is not supported"}
	}
	op := row.New()
	if err := nn.SetAttrs(op, attrs); err != nil {
		return nil, nn.Located(err, c.name, name, nil)
	}
	return op, nil
}

// emit adds a helper node with one result and returns that.
func (c *call) emit(op string, attrs []nn.Attr, in ...nn.ValueID) (nn.ValueID, error) {
	made, err := c.make(op, attrs)
	if err != nil {
		return nn.None, err
	}
	name := c.unique(c.name + "/" + op)
	return c.b.NodeN(name, made, in, []string{name})[0], nil
}

// replace makes the node one of another operator, and finishes it.
func (c *call) replace(op string, attrs []nn.Attr, in ...nn.ValueID) error {
	c.op, c.attrs, c.in = op, attrs, in
	return c.finish()
}

// constant adds a helper constant.
func (c *call) constant(what string, t *nn.Tensor) nn.ValueID {
	return c.b.Const(c.unique(c.name+"/"+what), t)
}

func (c *call) ints(what string, v ...int64) nn.ValueID {
	return c.constant(what, nn.T(v, len(v)))
}

// bind makes the result of that index stand for an existing value.
func (c *call) bind(i int, id nn.ValueID) {
	if i < len(c.out) && c.out[i] != "" {
		c.ids[c.out[i]] = id
	}
}

// operand returns operand i, or None.
func (c *call) operand(i int) nn.ValueID {
	if i < len(c.in) {
		return c.in[i]
	}
	return nn.None
}

// setOperand sets operand i, leaving out those between.
func (c *call) setOperand(i int, id nn.ValueID) {
	for len(c.in) <= i {
		c.in = append(c.in, nn.None)
	}
	c.in[i] = id
}

// scalarLike adds a float constant of the element type of x. That is float32
// unless the file has other float types; then CastLike settles it at Compile.
func (c *call) scalarLike(what string, v float32, x nn.ValueID) (nn.ValueID, error) {
	k := c.constant(what, nn.Scalar(v))
	if !c.mixed {
		return k, nil
	}
	return c.emit("CastLike", nil, k, x)
}

// take removes the attribute of that name and returns it; nil when absent.
func (c *call) take(name string, kind nn.AttrKind) (*nn.Attr, error) {
	i := slices.IndexFunc(c.attrs, func(a nn.Attr) bool { return a.Name == name })
	if i < 0 {
		return nil, nil
	}
	a := c.attrs[i]
	if a.Kind != kind {
		return nil, nn.Invalidf(name, "attribute is of kind %v, want %v", a.Kind, kind)
	}
	c.attrs = slices.Delete(slices.Clone(c.attrs), i, i+1)
	return &a, nil
}

// takeInt is take for an integer with a default.
func (c *call) takeInt(name string, def int64) (int64, error) {
	a, err := c.take(name, nn.AttrInt)
	if a == nil {
		return def, err
	}
	return a.Int, nil
}

// drop removes attributes that mean nothing to Ocellus.
func (c *call) drop(names ...string) {
	c.attrs = slices.DeleteFunc(slices.Clone(c.attrs), func(a nn.Attr) bool { return slices.Contains(names, a.Name) })
}

func (c *call) has(name string) bool {
	return slices.ContainsFunc(c.attrs, func(a nn.Attr) bool { return a.Name == name })
}

func (c *call) setAttr(a nn.Attr) { c.attrs = append(slices.Clone(c.attrs), a) }

func intAttr(name string, v int64) nn.Attr { return nn.Attr{Name: name, Kind: nn.AttrInt, Int: v} }

func floatAttr(name string, v float32) nn.Attr {
	return nn.Attr{Name: name, Kind: nn.AttrFloat, Float: v}
}

func stringAttr(name, v string) nn.Attr { return nn.Attr{Name: name, Kind: nn.AttrString, String: v} }

func tensorAttr(name string, t *nn.Tensor) nn.Attr {
	return nn.Attr{Name: name, Kind: nn.AttrTensor, Tensor: t}
}
