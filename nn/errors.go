package nn

import (
	"fmt"
	"strings"
)

// ErrUnsupported says that a node is well formed but asks for what Ocellus
// does not do. It is found at load or Compile, never in Run.
type ErrUnsupported struct {
	Node   string // name of the node
	Op     string // ONNX operator
	Attr   string // attribute, operand or property that is refused; may be empty
	Why    string
	Cure   string  // what to do about it; may be empty
	Shapes []Shape // shapes of the operands, where known
}

func (e *ErrUnsupported) Error() string {
	s := describe("unsupported", e.Node, e.Op, e.Attr, e.Why, e.Shapes)
	if e.Cure != "" {
		s += "; " + e.Cure
	}
	return s
}

// ErrShape says that the operands of a node do not fit together or do not
// fit its attributes.
type ErrShape struct {
	Node   string
	Op     string
	Attr   string
	Why    string
	Shapes []Shape
}

func (e *ErrShape) Error() string {
	return describe("invalid", e.Node, e.Op, e.Attr, e.Why, e.Shapes)
}

// ErrUnbound says that a node's shape depends on the value of an operand that
// is not known at Compile. Where that operand is a graph input, binding its
// value (plan.Bindings) cures it; Input then names it.
type ErrUnbound struct {
	Node    string
	Op      string
	Operand int    // index of the operand
	What    string // what the operand is to the node: "axes", "shape"
	Input   string // graph input that decides it; empty when none does alone
}

func (e *ErrUnbound) Error() string {
	cure := "it is computed from other data; such models cannot be compiled"
	if e.Input != "" {
		cure = fmt.Sprintf("bind a value to graph input %q", e.Input)
	}
	return fmt.Sprintf("node %q (%s): %s (operand %d) decides a shape but is not constant: %s", e.Node, e.Op, e.What, e.Operand, cure)
}

// ErrData is the one error of Run: data that no compiler could judge, such as
// an index out of range.
type ErrData struct {
	Node string
	Why  string
}

func (e *ErrData) Error() string { return fmt.Sprintf("node %q: %s", e.Node, e.Why) }

// ErrGraph says that a graph is not well formed: a value used before it is
// made, made twice, or of the wrong number for its operator.
type ErrGraph struct {
	Node string
	Op   string
	Why  string
}

func (e *ErrGraph) Error() string { return describe("malformed", e.Node, e.Op, "", e.Why, nil) }

func describe(kind, node, op, attr, why string, shapes []Shape) string {
	var b strings.Builder
	fmt.Fprintf(&b, "node %q (%s): %s", node, op, kind)
	if attr != "" {
		fmt.Fprintf(&b, " %s", attr)
	}
	if why != "" {
		fmt.Fprintf(&b, ": %s", why)
	}
	if len(shapes) > 0 {
		fmt.Fprintf(&b, "; operand shapes %v", shapes)
	}
	return b.String()
}

// Invalidf returns an *ErrShape without its node, which the compiler adds.
// attr names the attribute or operand at fault and may be empty.
func Invalidf(attr, format string, args ...any) error {
	return &ErrShape{Attr: attr, Why: fmt.Sprintf(format, args...)}
}

// Unsupportedf returns an *ErrUnsupported without its node, which the
// compiler adds.
func Unsupportedf(attr, format string, args ...any) error {
	return &ErrUnsupported{Attr: attr, Why: fmt.Sprintf(format, args...)}
}

// Located returns err with node, op and operand shapes filled in where the
// operation that raised it left them out.
func Located(err error, node, op string, shapes []Shape) error {
	switch e := err.(type) {
	case *ErrShape:
		if e.Op == "" {
			c := *e
			c.Node, c.Op, c.Shapes = node, op, shapes
			return &c
		}
	case *ErrUnsupported:
		if e.Op == "" {
			c := *e
			c.Node, c.Op, c.Shapes = node, op, shapes
			return &c
		}
	case *ErrUnbound:
		if e.Op == "" {
			c := *e
			c.Node, c.Op = node, op
			return &c
		}
	case *ErrGraph:
		if e.Op == "" {
			c := *e
			c.Node, c.Op = node, op
			return &c
		}
	case *ErrData:
		if e.Node == "" {
			c := *e
			c.Node = node
			return &c
		}
	}
	return err
}
