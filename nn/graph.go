package nn

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ValueID names a value of one Graph: an index into its values.
type ValueID int

// None stands for an optional operand that is absent and a result that is not
// named.
const None ValueID = -1

// Dim is one dimension of a graph input: a size, or a name for a size that is
// bound at Compile. An unnamed unknown dimension has Size -1 and no Name.
type Dim struct {
	Size int // -1 when unknown
	Name string
}

// D is a known dimension.
func D(size int) Dim { return Dim{Size: size} }

// Sym is a dimension that is bound at Compile, by name.
func Sym(name string) Dim { return Dim{Size: -1, Name: name} }

func (d Dim) String() string {
	switch {
	case d.Size >= 0:
		return fmt.Sprint(d.Size)
	case d.Name != "":
		return d.Name
	}
	return "?"
}

// Value is one edge of a graph: an input, a constant, or a node's result.
type Value struct {
	Name      string
	Const     *Tensor // value of a constant or parameter
	Trainable bool    // a parameter that training may change
	Q         *QParams
}

// QParams states how integers stand for real numbers: real = scale·(q − zero).
// Scale and Zero have one element per tensor, or one a channel along Axis.
type QParams struct {
	Scale []float32
	Zero  []int32
	Axis  int
}

// Input is a graph input: its declared element type and dimensions. Ranked is
// false when the file leaves the rank open.
type Input struct {
	Value  ValueID
	DType  DType
	Dims   []Dim
	Ranked bool
}

// Node is one operation applied to values.
type Node struct {
	Name string
	Op   Op
	In   []ValueID // None where an optional operand is absent
	Out  []ValueID // None where a result is not named
}

// Graph is a network: immutable once built, shared freely between goroutines.
// Its slices are not to be changed.
type Graph struct {
	Name    string
	Values  []Value
	Nodes   []Node // in an order in which they can run
	Inputs  []Input
	Outputs []ValueID
	Meta    map[string]string // metadata_props
	Doc     string            // what the file says of itself, for people
}

// ValueName returns the name of a value, or "" for None.
func (g *Graph) ValueName(id ValueID) string {
	if id == None {
		return ""
	}
	return g.Values[id].Name
}

// WithMeta returns a graph that differs in its metadata alone. The receiver
// is unchanged; the rest is shared.
func (g *Graph) WithMeta(meta map[string]string) *Graph {
	c := *g
	c.Meta = maps.Clone(meta)
	return &c
}

// Params returns the number of elements of all float constants of rank 1 and
// up, which for a network are its parameters.
func (g *Graph) Params() int {
	n := 0
	for i := range g.Values {
		if c := g.Values[i].Const; c != nil && c.Shape.Rank > 0 && c.DType != Int64 {
			n += c.Elems()
		}
	}
	return n
}

// Builder makes a Graph. The first mistake is kept and returned by Build; the
// methods go on harmlessly after it, so that a network definition needs no
// error handling.
type Builder struct {
	g     Graph
	made  map[string]ValueID
	names map[string]int
	err   error
}

// NewBuilder returns a Builder of a graph of that name.
func NewBuilder(name string) *Builder {
	return &Builder{g: Graph{Name: name, Meta: map[string]string{}}, made: map[string]ValueID{}, names: map[string]int{}}
}

func (b *Builder) fail(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *Builder) value(v Value) ValueID {
	if v.Name == "" {
		b.fail(&ErrGraph{Why: "a value has no name"})
	}
	if _, dup := b.made[v.Name]; dup {
		b.fail(&ErrGraph{Node: v.Name, Why: "the value of this name is made twice"})
	}
	id := ValueID(len(b.g.Values))
	b.g.Values = append(b.g.Values, v)
	b.made[v.Name] = id
	return id
}

// Input adds a graph input with known rank.
func (b *Builder) Input(name string, d DType, dims ...Dim) ValueID {
	id := b.value(Value{Name: name})
	b.g.Inputs = append(b.g.Inputs, Input{id, d, dims, true})
	return id
}

// UnrankedInput adds a graph input whose rank is bound at Compile.
func (b *Builder) UnrankedInput(name string, d DType) ValueID {
	id := b.value(Value{Name: name})
	b.g.Inputs = append(b.g.Inputs, Input{Value: id, DType: d})
	return id
}

// Const adds a constant.
func (b *Builder) Const(name string, t *Tensor) ValueID { return b.value(Value{Name: name, Const: t}) }

// Param adds a constant that training may change.
func (b *Builder) Param(name string, t *Tensor) ValueID {
	return b.value(Value{Name: name, Const: t, Trainable: true})
}

