package nn

// Op is one operation: a struct of its attributes, named and tagged as ONNX
// names them (see attr.go). An Op is immutable once it is in a Graph.
//
// The methods on it are the specification of the operation: plain Go over
// row-major tensors in logical order. What the compiler puts in place of them
// (package plan) is held against them.
type Op interface {
	// Infer returns the types of the node's outputs, of which there are
	// outs. It checks everything that can be wrong: ranks, extents,
	// attributes, and element types beyond what the op's table row says.
	// It may read the value of constant operands. It must not panic.
	Infer(in []Arg, outs int) ([]Type, error)

	// Forward computes r.Out from r.In, whose types Infer has accepted. It
	// allocates nothing and fails only with an *ErrData.
	Forward(r *Run) error
}

// Arg is what is known of an operand at Compile: its type, and its value when
// it is constant. An absent optional operand is the zero Arg.
type Arg struct {
	Type
	Const *Tensor
}

// Present reports whether the operand is there.
func (a Arg) Present() bool { return a.DType != Invalid }

// Ints returns the value of a constant integer operand. What names it in the
// error that says it is not constant.
func (a Arg) Ints(operand int, what string) ([]int, error) {
	if a.Const == nil {
		return nil, &ErrUnbound{Operand: operand, What: what}
	}
	if !a.DType.IsInt() && a.DType != Bool {
		return nil, Invalidf(what, "is %v, want an integer type", a.DType)
	}
	return a.Const.Ints(), nil
}

// Type is the element type and shape of a value. Bound is set when the shape
// is data-dependent: then Dims[0] is an upper bound and Forward states the
// count with Tensor.Truncate.
type Type struct {
	DType DType
	Shape Shape
	Bound bool
}

// Run is what an operation sees while it runs. Absent optional operands and
// results that nobody wants are Tensors that are not Present.
type Run struct {
	In, Out []*Tensor
	Scratch []byte // of the size that Scratcher asked for, aligned to 64 bytes
}

// Scratcher is an Op whose Forward needs working memory.
type Scratcher interface {
	// Scratch returns the bytes needed for operands and results of these types.
	Scratch(in []Arg, out []Type) int
}

// Folder is an Op whose results may follow from the operands' types alone, as
// those of Shape do. (An operation whose operands are all constant is folded
// by running it; that needs no Folder.)
type Folder interface {
	// Fold returns the results; ok is false when they depend on data.
	Fold(in []Arg) (results []*Tensor, ok bool)
}

// Viewer is an Op whose result 0 has the elements of operand 0 in the same
// order and type, so that the compiler need not run it: Reshape, Flatten,
// Squeeze, Identity. Forward copies all the same.
type Viewer interface {
	// View reports whether that holds for these operands.
	View(in []Arg) bool
}

// Permuter is an Op that can work on operands whose dimensions are stored in
// another order. The compiler uses it to keep pictures in NHWC.
type Permuter interface {
	// Permute returns the operation that does to operands laid out by perm
	// what the receiver does to them in logical order: dimension i of the
	// stored shape is logical dimension perm[i], and results are stored
	// likewise. in are the logical types. Every operand of rank len(perm) is
	// permuted, constants included; those of another rank (axes, scales, a
	// scalar) are given as they are, so an operation whose axes are operands
	// or attributes keeps perm in a private field and maps them. A constant
	// of lower rank that broadcasts is raised to rank len(perm) by the
	// compiler before it asks. ok is false where it cannot be done, which
	// includes every result of another rank than len(perm).
	Permute(perm []int, in []Arg) (op Op, ok bool)
}

// Grad is what a backward function sees: operands and results of Forward, the
// gradient of the loss by each result (not Present where the loss does not
// depend on it, which it does on one at least), and where to ADD the gradient
// by each operand (not Present where none is wanted). A backward function
// allocates nothing.
type Grad struct {
	In, Out   []*Tensor
	DOut, DIn []*Tensor
	Scratch   []byte // of the size that GradScratcher asked for, aligned to 64 bytes
}

// GradScratcher is an Op whose backward function needs working memory.
type GradScratcher interface {
	// GradScratch returns the bytes needed for operands and results of these
	// types.
	GradScratch(in []Arg, out []Type) int
}

// Row is one line of the op table.
type Row struct {
	Name string    // ONNX operator of the default domain
	New  func() Op // a new Op with default attributes
	// MinIn and MaxIn bound the number of operands, MinOut and MaxOut that of
	// results; a maximum of Many means any number.
	MinIn, MaxIn, MinOut, MaxOut int
	// Types are the element types of operand 0 that Infer may be asked about.
	Types DTypes
	// Backward adds to the gradients by the operands; nil where an operation
	// has no gradient (integers, shapes) or none yet.
	Backward func(op Op, g *Grad)
}

// Many as a Row's maximum means any number of operands or results.
const Many = 1 << 20

// Lookup returns the table row of an ONNX operator.
func Lookup(name string) (*Row, bool) {
	r, ok := rowsByName[name]
	return r, ok
}

// RowOf returns the table row that op belongs to.
func RowOf(op Op) *Row { return rowsByType[typeOf(op)] }

// Name returns the ONNX operator of op.
func Name(op Op) string {
	if r := RowOf(op); r != nil {
		return r.Name
	}
	return typeOf(op).String()
}
