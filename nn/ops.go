package nn

import (
	"reflect"
	"slices"
)

// Rows is the op table: one row an operator, by field of use and then by name.
// To add an operator, see ARCHITECTURE.md.
var Rows = slices.Concat(mathRows, reduceRows, convRows, shapeRows, quantRows)

// row makes a table row; T is the attribute struct, whose zero value with the
// defaults of its tags is a valid operation.
func row[T any, P interface {
	*T
	Op
}](name string, minIn, maxIn, minOut, maxOut int, types DTypes, backward func(P, *Grad)) Row {
	r := Row{Name: name, MinIn: minIn, MaxIn: maxIn, MinOut: minOut, MaxOut: maxOut, Types: types,
		New: func() Op {
			p := P(new(T))
			setDefaults(p)
			return p
		}}
	if backward != nil {
		r.Backward = func(op Op, g *Grad) { backward(op.(P), g) }
	}
	return r
}

// mathRows: element by element.
var mathRows = []Row{
	row[Relu]("Relu", 1, 1, 1, 1, Numbers, (*Relu).backward),
}

// reduceRows: reductions, normalisations, softmax, selection.
var reduceRows = []Row{}

// convRows: convolution, pooling, matrix products.
var convRows = []Row{
	row[AveragePool]("AveragePool", 1, 1, 1, 1, Floats, nil),
	row[Conv]("Conv", 2, 3, 1, 1, Floats, nil),
	row[Gemm]("Gemm", 2, 3, 1, 1, Floats|Set(Int32, Int64), nil),
	row[GlobalAveragePool]("GlobalAveragePool", 1, 1, 1, 1, Floats, nil),
	row[GlobalLpPool]("GlobalLpPool", 1, 1, 1, 1, Floats, nil),
	row[GlobalMaxPool]("GlobalMaxPool", 1, 1, 1, 1, Floats, nil),
	row[MatMul]("MatMul", 2, 2, 1, 1, Floats|Set(Int32, Int64), nil),
	row[MaxPool]("MaxPool", 1, 1, 1, 2, Floats|Set(Int8, Uint8), nil),
}

// shapeRows: what moves elements about without computing with them.
var shapeRows = []Row{
	row[Concat]("Concat", 1, Many, 1, 1, AllDTypes, (*Concat).backward),
	row[CenterCropPad]("CenterCropPad", 2, 2, 1, 1, AllDTypes, nil),
	row[DepthToSpace]("DepthToSpace", 1, 1, 1, 1, AllDTypes, (*DepthToSpace).backward),
	row[Expand]("Expand", 2, 2, 1, 1, AllDTypes, (*Expand).backward),
	row[Flatten]("Flatten", 1, 1, 1, 1, AllDTypes, (*Flatten).backward),
	row[Identity]("Identity", 1, 1, 1, 1, AllDTypes, (*Identity).backward),
	row[Pad]("Pad", 2, 4, 1, 1, AllDTypes, nil),
	row[Reshape]("Reshape", 2, 2, 1, 1, AllDTypes, (*Reshape).backward),
	row[ShapeOp]("Shape", 1, 1, 1, 1, AllDTypes, nil),
	row[Size]("Size", 1, 1, 1, 1, AllDTypes, nil),
	row[Slice]("Slice", 3, 5, 1, 1, AllDTypes, (*Slice).backward),
	row[SpaceToDepth]("SpaceToDepth", 1, 1, 1, 1, AllDTypes, (*SpaceToDepth).backward),
	row[Split]("Split", 1, 2, 1, Many, AllDTypes, (*Split).backward),
	row[Squeeze]("Squeeze", 1, 2, 1, 1, AllDTypes, (*Squeeze).backward),
	row[Tile]("Tile", 2, 2, 1, 1, AllDTypes, nil),
	row[Transpose]("Transpose", 1, 1, 1, 1, AllDTypes, (*Transpose).backward),
	row[Unsqueeze]("Unsqueeze", 2, 2, 1, 1, AllDTypes, (*Unsqueeze).backward),
}

// quantRows: integer arithmetic, and detection.
var quantRows = []Row{}

var (
	rowsByName = map[string]*Row{}
	rowsByType = map[reflect.Type]*Row{}
)

func init() {
	// An index of the table above, built once; the table itself is the list.
	for i := range Rows {
		r := &Rows[i]
		rowsByName[r.Name] = r
		rowsByType[typeOf(r.New())] = r
	}
}

func typeOf(op Op) reflect.Type { return reflect.TypeOf(op) }