// Find returns the value of that name, if it has been made.
func (b *Builder) Find(name string) (ValueID, bool) {
	id, ok := b.made[name]
	return id, ok
}

// Const value of id, nil when it is not a constant.
func (b *Builder) ConstOf(id ValueID) *Tensor {
	if id < 0 || int(id) >= len(b.g.Values) {
		return nil
	}
	return b.g.Values[id].Const
}

// Unique returns name, or name with a number when a value has it already.
func (b *Builder) Unique(name string) string {
	for {
		if _, dup := b.made[name]; !dup {
			return name
		}
		b.names[name]++
		cand := fmt.Sprintf("%s_%d", name, b.names[name])
		if _, dup := b.made[cand]; !dup {
			return cand
		}
	}
}

// Node adds a node with one result, named like the node.
func (b *Builder) Node(name string, op Op, in ...ValueID) ValueID {
	return b.NodeN(name, op, in, []string{name})[0]
}

// NodeN adds a node with the named results; "" leaves one out.
func (b *Builder) NodeN(name string, op Op, in []ValueID, results []string) []ValueID {
	out := make([]ValueID, len(results))
	b.checkNode(name, op, in, len(results))
	for i, r := range results {
		out[i] = None
		if r != "" {
			out[i] = b.value(Value{Name: r})
		}
	}
	for len(in) > 0 && in[len(in)-1] == None {
		in = in[:len(in)-1]
	}
	b.g.Nodes = append(b.g.Nodes, Node{name, op, in, out})
	return out
}

func (b *Builder) checkNode(name string, op Op, in []ValueID, outs int) {
	r := RowOf(op)
	switch {
	case r == nil:
		b.fail(&ErrGraph{Node: name, Op: fmt.Sprintf("%T", op), Why: "is not in the op table"})
		return
	case len(in) > r.MaxIn || len(in) < r.MinIn:
		b.fail(&ErrGraph{Node: name, Op: r.Name, Why: fmt.Sprintf("has %d operands, want %s", len(in), span(r.MinIn, r.MaxIn))})
	case outs > r.MaxOut || outs < r.MinOut:
		b.fail(&ErrGraph{Node: name, Op: r.Name, Why: fmt.Sprintf("has %d results, want %s", outs, span(r.MinOut, r.MaxOut))})
	}
	for i, id := range in {
		if id == None && i < r.MinIn {
			b.fail(&ErrGraph{Node: name, Op: r.Name, Why: fmt.Sprintf("operand %d is required", i)})
		}
		if id < None || int(id) >= len(b.g.Values) {
			b.fail(&ErrGraph{Node: name, Op: r.Name, Why: fmt.Sprintf("operand %d does not exist", i)})
		}
	}
}

func span(lo, hi int) string {
	switch {
	case hi >= Many:
		return fmt.Sprintf("%d or more", lo)
	case lo == hi:
		return fmt.Sprint(lo)
	}
	return fmt.Sprintf("%d to %d", lo, hi)
}

// Output marks values as graph outputs.
func (b *Builder) Output(ids ...ValueID) {
	for _, id := range ids {
		if id < 0 || int(id) >= len(b.g.Values) {
			b.fail(&ErrGraph{Why: "a graph output does not exist"})
			return
		}
	}
	b.g.Outputs = append(b.g.Outputs, ids...)
}

// Meta sets a metadata property.
func (b *Builder) Meta(key, value string) { b.g.Meta[key] = value }

// Doc sets the description of the model, for people.
func (b *Builder) Doc(text string) { b.g.Doc = text }

// Err returns the first mistake so far.
func (b *Builder) Err() error { return b.err }

// Build returns the graph. The Builder is not to be used after it.
func (b *Builder) Build() (*Graph, error) {
	if b.err == nil && len(b.g.Outputs) == 0 {
		b.fail(&ErrGraph{Node: b.g.Name, Why: "the graph has no outputs"})
	}
	if b.err != nil {
		return nil, fmt.Errorf("graph %q: %w", strings.ToValidUTF8(b.g.Name, "?"), b.err)
	}
	return &b.g, nil
}

// WithConstants returns a graph in which the constants of those names have
// other values, of the same types and shapes: copies of those given. The
// receiver is unchanged; the rest is shared.
func (g *Graph) WithConstants(values map[string]*Tensor) *Graph {
	c := *g
	c.Values = slices.Clone(g.Values)
	for i := range c.Values {
		v := &c.Values[i]
		if t := values[v.Name]; t != nil && v.Const != nil && v.Const.DType == t.DType && v.Const.Shape == t.Shape {
			v.Const = t.Clone()
		}
	}
	return &c
}
